/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* What every call on a handle has in common: a handle that is NULL, a call from inside a callback, a forked
 * child, and a storage that fails. tests/tidy/statuses.py tells when a call is missing here. */

enum { ROOM = 4, MUTATING = 32 };

/* Every output of every call. */
typedef struct outputs {
    uint32_t count;
    int32_t clean, version;
    int64_t number;
    union {
        uint64_t align;
        uint8_t bytes[ROOM * sizeof(minipay_operation)];
    } rows;
} outputs;

typedef struct desk {
    world w;
    minipay_id ids[MUTATING]; /* of requests: the same at each try */
    minipay_id member, merchant, account, spare, topup, payment, run, line, reconciliation, promotion,
        order;
    minipay_checkpoint checkpoint;
} desk;

typedef minipay_status (*any_call)(desk *d, minipay *pay, outputs *out, minipay_error *error);

#define CALL(name) static minipay_status name(desk *d, minipay *pay, outputs *out, minipay_error *error)
#define ROWS (void *)out->rows.bytes

/* ---- reading --------------------------------------------------------------------------------------------- */

CALL(audit)
{
    (void)d;
    out->count = out->count == ROOM ? 24 : out->count;
    minipay_status status = minipay_audit(pay, ROWS, &out->count, &out->clean, error);
    out->count = out->count == 24 ? ROOM : out->count;
    return status;
}

CALL(checkpoint_make)
{
    (void)d;
    return minipay_checkpoint_make(pay, ROWS, error);
}

CALL(checkpoint_verify)
{
    (void)out;
    return minipay_checkpoint_verify(pay, &d->checkpoint, error);
}

CALL(checkpoint_key)
{
    (void)d;
    return minipay_checkpoint_key(pay, ROWS, error);
}

CALL(account_get)
{
    return minipay_account_get(pay, &d->account, ROWS, error);
}

CALL(account_list)
{
    return minipay_account_list(pay, &d->member, &world_nobody, ROWS, &out->count, error);
}

CALL(order_get)
{
    return minipay_order_get(pay, &d->order, ROWS, error);
}

CALL(order_find)
{
    return minipay_order_find(pay, &d->topup, ROWS, error);
}

CALL(order_list)
{
    minipay_order_query query;
    (void)d;
    minipay_order_query_init(&query);
    return minipay_order_list(pay, &query, ROWS, &out->count, error);
}

CALL(corporate_account_get)
{
    (void)d;
    return minipay_corporate_account_get(pay, "KRW", ROWS, error);
}

CALL(corporate_position_get)
{
    (void)d;
    return minipay_corporate_position_get(pay, "KRW", ROWS, error);
}

CALL(reconciliation_get)
{
    return minipay_reconciliation_get(pay, &d->reconciliation, ROWS, error);
}

CALL(difference_list)
{
    return minipay_difference_list(pay, &d->reconciliation, 0, ROWS, &out->count, error);
}

CALL(operation_list)
{
    (void)d;
    return minipay_operation_list(pay, MINIPAY_KIND_CREDIT, &world_nobody, ROWS, &out->count, error);
}

CALL(balance_list)
{
    minipay_balance after;
    (void)d;
    minipay_balance_init(&after);
    return minipay_balance_list(pay, &after, ROWS, &out->count, error);
}

CALL(posting_list)
{
    minipay_posting after;
    (void)d;
    minipay_posting_init(&after);
    return minipay_posting_list(pay, &after, ROWS, &out->count, error);
}

CALL(id_generate)
{
    (void)d;
    (void)error;
    return minipay_id_generate(pay, ROWS);
}

CALL(outcome_get)
{
    return minipay_outcome_get(pay, MINIPAY_KIND_TOPUP, &d->topup, ROWS, error);
}

CALL(memo_get)
{
    return minipay_memo_get(pay, MINIPAY_KIND_PAY, &d->payment, ROWS, error);
}

CALL(member_get)
{
    return minipay_member_get(pay, &d->member, ROWS, error);
}

CALL(member_find)
{
    (void)d;
    return minipay_member_find(pay, "first@every.example", ROWS, error);
}

CALL(member_list)
{
    (void)d;
    return minipay_member_list(pay, "11", &world_nobody, ROWS, &out->count, error);
}

CALL(credential_verify)
{
    (void)out;
    return minipay_credential_verify(pay, &d->member, MINIPAY_CREDENTIAL_PIN, "135790", error);
}

CALL(credential_get)
{
    return minipay_credential_get(pay, &d->member, MINIPAY_CREDENTIAL_PIN, ROWS, error);
}

CALL(run)
{
    (void)d;
    return minipay_run(pay, 0, (void *)&out->clean, &out->number, error);
}

CALL(promotion_get)
{
    return minipay_promotion_get(pay, &d->promotion, ROWS, error);
}

CALL(promotion_list)
{
    (void)d;
    return minipay_promotion_list(pay, &world_nobody, ROWS, &out->count, error);
}

CALL(merchant_get)
{
    return minipay_merchant_get(pay, &d->merchant, ROWS, error);
}

CALL(merchant_list)
{
    (void)d;
    return minipay_merchant_list(pay, &world_nobody, ROWS, &out->count, error);
}

CALL(slip_get)
{
    return minipay_slip_get(pay, &d->payment, ROWS, error);
}

CALL(slip_list)
{
    minipay_slip_query query;
    minipay_slip_query_init(&query);
    query.merchant_id = d->merchant;
    return minipay_slip_list(pay, &query, &world_nobody, ROWS, &out->count, error);
}

CALL(policy_get)
{
    (void)d;
    return minipay_policy_get(pay, MINIPAY_RULE_TOPUP_UNIT, 0, "KRW", &out->number, &out->version,
                              error);
}

CALL(policy_rule_get)
{
    (void)d;
    return minipay_policy_rule_get(pay, 1, MINIPAY_RULE_TOPUP_UNIT, 0, "KRW", &out->number, error);
}

CALL(policy_version_get)
{
    (void)d;
    return minipay_policy_version_get(pay, 1, ROWS, error);
}

CALL(policy_list)
{
    (void)d;
    return minipay_policy_list(pay, 0, ROWS, &out->count, error);
}

CALL(settlement_get)
{
    return minipay_settlement_get(pay, &d->run, ROWS, error);
}

CALL(settlement_list)
{
    minipay_settlement after;
    (void)d;
    minipay_settlement_init(&after);
    return minipay_settlement_list(pay, "KRW", &after, ROWS, &out->count, error);
}

CALL(settlement_lines)
{
    return minipay_settlement_lines(pay, &d->run, &world_nobody, ROWS, &out->count, error);
}

CALL(settlement_statement)
{
    minipay_statement_entry after;
    minipay_statement_entry_init(&after);
    return minipay_settlement_statement(pay, &d->line, &after, ROWS, &out->count, error);
}

CALL(settlement_preview)
{
    minipay_settlement_request request;
    (void)d;
    minipay_settlement_request_init(&request);
    request.through_date = 20991231;
    memcpy(request.currency, "KRW", 4);
    return minipay_settlement_preview(pay, &request, &world_nobody, ROWS,
                                      (void *)(out->rows.bytes + 4096), &out->count, error);
}

CALL(holiday_list)
{
    (void)d;
    return minipay_holiday_list(pay, 0, ROWS, &out->count, error);
}

CALL(wallet_get)
{
    return minipay_wallet_get(pay, &d->member, "KRW", ROWS, error);
}

CALL(wallet_list)
{
    minipay_wallet after;
    (void)d;
    minipay_wallet_init(&after);
    return minipay_wallet_list(pay, &after, ROWS, &out->count, error);
}

CALL(wallet_history)
{
    return minipay_wallet_history(pay, &d->member, "KRW", 0, ROWS, &out->count, error);
}

CALL(wallet_balance_at)
{
    return minipay_wallet_balance_at(pay, &d->member, "KRW", d->w.now, &out->number, error);
}

/* ---- changing: the same request at each try -------------------------------------------------------------- */

CALL(account_link)
{
    minipay_link_request request;
    minipay_link_request_init(&request);
    request.id = d->ids[0];
    request.owner_id = d->member;
    strcpy(request.bank, "088");
    strcpy(request.account_number, "777-1");
    strcpy(request.holder, "Holder");
    return minipay_account_link(pay, &request, 1, ROWS, error);
}

CALL(account_unlink)
{
    minipay_unlink_request request;
    minipay_unlink_request_init(&request);
    request.id = d->ids[1];
    request.owner_id = d->member;
    request.account_id = d->spare;
    return minipay_account_unlink(pay, &request, 1, ROWS, error);
}

CALL(reconcile)
{
    minipay_reconcile_request request;
    minipay_reconcile_request_init(&request);
    request.id = d->ids[2];
    return minipay_reconcile(pay, &request, ROWS, error);
}

CALL(execute)
{
    minipay_instruction credit = world_ask(&d->w, MINIPAY_KIND_CREDIT, d->member, world_nobody, 7);
    credit.id = d->ids[3];
    return minipay_execute(pay, &credit, 1, ROWS, error);
}

CALL(execute_atomic)
{
    minipay_batch_request request;
    minipay_instruction credit = world_ask(&d->w, MINIPAY_KIND_CREDIT, d->member, world_nobody, 7);
    minipay_batch_request_init(&request);
    request.id = d->ids[4];
    credit.id = d->ids[5];
    return minipay_execute_atomic(pay, &request, &credit, 1, ROWS, (void *)(out->rows.bytes + 4096),
                                  error);
}

CALL(member_register)
{
    minipay_member_request request;
    minipay_member_request_init(&request);
    request.id = d->ids[6];
    strcpy(request.name, "Second");
    strcpy(request.email, "second@every.example");
    return minipay_member_register(pay, &request, 1, ROWS, error);
}

CALL(member_update)
{
    minipay_member_change change;
    minipay_member_change_init(&change);
    change.id = d->ids[7];
    change.member_id = d->member;
    change.changes = MINIPAY_CHANGE_TIER;
    change.tier = 2;
    return minipay_member_update(pay, &change, 1, ROWS, error);
}

CALL(credential_set)
{
    minipay_credential_request request;
    minipay_credential_request_init(&request);
    request.id = d->ids[8];
    request.member_id = d->member;
    request.credential = MINIPAY_CREDENTIAL_PIN;
    strcpy(request.secret, "135790");
    return minipay_credential_set(pay, &request, ROWS, error);
}

CALL(promotion_register)
{
    minipay_promotion_request request;
    minipay_promotion_request_init(&request);
    request.id = d->ids[9];
    request.basis_points = 100;
    request.budget_minor = 1000;
    memcpy(request.currency, "KRW", 4);
    strcpy(request.name, "Opening");
    return minipay_promotion_register(pay, &request, 1, ROWS, error);
}

CALL(merchant_register)
{
    minipay_merchant_request request;
    minipay_merchant_request_init(&request);
    request.id = d->ids[10];
    memcpy(request.currency, "KRW", 4);
    strcpy(request.name, "Shop");
    return minipay_merchant_register(pay, &request, 1, ROWS, error);
}

CALL(merchant_update)
{
    minipay_merchant_change change;
    minipay_merchant_change_init(&change);
    change.id = d->ids[11];
    change.merchant_id = d->merchant;
    change.action = MINIPAY_MERCHANT_TERMS;
    change.fee_basis_points = 50;
    return minipay_merchant_update(pay, &change, 1, ROWS, error);
}

CALL(policy_publish)
{
    minipay_policy_request request;
    minipay_rule rule;
    minipay_policy_request_init(&request);
    minipay_rule_init(&rule);
    request.id = d->ids[MUTATING - 1];
    rule.rule = MINIPAY_RULE_CREDENTIAL_TRIES;
    rule.value = 4;
    return minipay_policy_publish(pay, &request, &rule, 1, ROWS, error);
}

CALL(settlement_run)
{
    minipay_settlement_request request;
    minipay_settlement_request_init(&request);
    request.id = d->ids[12];
    request.through_date = 20991231;
    memcpy(request.currency, "KRW", 4);
    return minipay_settlement_run(pay, &request, ROWS, error);
}

CALL(settlement_retry)
{
    minipay_retry_request request;
    minipay_retry_request_init(&request);
    request.id = d->ids[13];
    request.run_id = d->run;
    return minipay_settlement_retry(pay, &request, ROWS, error);
}

CALL(holiday_set)
{
    minipay_holiday_request request;
    minipay_holiday_request_init(&request);
    request.id = d->ids[14];
    request.date = 20260101;
    strcpy(request.name, "New Year");
    return minipay_holiday_set(pay, &request, 1, ROWS, error);
}

CALL(wallet_open)
{
    minipay_wallet_request request;
    minipay_wallet_request_init(&request);
    request.id = d->ids[15];
    request.member_id = d->member;
    memcpy(request.currency, "USD", 4);
    return minipay_wallet_open(pay, &request, 1, ROWS, error);
}

#define NAMED(call)                                                                                     \
    {                                                                                                   \
#call, call                                                                                     \
    }

static const struct {
    const char *name;
    any_call call;
} calls[] = {
    NAMED(audit),
    NAMED(checkpoint_make),
    NAMED(checkpoint_verify),
    NAMED(checkpoint_key),
    NAMED(account_get),
    NAMED(account_list),
    NAMED(order_get),
    NAMED(order_find),
    NAMED(order_list),
    NAMED(corporate_account_get),
    NAMED(corporate_position_get),
    NAMED(reconciliation_get),
    NAMED(difference_list),
    NAMED(operation_list),
    NAMED(balance_list),
    NAMED(posting_list),
    NAMED(id_generate),
    NAMED(outcome_get),
    NAMED(memo_get),
    NAMED(member_get),
    NAMED(member_find),
    NAMED(member_list),
    NAMED(run),
    NAMED(promotion_get),
    NAMED(promotion_list),
    NAMED(merchant_get),
    NAMED(merchant_list),
    NAMED(slip_get),
    NAMED(slip_list),
    NAMED(policy_get),
    NAMED(policy_rule_get),
    NAMED(policy_version_get),
    NAMED(policy_list),
    NAMED(settlement_get),
    NAMED(settlement_list),
    NAMED(settlement_lines),
    NAMED(settlement_statement),
    NAMED(settlement_preview),
    NAMED(holiday_list),
    NAMED(wallet_get),
    NAMED(wallet_list),
    NAMED(wallet_history),
    NAMED(wallet_balance_at),
    NAMED(account_link),
    NAMED(account_unlink),
    NAMED(reconcile),
    NAMED(execute),
    NAMED(execute_atomic),
    NAMED(member_register),
    NAMED(member_update),
    NAMED(credential_set),
    NAMED(credential_verify),
    NAMED(credential_get),
    NAMED(promotion_register),
    NAMED(merchant_register),
    NAMED(merchant_update),
    NAMED(policy_publish),
    NAMED(settlement_run),
    NAMED(settlement_retry),
    NAMED(holiday_set),
    NAMED(wallet_open),
};

enum { CALLS = sizeof calls / sizeof *calls };

/* ---- the desk -------------------------------------------------------------------------------------------- */

static minipay_id first_member(desk *d)
{
    minipay_member_change change;
    minipay_outcome outcome;
    minipay_id member = world_person(&d->w, NULL);
    minipay_member_change_init(&change);
    change.id = world_id(&d->w);
    change.member_id = member;
    change.changes = MINIPAY_CHANGE_EMAIL;
    strcpy(change.email, "first@every.example");
    ASSERT_STATUS(minipay_member_update(d->w.pay, &change, 1, &outcome, NULL), MINIPAY_OK);
    return member;
}

static minipay_id first_line(desk *d)
{
    minipay_settlement_line line;
    uint32_t count = 1;
    ASSERT_STATUS(minipay_settlement_lines(d->w.pay, &d->run, &world_nobody, &line, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(count, 1);
    return line.id;
}

/* Something of each kind that can be read. */
static void fill(desk *d)
{
    minipay_reconcile_request reconcile_all;
    minipay_reconciliation found;
    minipay_order order;
    outputs out;
    for (int i = 0; i < MUTATING; i++)
        d->ids[i] = world_id(&d->w);
    d->member = first_member(d);
    d->account = world_link(&d->w, d->member, "110-1");
    d->spare = world_link(&d->w, d->member, "110-2");
    d->merchant = world_merchant(&d->w, "110-3", 100);
    d->topup = world_do(&d->w, MINIPAY_KIND_TOPUP, d->member, world_nobody, 10000).id;
    d->payment = world_do(&d->w, MINIPAY_KIND_PAY, d->member, d->merchant, 1000).id;
    d->run = world_settle(&d->w, world_id(&d->w), 20991231).id;
    d->line = first_line(d);
    ASSERT_STATUS(minipay_order_find(d->w.pay, &d->topup, &order, NULL), MINIPAY_OK);
    d->order = order.id;
    minipay_reconcile_request_init(&reconcile_all);
    d->reconciliation = reconcile_all.id = world_id(&d->w);
    ASSERT_STATUS(minipay_reconcile(d->w.pay, &reconcile_all, &found, NULL), MINIPAY_OK);
    d->promotion = d->ids[9];
    ASSERT_STATUS(promotion_register(d, d->w.pay, &out, NULL), MINIPAY_OK);
    d->ids[9] = world_id(&d->w);
    ASSERT_STATUS(minipay_checkpoint_make(d->w.pay, &d->checkpoint, NULL), MINIPAY_OK);
}

static void begin(desk *d)
{
    memset(d, 0, sizeof *d);
    world_begin(&d->w);
    fill(d);
}

static void end(desk *d)
{
    world_audit_clean(&d->w);
    world_close(&d->w);
}

static outputs before, after;

/* The call's status; on any but OK every output is as it was. */
static minipay_status try_call(desk *d, size_t number, minipay *pay, minipay_error *error)
{
    memset(&before, 0xa5, sizeof before);
    before.count = ROOM;
    after = before;
    if (error)
        minipay_error_init(error);
    minipay_status status = calls[number].call(d, pay, &after, error);
    if (status != MINIPAY_OK) {
        if (memcmp(&after, &before, sizeof after) != 0)
            print_error("%s touched its outputs\n", calls[number].name);
        assert_memory_equal(&after, &before, sizeof after);
    }
    return status;
}

static void expect_all(desk *d, minipay *pay, minipay_status expected)
{
    minipay_error error;
    for (size_t i = 0; i < CALLS; i++) {
        bool tells = calls[i].call != id_generate;
        minipay_status status = try_call(d, i, pay, &error);
        if (status != expected)
            print_error("%s\n", calls[i].name);
        ASSERT_STATUS(status, expected);
        if (tells && expected != MINIPAY_OK) {
            ASSERT_STATUS(error.status, expected);
            assert_string_equal(error.field, "pay");
        }
    }
}

/* ---- claims ---------------------------------------------------------------------------------------------- */

static void every_call_works_twice_and_needs_no_error(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    expect_all(&d, d.w.pay, MINIPAY_OK);
    for (size_t i = 0; i < CALLS; i++)
        ASSERT_STATUS(try_call(&d, i, d.w.pay, NULL), MINIPAY_OK);
    end(&d);
}

static void every_call_refuses_a_handle_that_is_null(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    expect_all(&d, NULL, MINIPAY_INVALID_ARGUMENT);
    end(&d);
}

static desk *forked;

static void in_the_child(void **state)
{
    (void)state;
    expect_all(forked, forked->w.pay, MINIPAY_CLOSED);
    minipay_close(forked->w.pay);
}

static void every_call_is_closed_in_a_forked_child(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    forked = &d;
    world_survives(in_the_child);
    expect_all(&d, d.w.pay, MINIPAY_OK);
    end(&d);
}

static desk *called_back;
static bool armed;
static int64_t (*plain_now)(void *impl);

static int64_t calling_now(void *impl)
{
    if (armed) {
        armed = false;
        expect_all(called_back, called_back->w.pay, MINIPAY_REENTERED);
    }
    return plain_now(impl);
}

static void every_call_from_inside_a_callback_is_reentered(void **state)
{
    desk d;
    (void)state;
    memset(&d, 0, sizeof d);
    world_init(&d.w, ":memory:");
    plain_now = d.w.host.now;
    d.w.host.now = calling_now;
    world_open(&d.w);
    fill(&d);
    called_back = &d;
    armed = true;
    world_credit(&d.w, d.member, 1);
    assert_false(armed);
    expect_all(&d, d.w.pay, MINIPAY_OK);
    end(&d);
}

/* The first, the second, … call of the storage fails until none is left to. */
static void sweep(desk *d, size_t number)
{
    uint32_t failures = 0;
    for (;; failures++) {
        minipay_error error;
        d->w.faults.storage_calls = 0;
        d->w.faults.storage_fails_at = failures + 1;
        minipay_status status = try_call(d, number, d->w.pay, &error);
        bool came = d->w.faults.storage_calls > failures;
        d->w.faults.storage_fails_at = 0;
        if (status != (came ? MINIPAY_IO_ERROR : MINIPAY_OK))
            print_error("%s, call %u of the storage\n", calls[number].name, failures + 1);
        ASSERT_STATUS(status, came ? MINIPAY_IO_ERROR : MINIPAY_OK);
        if (!came)
            break;
        ASSERT_STATUS(error.status, MINIPAY_IO_ERROR);
    }
    if (calls[number].call != id_generate && calls[number].call != checkpoint_key)
        assert_true(failures > 0);
}

static void every_call_hands_on_what_a_storage_fails_with_and_goes_on_later(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    for (size_t i = 0; i < CALLS; i++)
        sweep(&d, i);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_works_twice_and_needs_no_error),
        cmocka_unit_test(every_call_refuses_a_handle_that_is_null),
        cmocka_unit_test(every_call_is_closed_in_a_forked_child),
        cmocka_unit_test(every_call_from_inside_a_callback_is_reentered),
        cmocka_unit_test(every_call_hands_on_what_a_storage_fails_with_and_goes_on_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
