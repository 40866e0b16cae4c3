/* SPDX-License-Identifier: Apache-2.0 */
#include "minipay/sys/bank.h"

#include "base/error.h"
#include "base/money.h"
#include "base/text.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* A bank of our own, for tests, demos and simulation: a store beside ours with three tables. It moves money
 * once for each reference, however often the order comes, and commits before it answers. */

static const char *const direction_names[] = {"none", "collect", "pay_out", NULL};
static const char *const state_names[] = {"done", "pending", "refused", NULL};

enum { STATE_DONE = 0, STATE_PENDING = 1, STATE_REFUSED = 2 };

/* An order that reached the bank. */
typedef struct received_order {
    char reference[MINIPAY_REFERENCE_SIZE];
    int32_t reference_date;
    int32_t direction;
    int32_t order_state;
    int32_t asked; /* queries so far */
    int64_t amount_minor;
    int64_t received_at;
    char currency[MINIPAY_CURRENCY_SIZE];
    char reason[64];
    int64_t fee_minor;
} received_order;

typedef struct movement {
    int64_t sequence;
    int64_t amount_minor;
    int64_t balance_minor;
    int32_t direction;
    int32_t value_date;
    char currency[MINIPAY_CURRENCY_SIZE];
    char reference[MINIPAY_REFERENCE_SIZE];
    char counterparty[MINIPAY_NAME_SIZE];
    int64_t fee_minor;
} movement;

typedef struct corporate {
    char currency[MINIPAY_CURRENCY_SIZE];
    int64_t balance_minor;
} corporate;

static const minipay_field order_fields[] = {
    MPI_TEXT(received_order, reference),
    MPI_INT32(received_order, reference_date),
    MPI_ENUM(received_order, direction, direction_names),
    MPI_ENUM(received_order, order_state, state_names),
    MPI_INT32(received_order, asked),
    MPI_MONEY(received_order, amount_minor),
    MPI_INT64(received_order, received_at),
    MPI_TEXT(received_order, currency),
    MPI_TEXT(received_order, reason),
    MPI_MONEY(received_order, fee_minor),
};
static const mpi_record order_record =
    MPI_RECORD(MPI_FORM_STATE, received_order, "received_order", order_fields, 2, NULL, 0);

static const minipay_field movement_fields[] = {
    MPI_INT64(movement, sequence),      MPI_MONEY(movement, amount_minor),
    MPI_MONEY(movement, balance_minor), MPI_ENUM(movement, direction, direction_names),
    MPI_INT32(movement, value_date),    MPI_TEXT(movement, currency),
    MPI_TEXT(movement, reference),      MPI_TEXT(movement, counterparty),
    MPI_MONEY(movement, fee_minor),
};
static const mpi_record movement_record =
    MPI_RECORD(MPI_FORM_STREAM, movement, "movement", movement_fields, 1, NULL, 0);

static const minipay_field corporate_fields[] = {MPI_TEXT(corporate, currency),
                                                 MPI_MONEY(corporate, balance_minor)};
static const mpi_record corporate_record =
    MPI_RECORD(MPI_FORM_STATE, corporate, "corporate_account", corporate_fields, 1, NULL, 0);

static const mpi_record *const records[] = {&order_record, &movement_record, &corporate_record};

typedef struct scripted_bank {
    minipay_scripted_bank_config config;
    mpi_store *store;
    mpi_table *orders, *movements, *corporates;
    uint8_t key[16];
} scripted_bank;

/* ---- the script ------------------------------------------------------------------------------------------ */

/* What becomes of an order: what the bank does, and what it says. */
typedef struct treatment {
    bool arrives;
    int32_t state; /* that the order gets */
    bool answers;
    const char *reason;
} treatment;

static const struct {
    const char *prefix;
    treatment treatment;
} on_demand[] = {
    {"REFUSE", {true, STATE_REFUSED, true, "499 not processed"}},
    {"UNKNOWN", {true, STATE_DONE, false, ""}},
    {"PENDING", {true, STATE_PENDING, true, ""}},
    {"LOST", {false, STATE_DONE, false, ""}},
    {"NOACCT", {true, STATE_REFUSED, true, "412 no such account"}},
};

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static uint32_t draw(const scripted_bank *bank, const minipay_bank_order *order)
{
    uint8_t text[MINIPAY_REFERENCE_SIZE + 8];
    memcpy(text, order->reference, sizeof order->reference);
    memcpy(text + sizeof order->reference, &order->reference_date, 4);
    memcpy(text + sizeof order->reference + 4, &order->attempt, 4);
    return (uint32_t)(mpi_hash64(bank->key, text, sizeof text) % 10000);
}

static treatment treat(const scripted_bank *bank, const minipay_bank_order *order)
{
    const minipay_scripted_bank_config *rates = &bank->config;
    uint32_t drawn = draw(bank, order), bound = rates->lost_request;
    for (size_t i = 0; i < sizeof on_demand / sizeof *on_demand; i++) {
        if (begins_with(order->account_number, on_demand[i].prefix))
            return on_demand[i].treatment;
    }
    if (drawn < bound)
        return (treatment){false, STATE_DONE, false, ""};
    if (drawn < (bound += rates->lost_reply))
        return (treatment){true, STATE_DONE, false, ""};
    if (drawn < (bound += rates->pending))
        return (treatment){true, STATE_PENDING, true, ""};
    if (drawn < bound + rates->refused)
        return (treatment){true, STATE_REFUSED, true, "499 not processed"};
    return (treatment){true, STATE_DONE, true, ""};
}

/* ---- moving money ---------------------------------------------------------------------------------------- */

static minipay_status find_corporate(scripted_bank *bank, mpi_unit *unit, const char currency[4],
                                     const corporate **found, minipay_error *error)
{
    const void *row;
    corporate account = {.balance_minor = bank->config.opening_minor};
    memcpy(account.currency, currency, sizeof account.currency);
    minipay_status status = mpi_unit_get(unit, bank->corporates, &account, &row, error);
    if (status == MINIPAY_NOT_FOUND) {
        status = mpi_unit_insert(unit, bank->corporates, &account, error);
        if (status == MINIPAY_OK)
            status = mpi_unit_get(unit, bank->corporates, &account, &row, error);
    }
    if (status == MINIPAY_OK)
        *found = row;
    return status;
}

/* The balance after the order and its fee; false: it is beyond the bank's range. */
static bool balance_after(const received_order *order, int64_t balance_minor, int64_t *after_minor)
{
    bool fits = order->direction == MINIPAY_BANK_COLLECT
                    ? mpi_money_add(balance_minor, order->amount_minor, after_minor)
                    : mpi_money_subtract(balance_minor, order->amount_minor, after_minor);
    return fits && mpi_money_subtract(*after_minor, order->fee_minor, after_minor);
}

/* Moves the money of an order, or refuses this one order. */
static minipay_status carry_out(scripted_bank *bank, mpi_unit *unit, received_order *order,
                                minipay_error *error)
{
    int64_t sequence;
    const corporate *account;
    minipay_status status = find_corporate(bank, unit, order->currency, &account, error);
    movement moved = {.amount_minor = order->amount_minor,
                      .direction = order->direction,
                      .value_date = order->reference_date,
                      .fee_minor = order->fee_minor};
    if (status != MINIPAY_OK)
        return status;
    if (!balance_after(order, account->balance_minor, &moved.balance_minor)) {
        order->order_state = STATE_REFUSED;
        mpi_text_copy(order->reason, sizeof order->reason, "421 beyond the account's range");
        return MINIPAY_OK;
    }
    corporate *edit = mpi_unit_edit(unit, bank->corporates, account);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    edit->balance_minor = moved.balance_minor;
    memcpy(moved.currency, order->currency, sizeof moved.currency);
    memcpy(moved.reference, order->reference, sizeof moved.reference);
    return mpi_unit_append(unit, bank->movements, &moved, &sequence, error);
}

/* ---- submit and query ------------------------------------------------------------------------------------ */

typedef struct bank_call {
    scripted_bank *bank;
    const minipay_bank_order *orders;
    minipay_bank_answer *answers;
    uint32_t count;
} bank_call;

static void answer_from(const received_order *order, minipay_bank_answer *answer)
{
    static const int32_t verdicts[] = {MINIPAY_VERDICT_DONE, MINIPAY_VERDICT_PENDING,
                                       MINIPAY_VERDICT_REFUSED};
    answer->verdict = verdicts[order->order_state];
    answer->amount_minor = order->order_state == STATE_DONE ? order->amount_minor : 0;
    answer->fee_minor = order->order_state == STATE_DONE ? order->fee_minor : 0;
    memcpy(answer->reason, order->reason, sizeof answer->reason);
}

static void name_order(const minipay_bank_order *asked, received_order *order)
{
    memset(order, 0, sizeof *order);
    mpi_text_copy(order->reference, sizeof order->reference, asked->reference);
    order->reference_date = asked->reference_date;
}

static minipay_status receive(scripted_bank *bank, mpi_unit *unit, const minipay_bank_order *asked,
                              const treatment *how, received_order *order, minipay_error *error)
{
    order->direction = asked->direction;
    order->order_state = how->state;
    order->amount_minor = asked->amount_minor;
    order->fee_minor = bank->config.fee_minor;
    order->received_at = mpi_unit_now(unit);
    memcpy(order->currency, asked->currency, sizeof order->currency);
    mpi_text_copy(order->reason, sizeof order->reason, how->reason);
    minipay_status status = how->state == STATE_DONE ? carry_out(bank, unit, order, error) : MINIPAY_OK;
    return status == MINIPAY_OK ? mpi_unit_insert(unit, bank->orders, order, error) : status;
}

static minipay_status submit_one(scripted_bank *bank, mpi_unit *unit, const minipay_bank_order *asked,
                                 minipay_bank_answer *answer, minipay_error *error)
{
    received_order order;
    const void *row;
    treatment how = treat(bank, asked);
    answer->verdict = MINIPAY_VERDICT_NO_ANSWER;
    if (!how.arrives)
        return MINIPAY_OK;
    name_order(asked, &order);
    minipay_status status = mpi_unit_get(unit, bank->orders, &order, &row, error);
    if (status == MINIPAY_OK)
        order = *(const received_order *)row; /* the same order again moves nothing */
    else if (status == MINIPAY_NOT_FOUND)
        status = receive(bank, unit, asked, &how, &order, error);
    if (status == MINIPAY_OK && how.answers)
        answer_from(&order, answer);
    return status;
}

static minipay_status run_submit(void *context, mpi_unit *unit, minipay_error *error)
{
    bank_call *call = context;
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < call->count && status == MINIPAY_OK; i++) {
        status = submit_one(call->bank, unit, &call->orders[i], &call->answers[i], error);
        mpi_unit_settle(unit);
    }
    return status;
}

static minipay_status query_one(scripted_bank *bank, mpi_unit *unit, const minipay_bank_order *asked,
                                minipay_bank_answer *answer, minipay_error *error)
{
    received_order order;
    const void *row;
    name_order(asked, &order);
    answer->verdict = MINIPAY_VERDICT_NOT_FOUND;
    minipay_status status = mpi_unit_get(unit, bank->orders, &order, &row, error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
    received_order *edit = mpi_unit_edit(unit, bank->orders, row);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    edit->asked++;
    if ((uint32_t)edit->asked <= bank->config.unknown_asks) {
        answer->verdict = MINIPAY_VERDICT_NO_ANSWER;
        return MINIPAY_OK;
    }
    if (edit->order_state == STATE_PENDING) {
        edit->order_state = STATE_DONE;
        status = carry_out(bank, unit, edit, error);
    }
    if (status == MINIPAY_OK)
        answer_from(edit, answer);
    return status;
}

static minipay_status run_query(void *context, mpi_unit *unit, minipay_error *error)
{
    bank_call *call = context;
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < call->count && status == MINIPAY_OK; i++) {
        status = query_one(call->bank, unit, &call->orders[i], &call->answers[i], error);
        mpi_unit_settle(unit);
    }
    return status;
}

/* ---- the contract ---------------------------------------------------------------------------------------- */

static minipay_bank_capabilities bank_capabilities(void *impl)
{
    minipay_bank_capabilities can = {.collects = 1, .pays_out = 1};
    (void)impl;
    return can;
}

static minipay_status bank_verify(void *impl, const char *bank, const char *account_number,
                                  const char *holder, minipay_error *error)
{
    (void)impl;
    (void)bank;
    (void)holder;
    if (begins_with(account_number, "NOACCT"))
        return mpi_fail_plain(error, MINIPAY_ACCOUNT_NOT_FOUND, "account_number");
    if (begins_with(account_number, "NONAME"))
        return mpi_fail_plain(error, MINIPAY_HOLDER_MISMATCH, "holder");
    return MINIPAY_OK;
}

/* What was answered within a group that did not become durable was not answered. */
static minipay_status run_call(bank_call *call, mpi_task_run run, minipay_error *error)
{
    minipay_status status = mpi_store_write(call->bank->store, run, call, error);
    for (uint32_t i = 0; i < call->count && status != MINIPAY_OK; i++)
        call->answers[i].verdict = MINIPAY_VERDICT_UNANSWERED;
    return status;
}

static minipay_status bank_submit(void *impl, const minipay_bank_order *orders,
                                  minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    scripted_bank *bank = impl;
    bank_call call = {bank, orders, answers, count};
    return run_call(&call, run_submit, error);
}

static minipay_status bank_query(void *impl, const minipay_bank_order *orders,
                                 minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    scripted_bank *bank = impl;
    bank_call call = {bank, orders, answers, count};
    return run_call(&call, run_query, error);
}

static void show_movement(const movement *row, minipay_bank_movement *shown)
{
    memset(shown, 0, sizeof *shown);
    shown->struct_size = sizeof *shown;
    shown->direction = row->direction;
    shown->position = row->sequence;
    shown->amount_minor = row->amount_minor;
    shown->value_date = row->value_date;
    shown->reference_date = row->value_date; /* each is booked on its own date */
    memcpy(shown->currency, row->currency, sizeof shown->currency);
    memcpy(shown->reference, row->reference, sizeof shown->reference);
    memcpy(shown->counterparty, row->counterparty, sizeof shown->counterparty);
    shown->fee_minor = row->fee_minor;
}

static minipay_status bank_statement(void *impl, int64_t position, minipay_bank_movement *movements,
                                     uint32_t *count, minipay_error *error)
{
    scripted_bank *bank = impl;
    movement low = {.sequence = position};
    minipay_scan scan = {
        .table = &movement_record.table, .index = -1, .low = &low, .low_fields = 1, .low_exclusive = 1};
    mpi_view view;
    movement *rows = malloc((*count ? *count : 1) * sizeof *rows);
    if (!rows)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = mpi_view_open(bank->store, &view, error);
    if (status == MINIPAY_OK) {
        status = mpi_view_scan(&view, &scan, rows, count, error);
        mpi_view_close(&view);
    }
    for (uint32_t i = 0; status == MINIPAY_OK && i < *count; i++)
        show_movement(&rows[i], &movements[i]);
    free(rows);
    return status;
}

static minipay_status bank_balance(void *impl, const char *currency, int64_t *balance_minor,
                                   minipay_error *error)
{
    scripted_bank *bank = impl;
    corporate account = {.balance_minor = 0};
    mpi_view view;
    mpi_text_copy(account.currency, sizeof account.currency, currency);
    minipay_status status = mpi_view_open(bank->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &corporate_record, -1, &account, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK || status == MINIPAY_NOT_FOUND)
        *balance_minor = status == MINIPAY_OK ? account.balance_minor : bank->config.opening_minor;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

static void bank_close(void *impl)
{
    scripted_bank *bank = impl;
    mpi_store_close(bank->store);
    free(bank);
}

/* ---- opening --------------------------------------------------------------------------------------------- */

void minipay_scripted_bank_config_init(minipay_scripted_bank_config *config)
{
    if (!config)
        return;
    memset(config, 0, sizeof *config);
    config->struct_size = sizeof *config;
}

static minipay_status open_store(scripted_bank *bank, minipay_error *error)
{
    minipay_sqlite_config sqlite;
    minipay_storage storage;
    minipay_host host;
    mpi_keys keys;
    memset(&keys, 0, sizeof keys);
    minipay_sqlite_config_init(&sqlite);
    minipay_host_init(&host);
    memcpy(sqlite.path, bank->config.path, sizeof sqlite.path);
    minipay_status status = mpi_hash_start() == 0 ? minipay_sqlite_storage(&sqlite, &storage, error)
                                                  : mpi_fail_plain(error, MINIPAY_INTERNAL, NULL);
    if (status != MINIPAY_OK)
        return status;
    mpi_store_config config = {.storage = &storage,
                               .host = &host,
                               .keys = &keys,
                               .records = records,
                               .record_count = MPI_COUNT(records),
                               .cached_rows = 32768};
    status = mpi_store_open(&config, &bank->store, error);
    if (status != MINIPAY_OK)
        storage.close(storage.impl);
    return status;
}

minipay_status minipay_scripted_bank(const minipay_scripted_bank_config *config, minipay_bank *bank,
                                     minipay_error *error)
{
    if (!config || !bank)
        return mpi_fail_plain(error, MINIPAY_INVALID_ARGUMENT, config ? "bank" : "config");
    minipay_status status = mpi_check_size("config", config->struct_size, sizeof *config, error);
    if (status != MINIPAY_OK)
        return status;
    if (config->fee_minor < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_AMOUNT, "fee_minor");
    if (!config->path[0] || !mpi_text_valid(config->path, sizeof config->path))
        return mpi_fail_plain(error, MINIPAY_INVALID_TEXT, "path");
    scripted_bank *made = calloc(1, sizeof *made);
    if (!made)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    made->config = *config;
    memcpy(made->key, &config->seed, sizeof config->seed);
    status = open_store(made, error);
    if (status != MINIPAY_OK) {
        free(made);
        return status;
    }
    made->orders = mpi_store_table(made->store, &order_record);
    made->movements = mpi_store_table(made->store, &movement_record);
    made->corporates = mpi_store_table(made->store, &corporate_record);
    *bank = (minipay_bank){
        .version = MINIPAY_BANK_VERSION,
        .impl = made,
        .capabilities = bank_capabilities,
        .verify_account = bank_verify,
        .submit = bank_submit,
        .query = bank_query,
        .statement = bank_statement,
        .balance = bank_balance,
        .close = bank_close,
    };
    return MINIPAY_OK;
}
