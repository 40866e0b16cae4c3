/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_SETTLED_H
#define MINIPAY_TOOL_SETTLED_H

#include "minipay/types.h"

/* The settlement run of a currency's business date: the command line makes one run for each, under an id
 * that follows from both, so that a run is found again by its date. */
void settlement_id(const char *currency, int32_t date, minipay_id *id);

#endif
