/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L

/* A first day: a member joins, links a bank account, tops up and pays; the merchant is settled; the books
 * prove themselves.
 *
 *     cc first_payment.c -o first_payment $(pkg-config --cflags --libs minipay) && ./first_payment
 *
 * The bank is the scripted one: it says yes to everything and keeps books of its own. */

#include "minipay/minipay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ----------------------------------------------------------------------------------------- */

/* Every call says how it went; `error` says where and why. */
static void check(const char *what, minipay_status status, const minipay_error *error)
{
    if (status == MINIPAY_OK)
        return;
    fprintf(stderr, "%s: %s (%s: %s)\n", what, minipay_status_name(status), error->field,
            error->message);
    exit(1);
}

/* A real program reads its master key from where it keeps secrets, and never loses it. */
static minipay_status key_for_the_example(void *impl, int32_t key_id, uint8_t key[32])
{
    (void)impl;
    if (key_id != 1)
        return MINIPAY_KEY_MISSING;
    memset(key, 42, 32);
    return MINIPAY_OK;
}

static minipay *open_books(const char *folder)
{
    minipay *pay = NULL;
    minipay_error error;
    minipay_config config;
    minipay_sqlite_config file;
    minipay_scripted_bank_config script;
    minipay_error_init(&error);
    minipay_config_init(&config); /* the host is the system's clock and entropy; the key is ours */
    config.host.key = key_for_the_example;

    minipay_sqlite_config_init(&file);
    snprintf(file.path, sizeof file.path, "%s/day.db", folder);
    check("storage", minipay_sqlite_storage(&file, &config.storage, &error), &error);

    minipay_scripted_bank_config_init(&script);
    snprintf(script.path, sizeof script.path, "%s/bank.db", folder);
    check("bank", minipay_scripted_bank(&script, &config.bank, &error), &error);

    check("open", minipay_open(&config, &pay, &error), &error);
    return pay;
}

/* ---- parties ----------------------------------------------------------------------------------------- */

static minipay_id new_id(minipay *pay)
{
    minipay_id id = {{0}};
    minipay_error error;
    minipay_error_init(&error);
    check("id", minipay_id_generate(pay, &id), &error);
    return id;
}

static minipay_id join(minipay *pay, const char *name, const char *email)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_member_request member;
    minipay_wallet_request wallet;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_member_request_init(&member);
    member.id = new_id(pay);
    snprintf(member.name, sizeof member.name, "%s", name);
    snprintf(member.email, sizeof member.email, "%s", email);
    strcpy(member.region, "Seoul");
    check("register", minipay_member_register(pay, &member, 1, &outcome, &error), &error);

    minipay_wallet_request_init(&wallet);
    wallet.id = new_id(pay);
    wallet.member_id = member.id;
    strcpy(wallet.currency, "KRW");
    check("wallet", minipay_wallet_open(pay, &wallet, 1, &outcome, &error), &error);
    return member.id;
}

static minipay_id merchant(minipay *pay, const char *name, int32_t fee_basis_points)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_merchant_request request;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_merchant_request_init(&request);
    request.id = new_id(pay);
    request.fee_basis_points = fee_basis_points;
    snprintf(request.name, sizeof request.name, "%s", name);
    strcpy(request.currency, "KRW");
    check("merchant", minipay_merchant_register(pay, &request, 1, &outcome, &error), &error);
    return request.id;
}

static void link_account(minipay *pay, minipay_id owner, const char *number, const char *holder)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_link_request request;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_link_request_init(&request);
    request.id = new_id(pay);
    request.owner_id = owner;
    strcpy(request.bank, "004");
    snprintf(request.account_number, sizeof request.account_number, "%s", number);
    snprintf(request.holder, sizeof request.holder, "%s", holder);
    check("link", minipay_account_link(pay, &request, 1, &outcome, &error), &error);
}

/* ---- money ------------------------------------------------------------------------------------------- */

static const char *won(int64_t amount_minor, char text[32])
{
    return minipay_money_format(amount_minor, "KRW", text) == MINIPAY_OK ? text : "?";
}

/* Asks once, and answers whatever became of it: a refusal is an outcome like any other. */
static minipay_outcome ask(minipay *pay, const minipay_instruction *instruction)
{
    char amount[32];
    minipay_outcome outcome;
    minipay_error error;
    minipay_outcome_init(&outcome);
    minipay_error_init(&error);
    minipay_status status = minipay_execute(pay, instruction, 1, &outcome, &error);
    if (outcome.state == MINIPAY_STATE_NONE)
        check("execute", status, &error);
    printf("  %-10s %10s   %s%s%s\n", minipay_kind_name(outcome.kind),
           won(instruction->amount_minor, amount), minipay_state_name(outcome.state),
           status == MINIPAY_OK ? "" : ": ", status == MINIPAY_OK ? "" : minipay_status_text(status));
    return outcome;
}

static minipay_instruction instruct(minipay *pay, int32_t kind, minipay_id member, minipay_id other,
                                    int64_t amount_minor)
{
    minipay_instruction instruction;
    minipay_instruction_init(&instruction, kind);
    instruction.id = new_id(pay);
    instruction.member_id = member;
    instruction.other_id = other;
    instruction.amount_minor = amount_minor;
    strcpy(instruction.currency, "KRW");
    strcpy(instruction.channel, "app");
    return instruction;
}

/* These lines stand in README.md. */
static minipay_outcome pay_for_dinner(minipay *pay, minipay_id member, minipay_id merchant)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_instruction dinner;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_instruction_init(&dinner, MINIPAY_KIND_PAY);
    minipay_id_generate(pay, &dinner.id); /* the operation's id is its idempotency key */
    dinner.member_id = member;
    dinner.other_id = merchant;
    dinner.amount_minor = 12000; /* money is int64_t, in the currency's smallest unit */
    strcpy(dinner.currency, "KRW");
    dinner.flags = MINIPAY_FLAG_AUTO_TOPUP; /* what is missing comes from the member's bank first */

    minipay_execute(pay, &dinner, 1, &outcome, &error); /* durable when it returns */
    minipay_status status = minipay_execute(pay, &dinner, 1, &outcome, &error); /* again: paid once */
    if (status != MINIPAY_OK)
        fprintf(stderr, "%s: %s\n", minipay_status_name(status), error.message);
    return outcome;
}

static void settle(minipay *pay, int32_t through_date)
{
    char gross[32], fee[32], net[32];
    minipay_settlement run;
    minipay_settlement_request request;
    minipay_error error;
    minipay_error_init(&error);
    minipay_settlement_init(&run);
    minipay_settlement_request_init(&request);
    request.id = new_id(pay);
    request.through_date = through_date;
    strcpy(request.currency, "KRW");
    check("settle", minipay_settlement_run(pay, &request, &run, &error), &error);
    printf("settled %d: %u merchant, gross %s, fee %s, paid out %s won\n", (int)through_date,
           (unsigned)run.paid, won(run.gross_minor, gross), won(run.fee_minor, fee),
           won(run.net_minor, net));
}

/* ---- proof ------------------------------------------------------------------------------------------- */

static void show_books(minipay *pay, minipay_id member)
{
    char in_wallet[32], at_bank[32];
    minipay_wallet wallet;
    minipay_corporate_account account;
    minipay_error error;
    minipay_error_init(&error);
    minipay_wallet_init(&wallet);
    minipay_corporate_account_init(&account);
    check("wallet", minipay_wallet_get(pay, &member, "KRW", &wallet, &error), &error);
    check("account", minipay_corporate_account_get(pay, "KRW", &account, &error), &error);
    printf("in the wallet %s, at the bank %s won\n", won(wallet.posted_minor, in_wallet),
           won(account.posted_minor, at_bank));
}

static int audit(minipay *pay)
{
    minipay_audit_check checks[64];
    uint32_t count = 64;
    int32_t clean = 0;
    minipay_error error;
    minipay_error_init(&error);
    for (uint32_t i = 0; i < count; i++)
        minipay_audit_check_init(&checks[i]);
    check("audit", minipay_audit(pay, checks, &count, &clean, &error), &error);
    for (uint32_t i = 0; i < count; i++) {
        if (!checks[i].ok)
            printf("audit: %s: %s\n", checks[i].name, checks[i].detail);
    }
    printf("audit: %u checks, %s\n", (unsigned)count, clean ? "all clean" : "NOT CLEAN");
    return clean;
}

int main(void)
{
    char folder[] = "first-payment-XXXXXX";
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    const minipay_id none = {{0}};
    minipay *pay = open_books(folder);
    minipay_id minji = join(pay, "Kim Minji", "minji@example.com");
    minipay_id shop = merchant(pay, "Corner Shop", 250);
    link_account(pay, minji, "110-555-666777", "Kim Minji");
    link_account(pay, shop, "110-222-333444", "Corner Shop");

    printf("Kim Minji\n");
    minipay_instruction topup = instruct(pay, MINIPAY_KIND_TOPUP, minji, none, 50000);
    minipay_instruction lunch = instruct(pay, MINIPAY_KIND_PAY, minji, shop, 8000);
    minipay_instruction too_much = instruct(pay, MINIPAY_KIND_PAY, minji, shop, 90000);
    ask(pay, &topup);
    ask(pay, &lunch);
    ask(pay, &too_much);
    minipay_outcome paid = pay_for_dinner(pay, minji, shop);

    settle(pay, paid.business_date);
    show_books(pay, minji);
    int clean = audit(pay);
    minipay_close(pay);
    printf("the books stay in %s/day.db, for the sqlite3 shell\n", folder);
    return clean ? 0 : 1;
}
