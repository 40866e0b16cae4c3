/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "ledger/audit.h"

#include <string.h>

enum { CHECKS_LARGEST = 64 };

static minipay_status one_pass(mpi_view *view, mpi_claims *claims, mpi_audit *audit,
                               minipay_error *error)
{
    mpi_ledger_auditor *ledger = NULL;
    minipay_status status = mpi_ledger_auditor_new(claims, &ledger, error);
    if (status == MINIPAY_OK) {
        mpi_auditor auditors[] = {mpi_ledger_auditor_face(ledger), mpi_claims_auditor(claims)};
        status = mpi_store_audit(view, auditors, MPI_COUNT(auditors), audit, error);
    }
    mpi_ledger_auditor_free(ledger);
    return status;
}

/* What the first pass finds to be wrong by its sum, the second, over the same snapshot, finds by its name. */
static minipay_status audit_view(mpi_view *view, mpi_claims *claims, mpi_audit *audit,
                                 minipay_error *error)
{
    minipay_audit_check known[CHECKS_LARGEST]; /* from the first pass */
    mpi_audit again = {known, CHECKS_LARGEST, 0, NULL};
    minipay_status status = one_pass(view, claims, audit, error);
    if (status != MINIPAY_OK || mpi_claims_agree(claims))
        return status;
    mpi_claims_again(claims);
    status = one_pass(view, claims, &again, error);
    if (status == MINIPAY_OK)
        mpi_claims_report(claims);
    return status;
}

/* Who speaks: every context for its own records, and transfer for postings that have no document. */
static void invite(minipay *pay, mpi_claims *claims)
{
    mpi_plain plain = {&pay->transfers, mpi_transfers_is_plain};
    mpi_claims_set_plain(claims, &plain);
    mpi_claims_add(claims, mpi_ledger_claimants);
    mpi_claims_add(claims, mpi_banking_claimants);
    mpi_claims_add(claims, mpi_wallet_claimants);
    mpi_claims_add(claims, mpi_transfer_claimants);
    mpi_claims_add(claims, mpi_payment_claimants);
    mpi_claims_add(claims, mpi_settlement_claimants);
}

static minipay_status audit_store(minipay *pay, mpi_audit *audit, minipay_error *error)
{
    mpi_claims *claims = NULL;
    mpi_view view;
    minipay_status status = mpi_claims_new(mpi_store_keys(pay->homes[0].store), &claims, error);
    if (status != MINIPAY_OK)
        return status;
    invite(pay, claims);
    status = mpi_view_open(pay->homes[0].store, &view, error);
    if (status == MINIPAY_OK) {
        status = audit_view(&view, claims, audit, error);
        mpi_view_close(&view);
    }
    mpi_claims_free(claims);
    return status;
}

minipay_status minipay_audit(minipay *pay, minipay_audit_check *checks, uint32_t *count, int32_t *clean,
                             minipay_error *error)
{
    minipay_audit_check made[CHECKS_LARGEST];
    mpi_audit audit = {made, CHECKS_LARGEST, 0, NULL};
    int32_t all = 1;
    minipay_status status = mpi_check_both(checks, "checks", count, "count", error);
    if (status == MINIPAY_OK)
        status = mpi_check_given(clean, "clean", error);
    if (mpi_enter(pay, &status, error)) {
        status = audit_store(pay, &audit, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK && audit.count > *count)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "count", "room for %u checks is needed",
                        audit.count);
    if (status != MINIPAY_OK)
        return status;
    for (uint32_t i = 0; i < audit.count; i++)
        all = all && made[i].ok;
    memcpy(checks, made, audit.count * sizeof *checks);
    *count = audit.count;
    *clean = all;
    return MINIPAY_OK;
}
