/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Arguments that are missing, too many, or name nothing; call by call in the order of the headers. */

enum { TOO_MANY = MINIPAY_BATCH_LARGEST + 1 };

typedef struct desk {
    world w;
    minipay *pay;
    minipay_error error;
    minipay_id member, merchant, account, topup, run, line, unknown;
    uint32_t count, too_many;
} desk;

static const minipay_id none = {{0}};
static minipay_outcome outcome;

static void begin(desk *d)
{
    minipay_settlement_line line;
    memset(d, 0, sizeof *d);
    world_begin(&d->w);
    d->pay = d->w.pay;
    d->member = world_person(&d->w, "110-1");
    d->account = world_link(&d->w, d->member, "110-2");
    d->merchant = world_merchant(&d->w, "110-3", 100);
    d->topup = world_do(&d->w, MINIPAY_KIND_TOPUP, d->member, world_nobody, 10000).id;
    world_do(&d->w, MINIPAY_KIND_PAY, d->member, d->merchant, 1000);
    d->run = world_settle(&d->w, world_id(&d->w), 20991231).id;
    d->unknown = world_id(&d->w);
    d->count = 1;
    ASSERT_STATUS(minipay_settlement_lines(d->pay, &d->run, &none, &line, &d->count, NULL), MINIPAY_OK);
    d->line = line.id;
    d->too_many = TOO_MANY;
    minipay_error_init(&d->error);
}

static void end(desk *d)
{
    assert_int_equal(d->count, 1);
    assert_int_equal(d->too_many, TOO_MANY);
    world_audit_clean(&d->w);
    world_close(&d->w);
}

#define REFUSES(called, expected, name)                                                                 \
    do {                                                                                                \
        minipay_error *error = &d.error;                                                                \
        minipay_error_init(error);                                                                      \
        minipay_status refused = called;                                                                \
        ASSERT_STATUS(refused, MINIPAY_##expected);                                                     \
        ASSERT_STATUS(error->status, MINIPAY_##expected);                                               \
        assert_string_equal(error->field, name);                                                        \
    } while (0)

#define TEST_BEGINS(type)                                                                               \
    desk d;                                                                                             \
    static type out[1];                                                                                 \
    (void)state;                                                                                        \
    begin(&d);                                                                                          \
    minipay *p = d.pay;                                                                                 \
    uint32_t *n = &d.count, *many = &d.too_many

/* A page: nowhere to put the number, no rows, too many of them. */
#define PAGE(call, rows, ...)                                                                           \
    REFUSES(call(p, __VA_ARGS__, rows, NULL, error), INVALID_ARGUMENT, "count");                        \
    REFUSES(call(p, __VA_ARGS__, NULL, n, error), INVALID_ARGUMENT, "count");                           \
    REFUSES(call(p, __VA_ARGS__, rows, many, error), BATCH_TOO_LARGE, "count")

/* ---- batches of requests --------------------------------------------------------------------------------- */

#define BATCH(call, request)                                                                            \
    REFUSES(call(p, NULL, 1, &outcome, error), INVALID_ARGUMENT, "count");                              \
    REFUSES(call(p, &request, 1, NULL, error), INVALID_ARGUMENT, "count");                              \
    REFUSES(call(p, &request, 0, &outcome, error), INVALID_ARGUMENT, "count");                          \
    REFUSES(call(p, &request, TOO_MANY, &outcome, error), BATCH_TOO_LARGE, "count")

static void batches_are_neither_missing_nor_empty_nor_too_large(void **state)
{
    static minipay_link_request link;
    static minipay_unlink_request unlink;
    static minipay_member_request member;
    static minipay_member_change change;
    static minipay_wallet_request wallet;
    static minipay_merchant_request merchant;
    static minipay_merchant_change terms;
    static minipay_promotion_request promotion;
    static minipay_holiday_request holiday;
    static minipay_instruction instruction;
    TEST_BEGINS(minipay_outcome);
    (void)n, (void)many, (void)out;
    BATCH(minipay_account_link, link);
    BATCH(minipay_account_unlink, unlink);
    BATCH(minipay_member_register, member);
    BATCH(minipay_member_update, change);
    BATCH(minipay_wallet_open, wallet);
    BATCH(minipay_merchant_register, merchant);
    BATCH(minipay_merchant_update, terms);
    BATCH(minipay_promotion_register, promotion);
    BATCH(minipay_holiday_set, holiday);
    BATCH(minipay_execute, instruction);
    end(&d);
}

/* ---- what needs no handle -------------------------------------------------------------------------------- */

static void an_init_function_does_nothing_for_null(void **state)
{
    (void)state;
    minipay_audit_check_init(NULL);
    minipay_balance_init(NULL);
    minipay_bank_account_init(NULL);
    minipay_batch_outcome_init(NULL);
    minipay_batch_request_init(NULL);
    minipay_checkpoint_init(NULL);
    minipay_config_init(NULL);
    minipay_corporate_account_init(NULL);
    minipay_corporate_position_init(NULL);
    minipay_credential_init(NULL);
    minipay_credential_request_init(NULL);
    minipay_difference_init(NULL);
    minipay_entry_init(NULL);
    minipay_error_init(NULL);
    minipay_holiday_init(NULL);
    minipay_holiday_request_init(NULL);
    minipay_host_init(NULL);
    minipay_link_request_init(NULL);
    minipay_member_init(NULL);
    minipay_member_change_init(NULL);
    minipay_member_request_init(NULL);
    minipay_memo_init(NULL);
    minipay_merchant_init(NULL);
    minipay_merchant_change_init(NULL);
    minipay_merchant_request_init(NULL);
    minipay_operation_init(NULL);
    minipay_order_init(NULL);
    minipay_order_query_init(NULL);
    minipay_outcome_init(NULL);
    minipay_policy_request_init(NULL);
    minipay_policy_version_init(NULL);
    minipay_posting_init(NULL);
    minipay_promotion_init(NULL);
    minipay_promotion_request_init(NULL);
    minipay_reconcile_request_init(NULL);
    minipay_reconciliation_init(NULL);
    minipay_retry_request_init(NULL);
    minipay_rule_init(NULL);
    minipay_scripted_bank_config_init(NULL);
    minipay_settlement_init(NULL);
    minipay_settlement_line_init(NULL);
    minipay_settlement_request_init(NULL);
    minipay_slip_init(NULL);
    minipay_slip_query_init(NULL);
    minipay_sqlite_config_init(NULL);
    minipay_statement_entry_init(NULL);
    minipay_unlink_request_init(NULL);
    minipay_wallet_init(NULL);
    minipay_wallet_request_init(NULL);
    minipay_instruction_init(NULL, MINIPAY_KIND_PAY);
}

/* Through variables, as a compiler would see through a NULL that stands there. */
static void functions_of_values_answer_null_as_their_header_says(void **state)
{
    char text[64], *volatile no_text = NULL;
    int64_t amount = 7;
    minipay_id id, *volatile no_id = NULL;
    const minipay_id untouched = {{0x77}};
    (void)state;
    id = untouched;
    ASSERT_STATUS(minipay_id_parse(no_text, &id), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_id_parse("019ab000-0000-7000-8000-000000000001", no_id),
                  MINIPAY_INVALID_ARGUMENT);
    minipay_id_from_name(1, no_text, &id);
    minipay_id_from_name(1, "name", no_id);
    assert_memory_equal(&id, &untouched, sizeof id);
    strcpy(text, "as it was");
    minipay_id_format(no_id, text);
    minipay_id_format(&id, no_text);
    minipay_time_format(1, no_text);
    assert_int_equal(minipay_currency_exponent(no_text), -1);
    ASSERT_STATUS(minipay_money_parse(no_text, "KRW", &amount), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_money_parse("5", no_text, &amount), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_money_parse("5", "KRW", (int64_t *)(void *)no_text), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_money_format(5, no_text, text), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_money_format(5, "KRW", no_text), MINIPAY_INVALID_ARGUMENT);
    assert_int_equal(amount, 7);
    assert_string_equal(text, "as it was");
}

static void adapters_name_what_is_missing(void **state)
{
    struct {
        minipay_error error;
    } d;
    minipay_sqlite_config sqlite;
    minipay_storage storage;
    minipay_scripted_bank_config script;
    minipay_bank bank;
    (void)state;
    minipay_sqlite_config_init(&sqlite);
    minipay_scripted_bank_config_init(&script);
    strcpy(sqlite.path, ":memory:");
    strcpy(script.path, ":memory:");
    REFUSES(minipay_sqlite_storage(NULL, &storage, error), INVALID_ARGUMENT, "config");
    REFUSES(minipay_sqlite_storage(&sqlite, NULL, error), INVALID_ARGUMENT, "storage");
    REFUSES(minipay_scripted_bank(NULL, &bank, error), INVALID_ARGUMENT, "config");
    REFUSES(minipay_scripted_bank(&script, NULL, error), INVALID_ARGUMENT, "bank");
}

/* ---- audit.h --------------------------------------------------------------------------------------------- */

static void audit_and_checkpoints(void **state)
{
    minipay_audit_check checks[32];
    uint8_t key[32] = {0};
    int32_t clean = 7;
    TEST_BEGINS(minipay_checkpoint);
    (void)many;
    REFUSES(minipay_audit(p, NULL, n, &clean, error), INVALID_ARGUMENT, "checks");
    REFUSES(minipay_audit(p, checks, NULL, &clean, error), INVALID_ARGUMENT, "count");
    REFUSES(minipay_audit(p, checks, n, NULL, error), INVALID_ARGUMENT, "clean");
    REFUSES(minipay_audit(p, checks, n, &clean, error), INVALID_ARGUMENT, "count"); /* room for one */
    assert_int_equal(clean, 7);
    REFUSES(minipay_checkpoint_make(p, NULL, error), INVALID_ARGUMENT, "checkpoint");
    REFUSES(minipay_checkpoint_verify(p, NULL, error), INVALID_ARGUMENT, "checkpoint");
    REFUSES(minipay_checkpoint_key(p, NULL, error), INVALID_ARGUMENT, "public_key");
    ASSERT_STATUS(minipay_checkpoint_make(p, out, NULL), MINIPAY_OK);
    REFUSES(minipay_checkpoint_check(NULL, key, error), INVALID_ARGUMENT, "checkpoint");
    REFUSES(minipay_checkpoint_check(out, NULL, error), INVALID_ARGUMENT, "public_key");
    REFUSES(minipay_checkpoint_check(out, key, error), INVALID_ARGUMENT, "signature");
    ASSERT_STATUS(minipay_checkpoint_key(p, key, NULL), MINIPAY_OK);
    ASSERT_STATUS(minipay_checkpoint_check(out, key, NULL), MINIPAY_OK);
    out->struct_size--;
    REFUSES(minipay_checkpoint_check(out, key, error), INVALID_SIZE, "struct_size");
    REFUSES(minipay_checkpoint_parse(NULL, out, error), INVALID_ARGUMENT, "text");
    REFUSES(minipay_checkpoint_parse("", NULL, error), INVALID_ARGUMENT, "checkpoint");
    end(&d);
}

/* ---- banking.h ------------------------------------------------------------------------------------------- */

static void accounts(void **state)
{
    TEST_BEGINS(minipay_bank_account);
    REFUSES(minipay_account_get(p, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_account_get(p, &d.account, NULL, error), INVALID_ARGUMENT, "account");
    ASSERT_STATUS(minipay_account_get(p, &d.unknown, out, NULL), MINIPAY_ACCOUNT_NOT_FOUND);
    REFUSES(minipay_account_list(p, NULL, &none, out, n, error), INVALID_ARGUMENT, "owner_id");
    REFUSES(minipay_account_list(p, &d.member, NULL, out, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_account_list, out, &d.member, &none);
    end(&d);
}

static void link_once(desk *d, const char *account_number, minipay_status expected)
{
    minipay_link_request link;
    minipay_link_request_init(&link);
    link.id = world_id(&d->w);
    link.owner_id = d->member;
    strcpy(link.bank, "004");
    snprintf(link.account_number, sizeof link.account_number, "%s", account_number);
    strcpy(link.holder, "Holder");
    ASSERT_STATUS(minipay_account_link(d->w.pay, &link, 1, &outcome, NULL), expected);
}

static void linking(void **state)
{
    TEST_BEGINS(minipay_bank_account);
    (void)n, (void)many;
    link_once(&d, "110-2", MINIPAY_ACCOUNT_EXISTS);
    link_once(&d, "NOACCT-1", MINIPAY_ACCOUNT_NOT_FOUND);
    link_once(&d, "NONAME-1", MINIPAY_HOLDER_MISMATCH);
    d.w.faults.bank_calls = 0;
    d.w.faults.bank_fails_at = 1;
    link_once(&d, "110-4", MINIPAY_OK);
    d.w.faults.bank_fails_at = 0;
    ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
    ASSERT_STATUS(minipay_account_get(p, &outcome.id, out, NULL), MINIPAY_ACCOUNT_NOT_FOUND);
    d.w.made--; /* the same request again */
    link_once(&d, "110-4", MINIPAY_OK);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    end(&d);
}

static void linking_without_a_bank_is_not_supported(void **state)
{
    desk d;
    (void)state;
    memset(&d, 0, sizeof d);
    world_init(&d.w, ":memory:");
    d.w.without_bank = true;
    world_open(&d.w);
    d.member = world_person(&d.w, NULL);
    link_once(&d, "110-1", MINIPAY_NOT_SUPPORTED);
    world_audit_clean(&d.w);
    world_close(&d.w);
}

static void orders_and_the_corporate_account(void **state)
{
    minipay_corporate_account account;
    minipay_corporate_position position;
    minipay_order_query query;
    TEST_BEGINS(minipay_order);
    REFUSES(minipay_order_get(p, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_order_get(p, &d.topup, NULL, error), INVALID_ARGUMENT, "order");
    REFUSES(minipay_order_find(p, NULL, out, error), INVALID_ARGUMENT, "operation_id");
    REFUSES(minipay_order_find(p, &d.topup, NULL, error), INVALID_ARGUMENT, "order");
    REFUSES(minipay_order_list(p, NULL, out, n, error), INVALID_ARGUMENT, "query");
    minipay_order_query_init(&query);
    PAGE(minipay_order_list, out, &query);
    query.state = MINIPAY_STATE_PARKED + 1;
    REFUSES(minipay_order_list(p, &query, out, n, error), INVALID_ARGUMENT, "state");
    query.struct_size++;
    REFUSES(minipay_order_list(p, &query, out, n, error), INVALID_SIZE, "struct_size");
    REFUSES(minipay_corporate_account_get(p, NULL, &account, error), INVALID_ARGUMENT, "currency");
    REFUSES(minipay_corporate_account_get(p, "KRW", NULL, error), INVALID_ARGUMENT, "account");
    REFUSES(minipay_corporate_account_get(p, "KRX", &account, error), INVALID_CURRENCY, "currency");
    REFUSES(minipay_corporate_position_get(p, NULL, &position, error), INVALID_ARGUMENT, "currency");
    REFUSES(minipay_corporate_position_get(p, "KRW", NULL, error), INVALID_ARGUMENT, "position");
    REFUSES(minipay_corporate_position_get(p, "KRX", &position, error), INVALID_CURRENCY, "currency");
    end(&d);
}

static minipay_status endless_balance(void *impl, const char *currency, int64_t *balance_minor,
                                      minipay_error *error)
{
    (void)impl, (void)currency, (void)error;
    *balance_minor = INT64_MIN;
    return MINIPAY_OK;
}

static void a_position_whose_difference_does_not_fit_is_an_overflow(void **state)
{
    world w;
    minipay_corporate_position position;
    minipay_error error;
    (void)state;
    world_init(&w, ":memory:");
    strcpy(w.script.path, ":memory:");
    ASSERT_STATUS(minipay_scripted_bank(&w.script, &w.bank, NULL), MINIPAY_OK);
    w.bank.balance = endless_balance;
    world_open(&w);
    world_topup(&w, world_person(&w, "110-1"), 10000);
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, "KRW", &position, &error),
                  MINIPAY_AMOUNT_OVERFLOW);
    assert_string_equal(error.field, "at_bank_minor");
    world_audit_clean(&w);
    world_close(&w);
}

static void reconciliations(void **state)
{
    minipay_reconcile_request request;
    static minipay_difference difference;
    TEST_BEGINS(minipay_reconciliation);
    minipay_reconcile_request_init(&request);
    REFUSES(minipay_reconcile(p, NULL, out, error), INVALID_ARGUMENT, "request");
    REFUSES(minipay_reconcile(p, &request, NULL, error), INVALID_ARGUMENT, "reconciliation");
    REFUSES(minipay_reconciliation_get(p, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_reconciliation_get(p, &none, NULL, error), INVALID_ARGUMENT, "reconciliation");
    REFUSES(minipay_difference_list(p, NULL, 0, &difference, n, error), INVALID_ARGUMENT,
            "reconciliation_id");
    REFUSES(minipay_difference_list(p, &none, -1, &difference, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_difference_list, &difference, &none, 0);
    end(&d);
}

/* ---- books.h, instruction.h, member.h -------------------------------------------------------------------- */

static void books(void **state)
{
    minipay_balance balance;
    minipay_posting posting;
    TEST_BEGINS(minipay_operation);
    minipay_balance_init(&balance);
    minipay_posting_init(&posting);
    REFUSES(minipay_operation_list(p, MINIPAY_KIND_PAY, NULL, out, n, error), INVALID_ARGUMENT, "after");
    REFUSES(minipay_operation_list(p, MINIPAY_KIND_NONE, &none, out, n, error), INVALID_ARGUMENT,
            "kind");
    PAGE(minipay_operation_list, out, MINIPAY_KIND_PAY, &none);
    REFUSES(minipay_balance_list(p, NULL, &balance, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_balance_list, &balance, &balance);
    REFUSES(minipay_posting_list(p, NULL, &posting, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_posting_list, &posting, &posting);
    end(&d);
}

static void outcomes_and_ids(void **state)
{
    TEST_BEGINS(minipay_outcome);
    (void)n, (void)many;
    REFUSES(minipay_outcome_get(p, MINIPAY_KIND_TOPUP, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_outcome_get(p, MINIPAY_KIND_TOPUP, &d.topup, NULL, error), INVALID_ARGUMENT,
            "outcome");
    REFUSES(minipay_outcome_get(p, 77, &d.topup, out, error), INVALID_ARGUMENT, "kind");
    REFUSES(minipay_outcome_get(p, MINIPAY_KIND_TOPUP, &d.unknown, out, error), NOT_FOUND, "id");
    ASSERT_STATUS(minipay_id_generate(p, NULL), MINIPAY_INVALID_ARGUMENT);
    end(&d);
}

static void memos(void **state)
{
    TEST_BEGINS(minipay_memo);
    (void)n, (void)many;
    REFUSES(minipay_memo_get(p, MINIPAY_KIND_PAY, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_memo_get(p, MINIPAY_KIND_PAY, &d.unknown, NULL, error), INVALID_ARGUMENT, "memo");
    REFUSES(minipay_memo_get(p, MINIPAY_KIND_TOPUP, &d.topup, out, error), INVALID_ARGUMENT, "kind");
    REFUSES(minipay_memo_get(p, MINIPAY_KIND_PAY, &d.unknown, out, error), NOT_FOUND, "id");
    end(&d);
}

static void members(void **state)
{
    minipay_credential_request request;
    minipay_credential credential;
    TEST_BEGINS(minipay_member);
    (void)n, (void)many;
    REFUSES(minipay_member_get(p, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_member_get(p, &d.member, NULL, error), INVALID_ARGUMENT, "member");
    REFUSES(minipay_member_find(p, NULL, out, error), INVALID_ARGUMENT, "email");
    REFUSES(minipay_member_find(p, "a@b.example", NULL, error), INVALID_ARGUMENT, "member");
    ASSERT_STATUS(minipay_member_get(p, &d.unknown, out, NULL), MINIPAY_MEMBER_NOT_FOUND);
    ASSERT_STATUS(minipay_member_find(p, "nobody@world.example", out, NULL), MINIPAY_MEMBER_NOT_FOUND);
    minipay_credential_request_init(&request);
    REFUSES(minipay_credential_set(p, NULL, &outcome, error), INVALID_ARGUMENT, "request");
    REFUSES(minipay_credential_set(p, &request, NULL, error), INVALID_ARGUMENT, "outcome");
    REFUSES(minipay_credential_get(p, NULL, MINIPAY_CREDENTIAL_PIN, &credential, error),
            INVALID_ARGUMENT, "member_id");
    REFUSES(minipay_credential_get(p, &d.member, MINIPAY_CREDENTIAL_PIN, NULL, error), INVALID_ARGUMENT,
            "found");
    REFUSES(minipay_credential_get(p, &d.member, 3, &credential, error), INVALID_ARGUMENT, "credential");
    end(&d);
}

/* ---- payment.h ------------------------------------------------------------------------------------------- */

static void merchants_and_promotions(void **state)
{
    static minipay_promotion promotion;
    TEST_BEGINS(minipay_merchant);
    REFUSES(minipay_merchant_get(p, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_merchant_get(p, &d.merchant, NULL, error), INVALID_ARGUMENT, "merchant");
    REFUSES(minipay_merchant_get(p, &d.unknown, out, error), MERCHANT_NOT_FOUND, "id");
    REFUSES(minipay_merchant_list(p, NULL, out, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_merchant_list, out, &none);
    REFUSES(minipay_promotion_get(p, NULL, &promotion, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_promotion_get(p, &none, NULL, error), INVALID_ARGUMENT, "promotion");
    ASSERT_STATUS(minipay_promotion_get(p, &d.unknown, &promotion, NULL), MINIPAY_NOT_FOUND);
    REFUSES(minipay_promotion_list(p, NULL, &promotion, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_promotion_list, &promotion, &none);
    end(&d);
}

static void slips(void **state)
{
    minipay_slip_query query;
    TEST_BEGINS(minipay_slip);
    REFUSES(minipay_slip_get(p, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_slip_get(p, &d.topup, NULL, error), INVALID_ARGUMENT, "slip");
    ASSERT_STATUS(minipay_slip_get(p, &d.unknown, out, NULL), MINIPAY_SLIP_NOT_FOUND);
    minipay_slip_query_init(&query);
    REFUSES(minipay_slip_list(p, NULL, &none, out, n, error), INVALID_ARGUMENT, "query");
    REFUSES(minipay_slip_list(p, &query, NULL, out, n, error), INVALID_ARGUMENT, "after");
    REFUSES(minipay_slip_list(p, &query, &none, out, n, error), INVALID_ARGUMENT,
            "merchant_id"); /* neither */
    query.merchant_id = d.merchant;
    PAGE(minipay_slip_list, out, &query, &none);
    REFUSES(minipay_slip_list(p, &query, &d.unknown, out, n, error), SLIP_NOT_FOUND, "after");
    query.until_at = -1;
    REFUSES(minipay_slip_list(p, &query, &none, out, n, error), INVALID_TIME, "until_at");
    query.since_at = -1;
    REFUSES(minipay_slip_list(p, &query, &none, out, n, error), INVALID_TIME, "since_at");
    query.member_id = d.member;
    REFUSES(minipay_slip_list(p, &query, &none, out, n, error), INVALID_ARGUMENT,
            "merchant_id"); /* both */
    query.struct_size = 0;
    REFUSES(minipay_slip_list(p, &query, &none, out, n, error), INVALID_SIZE, "struct_size");
    end(&d);
}

/* ---- settlement.h ---------------------------------------------------------------------------------------- */

static void settlement_runs(void **state)
{
    minipay_settlement_request request;
    minipay_retry_request retry;
    static minipay_settlement_line line;
    TEST_BEGINS(minipay_settlement);
    minipay_settlement_request_init(&request);
    minipay_retry_request_init(&retry);
    REFUSES(minipay_settlement_run(p, NULL, out, error), INVALID_ARGUMENT, "request");
    REFUSES(minipay_settlement_run(p, &request, NULL, error), INVALID_ARGUMENT, "settlement");
    REFUSES(minipay_settlement_retry(p, NULL, out, error), INVALID_ARGUMENT, "request");
    REFUSES(minipay_settlement_retry(p, &retry, NULL, error), INVALID_ARGUMENT, "settlement");
    retry.id = world_id(&d.w);
    retry.run_id = d.unknown;
    REFUSES(minipay_settlement_retry(p, &retry, out, error), NOT_FOUND, "run_id");
    REFUSES(minipay_settlement_preview(p, NULL, &none, out, &line, n, error), INVALID_ARGUMENT,
            "request");
    REFUSES(minipay_settlement_preview(p, &request, NULL, out, &line, n, error), INVALID_ARGUMENT,
            "after");
    REFUSES(minipay_settlement_preview(p, &request, &none, NULL, &line, n, error), INVALID_ARGUMENT,
            "settlement");
    request.through_date = 20991231;
    memcpy(request.currency, "KRW", 4);
    PAGE(minipay_settlement_preview, &line, &request, &none, out);
    REFUSES(minipay_settlement_get(p, NULL, out, error), INVALID_ARGUMENT, "id");
    REFUSES(minipay_settlement_get(p, &d.run, NULL, error), INVALID_ARGUMENT, "settlement");
    REFUSES(minipay_settlement_get(p, &d.unknown, out, error), NOT_FOUND, "id");
    end(&d);
}

static void settlement_lists(void **state)
{
    static minipay_settlement_line line;
    static minipay_statement_entry entry, other;
    static minipay_holiday holiday;
    TEST_BEGINS(minipay_settlement);
    minipay_settlement_init(out);
    minipay_statement_entry_init(&entry);
    other = entry;
    other.kind = MINIPAY_KIND_PAY;
    other.id = d.unknown;
    REFUSES(minipay_settlement_list(p, NULL, out, out, n, error), INVALID_ARGUMENT, "currency");
    REFUSES(minipay_settlement_list(p, "KRW", NULL, out, n, error), INVALID_ARGUMENT, "after");
    REFUSES(minipay_settlement_list(p, "KRX", out, out, n, error), INVALID_CURRENCY, "currency");
    PAGE(minipay_settlement_list, out, "KRW", out);
    REFUSES(minipay_settlement_lines(p, NULL, &none, &line, n, error), INVALID_ARGUMENT, "run_id");
    REFUSES(minipay_settlement_lines(p, &d.run, NULL, &line, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_settlement_lines, &line, &d.run, &none);
    REFUSES(minipay_settlement_statement(p, NULL, &entry, &entry, n, error), INVALID_ARGUMENT,
            "line_id");
    REFUSES(minipay_settlement_statement(p, &d.line, NULL, &entry, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_settlement_statement, &entry, &d.line, &entry);
    REFUSES(minipay_settlement_statement(p, &d.unknown, &entry, &entry, n, error), NOT_FOUND, "line_id");
    REFUSES(minipay_settlement_statement(p, &d.line, &other, &entry, n, error), NOT_FOUND, "after");
    PAGE(minipay_holiday_list, &holiday, 0);
    end(&d);
}

/* ---- policy.h, wallet.h ---------------------------------------------------------------------------------- */

static minipay_status publish(minipay *pay, const minipay_rule *rule, uint32_t count,
                              int64_t effective_at, minipay_error *error)
{
    static uint8_t made;
    minipay_policy_request request;
    minipay_policy_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = (minipay_id){{0xfe, ++made}};
    request.effective_at = effective_at;
    return minipay_policy_publish(pay, &request, rule, count, &outcome, error);
}

static void policy(void **state)
{
    int64_t value;
    int32_t version;
    minipay_policy_version row;
    static const minipay_rule good = {.struct_size = sizeof good,
                                      .rule = MINIPAY_RULE_LIMIT_DAILY,
                                      .tier = 1,
                                      .currency = "KRW",
                                      .value = 5};
    TEST_BEGINS(minipay_rule);
    minipay_policy_version_init(&row);
    REFUSES(minipay_policy_get(p, 1, 0, NULL, &value, &version, error), INVALID_ARGUMENT, "value");
    REFUSES(minipay_policy_get(p, 1, 0, "KRW", NULL, &version, error), INVALID_ARGUMENT, "value");
    REFUSES(minipay_policy_get(p, 1, 0, "KRW", &value, NULL, error), INVALID_ARGUMENT, "value");
    REFUSES(publish(p, NULL, 1, 0, error), INVALID_ARGUMENT, "rules");
    REFUSES(publish(p, &good, 0, 0, error), INVALID_ARGUMENT, "rules");
    REFUSES(publish(p, &good, 257, 0, error), INVALID_ARGUMENT, "rules");
    *out = good;
    out->struct_size = 1;
    REFUSES(publish(p, out, 1, 0, error), INVALID_SIZE, "struct_size");
    *out = good;
    out->rule = MINIPAY_RULE_COUNT;
    REFUSES(publish(p, out, 1, 0, error), INVALID_ARGUMENT, "rule");
    *out = good;
    out->tier = MINIPAY_TIER_COUNT;
    REFUSES(publish(p, out, 1, 0, error), INVALID_ARGUMENT, "tier");
    *out = good;
    out->value = -1;
    REFUSES(publish(p, out, 1, 0, error), INVALID_ARGUMENT, "value");
    *out = good;
    memcpy(out->currency, "KRX", 4);
    REFUSES(publish(p, out, 1, 0, error), INVALID_CURRENCY, "currency");
    REFUSES(publish(p, &good, 1, -1, error), INVALID_TIME, "effective_at");
    REFUSES(publish(p, &good, 1, INT64_MAX, error), INVALID_TIME, "effective_at");
    ASSERT_STATUS(publish(p, &good, 1, d.w.now + 10, NULL), MINIPAY_OK);
    REFUSES(minipay_policy_rule_get(p, 1, 1, 0, NULL, &value, error), INVALID_ARGUMENT, "value");
    REFUSES(minipay_policy_rule_get(p, 1, 1, 0, "KRW", NULL, error), INVALID_ARGUMENT, "value");
    REFUSES(minipay_policy_rule_get(p, 1, 0, 0, "KRW", &value, error), INVALID_ARGUMENT, "rule");
    REFUSES(minipay_policy_rule_get(p, 1, 1, 1, "KRW", &value, error), INVALID_ARGUMENT, "tier");
    REFUSES(minipay_policy_rule_get(p, 1, 1, 0, "", &value, error), INVALID_CURRENCY, "currency");
    REFUSES(minipay_policy_rule_get(p, 3, 1, 0, "KRW", &value, error), NOT_FOUND, "version");
    REFUSES(minipay_policy_rule_get(p, 0, 1, 0, "KRW", &value, error), NOT_FOUND, "version");
    REFUSES(minipay_policy_version_get(p, 1, NULL, error), INVALID_ARGUMENT, "found");
    REFUSES(minipay_policy_version_get(p, 0, &row, error), NOT_FOUND, "version");
    REFUSES(minipay_policy_version_get(p, -1, &row, error), NOT_FOUND, "version");
    REFUSES(minipay_policy_version_get(p, 3, &row, error), NOT_FOUND, "version");
    REFUSES(minipay_policy_version_get(p, INT32_MAX, &row, error), NOT_FOUND, "version");
    REFUSES(minipay_policy_list(p, -1, &row, n, error), INVALID_ARGUMENT, "before");
    PAGE(minipay_policy_list, &row, 0);
    end(&d);
}

static minipay_status open_wallet(desk *d, minipay_id member, const char *currency)
{
    minipay_wallet_request request;
    minipay_wallet_request_init(&request);
    request.id = world_id(&d->w);
    request.member_id = member;
    memcpy(request.currency, currency, 4);
    return minipay_wallet_open(d->pay, &request, 1, &outcome, NULL);
}

static void wallets(void **state)
{
    static minipay_entry entry;
    int64_t balance;
    TEST_BEGINS(minipay_wallet);
    minipay_wallet_init(out);
    REFUSES(minipay_wallet_get(p, NULL, "KRW", out, error), INVALID_ARGUMENT, "member_id");
    REFUSES(minipay_wallet_get(p, &d.member, NULL, out, error), INVALID_ARGUMENT, "currency");
    REFUSES(minipay_wallet_get(p, &d.member, "KRW", NULL, error), INVALID_ARGUMENT, "wallet");
    REFUSES(minipay_wallet_get(p, &d.member, "KRX", out, error), INVALID_CURRENCY, "currency");
    REFUSES(minipay_wallet_get(p, &d.member, "USD", out, error), WALLET_NOT_FOUND, "member_id");
    REFUSES(minipay_wallet_list(p, NULL, out, n, error), INVALID_ARGUMENT, "after");
    PAGE(minipay_wallet_list, out, out);
    REFUSES(minipay_wallet_history(p, NULL, "KRW", 0, &entry, n, error), INVALID_ARGUMENT, "member_id");
    REFUSES(minipay_wallet_history(p, &d.member, NULL, 0, &entry, n, error), INVALID_ARGUMENT,
            "currency");
    REFUSES(minipay_wallet_history(p, &d.member, "KRX", 0, &entry, n, error), INVALID_CURRENCY,
            "currency");
    REFUSES(minipay_wallet_history(p, &d.member, "USD", 0, &entry, n, error), WALLET_NOT_FOUND,
            "member_id");
    PAGE(minipay_wallet_history, &entry, &d.member, "KRW", 0);
    REFUSES(minipay_wallet_balance_at(p, &d.member, "KRW", 0, NULL, error), INVALID_ARGUMENT,
            "balance_minor");
    REFUSES(minipay_wallet_balance_at(p, &d.member, "KRW", -1, &balance, error), INVALID_TIME, "at");
    ASSERT_STATUS(open_wallet(&d, d.unknown, "KRW"), MINIPAY_MEMBER_NOT_FOUND);
    ASSERT_STATUS(open_wallet(&d, d.member, "KRW"), MINIPAY_WALLET_EXISTS);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_init_function_does_nothing_for_null),
        cmocka_unit_test(functions_of_values_answer_null_as_their_header_says),
        cmocka_unit_test(adapters_name_what_is_missing),
        cmocka_unit_test(batches_are_neither_missing_nor_empty_nor_too_large),
        cmocka_unit_test(audit_and_checkpoints),
        cmocka_unit_test(accounts),
        cmocka_unit_test(linking),
        cmocka_unit_test(linking_without_a_bank_is_not_supported),
        cmocka_unit_test(orders_and_the_corporate_account),
        cmocka_unit_test(a_position_whose_difference_does_not_fit_is_an_overflow),
        cmocka_unit_test(reconciliations),
        cmocka_unit_test(books),
        cmocka_unit_test(outcomes_and_ids),
        cmocka_unit_test(memos),
        cmocka_unit_test(members),
        cmocka_unit_test(merchants_and_promotions),
        cmocka_unit_test(slips),
        cmocka_unit_test(settlement_runs),
        cmocka_unit_test(settlement_lists),
        cmocka_unit_test(policy),
        cmocka_unit_test(wallets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
