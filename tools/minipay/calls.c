/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

minipay_status call_member_register(minipay *pay, const void *requests, uint32_t count,
                                    minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_member_register(pay, requests, count, outcomes, error);
}

minipay_status call_member_update(minipay *pay, const void *requests, uint32_t count,
                                  minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_member_update(pay, requests, count, outcomes, error);
}

minipay_status call_account_unlink(minipay *pay, const void *requests, uint32_t count,
                                   minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_account_unlink(pay, requests, count, outcomes, error);
}

minipay_status call_account_link(minipay *pay, const void *requests, uint32_t count,
                                 minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_account_link(pay, requests, count, outcomes, error);
}

minipay_status call_wallet_open(minipay *pay, const void *requests, uint32_t count,
                                minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_wallet_open(pay, requests, count, outcomes, error);
}

minipay_status call_merchant_register(minipay *pay, const void *requests, uint32_t count,
                                      minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_merchant_register(pay, requests, count, outcomes, error);
}

minipay_status call_merchant_update(minipay *pay, const void *requests, uint32_t count,
                                    minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_merchant_update(pay, requests, count, outcomes, error);
}

minipay_status call_promotion_register(minipay *pay, const void *requests, uint32_t count,
                                       minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_promotion_register(pay, requests, count, outcomes, error);
}

minipay_status call_holiday_set(minipay *pay, const void *requests, uint32_t count,
                                minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_holiday_set(pay, requests, count, outcomes, error);
}

minipay_status call_execute(minipay *pay, const void *requests, uint32_t count,
                            minipay_outcome *outcomes, minipay_error *error)
{
    return minipay_execute(pay, requests, count, outcomes, error);
}
