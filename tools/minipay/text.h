/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_TEXT_H
#define MINIPAY_TOOL_TEXT_H

/* Numbers, dates and names as people read them. */

#include "minipay/types.h"

#include <stdbool.h>

enum { TEXT_SIZE = 48 };

/* 1234567 -> "1,234,567". */
void text_count(uint64_t number, char out[TEXT_SIZE]);

/* As minipay_money_format; a currency it does not know is shown in minor units. */
void text_money(int64_t amount_minor, const char *currency, char out[TEXT_SIZE]);

/* 20261123 -> "2026-11-23". */
void text_date(int32_t date, char out[TEXT_SIZE]);

/* Universal time to the second; "-" for 0. */
void text_time(int64_t at, char out[TEXT_SIZE]);

/* Adds to a sum of amounts; a sum that does not fit stays at the largest number. */
void sum_add(int64_t *sum, int64_t amount_minor);

/* Copies `in` and fills up with zeros; false when it does not fit. */
bool text_set(char *out, size_t size, const char *in);

/* Columns of a terminal that a UTF-8 text takes: Hangul takes two each. */
int text_width(const char *text);

/* How many bytes of a text, to the last space where there is one, take no more than so many columns; at least
 * one character, and all when it fits. */
size_t text_break(const char *text, int width);

/* Copies so much as fits, with '?' for what would command a terminal or is not UTF-8. */
void text_plain(const char *in, char *out, size_t size);

bool text_is_utf8(const char *text);

bool id_is_none(const minipay_id *id);

/* Business dates and days since 1970-01-01. `date_parse` reads 20261123 and 2026-11-23. */
int32_t date_of_day(int32_t day);
int32_t day_of_date(int32_t date);
bool date_parse(const char *text, int32_t *date);

/* Reads ISO 8601 such as 2026-11-23T08:35:00Z, 2026-11-23T17:35:00.25+09:00 or 2026-11-23T08:35Z into
 * microseconds of universal time. The zone must be said. Nothing at or before 1970-01-01T00:00:00Z is read. */
bool time_parse(const char *text, int64_t *at);

#endif
