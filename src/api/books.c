/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

#include <string.h>

minipay_status minipay_operation_list(minipay *pay, int32_t kind, const minipay_id *after,
                                      minipay_operation *operations, uint32_t *count,
                                      minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_given(after, "after", error);
    if (status == MINIPAY_OK && (kind == MINIPAY_KIND_NONE || strcmp(minipay_kind_name(kind), "?") == 0))
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "kind", "%d is no kind of operation", kind);
    if (mpi_page_enter(pay, &page, operations, sizeof *operations, count, &status, error)) {
        status = mpi_saga_list(pay->engine, kind, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_balance_list(minipay *pay, const minipay_balance *after,
                                    minipay_balance *balances, uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_given(after, "after", error);
    if (mpi_page_enter(pay, &page, balances, sizeof *balances, count, &status, error)) {
        status = mpi_wallets_balances(&pay->wallets, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_posting_list(minipay *pay, const minipay_posting *after,
                                    minipay_posting *postings, uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_given(after, "after", error);
    if (mpi_page_enter(pay, &page, postings, sizeof *postings, count, &status, error)) {
        status = mpi_wallets_postings(&pay->wallets, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}
