/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/banking.h"

#include "banking/internal.h"
#include "banking/reconcile.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/text.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

static const char *const account_state_names[] = {"linked", "unlinked", NULL};

static const minipay_field account_fields[] = {
    MPI_OPERATION_FIELDS(mpi_bank_account),
    MPI_ID(mpi_bank_account, owner_id),
    MPI_ENUM(mpi_bank_account, account_state, account_state_names),
    MPI_INT32(mpi_bank_account, is_asked),
    MPI_INT32(mpi_bank_account, verified),
    MPI_TEXT(mpi_bank_account, bank),
    MPI_TEXT(mpi_bank_account, masked_number),
    MPI_HASH(mpi_bank_account, number_hash),
    MPI_BYTES(mpi_bank_account, account_number),
    MPI_BYTES(mpi_bank_account, holder),
    MPI_INT64(mpi_bank_account, next_at),
    MPI_INT64(mpi_bank_account, deadline_at),
    MPI_INT32(mpi_bank_account, attempts),
    MPI_HASH(mpi_bank_account, row_tag),
};

enum { FIELD_ID = 0, FIELD_STATE = 4, FIELD_OWNER = 14, FIELD_ACCOUNT_STATE = 15, FIELD_NEXT_AT = 23 };

static const minipay_index account_indexes[] = {
    {"bank_account_of_owner",
     {FIELD_OWNER, FIELD_ID},
     2,
     0,
     FIELD_ACCOUNT_STATE,
     MINIPAY_ACCOUNT_LINKED + 1},
    {"bank_account_due", {FIELD_NEXT_AT}, 1, 0, FIELD_STATE, MINIPAY_STATE_RUNNING + 1},
};

const mpi_record mpi_bank_account_record = MPI_RECORD(
    MPI_FORM_DOCUMENT, mpi_bank_account, "bank_account", account_fields, 1, account_indexes, 2);

static const minipay_field owner_fields[] = {
    MPI_ID(mpi_bank_owner, owner_id),
    MPI_ID(mpi_bank_owner, account_id),
    MPI_HASH(mpi_bank_owner, row_tag),
};

const mpi_record mpi_bank_owner_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_bank_owner, "bank_owner", owner_fields, 1, NULL, 0);

static const minipay_field number_fields[] = {
    MPI_HASH(mpi_bank_number, number_hash),
    MPI_ID(mpi_bank_number, account_id),
    MPI_HASH(mpi_bank_number, row_tag),
};

const mpi_record mpi_bank_number_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_bank_number, "bank_number", number_fields, 1, NULL, 0);

/* ---- linking an account -------------------------------------------------------------------------------- */

static minipay_status unseal(const mpi_banking *banking, const mpi_bank_account *account,
                             minipay_bank_order *order, minipay_error *error)
{
    const mpi_keys *keys = mpi_store_keys(banking->store);
    const minipay_id *context = &account->op.id;
    memcpy(order->bank, account->bank, sizeof order->bank);
    if (mpi_record_unseal(keys, context, &account->account_number, order->account_number,
                          sizeof order->account_number) != 0 ||
        mpi_record_unseal(keys, context, &account->holder, order->holder, sizeof order->holder) != 0)
        return mpi_fail(error, MINIPAY_CORRUPT, "bank_account", "an account number cannot be unsealed");
    return MINIPAY_OK;
}

minipay_status mpi_banking_address(const mpi_banking *banking, mpi_flow *flow,
                                   const minipay_id *account_id, minipay_bank_order *order)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, banking->accounts, account_id, &row, flow->error);
    return status == MINIPAY_OK ? unseal(banking, row, order, flow->error) : status;
}

/* Whoever he is, he stays it: a link under way goes on when its owner is deactivated. */
static minipay_status check_owner(void *context, mpi_flow *flow, void *document)
{
    const mpi_banking *banking = context;
    const mpi_bank_account *account = document;
    if (account->is_asked)
        return MINIPAY_OK;
    return banking->owners_known.check(banking->owners_known.impl, flow, &account->owner_id);
}

/* When the bank is asked next, and until when at most. */
static minipay_status plan(const mpi_banking *banking, mpi_flow *flow, mpi_bank_account *account)
{
    int64_t now = mpi_unit_now(flow->unit);
    const mpi_rules *rules = mpi_order_rules(banking, flow, "\0\0\0");
    if (!rules)
        return flow->error->status;
    if (account->deadline_at == 0) {
        account->deadline_at = mpi_time_after_ms(now, rules->values[MINIPAY_RULE_BANK_DEADLINE_MS][0]);
        account->op.policy_version = rules->version;
    }
    if (now >= account->deadline_at)
        return MINIPAY_BANK_SILENT;
    account->attempts++;
    account->next_at = mpi_time_after_ms(now, mpi_order_wait_ms(rules, account->attempts));
    return MINIPAY_OK;
}

/* The bank is asked between two units of work; its answer stands in the document when this runs again. Asking
 * moves no money: it is simply asked again, and in the end the account is not linked. */
static minipay_status verify(void *context, mpi_flow *flow, void *document)
{
    mpi_banking *banking = context;
    mpi_bank_account *account = document;
    if (account->is_asked && account->verified != MPI_WAIT)
        return account->verified;
    account->is_asked = 1;
    account->verified = MPI_WAIT;
    minipay_status status = plan(banking, flow, account);
    if (status != MINIPAY_OK)
        return status;
    mpi_call *call = mpi_call_add(flow->calls);
    if (!call)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    call->kind = MPI_CALL_VERIFY;
    call->order.id = account->op.id;
    status = unseal(banking, account, &call->order, flow->error);
    return status == MINIPAY_OK ? MPI_WAIT : status;
}

static minipay_status link_number(void *context, mpi_flow *flow, void *document)
{
    mpi_banking *banking = context;
    const mpi_bank_account *account = document;
    mpi_bank_number number = {.account_id = account->op.id};
    mpi_bank_owner owner = {.owner_id = account->owner_id, .account_id = account->op.id};
    memcpy(number.number_hash, account->number_hash, sizeof number.number_hash);
    minipay_status status = mpi_unit_insert(flow->unit, banking->numbers, &number, flow->error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_ID_REUSED ? MINIPAY_ACCOUNT_EXISTS : status;
    status = mpi_unit_insert(flow->unit, banking->owners, &owner, flow->error);
    return status == MINIPAY_ID_REUSED ? MINIPAY_OK : status;
}

static const mpi_step link_steps[] = {
    {"owner", "membership.terms, payment.merchant", check_owner, NULL, NULL},
    {"verify", "bank.verify_account", verify, NULL, NULL},
    {"link", "banking.number", link_number, NULL, NULL},
};

static const mpi_saga link_saga = {
    .kind = MINIPAY_KIND_LINK,
    .name = "link",
    .record = &mpi_bank_account_record,
    .steps = link_steps,
    .step_count = MPI_COUNT(link_steps),
};

/* Of a number that is no longer nothing is shown. */
static void mask(const char *number, char *masked, size_t size)
{
    const char *tail = mpi_text_last(number, 4);
    snprintf(masked, size, "***-***-%s", tail == number ? "" : tail);
}

void mpi_banking_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const mpi_banking *banking = context;
    const minipay_link_request *request = (const minipay_link_request *)requests + number;
    mpi_bank_account *account = (mpi_bank_account *)(void *)document;
    char text[16 + MINIPAY_BANK_SIZE + MINIPAY_ACCOUNT_NUMBER_SIZE] = {0};
    memset(account, 0, sizeof *account);
    mpi_operation_head(&account->op, MINIPAY_KIND_LINK, &request->id, request->actor, request->channel,
                       request->reason);
    account->owner_id = request->owner_id;
    memcpy(account->bank, request->bank, sizeof account->bank);
    mask(request->account_number, account->masked_number, sizeof account->masked_number);
    memcpy(text, request->owner_id.bytes, 16);
    memcpy(text + 16, request->bank, sizeof request->bank);
    memcpy(text + 16 + sizeof request->bank, request->account_number, sizeof request->account_number);
    mpi_hash256(mpi_store_keys(banking->store)->lookup, text, sizeof text, account->number_hash);
    mpi_secret_set(&account->account_number, sizeof account->account_number, request->account_number);
    mpi_secret_set(&account->holder, sizeof account->holder, request->holder);
}

/* ---- composition --------------------------------------------------------------------------------------- */

void mpi_banking_set_up(mpi_banking *banking, mpi_engine *engine, const mpi_home *home,
                        const minipay_bank *bank)
{
    mpi_caller caller = {banking, bank->version != 0, mpi_banking_make_calls, mpi_banking_take_in};
    banking->engine = engine;
    banking->store = home->store;
    banking->policy = home->policy;
    banking->bank = *bank;
    if (bank->version != 0)
        banking->can = bank->capabilities(bank->impl);
    banking->accounts = mpi_store_table(banking->store, &mpi_bank_account_record);
    banking->owners = mpi_store_table(banking->store, &mpi_bank_owner_record);
    banking->numbers = mpi_store_table(banking->store, &mpi_bank_number_record);
    banking->orders = mpi_store_table(banking->store, &mpi_bank_order_record);
    banking->references = mpi_store_table(banking->store, &mpi_bank_reference_record);
    banking->statements = mpi_store_table(banking->store, &mpi_statement_record);
    banking->reconciliations = mpi_store_table(banking->store, &mpi_reconciliation_record);
    banking->differences = mpi_store_table(banking->store, &mpi_difference_record);
    banking->matches = mpi_store_table(banking->store, &mpi_match_record);
    pthread_mutex_init(&banking->line, NULL);
    mpi_engine_add(engine, home, &link_saga, banking);
    mpi_engine_add(engine, home, &mpi_unlink_saga, banking);
    mpi_engine_add(engine, home, &mpi_order_saga, banking);
    mpi_engine_set_caller(engine, home, &caller);
}

void mpi_banking_set_fees(mpi_banking *banking, const mpi_bank_fees *fees)
{
    banking->fees = *fees;
}

void mpi_banking_set_owners(mpi_banking *banking, const mpi_owners *owners)
{
    banking->owners_known = *owners;
}

void mpi_banking_tear_down(mpi_banking *banking)
{
    pthread_mutex_destroy(&banking->line);
    if (banking->bank.close)
        banking->bank.close(banking->bank.impl);
}
