/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ledger.h"

#include "base/error.h"

#define NAME(kind, number, name, known) [number] = (name),
static const char *const account_kind_names[MPI_ACCOUNT_COUNT + 1] = {
    [2] = "", [4] = "", [8] = "", MPI_ACCOUNT_KINDS(NAME)};

#define KNOWN(kind, number, name, known) [number] = (known),
static const uint8_t account_kinds[MPI_ACCOUNT_COUNT] = {MPI_ACCOUNT_KINDS(KNOWN)};

static const char *const account_state_names[] = {"open", "frozen", "closed", NULL};

static const char *const owner_state_names[] = {"active", "inactive", NULL};

static const minipay_field account_fields[] = {
    MPI_ID(mpi_account, owner_id),
    MPI_ENUM(mpi_account, kind, account_kind_names),
    MPI_TEXT(mpi_account, purse),
    MPI_TEXT(mpi_account, currency),
    MPI_INT64(mpi_account, account_id),
    MPI_ENUM(mpi_account, state, account_state_names),
    MPI_INT32(mpi_account, tier),
    MPI_INT64(mpi_account, terms_version),
    MPI_INT64(mpi_account, opened_at),
    MPI_OPTIONAL_ID(mpi_account, opened_by),
    MPI_ENUM(mpi_account, owner_state, owner_state_names),
    MPI_HASH(mpi_account, row_tag),
};

static const minipay_index account_indexes[] = {{"account_by_number", {4}, 1, 1, -1, 0}};

const mpi_record mpi_account_record =
    MPI_HOT_RECORD(MPI_FORM_DOCUMENT, mpi_account, "account", account_fields, 4, account_indexes, 1);

static const minipay_field balance_fields[] = {
    MPI_INT64(mpi_balance, account_id),      MPI_MONEY(mpi_balance, posted_minor),
    MPI_MONEY(mpi_balance, held_minor),      MPI_MONEY(mpi_balance, incoming_minor),
    MPI_INT64(mpi_balance, last_sequence),   MPI_MONEY(mpi_balance, day_out_minor),
    MPI_MONEY(mpi_balance, month_out_minor), MPI_INT32(mpi_balance, day),
};

const mpi_record mpi_balance_record =
    MPI_HOT_RECORD(MPI_FORM_STATE, mpi_balance, "balance", balance_fields, 1, NULL, 0);

static const minipay_field journal_fields[] = {
    MPI_INT64(mpi_journal, sequence),
    MPI_ID(mpi_journal, operation_id),
    MPI_INT32(mpi_journal, leg),
    MPI_ENUM(mpi_journal, kind, mpi_kind_names),
    MPI_INT64(mpi_journal, debit_account),
    MPI_INT64(mpi_journal, credit_account),
    MPI_MONEY(mpi_journal, amount_minor),
    MPI_MONEY(mpi_journal, debit_balance_minor),
    MPI_MONEY(mpi_journal, credit_balance_minor),
    MPI_INT64(mpi_journal, debit_previous),
    MPI_INT64(mpi_journal, credit_previous),
    MPI_INT64(mpi_journal, booked_at),
    MPI_INT32(mpi_journal, business_date),
    MPI_INT32(mpi_journal, policy_version),
    MPI_INT64(mpi_journal, fingerprint),
    MPI_INT64(mpi_journal, reverses),
    MPI_TEXT(mpi_journal, actor),
    MPI_TEXT(mpi_journal, channel),
};

static const minipay_index journal_indexes[] = {{"journal_by_operation", {1, 2}, 2, 1, -1, 0}};

const mpi_record mpi_journal_record =
    MPI_RECORD(MPI_FORM_STREAM, mpi_journal, "journal", journal_fields, 1, journal_indexes, 1);

static const minipay_field counter_fields[] = {
    MPI_TEXT(mpi_counter, name),
    MPI_INT64(mpi_counter, value),
    MPI_HASH(mpi_counter, row_tag),
};

const mpi_record mpi_counter_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_counter, "counter", counter_fields, 1, NULL, 0);

bool mpi_account_is(int32_t kind, uint32_t known)
{
    return (account_kinds[kind] & known) != 0;
}

bool mpi_kind_counts(int32_t kind)
{
    return kind == MINIPAY_KIND_TRANSFER || kind == MINIPAY_KIND_WITHDRAW || kind == MINIPAY_KIND_PAY ||
           kind == MINIPAY_KIND_CAPTURE || kind == MINIPAY_KIND_HOLD_CAPTURE;
}
