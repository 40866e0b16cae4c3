/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "api/views.h"
#include "base/error.h"
#include "base/hash.h"
#include "event/stream.h"
#include "saga/ask.h"
#include "store/installation.h"

/* Where the contexts live: in one store, or in one each, that has the context's records and what every store
 * has. */

enum { CACHED_ACCOUNTS = 122880 };

#define IN(context) (1u << MPI_CONTEXT_##context)
enum {
    IN_ALL = (1u << MPI_CONTEXTS) - 1,
    ONLY_APART = 1u << MPI_CONTEXTS /* of no use where all share a store */
};

typedef struct placed {
    const mpi_record *record;
    uint32_t in;
} placed;

/* Only ever appended to: the order is that of the tallies' digest. */
static const placed records[] = {
    {&mpi_policy_version_record, IN_ALL},
    {&mpi_policy_rule_record, IN_ALL},
    {&mpi_counter_record, IN(WALLET) | IN(PAYMENT)},
    {&mpi_account_record, IN(WALLET)},
    {&mpi_balance_record, IN(WALLET)},
    {&mpi_journal_record, IN(WALLET)},
    {&mpi_member_record, IN(MEMBERSHIP)},
    {&mpi_member_email_record, IN(MEMBERSHIP)},
    {&mpi_bank_account_record, IN(BANKING)},
    {&mpi_bank_owner_record, IN(BANKING)},
    {&mpi_bank_number_record, IN(BANKING)},
    {&mpi_bank_order_record, IN(BANKING)},
    {&mpi_wallet_opening_record, IN(WALLET)},
    {&mpi_topup_record, IN(WALLET)},
    {&mpi_adjustment_record, IN(WALLET)},
    {&mpi_transfer_record, IN(TRANSFER)},
    {&mpi_withdrawal_record, IN(TRANSFER)},
    {&mpi_merchant_record, IN(PAYMENT)},
    {&mpi_slip_record, IN(PAYMENT)},
    {&mpi_refund_record, IN(PAYMENT)},
    {&mpi_bucket_record, IN(PAYMENT)},
    {&mpi_run_record, IN(SETTLEMENT)},
    {&mpi_line_record, IN(SETTLEMENT)},
    {&mpi_event_record, IN_ALL},
    {&mpi_hold_record, IN(WALLET)},
    {&mpi_hold_operation_record, IN(WALLET)},
    {&mpi_wallet_change_record, IN(WALLET)},
    {&mpi_slip_change_record, IN(PAYMENT)},
    {&mpi_reversal_record, IN(TRANSFER)},
    {&mpi_reversed_transfer_record, IN(TRANSFER)},
    {&mpi_batch_record, IN(WALLET)},
    {&mpi_member_change_record, IN(MEMBERSHIP)},
    {&mpi_credential_record, IN(MEMBERSHIP)},
    {&mpi_credential_change_record, IN(MEMBERSHIP)},
    {&mpi_installation_record, IN_ALL},
    {&mpi_unlinking_record, IN(BANKING)},
    {&mpi_merchant_terms_record, IN(PAYMENT)},
    {&mpi_holiday_record, IN(PAYMENT)},
    {&mpi_calendar_day_record, IN(PAYMENT)},
    {&mpi_merchant_change_record, IN(PAYMENT)},
    {&mpi_statement_record, IN(BANKING)},
    {&mpi_reconciliation_record, IN(BANKING)},
    {&mpi_difference_record, IN(BANKING)},
    {&mpi_match_record, IN(BANKING)},
    {&mpi_promotion_record, IN(PAYMENT)},
    {&mpi_bank_reference_record, IN(BANKING)},
    {&mpi_policy_change_record, IN(WALLET)},
    {&mpi_waiting_record, IN_ALL | ONLY_APART},
    {&mpi_port_answer_record, IN_ALL | ONLY_APART},
};

enum { RECORDS = MPI_COUNT(records) };

const uint32_t mpi_record_count = RECORDS;

const mpi_record *mpi_record_known(uint32_t number)
{
    return records[number].record;
}

const mpi_home *mpi_home_of(const minipay *pay, mpi_context context)
{
    return &pay->homes[pay->home_count == 1 ? 0 : context];
}

bool mpi_homes_are_apart(const minipay *pay)
{
    return pay->home_count > 1;
}

/* ---- opening --------------------------------------------------------------------------------------------- */

static minipay_status derive_keys(const minipay *pay, mpi_keys *keys, minipay_error *error)
{
    uint8_t master[32];
    if (mpi_hash_start() != 0)
        return mpi_fail(error, MINIPAY_INTERNAL, NULL, "the cryptographic library does not start");
    if (pay->host.key(pay->host.impl, 1, master) != MINIPAY_OK)
        return mpi_fail(error, MINIPAY_KEY_MISSING, "key", "the host has no master key with the id 1");
    mpi_keys_derive(master, keys);
    mpi_wipe(master, sizeof master);
    return MINIPAY_OK;
}

static bool belongs(uint32_t in, bool apart, uint32_t context)
{
    return apart ? in & (1u << context) : !(in & ONLY_APART);
}

static minipay_status open_store(minipay *pay, const minipay_config *config,
                                 const minipay_storage *storage, const mpi_keys *keys, uint32_t number,
                                 minipay_error *error)
{
    const mpi_record *known[RECORDS];
    bool apart = mpi_homes_are_apart(pay);
    mpi_store_config store = {
        .storage = storage,
        .host = &pay->host,
        .keys = keys,
        .records = known,
        .cached_rows = config->cached_accounts ? config->cached_accounts : CACHED_ACCOUNTS,
        .examine = config->examine != 0,
        .newest_commit = &pay->newest_commit,
    };
    for (uint32_t i = 0; i < RECORDS; i++) {
        if (belongs(records[i].in, apart, number))
            known[store.record_count++] = records[i].record;
    }
    mpi_views_choose(apart ? number : MPI_CONTEXTS, &store);
    return mpi_store_open(&store, &pay->homes[number].store, error);
}

/* Who only looks writes nothing, and leaves what is damaged to the audit. */
static minipay_status begin_or_check(const mpi_home *home, minipay_error *error)
{
    if (mpi_store_examines(home->store))
        return MINIPAY_OK;
    minipay_status status = mpi_installation_adopt(home->store, mpi_policy_seed, home->policy, error);
    return status == MINIPAY_OK ? mpi_policy_check(home->policy, error) : status;
}

minipay_status mpi_homes_open(minipay *pay, const minipay_config *config,
                              const minipay_storage *storages, uint32_t count, minipay_error *error)
{
    mpi_keys keys;
    minipay_status status = derive_keys(pay, &keys, error);
    if (status != MINIPAY_OK)
        return status;
    pay->home_count = count;
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++) {
        mpi_home *home = &pay->homes[i];
        status = open_store(pay, config, &storages[i], &keys, i, error);
        if (status == MINIPAY_OK)
            status = mpi_policy_new(home->store, &home->policy, error);
        if (status == MINIPAY_OK)
            status = begin_or_check(home, error);
    }
    mpi_wipe(&keys, sizeof keys);
    return status == MINIPAY_OK && !config->examine ? mpi_homes_follow(pay, error) : status;
}

minipay_status mpi_homes_follow(minipay *pay, minipay_error *error)
{
    const mpi_home *first = mpi_home_of(pay, MPI_CONTEXT_WALLET);
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < pay->home_count && status == MINIPAY_OK; i++) {
        if (pay->homes[i].store != first->store)
            status = mpi_policy_follow(pay->homes[i].policy, first->policy, error);
    }
    return status;
}

void mpi_homes_close(minipay *pay)
{
    for (uint32_t i = 0; i < pay->home_count; i++) {
        mpi_policy_free(pay->homes[i].policy);
        mpi_store_close(pay->homes[i].store);
    }
}

void mpi_homes_give_back(minipay *pay)
{
    for (uint32_t i = 0; i < pay->home_count; i++) {
        mpi_policy_free(pay->homes[i].policy);
        mpi_store_give_back(pay->homes[i].store);
    }
}
