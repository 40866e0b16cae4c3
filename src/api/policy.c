/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/time.h"

static minipay_status check_request(const minipay_policy_request *request, const minipay_rule *rules,
                                    uint32_t count, minipay_error *error)
{
    mpi_publication asked = {rules, count, request->effective_at, request->id};
    minipay_status status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status == MINIPAY_OK ? mpi_publication_check(&asked, error) : status;
}

minipay_status minipay_policy_publish(minipay *pay, const minipay_policy_request *request,
                                      const minipay_rule *rules, uint32_t count,
                                      minipay_outcome *outcome, minipay_error *error)
{
    minipay_outcome told;
    minipay_status status = mpi_check_both(request, "request", outcome, "outcome", error);
    if (status == MINIPAY_OK)
        status = check_request(request, rules, count, error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_governance_publish(&pay->governance, request, rules, count, &told, error);
        if (status == MINIPAY_OK)
            status = mpi_homes_follow(pay, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK)
        *outcome = told;
    return status;
}

minipay_status minipay_policy_get(minipay *pay, int32_t rule, int32_t tier, const char *currency,
                                  int64_t *value, int32_t *version, minipay_error *error)
{
    minipay_status status = mpi_check_given(currency && version ? value : NULL, "value", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_policy_read(mpi_home_of(pay, MPI_CONTEXT_WALLET)->policy, rule, tier, currency,
                                 mpi_time_of_host(&pay->host), value, version, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_policy_rule_get(minipay *pay, int32_t version, int32_t rule, int32_t tier,
                                       const char *currency, int64_t *value, minipay_error *error)
{
    minipay_status status = mpi_check_given(currency ? value : NULL, "value", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_policy_read_of(mpi_home_of(pay, MPI_CONTEXT_WALLET)->policy, version, rule, tier,
                                    currency, value, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_policy_list(minipay *pay, int32_t before, minipay_policy_version *versions,
                                   uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = MINIPAY_OK;
    if (before < 0)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "before", "there is no version %d", before);
    if (mpi_page_enter(pay, &page, versions, sizeof *versions, count, &status, error)) {
        status = mpi_governance_list(&pay->governance, before, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_policy_version_get(minipay *pay, int32_t version, minipay_policy_version *found,
                                          minipay_error *error)
{
    minipay_status status = mpi_check_given(found, "found", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_governance_version(&pay->governance, version, found, error);
        mpi_leave(pay);
    }
    return status;
}
