/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_WALLET_H
#define MINIPAY_TOOL_WALLET_H

#include "open.h"

/* Prints up to `most` entries of a wallet's history, newest first. Answers the exit code. */
int wallet_history(db *d, const minipay_id *member, const char *currency, uint64_t most);
#endif
