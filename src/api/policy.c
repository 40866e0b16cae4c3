/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

minipay_status minipay_policy_publish(minipay *pay, const minipay_rule *rules, uint32_t count,
                                      int64_t effective_at, int32_t *version, minipay_error *error)
{
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_policy_publish(pay->policy, rules, count, effective_at, version, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_policy_get(minipay *pay, int32_t rule, int32_t tier, const char *currency,
                                  int64_t *value, int32_t *version, minipay_error *error)
{
    if (!currency || !value || !version)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "value", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_policy_read(pay->policy, rule, tier, currency, pay->host.now(pay->host.impl), value,
                             version, error);
    mpi_leave(pay);
    return status;
}
