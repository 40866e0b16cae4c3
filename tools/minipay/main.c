/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "commands.h"
#include "fail.h"
#include "minipay/values.h"
#include "request.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#define BIT(option) OPT_BIT(OPT_##option)
#define TERMS_OPTIONS                                                                                   \
    (BIT(FEE_BPS) | BIT(CYCLE) | BIT(FIXED_FEE) | BIT(LEAST_FEE) | BIT(MOST_FEE) | BIT(WEEKLY) |        \
     BIT(MONTHLY) | BIT(ACCOUNT))
#define NO_WORDS NULL, 0, 0
#define ONE_WORD(what) what, 1, 1

static const command commands[] = {
    {"init", "Make a database, and its master key", cmd_init, DB_NEW_TOO, BIT(DB), BIT(JSON), NO_WORDS},
    {"member register", "A person or company joins", cmd_member_register, DB_EXISTING,
     BIT(DB) | BIT(NAME) | BIT(EMAIL), REQUEST_OPTIONS | BIT(REGION) | BIT(TIER) | BIT(COMPANY),
     NO_WORDS},
    {"member get", "Show a member", cmd_member_get, DB_EXISTING, BIT(DB), BIT(JSON),
     ONE_WORD("UUID|EMAIL")},
    {"member find", "Find a member by e-mail", cmd_member_find, DB_EXISTING, BIT(DB), BIT(JSON),
     ONE_WORD("EMAIL")},
    {"member list", "List the members of a region", cmd_member_list, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(REGION), NO_WORDS},
    {"member update", "Change a member's name, e-mail, region or tier", cmd_member_update, DB_EXISTING,
     BIT(DB), REQUEST_OPTIONS | BIT(NAME) | BIT(EMAIL) | BIT(REGION) | BIT(TIER),
     ONE_WORD("UUID|EMAIL")},
    {"member deactivate", "Stop a member: his wallets refuse", cmd_member_deactivate, DB_EXISTING,
     BIT(DB) | BIT(REASON), REQUEST_OPTIONS & ~BIT(REASON), ONE_WORD("UUID|EMAIL")},
    {"member reactivate", "Let a stopped member go on", cmd_member_reactivate, DB_EXISTING,
     BIT(DB) | BIT(REASON), REQUEST_OPTIONS & ~BIT(REASON), ONE_WORD("UUID|EMAIL")},
    {"member set-pin", "Set a member's PIN, read from standard input", cmd_member_set_pin, DB_EXISTING,
     BIT(DB), REQUEST_OPTIONS, ONE_WORD("UUID|EMAIL")},
    {"member verify-pin", "Try a PIN, read from standard input", cmd_member_verify_pin, DB_EXISTING,
     BIT(DB), BIT(JSON), ONE_WORD("UUID|EMAIL")},
    {"bank unlink", "Unlink an account; orders under way go on", cmd_bank_unlink, DB_EXISTING,
     BIT(DB) | BIT(OWNER) | BIT(ACCOUNT), REQUEST_OPTIONS, NO_WORDS},
    {"bank orders", "List what the bank was asked to move", cmd_bank_orders, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(OWNER) | BIT(STATE), NO_WORDS},
    {"bank reconcile", "Hold the bank's statement against the orders", cmd_bank_reconcile, DB_EXISTING,
     BIT(DB), REQUEST_OPTIONS | BIT(FROM), NO_WORDS},
    {"bank corporate", "The corporate account: at the bank, and in the books", cmd_bank_corporate,
     DB_EXISTING, BIT(DB), BIT(JSON) | BIT(CURRENCY), NO_WORDS},
    {"bank link", "Link a bank account to a member or merchant", cmd_bank_link, DB_EXISTING,
     BIT(DB) | BIT(OWNER) | BIT(BANK) | BIT(NUMBER) | BIT(HOLDER), REQUEST_OPTIONS, NO_WORDS},
    {"bank list", "List the linked accounts of a member or merchant", cmd_bank_list, DB_EXISTING,
     BIT(DB) | BIT(OWNER), BIT(JSON), NO_WORDS},
    {"wallet open", "Open a member's wallet", cmd_wallet_open, DB_EXISTING, BIT(DB) | BIT(MEMBER),
     REQUEST_OPTIONS | BIT(CURRENCY), NO_WORDS},
    {"wallet list", "List every wallet with its balance", cmd_wallet_list, DB_EXISTING, BIT(DB),
     BIT(JSON), NO_WORDS},
    {"wallet get", "Show a wallet", cmd_wallet_get, DB_EXISTING, BIT(DB) | BIT(MEMBER),
     BIT(JSON) | BIT(CURRENCY), NO_WORDS},
    {"wallet history", "Show a wallet's entries, newest first", cmd_wallet_history, DB_EXISTING,
     BIT(DB) | BIT(MEMBER), BIT(JSON) | BIT(CURRENCY) | BIT(BEFORE) | BIT(COUNT), NO_WORDS},
    {"wallet credit", "Add money for a reason of the operator's", cmd_credit, DB_EXISTING,
     BIT(DB) | BIT(MEMBER) | BIT(AMOUNT) | BIT(REASON), (REQUEST_OPTIONS & ~BIT(REASON)) | BIT(CURRENCY),
     NO_WORDS},
    {"wallet debit", "Take money for a reason of the operator's", cmd_debit, DB_EXISTING,
     BIT(DB) | BIT(MEMBER) | BIT(AMOUNT) | BIT(REASON), (REQUEST_OPTIONS & ~BIT(REASON)) | BIT(CURRENCY),
     NO_WORDS},
    {"wallet freeze", "Let nothing move in a wallet", cmd_freeze, DB_EXISTING,
     BIT(DB) | BIT(MEMBER) | BIT(REASON), (REQUEST_OPTIONS & ~BIT(REASON)) | BIT(CURRENCY), NO_WORDS},
    {"wallet unfreeze", "Let money move again", cmd_unfreeze, DB_EXISTING,
     BIT(DB) | BIT(MEMBER) | BIT(REASON), (REQUEST_OPTIONS & ~BIT(REASON)) | BIT(CURRENCY), NO_WORDS},
    {"wallet close", "Close an empty wallet, for ever", cmd_close, DB_EXISTING, BIT(DB) | BIT(MEMBER),
     REQUEST_OPTIONS | BIT(CURRENCY), NO_WORDS},
    {"topup", "Bank account to wallet", cmd_topup, DB_EXISTING, BIT(DB) | BIT(MEMBER) | BIT(AMOUNT),
     REQUEST_OPTIONS | BIT(CURRENCY) | BIT(ACCOUNT) | BIT(MEMO), NO_WORDS},
    {"transfer", "Wallet to wallet", cmd_transfer, DB_EXISTING,
     BIT(DB) | BIT(MEMBER) | BIT(TO) | BIT(AMOUNT),
     REQUEST_OPTIONS | BIT(CURRENCY) | BIT(AUTO_TOPUP) | BIT(MEMO), NO_WORDS},
    {"withdraw", "Wallet to bank account", cmd_withdraw, DB_EXISTING,
     BIT(DB) | BIT(MEMBER) | BIT(AMOUNT), REQUEST_OPTIONS | BIT(CURRENCY) | BIT(ACCOUNT) | BIT(MEMO),
     NO_WORDS},
    {"merchant register", "A merchant joins", cmd_merchant_register, DB_EXISTING, BIT(DB) | BIT(NAME),
     REQUEST_OPTIONS | BIT(CURRENCY) | TERMS_OPTIONS, NO_WORDS},
    {"merchant list", "List the merchants", cmd_merchant_list, DB_EXISTING, BIT(DB), BIT(JSON),
     NO_WORDS},
    {"merchant get", "Show a merchant", cmd_merchant_get, DB_EXISTING, BIT(DB), BIT(JSON),
     ONE_WORD("UUID")},
    {"merchant terms", "Agree with a merchant on new terms; what is not named stays", cmd_merchant_terms,
     DB_EXISTING, BIT(DB), REQUEST_OPTIONS | TERMS_OPTIONS, ONE_WORD("UUID")},
    {"merchant deactivate", "Take no new payments for a merchant", cmd_merchant_deactivate, DB_EXISTING,
     BIT(DB), REQUEST_OPTIONS, ONE_WORD("UUID")},
    {"merchant reactivate", "Take payments for a merchant again", cmd_merchant_reactivate, DB_EXISTING,
     BIT(DB), REQUEST_OPTIONS, ONE_WORD("UUID")},
    {"promotion register", "Begin a promotional event", cmd_promotion_register, DB_EXISTING,
     BIT(DB) | BIT(NAME) | BIT(FUND),
     REQUEST_OPTIONS | BIT(CURRENCY) | BIT(MERCHANT) | BIT(DISCOUNT) | BIT(DISCOUNT_BPS) | BIT(LARGEST) |
         BIT(SHARE),
     NO_WORDS},
    {"promotion get", "Show a promotion", cmd_promotion_get, DB_EXISTING, BIT(DB), BIT(JSON),
     ONE_WORD("UUID")},
    {"promotion list", "List every promotion", cmd_promotion_list, DB_EXISTING, BIT(DB), BIT(JSON),
     NO_WORDS},
    {"pay", "Wallet to merchant; leaves a slip", cmd_pay, DB_EXISTING,
     BIT(DB) | BIT(MEMBER) | BIT(MERCHANT) | BIT(AMOUNT),
     REQUEST_OPTIONS | BIT(CURRENCY) | BIT(AUTO_TOPUP) | BIT(AUTHORIZE) | BIT(PROMOTION) | BIT(MEMO),
     NO_WORDS},
    {"capture", "Move an authorised payment's money, or a part of it", cmd_capture, DB_EXISTING,
     BIT(DB) | BIT(PAYMENT), REQUEST_OPTIONS | BIT(CURRENCY) | BIT(AMOUNT), NO_WORDS},
    {"void", "Free what is left of an authorised payment", cmd_void, DB_EXISTING, BIT(DB) | BIT(PAYMENT),
     REQUEST_OPTIONS | BIT(CURRENCY), NO_WORDS},
    {"refund", "Give back a payment, or what is left of it", cmd_refund, DB_EXISTING,
     BIT(DB) | BIT(PAYMENT), REQUEST_OPTIONS | BIT(CURRENCY) | BIT(AMOUNT) | BIT(MEMO), NO_WORDS},
    {"slip get", "Show a payment's slip", cmd_slip_get, DB_EXISTING, BIT(DB), BIT(JSON),
     ONE_WORD("UUID")},
    {"slip list", "List a member's or merchant's slips, newest first", cmd_slip_list, DB_EXISTING,
     BIT(DB), BIT(JSON) | BIT(MEMBER) | BIT(MERCHANT) | BIT(COUNT), NO_WORDS},
    {"settle preview", "Show what a run would pay; changes nothing", cmd_settle_preview, DB_EXISTING,
     BIT(DB) | BIT(THROUGH), BIT(JSON) | BIT(CURRENCY), NO_WORDS},
    {"settle retry", "Pay a run's refused payouts again", cmd_settle_retry, DB_EXISTING, BIT(DB),
     REQUEST_OPTIONS | BIT(CURRENCY), ONE_WORD("DATE|UUID")},
    {"settle statement", "Show the payments and refunds behind a line", cmd_settle_statement,
     DB_EXISTING, BIT(DB), BIT(JSON) | BIT(CURRENCY), ONE_WORD("LINE-UUID")},
    {"settle holiday", "Make a date a holiday, or a business day again", cmd_settle_holiday, DB_EXISTING,
     BIT(DB), REQUEST_OPTIONS | BIT(NAME) | BIT(WITHDRAWN), ONE_WORD("DATE")},
    {"settle holidays", "List the holidays", cmd_settle_holidays, DB_EXISTING, BIT(DB), BIT(JSON),
     NO_WORDS},
    {"settle run", "Pay the merchants, through a business date", cmd_settle_run, DB_EXISTING,
     BIT(DB) | BIT(THROUGH), BIT(JSON) | BIT(CURRENCY) | BIT(ACTOR) | BIT(CHANNEL) | BIT(REASON),
     NO_WORDS},
    {"settle list", "List the settlement runs, the latest first", cmd_settle_list, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(CURRENCY), NO_WORDS},
    {"settle get", "Show a settlement run", cmd_settle_get, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(CURRENCY), ONE_WORD("DATE|UUID")},
    {"settle lines", "Show each merchant's part in a run", cmd_settle_lines, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(CURRENCY), ONE_WORD("DATE|UUID")},
    {"report", "What the books say, and whether the bank agrees", cmd_report, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(CURRENCY), NO_WORDS},
    {"books", "Everything the books say, sorted, a line each", cmd_books, DB_EXISTING, BIT(DB),
     BIT(JSON), NO_WORDS},
    {"audit", "Prove the books, from the stored rows alone", cmd_audit, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(CHECKPOINT), NO_WORDS},
    {"checkpoint", "Sign where the chain stands, to be kept elsewhere", cmd_checkpoint, DB_EXISTING,
     BIT(DB), BIT(JSON) | BIT(OUT), NO_WORDS},
    {"replay", "Replay a PaySim file, plain or .xz", cmd_replay, DB_LATER, BIT(DB),
     BIT(JSON) | BIT(OUTCOMES) | BIT(FEE_BPS), ONE_WORD("FILE.csv[.xz]")},
    {"demo", "Replay the example days, and show the books", cmd_demo, DB_LATER, 0,
     BIT(DB) | BIT(JSON) | BIT(FILE), NO_WORDS},
    {"policy get", "Show the rules in force", cmd_policy_get, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(CURRENCY) | BIT(TIER), "[RULE]", 0, 1},
    {"policy set", "Put changed rules in force, as a new version", cmd_policy_set, DB_EXISTING, BIT(DB),
     BIT(JSON) | BIT(CURRENCY) | BIT(TIER), "RULE=VALUE...", 1, 32},
    {"run", "Carry on what is due", cmd_run, DB_EXISTING, BIT(DB), BIT(JSON) | BIT(BUDGET), NO_WORDS},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_version(FILE *out, struct argp_state *state)
{
    (void)state;
    fprintf(out, "minipay %s\n", minipay_version());
}

/* How many words of the command line name this command: 0, 1 or 2. */
static int words_named(const command *c, int count, char *const *words)
{
    size_t length = strlen(words[0]);
    if (strncmp(c->name, words[0], length) != 0)
        return 0;
    if (!c->name[length])
        return 1;
    return c->name[length] == ' ' && count > 1 && strcmp(c->name + length + 1, words[1]) == 0 ? 2 : 0;
}

static bool is_in_group(const command *c, const char *group)
{
    size_t length = strlen(group);
    return strncmp(c->name, group, length) == 0 && c->name[length] == ' ';
}

static bool is_group(const char *word)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (is_in_group(&commands[i], word))
            return true;
    }
    return false;
}

/* All commands, or those of a group. */
static void print_commands(FILE *out, const char *group)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (!group || is_in_group(&commands[i], group))
            fprintf(out, "  %-18s %s\n", commands[i].name, commands[i].summary);
    }
}

static void print_help(FILE *out)
{
    fprintf(out,
            "Usage: minipay COMMAND --db FILE [OPTION...]\n"
            "MiniPay %s: prepaid money, from joining to settlement.\n\n",
            minipay_version());
    print_commands(out, NULL);
    fputs("\n"
          "minipay COMMAND --help tells a command's options; minipay --version the version.\n"
          "A member is named by id or by e-mail. Every changing command takes --id: the same id again "
          "changes\n"
          "nothing and tells what stands.\n\n"
          "Exit codes:\n"
          "   0  done\n"
          "   1  the command's own failure: a bad file, an audit that is not clean\n"
          "   2  a wrong command line\n"
          "  11  usage: fix the call; nothing was stored\n"
          "  12  rejected: final, no money moved\n"
          "  13  retryable: the same call with the same id, later\n"
          "  14  unknown: money may have moved; ask again with the same id\n"
          "  15  fatal: the installation or the machine is not sound\n",
          out);
}

static bool asks_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-?") == 0 || strcmp(word, "help") == 0;
}

static int run_group(int count, char **words)
{
    bool helping = count > 1 && asks_help(words[1]);
    if (count > 1 && !helping)
        return fail_usage("'%s %s' is not a command; minipay %s --help lists them", words[0], words[1],
                          words[0]);
    print_commands(helping ? stdout : stderr, words[0]);
    return helping ? EXIT_DONE : EXIT_USAGE;
}

static int with_db(const command *c, const args *a)
{
    db d = {0};
    int code = 0;
    if (c->opens != DB_LATER)
        code = db_open(&d, a->text[OPT_DB], c->opens, 0);
    if (!code)
        code = c->run(a, &d);
    db_close(&d);
    return code;
}

static int run_command(int count, char **words)
{
    args a;
    for (int i = 0; i < COMMANDS; i++) {
        int named = words_named(&commands[i], count, words);
        if (!named)
            continue;
        args_parse(&commands[i], count - named + 1, words + named - 1, &a);
        return with_db(&commands[i], &a);
    }
    if (is_group(words[0]))
        return run_group(count, words);
    return fail_usage("'%s' is not a command; minipay --help lists them", words[0]);
}

int main(int count, char **words)
{
    int code = EXIT_DONE;
    argp_program_version_hook = print_version;
    if (count < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (asks_help(words[1]))
        print_help(stdout);
    else if (strcmp(words[1], "--version") == 0 || strcmp(words[1], "-V") == 0)
        print_version(stdout, NULL);
    else
        code = run_command(count - 1, words + 1);
    if (fflush(stdout) != 0 || ferror(stdout))
        return code ? code : fail_own("standard output cannot be written");
    return code;
}
