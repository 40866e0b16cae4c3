/* SPDX-License-Identifier: Apache-2.0 */

/* A bank adapter of one's own, and what MiniPay makes of its three answers: done, refused, and no answer.
 *
 * A real adapter speaks to a firm-banking line. This one keeps its orders in an array, refuses the account
 * "REFUSE" and loses its reply to "SILENCE" after the money has moved. The clock is the program's own as
 * well, so that waiting for a second attempt takes no time. */

#include "minipay/minipay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the bank ---------------------------------------------------------------------------------------- */

enum { ORDERS_LARGEST = 64 };

typedef struct own_bank {
    minipay_bank_order orders[ORDERS_LARGEST]; /* those whose money has moved */
    uint32_t count;
} own_bank;

static minipay_bank_capabilities capabilities(void *impl)
{
    (void)impl;
    return (minipay_bank_capabilities){.collects = 1, .pays_out = 1};
}

static minipay_status verify_account(void *impl, const char *bank, const char *account_number,
                                     const char *holder, minipay_error *error)
{
    (void)impl, (void)bank, (void)account_number, (void)error;
    return holder[0] ? MINIPAY_OK : MINIPAY_HOLDER_MISMATCH;
}

/* An order is known by the reference that MiniPay stored before it submitted. */
static const minipay_bank_order *find(const own_bank *bank, const minipay_bank_order *order)
{
    for (uint32_t i = 0; i < bank->count; i++) {
        if (strcmp(bank->orders[i].reference, order->reference) == 0)
            return &bank->orders[i];
    }
    return NULL;
}

static void carry_out(own_bank *bank, const minipay_bank_order *order, minipay_bank_answer *answer)
{
    if (strcmp(order->account_number, "REFUSE") == 0) {
        answer->verdict = MINIPAY_VERDICT_REFUSED; /* no money moved, and none will */
        snprintf(answer->reason, sizeof answer->reason, "E51: insufficient funds");
        return;
    }
    if (!find(bank, order)) { /* the same reference twice moves money once */
        if (bank->count == ORDERS_LARGEST)
            return; /* UNANSWERED: MiniPay takes it as unknown, and asks */
        bank->orders[bank->count++] = *order;
    }
    answer->verdict = MINIPAY_VERDICT_DONE;
    answer->amount_minor = order->amount_minor;
    if (strcmp(order->account_number, "SILENCE") == 0)
        answer->verdict = MINIPAY_VERDICT_NO_ANSWER; /* done, but who would know? */
}

static minipay_status submit(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                             uint32_t count, minipay_error *error)
{
    (void)error;
    for (uint32_t i = 0; i < count; i++)
        carry_out(impl, &orders[i], &answers[i]);
    return MINIPAY_OK;
}

static minipay_status query(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                            uint32_t count, minipay_error *error)
{
    (void)error;
    for (uint32_t i = 0; i < count; i++) {
        const minipay_bank_order *known = find(impl, &orders[i]);
        answers[i].verdict = known ? MINIPAY_VERDICT_DONE : MINIPAY_VERDICT_NOT_FOUND;
        answers[i].amount_minor = known ? known->amount_minor : 0;
    }
    return MINIPAY_OK;
}

static minipay_status statement(void *impl, int64_t position, minipay_bank_movement *movements,
                                uint32_t *count, minipay_error *error)
{
    const own_bank *bank = impl;
    uint32_t room = *count;
    (void)error;
    for (*count = 0; *count < room && (uint64_t)position + *count < bank->count; ++*count) {
        const minipay_bank_order *order = &bank->orders[(uint64_t)position + *count];
        minipay_bank_movement *movement = &movements[*count];
        *movement = (minipay_bank_movement){.struct_size = sizeof *movement,
                                            .direction = order->direction,
                                            .position = position + *count + 1,
                                            .amount_minor = order->amount_minor,
                                            .value_date = order->reference_date};
        memcpy(movement->currency, order->currency, sizeof movement->currency);
        memcpy(movement->reference, order->reference, sizeof movement->reference);
    }
    return MINIPAY_OK;
}

static minipay_status balance(void *impl, const char *currency, int64_t *balance_minor,
                              minipay_error *error)
{
    const own_bank *bank = impl;
    (void)currency, (void)error; /* this bank knows won only */
    *balance_minor = 0;
    for (uint32_t i = 0; i < bank->count; i++)
        *balance_minor += bank->orders[i].direction == MINIPAY_BANK_COLLECT
                              ? bank->orders[i].amount_minor
                              : -bank->orders[i].amount_minor;
    return MINIPAY_OK;
}

static void close_bank(void *impl)
{
    (void)impl; /* it lives on main's stack */
}

/* ---- the host ---------------------------------------------------------------------------------------- */

static int64_t own_clock(void *impl)
{
    return *(const int64_t *)impl;
}

static minipay_status own_key(void *impl, int32_t key_id, uint8_t key[32])
{
    (void)impl;
    if (key_id != 1)
        return MINIPAY_KEY_MISSING;
    memset(key, 42, 32);
    return MINIPAY_OK;
}

/* ---- the day ----------------------------------------------------------------------------------------- */

static void check(const char *what, minipay_status status, const minipay_error *error)
{
    if (status == MINIPAY_OK)
        return;
    fprintf(stderr, "%s: %s (%s: %s)\n", what, minipay_status_name(status), error->field,
            error->message);
    exit(1);
}

static minipay *open_books(own_bank *bank, int64_t *clock)
{
    minipay *pay = NULL;
    minipay_error error;
    minipay_config config;
    minipay_sqlite_config file;
    minipay_error_init(&error);
    minipay_config_init(&config);
    minipay_sqlite_config_init(&file);
    snprintf(file.path, sizeof file.path, ":memory:");
    check("storage", minipay_sqlite_storage(&file, &config.storage, &error), &error);
    config.host.impl = clock;
    config.host.now = own_clock;
    config.host.key = own_key;
    config.bank = (minipay_bank){.version = MINIPAY_BANK_VERSION,
                                 .impl = bank,
                                 .capabilities = capabilities,
                                 .verify_account = verify_account,
                                 .submit = submit,
                                 .query = query,
                                 .statement = statement,
                                 .balance = balance,
                                 .close = close_bank};
    check("open", minipay_open(&config, &pay, &error), &error);
    return pay;
}

static minipay_id member_with_account(minipay *pay, const char *account_number)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_member_request member;
    minipay_wallet_request wallet;
    minipay_link_request account;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_member_request_init(&member);
    minipay_wallet_request_init(&wallet);
    minipay_link_request_init(&account);

    check("id", minipay_id_generate(pay, &member.id), &error);
    strcpy(member.region, "Seoul");
    snprintf(member.name, sizeof member.name, "Member with %s", account_number);
    snprintf(member.email, sizeof member.email, "%s@example.com", account_number);
    check("register", minipay_member_register(pay, &member, 1, &outcome, &error), &error);

    check("id", minipay_id_generate(pay, &wallet.id), &error);
    wallet.member_id = member.id;
    strcpy(wallet.currency, "KRW");
    check("wallet", minipay_wallet_open(pay, &wallet, 1, &outcome, &error), &error);

    check("id", minipay_id_generate(pay, &account.id), &error);
    account.owner_id = member.id;
    strcpy(account.bank, "004");
    snprintf(account.account_number, sizeof account.account_number, "%s", account_number);
    snprintf(account.holder, sizeof account.holder, "%s", member.name);
    check("link", minipay_account_link(pay, &account, 1, &outcome, &error), &error);
    return member.id;
}

static minipay_id top_up(minipay *pay, minipay_id member)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_instruction instruction;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_instruction_init(&instruction, MINIPAY_KIND_TOPUP);
    check("id", minipay_id_generate(pay, &instruction.id), &error);
    instruction.member_id = member;
    instruction.amount_minor = 30000;
    strcpy(instruction.currency, "KRW");
    minipay_status status = minipay_execute(pay, &instruction, 1, &outcome, &error);
    if (status != MINIPAY_BANK_REFUSED)
        check("top-up", status, &error);
    return instruction.id;
}

/* What stands under the id, and what the wallet has of it. */
static void show(minipay *pay, const char *account_number, minipay_id id, minipay_id member)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_wallet wallet;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_wallet_init(&wallet);
    check("outcome", minipay_outcome_get(pay, MINIPAY_KIND_TOPUP, &id, &outcome, &error), &error);
    check("wallet", minipay_wallet_get(pay, &member, "KRW", &wallet, &error), &error);
    printf("  %-8s %-9s %-13s wallet %6lld, on its way %6lld\n", account_number,
           minipay_state_name(outcome.state), minipay_status_name(outcome.status),
           (long long)wallet.posted_minor, (long long)wallet.incoming_minor);
}

int main(void)
{
    static const char *const accounts[] = {"GOOD", "REFUSE", "SILENCE"};
    static own_bank bank;
    int64_t clock = INT64_C(1763856000000000); /* 2025-11-23, 09:00 in Seoul */
    int64_t next_at = 0;
    minipay_id members[3], topups[3];
    minipay_error error;
    minipay_error_init(&error);
    minipay *pay = open_books(&bank, &clock);

    printf("30,000 won topped up from each of three accounts\n");
    for (int i = 0; i < 3; i++) {
        members[i] = member_with_account(pay, accounts[i]);
        topups[i] = top_up(pay, members[i]);
        show(pay, accounts[i], topups[i], members[i]);
    }

    /* Unknown is never repeated and never undone: the bank is asked until it says. */
    check("run", minipay_run(pay, 0, NULL, &next_at, &error), &error);
    while (next_at) {
        clock = next_at;
        check("run", minipay_run(pay, 0, NULL, &next_at, &error), &error);
    }
    printf("after the bank was asked again\n");
    show(pay, accounts[2], topups[2], members[2]);

    minipay_close(pay);
    return bank.count == 2 ? 0 : 1;
}
