/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "args.h"

#include "commands.h"
#include "fail.h"
#include "help.h"
#include "minipay/values.h"
#include "text.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_FIRST = 0x100, /* above every character: no option has a short form */
    DOC_SIZE = 160
};

static const struct {
    const char *name, *value, *doc;
} options[OPT_END] = {
    [OPT_DB] = {"db", "FILE", "The database; its key is FILE.key, its bank FILE.bank"},
    [OPT_JSON] = {"json", NULL, "Print JSON, one object a line, amounts in minor units"},
    [OPT_ID] = {"id", "UUID", "The operation's id: the same id again changes nothing"},
    [OPT_MEMBER] = {"member", "UUID|EMAIL", "The member"},
    [OPT_TO] = {"to", "UUID|EMAIL", "The member who receives"},
    [OPT_MERCHANT] = {"merchant", "UUID", "The merchant"},
    [OPT_OWNER] = {"owner", "UUID|EMAIL", "The member or merchant whose account it is"},
    [OPT_ACCOUNT] = {"account", "UUID", "The linked bank account"},
    [OPT_PAYMENT] = {"payment", "UUID", "The payment that this goes on with"},
    [OPT_AMOUNT] = {"amount", "MONEY", "The amount, such as 50000 or 12.34"},
    [OPT_CURRENCY] = {"currency", "CODE", "The currency"},
    [OPT_NAME] = {"name", "TEXT", "The name"},
    [OPT_EMAIL] = {"email", "TEXT", "The e-mail address, unique among members"},
    [OPT_REGION] = {"region", "CODE", "The region"},
    [OPT_TIER] = {"tier", "0-3", "Which limits apply"},
    [OPT_COMPANY] = {"company", NULL, "The member is a company, not a person"},
    [OPT_BANK] = {"bank", "CODE", "The bank's code, such as 004"},
    [OPT_NUMBER] = {"number", "TEXT", "The account's number"},
    [OPT_HOLDER] = {"holder", "TEXT", "The holder's name, as the bank knows it"},
    [OPT_FEE_BPS] = {"fee-bps", "N", "The merchant's fee in basis points, 0 to 10000"},
    [OPT_CYCLE] = {"cycle-days", "N", "Settled this many business days after the payment's day"},
    [OPT_AUTO_TOPUP] = {"auto-topup", NULL, "Top up first what is missing"},
    [OPT_FROM_SUSPENSE] = {"from-suspense", NULL, "Out of what came for a closed wallet"},
    [OPT_MEMO] = {"memo", "TEXT", "For the two parties, or with a withdrawal for the bank"},
    [OPT_ACTOR] = {"actor", "TEXT", "Who asks"},
    [OPT_CHANNEL] = {"channel", "TEXT", "By which way"},
    [OPT_REASON] = {"reason", "TEXT", "Why"},
    [OPT_THROUGH] = {"through", "DATE", "The last business date that is settled, such as 2026-11-23"},
    [OPT_BEFORE] = {"before", "N", "Only entries before this sequence"},
    [OPT_COUNT] = {"count", "N", "How many entries"},
    [OPT_OUTCOMES] = {"outcomes", "OUT.csv", "Write what became of each row: row,status,reason"},
    [OPT_FILE] = {"file", "FILE", "Another PaySim file than the example"},
    [OPT_FIXED_FEE] = {"fixed-fee", "MONEY", "A fee of each payment beside the basis points"},
    [OPT_LEAST_FEE] = {"least-fee", "MONEY", "The smallest fee of a payment"},
    [OPT_MOST_FEE] = {"most-fee", "MONEY", "The largest fee of a payment"},
    [OPT_WEEKLY] = {"weekly", "1-7", "Settled on this weekday, 1 for Monday"},
    [OPT_MONTHLY] = {"monthly", "1-31", "Settled on this day of the month"},
    [OPT_PROMOTION] = {"promotion", "UUID", "The promotion that takes something off"},
    [OPT_DISCOUNT] = {"discount", "MONEY", "A fixed discount"},
    [OPT_DISCOUNT_BPS] = {"discount-bps", "N", "The discount in basis points of the amount"},
    [OPT_LARGEST] = {"largest", "MONEY", "The largest discount of a payment"},
    [OPT_FUND] = {"fund", "MONEY", "What the promotion may give in all"},
    [OPT_SHARE] = {"merchant-share-bps", "N", "The merchant's part of the discount"},
    [OPT_WITHDRAWN] = {"withdrawn", NULL, "The date is a business day again"},
    [OPT_AUTHORIZE] = {"authorize", NULL, "Hold the money now; minipay capture moves it"},
    [OPT_CHECKPOINT] = {"checkpoint", "FILE", "Also hold the database against this checkpoint"},
    [OPT_OUT] = {"out", "FILE", "Write to this file"},
    [OPT_STATE] = {"state", "STATE", "Only those: running, done, rejected or parked"},
    [OPT_FROM] = {"from", "N", "Read the statement again, from behind this position"},
    [OPT_TRANSFER] = {"transfer", "UUID", "The transfer that is undone"},
    [OPT_HOLD] = {"hold", "UUID", "The hold"},
    [OPT_EXPIRES] = {"expires-at", "TIME",
                     "When it can no longer be captured, such as 2026-11-23T08:35:00Z"},
    [OPT_EFFECTIVE] = {"effective-at", "TIME", "When it comes into force, such as 2026-12-01T00:00:00Z"},
    [OPT_STARTS] = {"starts-at", "TIME", "From when on, such as 2026-12-01T00:00:00Z"},
    [OPT_ENDS] = {"ends-at", "TIME", "Until before when"},
    [OPT_SINCE] = {"since", "TIME", "Only what was made at this time or later"},
    [OPT_UNTIL] = {"until", "TIME", "Only what was made before this time"},
    [OPT_ATOMIC] = {"atomic", NULL, "All rows or none"},
    [OPT_KEY] = {"key", "HEX", "The public key that minipay checkpoint key printed"},
    [OPT_AFTER] = {"after", "UUID", "Only what comes behind this one"},
    [OPT_VERSION] = {"version", "N", "The rules as this version has them"},
    [OPT_BUDGET] = {"budget", "N", "At most this many operations"},
};

/* What is taken where an option is not given. */
static const char *const defaults[OPT_END] = {
    [OPT_ID] = "a new one",
    [OPT_ACCOUNT] = "the first",
    [OPT_CURRENCY] = "KRW, or that of the operation that this goes on with",
    [OPT_TIER] = "0",
    [OPT_FEE_BPS] = "50",
    [OPT_CYCLE] = "1",
    [OPT_ACTOR] = "the member, where there is one",
    [OPT_CHANNEL] = "cli",
    [OPT_COUNT] = "20",
    [OPT_SHARE] = "0",
    [OPT_OUT] = "standard output",
    [OPT_FROM] = "from where the last run ended",
    [OPT_EFFECTIVE] = "now",
    [OPT_STARTS] = "now",
    [OPT_ENDS] = "for ever",
    [OPT_VERSION] = "the one in force",
    [OPT_BUDGET] = "no bound",
};

typedef struct reading {
    const command *command;
    args *args;
} reading;

/* The option's doc, with its default: what a change does not name stays as it is. */
static const char *doc_of(const command *c, int option)
{
    static char docs[OPT_END][DOC_SIZE];
    const char *fallback = (c->kept & OPT_BIT(option)) ? "as it is" : defaults[option];
    if (!fallback || (c->required & OPT_BIT(option)))
        return options[option].doc;
    snprintf(docs[option], DOC_SIZE, "%s (default: %s)", options[option].doc, fallback);
    return docs[option];
}

static const struct argp_option *argp_options(const command *c)
{
    static struct argp_option list[OPT_END + 1];
    int count = 0;
    memset(list, 0, sizeof list);
    for (int i = 0; i < OPT_END; i++) {
        if (!((c->required | c->optional) & OPT_BIT(i)))
            continue;
        list[count++] = (struct argp_option){
            .name = options[i].name, .key = KEY_FIRST + i, .arg = options[i].value, .doc = doc_of(c, i)};
    }
    return list;
}

static void check_complete(const reading *r, struct argp_state *state)
{
    for (int i = 0; i < OPT_END; i++) {
        if ((r->command->required & OPT_BIT(i)) && !r->args->text[i])
            argp_error(state, "--%s is missing", options[i].name);
    }
    if (r->args->word_count < r->command->least)
        argp_error(state, "%s is missing", r->command->words);
    if (r->args->word_count > r->command->most)
        argp_error(state, "'%s' is one word too many", r->args->words[r->command->most]);
}

static error_t take(int key, char *value, struct argp_state *state)
{
    reading *r = state->input;
    if (key >= KEY_FIRST && key < KEY_FIRST + OPT_END) {
        const char **text = &r->args->text[key - KEY_FIRST];
        if (*text)
            argp_error(state, "--%s is given twice", options[key - KEY_FIRST].name);
        *text = value ? value : "";
        return 0;
    }
    switch (key) {
    case ARGP_KEY_ARGS:
        r->args->words = state->argv + state->next;
        r->args->word_count = state->argc - state->next;
        return 0;
    case ARGP_KEY_SUCCESS:
        check_complete(r, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What must be given, options first: "--db=FILE --member=UUID|EMAIL TIME". */
static void tell_needed(const command *c, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; i < OPT_END && used < size; i++) {
        if (c->required & OPT_BIT(i))
            used += (size_t)snprintf(text + used, size - used, "--%s=%s ", options[i].name,
                                     options[i].value);
    }
    if (c->words && used < size)
        snprintf(text + used, size - used, "%s", c->words);
    else if (used && used < size)
        text[used - 1] = 0;
}

/* "transfer" is a command, and so are "transfer batch" and "transfer reverse". */
static void tell_others(const command *c, char *text, size_t size)
{
    size_t length = strlen(c->name), used = strlen(text);
    for (int i = 0; i < command_count && used < size; i++) {
        if (strncmp(commands[i].name, c->name, length) == 0 && commands[i].name[length] == ' ')
            used += (size_t)snprintf(text + used, size - used, "\n  minipay %s: %s", commands[i].name,
                                     commands[i].summary);
    }
}

void args_parse(const command *c, int count, char **words, args *a)
{
    static const char codes[] = "\vExit codes: 0 done; 1 the command's own failure; 2 a wrong command "
                                "line; by class of status: 11 "
                                "usage (fix the call), 12 rejected (final, no money moved), 13 "
                                "retryable (the same call later), 14 "
                                "unknown (ask again with the same id), 15 fatal.";
    char name[64], doc[4096], needed[256];
    reading r = {.command = c, .args = a};
    snprintf(name, sizeof name, "minipay %s", c->name);
    snprintf(doc, sizeof doc, "%s", c->summary);
    tell_needed(c, needed, sizeof needed);
    tell_others(c, doc, sizeof doc);
    const char *detail = help_detail(c->name);
    snprintf(doc + strlen(doc), sizeof doc - strlen(doc), "%s%s%s", codes, detail[0] ? "\n\n" : "",
             detail);
    const struct argp argp = {
        .options = argp_options(c), .parser = take, .args_doc = needed[0] ? needed : NULL, .doc = doc};
    memset(a, 0, sizeof *a);
    words[0] = name;
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&argp, count, words, 0, NULL, &r) != 0)
        exit(EXIT_USAGE);
}

bool args_read_id(const char *text, minipay_id *id)
{
    char dashed[MINIPAY_ID_TEXT_SIZE];
    if (strlen(text) != 2 * sizeof id->bytes)
        return minipay_id_parse(text, id) == MINIPAY_OK;
    snprintf(dashed, sizeof dashed, "%.8s-%.4s-%.4s-%.4s-%.12s", text, text + 8, text + 12, text + 16,
             text + 20);
    return minipay_id_parse(dashed, id) == MINIPAY_OK;
}

int args_id_text(const char *name, const char *text, minipay_id *id)
{
    if (args_read_id(text, id))
        return 0;
    return fail_usage("%s: '%s' is not an id such as 018f2c9e-7f3a-7cc4-9b1d-2f60a1b2c3d4", name, text);
}

int args_id(const args *a, int option, minipay_id *id)
{
    char name[32];
    memset(id, 0, sizeof *id);
    if (!a->text[option])
        return 0;
    snprintf(name, sizeof name, "--%s", options[option].name);
    return args_id_text(name, a->text[option], id);
}

int args_amount(const args *a, int option, const char *currency, int64_t *amount_minor)
{
    *amount_minor = 0;
    if (!a->text[option])
        return 0;
    minipay_status status = minipay_money_parse(a->text[option], currency, amount_minor);
    if (status == MINIPAY_INVALID_CURRENCY)
        return fail_usage("--currency: '%s' is not an ISO 4217 code", currency);
    if (status != MINIPAY_OK)
        return fail_usage("--%s: '%s' is not an amount in %s", options[option].name, a->text[option],
                          currency);
    return 0;
}

int args_number(const args *a, int option, int64_t least, int64_t most, int64_t fallback,
                int64_t *number)
{
    const char *text = a->text[option];
    char *end;
    *number = fallback;
    if (!text)
        return 0;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || end == text || value < least || value > most)
        return fail_usage("--%s: '%s' is not a number from %" PRId64 " to %" PRId64,
                          options[option].name, text, least, most);
    *number = value;
    return 0;
}

int args_currency(const args *a, char currency[MINIPAY_CURRENCY_SIZE])
{
    const char *text = a->text[OPT_CURRENCY] ? a->text[OPT_CURRENCY] : "KRW";
    if (minipay_currency_exponent(text) < 0 || !text_set(currency, MINIPAY_CURRENCY_SIZE, text))
        return fail_usage("--currency: '%s' is not an ISO 4217 code", text);
    return 0;
}

int args_date(const args *a, int option, int32_t *date)
{
    if (date_parse(a->text[option], date))
        return 0;
    return fail_usage("--%s: '%s' is not a date such as 2026-11-23", options[option].name,
                      a->text[option]);
}

int args_time(const args *a, int option, int64_t *at)
{
    *at = 0;
    if (!a->text[option] || time_parse(a->text[option], at))
        return 0;
    return fail_usage("--%s: '%s' is not a time such as 2026-11-23T08:35:00Z", options[option].name,
                      a->text[option]);
}

int args_copy(const args *a, int option, const char *fallback, char *out, size_t size)
{
    const char *text = a->text[option] ? a->text[option] : fallback;
    if (text_set(out, size, text))
        return 0;
    return fail_usage("--%s: longer than %zu bytes", options[option].name, size - 1);
}

bool args_json(const args *a)
{
    return a->text[OPT_JSON] != NULL;
}
