/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "replay.h"

#include "ahead.h"
#include "carry.h"
#include "commands.h"
#include "fail.h"
#include "output.h"
#include "paysim.h"
#include "report.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { HOURS_PER_DAY = 24, PROGRESS_MS = 200 };

static const int64_t HOUR_US = INT64_C(3600000000);
static const uint64_t DAY_MS = UINT64_C(86400000), NINE_HOURS_MS = UINT64_C(32400000);

typedef struct player {
    const replay_request *request;
    db *db;
    tally *tally;
    paysim *file;
    carry carry;
    parties members, merchants;
    uint64_t base_ms;          /* when step 1 begins */
    minipay_instruction *rows; /* the chunk: rows of one step */
    uint32_t count;
    uint64_t first_row;
    int32_t step; /* the largest so far */
    int32_t last_step;
    uint64_t total;
    int64_t began_ms, shown_ms;
    int turn;      /* the key's file, locked; -1: not open */
    bool is_fresh; /* neither a wallet nor a merchant stood when it began */
} player;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t time_of_step(const player *p, int32_t step)
{
    return (int64_t)p->base_ms * 1000 + (step - 1) * HOUR_US;
}

static int32_t day_of_step(int32_t step)
{
    return (step - 1) / HOURS_PER_DAY;
}

/* Business dates lie at +09:00. */
static int32_t date_of_step(const player *p, int32_t step)
{
    return date_of_day((int32_t)((p->base_ms + NINE_HOURS_MS) / DAY_MS) + day_of_step(step));
}

/* ---- progress ---- */

static void show_progress(player *p)
{
    char done[TEXT_SIZE], total[TEXT_SIZE], rate[TEXT_SIZE];
    int64_t now = now_ms(), spent = now - p->began_ms;
    if (!isatty(STDERR_FILENO) || now - p->shown_ms < PROGRESS_MS)
        return;
    p->shown_ms = now;
    text_count(p->tally->rows, done);
    text_count(p->tally->rows * 1000 / (uint64_t)(spent > 0 ? spent : 1), rate);
    text_count(p->total, total);
    fprintf(stderr, "\r%3" PRIu64 " %%  %s of %s rows, %s rows/s ",
            p->total ? p->tally->rows * 100 / p->total : 100, done, total, rate);
}

static void hide_progress(const player *p)
{
    if (p->shown_ms)
        fprintf(stderr, "\r%*s\r", 60, "");
}

/* ---- a chunk ---- */

static int stand_up(player *p, parties *who, const stage *stages)
{
    int code = p->is_fresh ? 0 : parties_recall(p->db, who, who->ready, who->names.count);
    for (const stage *s = stages; !code && s->what; s++)
        code =
            carry_stage(&p->carry, s, who, who->ready, who->names.count, p->request->fee_basis_points);
    if (!code)
        who->ready = who->names.count;
    return code;
}

static int open_balances(player *p, uint32_t first, uint32_t last)
{
    minipay_instruction *deposits = calloc(MINIPAY_BATCH_LARGEST, sizeof *deposits);
    uint32_t count = 0;
    int code = deposits ? 0 : fail_own("memory is used up");
    for (uint32_t i = first; !code && i < last; i++) {
        p->tally->known_members += parties_at(&p->members, i)->known;
        count += party_opening(&p->members, i, &deposits[count]);
        if (count == MINIPAY_BATCH_LARGEST || i + 1 == last) {
            code = carry_out(&p->carry, deposits, count, 0);
            count = 0;
        }
    }
    free(deposits);
    return code ? code : carry_waiting(&p->carry, time_of_step(p, p->step + 1));
}

static int flush(player *p)
{
    uint32_t known = p->members.ready;
    int code;
    if (!p->count)
        return 0;
    if ((code = stand_up(p, &p->members, member_stages)) != 0)
        return code;
    if ((code = stand_up(p, &p->merchants, merchant_stages)) != 0)
        return code;
    if (known < p->members.ready && (code = open_balances(p, known, p->members.ready)) != 0)
        return code;
    if ((code = carry_out(&p->carry, p->rows, p->count, p->first_row)) != 0)
        return code;
    p->count = 0;
    show_progress(p);
    return carry_waiting(&p->carry, time_of_step(p, p->step + 1));
}

static int32_t kind_of(int32_t kind)
{
    static const int32_t kinds[PAYSIM_KINDS] = {
        [PAYSIM_CASH_IN] = MINIPAY_KIND_TOPUP,  [PAYSIM_CASH_OUT] = MINIPAY_KIND_WITHDRAW,
        [PAYSIM_DEBIT] = MINIPAY_KIND_WITHDRAW, [PAYSIM_TRANSFER] = MINIPAY_KIND_TRANSFER,
        [PAYSIM_PAYMENT] = MINIPAY_KIND_PAY,
    };
    return kinds[kind];
}

/* A row's place in time, in ms from the beginning: ids that rise with the clock are the fastest. */
static uint64_t order_of(const paysim_row *row)
{
    return (uint64_t)(row->step - 1) * 3600000 + row->number / 4;
}

/* A row of the file: two files may have rows that read the same. */
static void row_id(const player *p, const paysim_row *row, minipay_id *id)
{
    char text[64];
    snprintf(text, sizeof text, "row:%016" PRIx64 ":%" PRIu64, p->members.file, row->number);
    minipay_id_from_name(p->base_ms + order_of(row), text, id);
}

static int add_row(player *p, const paysim_row *row)
{
    minipay_instruction *i = &p->rows[p->count];
    uint32_t origin = parties_see(&p->members, row->origin, row->old_origin, order_of(row)), target = 0;
    if (paysim_is_member(row->target))
        target = parties_see(&p->members, row->target, row->old_target, order_of(row));
    uint32_t merchant =
        row->kind == PAYSIM_PAYMENT ? parties_see(&p->merchants, row->target, 0, order_of(row)) : 0;
    if (origin == MAP_NONE || target == MAP_NONE || merchant == MAP_NONE)
        return fail_own("memory is used up");
    minipay_instruction_init(i, kind_of(row->kind));
    row_id(p, row, &i->id);
    i->member_id = parties_at(&p->members, origin)->id;
    if (i->kind == MINIPAY_KIND_TRANSFER)
        i->other_id = parties_at(&p->members, target)->id;
    if (i->kind == MINIPAY_KIND_PAY)
        i->other_id = parties_at(&p->merchants, merchant)->id;
    i->amount_minor = row->amount;
    text_set(i->currency, sizeof i->currency, "KRW");
    text_set(i->channel, sizeof i->channel, "replay");
    if (!p->count++)
        p->first_row = row->number;
    return 0;
}

/* ---- time ---- */

/* A new hour, and perhaps a new day: then the day that ended is settled. */
static int move_to(player *p, int32_t step)
{
    int32_t ended = p->step;
    p->step = step;
    if (p->db->virtual_now < time_of_step(p, step))
        p->db->virtual_now = time_of_step(p, step);
    if (!ended || day_of_step(step) <= day_of_step(ended))
        return 0;
    return carry_settlement(&p->carry, p->members.file, date_of_step(p, ended),
                            time_of_step(p, step + 1));
}

static int take_row(void *context, const paysim_row *row)
{
    player *p = context;
    int code = 0;
    if (row->step > p->step || p->count == MINIPAY_BATCH_LARGEST)
        code = flush(p);
    if (!code && row->step > p->step)
        code = move_to(p, row->step);
    return code ? code : add_row(p, row);
}

/* The books' clock never goes back. What another program wrote meanwhile, on a clock of its own, may have moved
 * it beyond the file's last day; then that is the day on which the rows behind it were booked. */
static int32_t last_date(const player *p)
{
    char text[TEXT_SIZE];
    int32_t date = date_of_step(p, p->step);
    if (p->carry.latest_date <= date)
        return date;
    text_date(p->carry.latest_date, text);
    fprintf(stderr,
            "minipay: another program wrote meanwhile: rows of the file are booked on dates up to %s\n",
            text);
    return p->carry.latest_date;
}

/* The end of the last day: nothing comes that could not be waited for. */
static int finish(player *p)
{
    int32_t midnight = (day_of_step(p->step) + 1) * HOURS_PER_DAY + 1;
    int code = flush(p);
    if (code || !p->step)
        return code;
    if ((code = carry_waiting(&p->carry, INT64_MAX)) != 0)
        return code;
    if (p->db->virtual_now < time_of_step(p, midnight))
        p->db->virtual_now = time_of_step(p, midnight);
    code = carry_settlement(&p->carry, p->members.file, last_date(p), INT64_MAX);
    carry_give_up(&p->carry);
    return code;
}

/* ---- policy ---- */

static const int32_t lifted[] = {MINIPAY_RULE_LIMIT_OPERATION, MINIPAY_RULE_LIMIT_HOLDING,
                                 MINIPAY_RULE_LIMIT_DAILY, MINIPAY_RULE_LIMIT_MONTHLY};

enum { LIFTED = sizeof lifted / sizeof *lifted, RULES = 3 + LIFTED * MINIPAY_TIER_COUNT };

static minipay_rule rule_of(int32_t number, int32_t tier, int64_t value)
{
    minipay_rule rule;
    minipay_rule_init(&rule);
    rule.rule = number;
    rule.tier = tier;
    rule.value = value;
    text_set(rule.currency, sizeof rule.currency, "KRW");
    return rule;
}

/* No minimum, no limits: the file says what was paid, not what a rule would have allowed. */
static void free_rules(minipay_rule rules[RULES])
{
    int count = 0;
    rules[count++] = rule_of(MINIPAY_RULE_TOPUP_MINIMUM, 0, 1);
    rules[count++] = rule_of(MINIPAY_RULE_TOPUP_UNIT, 0, 1);
    rules[count++] = rule_of(MINIPAY_RULE_MINIMUM_PAYOUT, 0, 0);
    for (int i = 0; i < LIFTED; i++) {
        for (int32_t tier = 0; tier < MINIPAY_TIER_COUNT; tier++)
            rules[count++] = rule_of(lifted[i], tier, 0);
    }
}

static minipay_status publish(db *d, const char *name, const minipay_rule rules[RULES], int32_t *version,
                              minipay_error *error)
{
    minipay_policy_request request;
    minipay_outcome outcome;
    minipay_policy_request_init(&request);
    minipay_outcome_init(&outcome);
    minipay_id_from_name(REPLAY_BASE_MS, name, &request.id);
    text_set(request.actor, sizeof request.actor, "replay");
    text_set(request.channel, sizeof request.channel, "cli");
    text_set(request.reason, sizeof request.reason, "the file says what was paid");
    minipay_status status = minipay_policy_publish(d->pay, &request, rules, RULES, &outcome, error);
    *version = outcome.policy_version;
    return status;
}

/* The first midnight at +09:00 that is not before: books that hold something go on with a day of their own. */
static uint64_t midnight_from(uint64_t now_ms)
{
    return (now_ms + NINE_HOURS_MS + DAY_MS - 1) / DAY_MS * DAY_MS - NINE_HOURS_MS;
}

/* A file begins with a version of the rules under an id of its own. The books give it a time that is not
 * before anything that they hold: so it also remembers when the file began, for a replay that begins again. */
static minipay_status begin_file(player *p, const minipay_rule rules[RULES], minipay_error *error)
{
    char name[64];
    minipay_policy_version begun;
    int32_t version;
    minipay_policy_version_init(&begun);
    snprintf(name, sizeof name, "replay's policy:%016" PRIx64, p->members.file);
    minipay_status status = publish(p->db, name, rules, &version, error);
    if (status == MINIPAY_OK)
        status = minipay_policy_version_get(p->db->pay, version, &begun, error);
    if (status == MINIPAY_OK && begun.published_at >= (int64_t)REPLAY_BASE_MS * 1000 + HOUR_US)
        p->base_ms = midnight_from((uint64_t)begun.published_at / 1000 + 1);
    p->members.base_ms = p->merchants.base_ms = p->base_ms;
    return status;
}

/* Somebody may have changed the rules since the file began. The id says which version it follows. */
static minipay_status lift_rules(db *d, const minipay_rule rules[RULES], minipay_error *error)
{
    char name[64];
    minipay_status status = MINIPAY_OK;
    int32_t version = 0;
    bool differs = false;
    for (int i = 0; status == MINIPAY_OK && i < RULES; i++) {
        int64_t value = 0;
        status = minipay_policy_get(d->pay, rules[i].rule, rules[i].tier, rules[i].currency, &value,
                                    &version, error);
        differs |= value != rules[i].value;
    }
    if (status != MINIPAY_OK || !differs)
        return status;
    snprintf(name, sizeof name, "replay's policy behind %d", version);
    return publish(d, name, rules, &version, error);
}

static int set_rules(player *p)
{
    minipay_error error;
    minipay_rule rules[RULES];
    free_rules(rules);
    minipay_error_init(&error);
    minipay_status status = begin_file(p, rules, &error);
    p->db->virtual_now = time_of_step(p, 1);
    if (status == MINIPAY_OK)
        status = lift_rules(p->db, rules, &error);
    return status == MINIPAY_OK ? 0 : fail_doing("policy", status, &error);
}

/* ---- the whole ---- */

static int survey(void *context, const paysim_row *row)
{
    player *p = context;
    if (row->step > p->last_step)
        p->last_step = row->step;
    return 0;
}

static int write_outcomes(const player *p, FILE *out)
{
    int code = output_begin(out, p->request->outcomes);
    if (code)
        return code;
    fputs("row,status,reason\n", out);
    for (uint64_t i = 0; i < p->total; i++) {
        uint16_t result = p->carry.results[i];
        bool good = result == MINIPAY_OK;
        fprintf(out, "%" PRIu64 ",%s,%s\n", i + 1, good ? "accepted" : "refused",
                good ? "" : result_name(result));
    }
    return fflush(out) == 0 && !ferror(out) ? 0
                                            : fail_own("%s: cannot be written", p->request->outcomes);
}

static int play(player *p)
{
    int code = set_rules(p);
    if (!code)
        code = carry_interrupted(&p->carry, time_of_step(p, p->last_step + HOURS_PER_DAY + 1));
    p->db->virtual_now = time_of_step(p, 1);
    p->began_ms = now_ms();
    if (!code)
        code = paysim_read_ahead(p->file, take_row, p);
    if (!code)
        code = finish(p);
    p->tally->wall_ms = now_ms() - p->began_ms;
    hide_progress(p);
    tally_sort(p->tally);
    return code;
}

/* One replay at a time: each moves the books' clock on, and would book the other's rows on days that are none
 * of theirs. The key's file is there before all others, and stays; the lock goes with the process. */
static int take_turn(player *p)
{
    char path[DB_PATH_SIZE + 8];
    snprintf(path, sizeof path, "%s.key", p->db->path);
    p->turn = open(path, O_RDONLY | O_CLOEXEC);
    if (p->turn >= 0 && flock(p->turn, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (p->turn >= 0 && errno == EWOULDBLOCK) {
        fail_own("%s: busy: another replay is under way; when it has ended, this file can be replayed",
                 p->db->path);
        return exit_of(MINIPAY_BUSY);
    }
    return fail_own("%s: cannot be locked: %s", path, strerror(errno));
}

static int look_for_parties(player *p)
{
    minipay_error error;
    minipay_wallet wallet, none;
    minipay_merchant merchant;
    minipay_id nobody;
    uint32_t wallets = 1, merchants = 1;
    minipay_error_init(&error);
    minipay_wallet_init(&none);
    memset(&nobody, 0, sizeof nobody);
    minipay_status status = minipay_wallet_list(p->db->pay, &none, &wallet, &wallets, &error);
    if (status == MINIPAY_OK)
        status = minipay_merchant_list(p->db->pay, &nobody, &merchant, &merchants, &error);
    p->is_fresh = !wallets && !merchants;
    return status == MINIPAY_OK ? 0 : fail_doing("replay", status, &error);
}

/* Only now that the whole file is known to be good may anything be made. */
static int play_into(player *p, FILE *out)
{
    int code;
    if ((code = db_open(p->db, p->request->db, DB_NEW_TOO, time_of_step(p, 1))) != 0)
        return code;
    if ((code = take_turn(p)) != 0 || (code = look_for_parties(p)) != 0)
        return code;
    p->rows = calloc(MINIPAY_BATCH_LARGEST, sizeof *p->rows);
    if (!p->rows)
        return fail_own("memory is used up");
    if ((code = carry_begin(&p->carry, p->db, p->tally, p->total)) == 0)
        code = play(p);
    if (!code && out)
        code = write_outcomes(p, out);
    carry_end(&p->carry);
    free(p->rows);
    return code;
}

int replay(const replay_request *request, db *d, tally *t)
{
    player p = {.request = request,
                .db = d,
                .tally = t,
                .members = {.role = "member", .has_wallets = true},
                .merchants.role = "merchant",
                .base_ms = REPLAY_BASE_MS,
                .turn = -1};
    FILE *out = NULL;
    memset(d, 0, sizeof *d);
    memset(t, 0, sizeof *t);
    p.file = paysim_open(request->file);
    int code = p.file ? paysim_read(p.file, survey, &p) : EXIT_OWN;
    p.total = p.file ? paysim_rows(p.file) : 0;
    p.members.file = p.merchants.file = p.file ? paysim_identity(p.file) : 0;
    if (!code)
        code = request->outcomes
                   ? output_open("--outcomes", request->outcomes, request->db, request->file, &out)
                   : 0;
    if (!code)
        code = play_into(&p, out);
    if (p.turn >= 0)
        close(p.turn);
    code = output_end(out, request->outcomes, code);
    parties_free(&p.members);
    parties_free(&p.merchants);
    paysim_close(p.file);
    return code;
}

int cmd_replay(const args *a, db *d)
{
    tally t;
    int64_t fee;
    int code = args_number(a, OPT_FEE_BPS, 0, 10000, 50, &fee);
    if (code)
        return code;
    replay_request request = {.file = a->words[0],
                              .db = a->text[OPT_DB],
                              .outcomes = a->text[OPT_OUTCOMES],
                              .fee_basis_points = (int32_t)fee};
    code = replay(&request, d, &t);
    return code ? code : report(d, "KRW", &t, args_json(a));
}
