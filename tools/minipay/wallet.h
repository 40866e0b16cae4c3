/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_WALLET_H
#define MINIPAY_TOOL_WALLET_H

#include "open.h"

#include <stdbool.h>

/* Prints up to `most` entries of a wallet's history, newest first, from before the sequence `before` (0:
 * from the newest). Answers the exit code. */
int wallet_history(db *d, const minipay_id *member, const char *currency, int64_t before, uint64_t most,
                   bool as_json);

#endif
