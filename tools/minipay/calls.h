/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_CALLS_H
#define MINIPAY_TOOL_CALLS_H

/* The library's calls that take many requests and give an outcome each, in one form whatever the request. */

#include "minipay/minipay.h"

typedef minipay_status (*batch_call)(minipay *pay, const void *requests, uint32_t count,
                                     minipay_outcome *outcomes, minipay_error *error);

minipay_status call_member_register(minipay *pay, const void *requests, uint32_t count,
                                    minipay_outcome *outcomes, minipay_error *error);
minipay_status call_member_update(minipay *pay, const void *requests, uint32_t count,
                                  minipay_outcome *outcomes, minipay_error *error);
minipay_status call_account_unlink(minipay *pay, const void *requests, uint32_t count,
                                   minipay_outcome *outcomes, minipay_error *error);
minipay_status call_account_link(minipay *pay, const void *requests, uint32_t count,
                                 minipay_outcome *outcomes, minipay_error *error);
minipay_status call_wallet_open(minipay *pay, const void *requests, uint32_t count,
                                minipay_outcome *outcomes, minipay_error *error);
minipay_status call_merchant_register(minipay *pay, const void *requests, uint32_t count,
                                      minipay_outcome *outcomes, minipay_error *error);
minipay_status call_merchant_update(minipay *pay, const void *requests, uint32_t count,
                                    minipay_outcome *outcomes, minipay_error *error);
minipay_status call_promotion_register(minipay *pay, const void *requests, uint32_t count,
                                       minipay_outcome *outcomes, minipay_error *error);
minipay_status call_holiday_set(minipay *pay, const void *requests, uint32_t count,
                                minipay_outcome *outcomes, minipay_error *error);
minipay_status call_execute(minipay *pay, const void *requests, uint32_t count,
                            minipay_outcome *outcomes, minipay_error *error);

#endif
