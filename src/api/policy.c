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
    if (!request || !outcome)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, request ? "outcome" : "request", "NULL");
    minipay_status status = check_request(request, rules, count, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_governance_publish(&pay->governance, request, rules, count, outcome, error);
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
    status = mpi_policy_read(pay->policy, rule, tier, currency, mpi_time_of_host(&pay->host), value,
                             version, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_policy_rule_get(minipay *pay, int32_t version, int32_t rule, int32_t tier,
                                       const char *currency, int64_t *value, minipay_error *error)
{
    if (!currency || !value)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "value", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_policy_read_of(pay->policy, version, rule, tier, currency, value, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_policy_list(minipay *pay, int32_t before, minipay_policy_version *versions,
                                   uint32_t *count, minipay_error *error)
{
    mpi_page made;
    minipay_status status = mpi_check_page(versions, count, error);
    if (status == MINIPAY_OK && before < 0)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "before", "there is no version %d", before);
    if (status == MINIPAY_OK)
        status = mpi_page_begin(pay, &made, sizeof *versions, *count, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_governance_list(&pay->governance, before, made.rows, &made.count, error);
    return mpi_page_end(pay, &made, status, versions, count);
}

minipay_status minipay_policy_version_get(minipay *pay, int32_t version, minipay_policy_version *found,
                                          minipay_error *error)
{
    minipay_policy_version row;
    uint32_t count = 1;
    if (!found)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "found", "NULL");
    minipay_policy_version_init(&row);
    if (version <= 0 || version == INT32_MAX)
        count = 0;
    minipay_status status = minipay_policy_list(pay, count ? version + 1 : 0, &row, &count, error);
    if (status != MINIPAY_OK)
        return status;
    if (count == 0 || row.version != version)
        return mpi_fail(error, MINIPAY_NOT_FOUND, "version", "there is no version %d", version);
    *found = row;
    return MINIPAY_OK;
}
