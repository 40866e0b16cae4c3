/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_FACTS_H
#define MINIPAY_TOOL_FACTS_H

/* A thing as a person reads it: a line for each fact, names to the left, values in one column. */

#include "minipay/types.h"

void fact_text(const char *name, const char *text); /* none for "" */
void fact_id(const char *name, const minipay_id *id);
void fact_money(const char *name, int64_t amount_minor, const char *currency);
void fact_count(const char *name, uint64_t number);
void fact_time(const char *name, int64_t at);
void fact_date(const char *name, int32_t date);

/* A text that is put together. */
void fact_format(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
