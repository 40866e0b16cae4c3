/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_WALLET_H
#define MINIPAY_TOOL_WALLET_H

#include "open.h"

#include <stdbool.h>

enum { HISTORY_LARGEST = 1000 };

/* Prints a page of a wallet's history, newest first: entries before the sequence `before` (0: from the
 * newest). Answers the exit code. */
int wallet_history(db *d, const minipay_id *member, const char *currency, int64_t before, uint32_t count,
                   bool as_json);

#endif
