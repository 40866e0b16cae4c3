/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

#include <string.h>

/* A page's room and its beginning. */
static minipay_status check(const void *rows, const uint32_t *count, const void *after,
                            minipay_error *error)
{
    minipay_status status = mpi_check_page(rows, count, error);
    if (status == MINIPAY_OK && !after)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "after", "NULL");
    return status;
}

minipay_status minipay_operation_list(minipay *pay, int32_t kind, const minipay_id *after,
                                      minipay_operation *operations, uint32_t *count,
                                      minipay_error *error)
{
    mpi_page made;
    minipay_status status = check(operations, count, after, error);
    if (status == MINIPAY_OK && (kind == MINIPAY_KIND_NONE || strcmp(minipay_kind_name(kind), "?") == 0))
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "kind", "%d is no kind of operation", kind);
    if (status == MINIPAY_OK)
        status = mpi_page_begin(pay, &made, sizeof *operations, *count, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_saga_list(pay->engine, kind, after, made.rows, &made.count, error);
    return mpi_page_end(pay, &made, status, operations, count);
}

minipay_status minipay_balance_list(minipay *pay, const minipay_balance *after,
                                    minipay_balance *balances, uint32_t *count, minipay_error *error)
{
    mpi_page made;
    minipay_status status = check(balances, count, after, error);
    if (status == MINIPAY_OK)
        status = mpi_page_begin(pay, &made, sizeof *balances, *count, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_balances(&pay->wallets, after, made.rows, &made.count, error);
    return mpi_page_end(pay, &made, status, balances, count);
}

minipay_status minipay_posting_list(minipay *pay, const minipay_posting *after,
                                    minipay_posting *postings, uint32_t *count, minipay_error *error)
{
    mpi_page made;
    minipay_status status = check(postings, count, after, error);
    if (status == MINIPAY_OK)
        status = mpi_page_begin(pay, &made, sizeof *postings, *count, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_postings(&pay->wallets, after, made.rows, &made.count, error);
    return mpi_page_end(pay, &made, status, postings, count);
}
