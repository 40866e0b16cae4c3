/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "wallet/wallet.h"

#include <string.h>

/* What a captured hold claims of the books: a posting of the kind that it was booked as. */

static const minipay_id payer = {{1}}, payee = {{2}}, hold = {{3}}, capture = {{4}};
enum { TAKEN = 700 };

/* What the books say of it: the journal's row, and the hold's. */
static minipay_status say_books(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_journal *posted = row;
    mpi_claimed_posting posting = {.operation_id = capture,
                                   .debit_owner = payer,
                                   .credit_owner = payee,
                                   .debit_kind = MPI_ACCOUNT_WALLET,
                                   .credit_kind = MPI_ACCOUNT_WALLET,
                                   .kind = posted->kind,
                                   .currency = "KRW"};
    mpi_claim_key key = {.id = hold, .part = MPI_HOLD_PART_CAPTURED};
    (void)error;
    mpi_claim_journal(claims, &posting, posted);
    mpi_claim_say(claims, MPI_TOPIC_HOLDS, MPI_SIDE_FIRST, &key, TAKEN, "captured_minor");
    return MINIPAY_OK;
}

static const mpi_claimant books[] = {{&mpi_journal_record, say_books}, {NULL, NULL}};

static bool nothing_is_plain(void *context, const mpi_claimed_posting *posting, const mpi_journal *row)
{
    (void)context;
    (void)posting;
    (void)row;
    return false;
}

static bool agree(int32_t booked_as, int32_t posted)
{
    const mpi_hold_operation operation = {
        .op = {.id = capture, .kind = MINIPAY_KIND_HOLD_CAPTURE, .state = MINIPAY_STATE_DONE},
        .hold_id = hold,
        .member_id = payer,
        .payee_id = payee,
        .amount_minor = TAKEN,
        .currency = "KRW",
        .booked_as = booked_as};
    const mpi_journal row = {
        .sequence = 1, .operation_id = capture, .kind = posted, .amount_minor = TAKEN};
    const mpi_plain plain = {NULL, nothing_is_plain};
    minipay_audit_check checks[32];
    mpi_audit audit = {checks, 32, 0, NULL};
    mpi_claims *claims = NULL;
    mpi_keys keys;
    memset(&keys, 7, sizeof keys);
    assert_int_equal(mpi_claims_new(&keys, &claims, NULL), MINIPAY_OK);
    mpi_claims_add(claims, books);
    mpi_claims_add(claims, mpi_wallet_claimants);
    mpi_claims_set_plain(claims, &plain);
    mpi_auditor auditor = mpi_claims_auditor(claims);
    assert_int_equal(auditor.start(auditor.context, &audit, NULL), MINIPAY_OK);
    assert_int_equal(auditor.visit(auditor.context, &mpi_journal_record, &row, NULL), MINIPAY_OK);
    assert_int_equal(auditor.visit(auditor.context, &mpi_hold_operation_record, &operation, NULL),
                     MINIPAY_OK);
    assert_int_equal(auditor.finish(auditor.context, NULL), MINIPAY_OK);
    bool agreed = mpi_claims_agree(claims);
    mpi_claims_free(claims);
    return agreed;
}

static void captured_hold_claims_a_posting_of_its_own_kind(void **state)
{
    (void)state;
    assert_true(agree(MINIPAY_KIND_HOLD_CAPTURE, MINIPAY_KIND_HOLD_CAPTURE));
    assert_false(agree(MINIPAY_KIND_HOLD_CAPTURE, MINIPAY_KIND_TRANSFER));
}

static void one_of_schema_version_1_claims_a_transfer(void **state)
{
    (void)state;
    assert_true(agree(MINIPAY_KIND_NONE, MINIPAY_KIND_TRANSFER));
    assert_false(agree(MINIPAY_KIND_NONE, MINIPAY_KIND_HOLD_CAPTURE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captured_hold_claims_a_posting_of_its_own_kind),
        cmocka_unit_test(one_of_schema_version_1_claims_a_transfer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
