/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#define CALL(name)                                                                                      \
    minipay_status call_##name(minipay *pay, const void *requests, uint32_t count,                      \
                               minipay_outcome *outcomes, minipay_error *error)                         \
    {                                                                                                   \
        return minipay_##name(pay, requests, count, outcomes, error);                                   \
    }

CALL(member_register)
CALL(member_update)
CALL(account_unlink)
CALL(account_link)
CALL(wallet_open)
CALL(merchant_register)
CALL(merchant_update)
CALL(promotion_register)
CALL(holiday_set)
CALL(execute)
