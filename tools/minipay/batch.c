/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "minipay/values.h"
#include "request.h"
#include "sheet.h"
#include "table.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Transfers from a file, each for itself or all or none. The file is read and checked whole before
 * anything moves. A row that names no id has one that is made of the batch's and its number: the same
 * file under the same --id again changes nothing. */

enum { COLUMN_FROM, COLUMN_TO, COLUMN_AMOUNT, COLUMN_MEMO, COLUMN_ID, COLUMNS };

static const sheet_column columns[COLUMNS] = {
    [COLUMN_FROM] = {"from", "member", false, MINIPAY_EMAIL_SIZE - 1},
    [COLUMN_TO] = {"to", NULL, false, MINIPAY_EMAIL_SIZE - 1},
    [COLUMN_AMOUNT] = {"amount", NULL, false, MINIPAY_MONEY_TEXT_SIZE},
    [COLUMN_MEMO] = {"memo", NULL, true, MINIPAY_MEMO_SIZE - 1},
    [COLUMN_ID] = {"id", NULL, true, MINIPAY_ID_TEXT_SIZE - 1},
};

typedef struct batch {
    const args *args;
    db *db;
    minipay_batch_request request;
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_instruction *list;
    minipay_outcome *outcomes;
    const minipay_instruction **sorted; /* equal ones side by side, in the order of their rows */
    bool *repeats;                      /* a row that says what an earlier one does: one transfer */
    uint32_t count, room;
    minipay_error error; /* of the first row that is not done */
} batch;

/* ---- the file ---- */

static int grow(batch *b)
{
    uint32_t room = b->room ? b->room * 2 : 256;
    if (b->count < b->room)
        return 0;
    minipay_instruction *list = b->room <= UINT32_MAX / 2 ? realloc(b->list, room * sizeof *list) : NULL;
    if (!list)
        return fail_own("memory is used up");
    b->list = list;
    b->room = room;
    return 0;
}

static int read_member(batch *b, sheet *s, int column, minipay_id *id)
{
    const char *text = sheet_value(s, column);
    minipay_member member;
    minipay_error error;
    if (args_read_id(text, id))
        return 0;
    if (!strchr(text, '@'))
        return sheet_fault(s, column, "'%s' is neither a member's id nor an e-mail address", text);
    minipay_error_init(&error);
    minipay_member_init(&member);
    minipay_status status = minipay_member_find(b->db->pay, text, &member, &error);
    *id = member.id;
    if (minipay_status_class(status) > MINIPAY_CLASS_REJECTED)
        return fail_status(status, &error);
    return status == MINIPAY_OK ? 0
                                : sheet_fault(s, column, "'%s': %s", text, minipay_status_text(status));
}

static int read_amount(batch *b, sheet *s, int64_t *amount_minor)
{
    const char *text = sheet_value(s, COLUMN_AMOUNT);
    minipay_status status = minipay_money_parse(text, b->currency, amount_minor);
    if (!text[0])
        return sheet_fault(s, COLUMN_AMOUNT, "is empty");
    if (status != MINIPAY_OK)
        return sheet_fault(s, COLUMN_AMOUNT, "'%s' is not an amount in %s", text, b->currency);
    return *amount_minor > 0 ? 0 : sheet_fault(s, COLUMN_AMOUNT, "'%s' is not above zero", text);
}

static int read_id(batch *b, sheet *s, minipay_id *id)
{
    char name[MINIPAY_ID_TEXT_SIZE + 32];
    const char *text = sheet_value(s, COLUMN_ID);
    uint64_t time_ms = 0;
    if (text[0])
        return args_read_id(text, id) ? 0 : sheet_fault(s, COLUMN_ID, "'%s' is not an id", text);
    for (int i = 0; i < 6; i++)
        time_ms = time_ms << 8 | b->request.id.bytes[i];
    minipay_id_format(&b->request.id, name);
    snprintf(name + strlen(name), 32, ":%" PRIu64, sheet_rows(s));
    minipay_id_from_name(time_ms, name, id);
    return 0;
}

static int read_memo(sheet *s, minipay_instruction *i)
{
    const char *text = sheet_value(s, COLUMN_MEMO);
    if (!text_is_utf8(text))
        return sheet_fault(s, COLUMN_MEMO, "the text is not UTF-8");
    text_set(i->memo, sizeof i->memo, text);
    return 0;
}

static int take_row(void *context, sheet *s)
{
    batch *b = context;
    int code = grow(b);
    if (code)
        return code;
    minipay_instruction *i = &b->list[b->count];
    minipay_instruction_init(i, MINIPAY_KIND_TRANSFER);
    memcpy(i->currency, b->currency, sizeof i->currency);
    memcpy(i->actor, b->request.actor, sizeof i->actor);
    memcpy(i->channel, b->request.channel, sizeof i->channel);
    memcpy(i->reason, b->request.reason, sizeof i->reason);
    if (b->args->text[OPT_AUTO_TOPUP])
        i->flags = MINIPAY_FLAG_AUTO_TOPUP;
    code = read_member(b, s, COLUMN_FROM, &i->member_id);
    if (!code)
        code = read_member(b, s, COLUMN_TO, &i->other_id);
    if (!code)
        code = read_amount(b, s, &i->amount_minor);
    if (!code)
        code = read_memo(s, i);
    if (!code)
        code = read_id(b, s, &i->id);
    b->count += code == 0;
    return code;
}

/* An amount that is cut is an amount all the same. */
static int check_end(const sheet *s, const char *path)
{
    if (!sheet_is_open(s))
        return 0;
    return fail_own("%s: line %" PRIu64
                    ": the last line has no line end: the file may have been cut short",
                    path, sheet_line(s));
}

static int read_file(batch *b, const char *path)
{
    sheet *s = sheet_open(path, columns, COLUMNS);
    int code = s ? sheet_read(s, take_row, b) : EXIT_OWN;
    if (!code)
        code = check_end(s, path);
    sheet_close(s);
    if (!code && !b->count)
        code = fail_own("%s: there is no row behind the header", path);
    if (!code && b->args->text[OPT_ATOMIC] && b->count > MINIPAY_BATCH_LARGEST)
        code = fail_own("%s: %u rows; all or none goes with at most %d", path, b->count,
                        MINIPAY_BATCH_LARGEST);
    return code;
}

/* ---- rows that repeat earlier ones ---- */

static int by_content(const void *one, const void *other)
{
    const minipay_instruction *a = *(const minipay_instruction *const *)one;
    const minipay_instruction *b = *(const minipay_instruction *const *)other;
    int order = memcmp(a, b, sizeof *a);
    return order ? order : (a > b) - (a < b);
}

static int find_repeats(batch *b)
{
    b->sorted = malloc(b->count * sizeof(minipay_instruction *));
    b->repeats = calloc(b->count, sizeof *b->repeats);
    if (!b->sorted || !b->repeats)
        return fail_own("memory is used up");
    for (uint32_t i = 0; i < b->count; i++)
        b->sorted[i] = &b->list[i];
    qsort(b->sorted, b->count, sizeof(minipay_instruction *), by_content);
    for (uint32_t i = 1; i < b->count; i++)
        b->repeats[b->sorted[i] - b->list] =
            memcmp(b->sorted[i - 1], b->sorted[i], sizeof(minipay_instruction)) == 0;
    return 0;
}

/* ---- what became of it ---- */

static int show_row_json(const minipay_outcome *o, uint32_t row)
{
    return json_print(json_pack("{s:I,s:o,s:s,s:s,s:I,s:I}", "row", (json_int_t)row + 1, "id",
                                json_id(&o->id), "state", minipay_state_name(o->state), "status",
                                minipay_status_name(o->status), "amount_minor",
                                (json_int_t)o->amount_minor, "topup_minor", (json_int_t)o->topup_minor));
}

static void show_row(table *t, const minipay_outcome *o, const minipay_instruction *i, uint32_t row)
{
    table_count(t, (uint64_t)row + 1);
    table_money(t, i->amount_minor, i->currency);
    table_cell(t, o->state ? minipay_state_name(o->state) : "-");
    table_cell(t, o->status ? minipay_status_name(o->status) : "waits for the bank");
    table_id(t, &i->id);
}

/* What a person need not be told: rows that are done, and those of an atomic batch that another one spoiled. */
static bool goes_without_saying(const minipay_outcome *o)
{
    return o->state == MINIPAY_STATE_DONE || o->status == MINIPAY_BATCH_REFUSED;
}

static int show_rows(const batch *b)
{
    static const char *const heads[] = {">Row", ">Amount", "State", "Why", "Id"};
    table t;
    int code = EXIT_DONE;
    table_begin(&t, heads, 5);
    for (uint32_t i = 0; !code && i < b->count; i++) {
        if (args_json(b->args))
            code = show_row_json(&b->outcomes[i], i);
        else if (!goes_without_saying(&b->outcomes[i]))
            show_row(&t, &b->outcomes[i], &b->list[i], i);
    }
    if (!code && t.count)
        puts("");
    return table_finish(&t, code, args_json(b->args) || !t.count);
}

typedef struct sums {
    uint32_t repeated;
    uint32_t done; /* each transfer once */
    int64_t moved_minor;
    int worst; /* the gravest class: money that may have moved, then what may be tried again, then refusals */
} sums;

static sums add_up(const batch *b)
{
    sums s = {0};
    for (uint32_t i = 0; i < b->count; i++) {
        bool done = b->outcomes[i].state == MINIPAY_STATE_DONE;
        int code = exit_of(b->outcomes[i].status);
        if (b->outcomes[i].state == MINIPAY_STATE_RUNNING)
            code = EXIT_STATUS + MINIPAY_CLASS_UNKNOWN;
        s.worst = code > s.worst ? code : s.worst;
        s.repeated += b->repeats[i];
        done = done && !b->repeats[i];
        s.done += done;
        if (done)
            sum_add(&s.moved_minor, b->outcomes[i].amount_minor);
    }
    return s;
}

static int show_json(const batch *b, const char *id, const sums *s)
{
    int code = show_rows(b);
    return code ? code
                : json_print(json_pack("{s:s,s:b,s:I,s:I,s:I,s:I,s:s}", "batch", id, "atomic",
                                       b->args->text[OPT_ATOMIC] != NULL, "rows", (json_int_t)b->count,
                                       "repeated", (json_int_t)s->repeated, "done", (json_int_t)s->done,
                                       "moved_minor", (json_int_t)s->moved_minor, "currency",
                                       b->currency));
}

static void tell_repeated(const sums *s)
{
    char repeated[TEXT_SIZE];
    text_count(s->repeated, repeated);
    if (s->repeated == 1)
        printf("; 1 row repeats an earlier one");
    else if (s->repeated)
        printf("; %s rows repeat earlier ones", repeated);
    puts("");
}

static int show_text(const batch *b, const char *id, const sums *s)
{
    char money[TEXT_SIZE], done[TEXT_SIZE], count[TEXT_SIZE];
    text_money(s->moved_minor, b->currency, money);
    text_count(s->done, done);
    text_count(b->count - s->repeated, count);
    if (b->args->text[OPT_ATOMIC] && !s->done)
        printf("batch %s rejected: none of %s transfers is made", id, count);
    else
        printf("batch %s: %s of %s transfers done, %s %s moved", id, done, count, money, b->currency);
    tell_repeated(s);
    return show_rows(b);
}

static int show(const batch *b)
{
    char id[MINIPAY_ID_TEXT_SIZE];
    sums s = add_up(b);
    minipay_id_format(&b->request.id, id);
    int code = args_json(b->args) ? show_json(b, id, &s) : show_text(b, id, &s);
    return code ? code : s.worst;
}

/* ---- carrying it out ---- */

static minipay_status execute_each(batch *b)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t at = 0; status == MINIPAY_OK && at < b->count; at += MINIPAY_BATCH_LARGEST) {
        uint32_t left = b->count - at;
        uint32_t count = left < MINIPAY_BATCH_LARGEST ? left : MINIPAY_BATCH_LARGEST;
        status = minipay_execute(b->db->pay, b->list + at, count, b->outcomes + at, &b->error);
        /* A call for one answers with that one's status. */
        if (count == 1 && b->outcomes[at].status == status)
            status = MINIPAY_OK;
    }
    return status;
}

static minipay_status execute_atomic(batch *b)
{
    minipay_batch_outcome whole;
    minipay_batch_outcome_init(&whole);
    minipay_status status = minipay_execute_atomic(b->db->pay, &b->request, b->list, b->count, &whole,
                                                   b->outcomes, &b->error);
    return status == MINIPAY_BATCH_REFUSED ? MINIPAY_OK : status;
}

static int carry_out(batch *b)
{
    minipay_error_init(&b->error);
    b->outcomes = calloc(b->count, sizeof *b->outcomes);
    if (!b->outcomes)
        return fail_own("memory is used up");
    for (uint32_t i = 0; i < b->count; i++)
        minipay_outcome_init(&b->outcomes[i]);
    minipay_status status = b->args->text[OPT_ATOMIC] ? execute_atomic(b) : execute_each(b);
    if (status != MINIPAY_OK)
        return request_fail(b->db, status, &b->error);
    return show(b);
}

int cmd_transfer_batch(const args *a, db *d)
{
    batch b = {.args = a, .db = d};
    minipay_batch_request_init(&b.request);
    if (a->text[OPT_ATOMIC] && a->text[OPT_AUTO_TOPUP])
        return fail_usage(
            "--atomic and --auto-topup: all or none takes no transfer that may wait for a bank");
    int code = request_begin(a, d, &b.request.id, b.request.actor, b.request.channel, b.request.reason);
    if (!code)
        code = args_currency(a, b.currency);
    if (!code)
        code = read_file(&b, a->words[0]);
    if (!code)
        code = find_repeats(&b);
    if (!code)
        code = carry_out(&b);
    free(b.sorted);
    free(b.repeats);
    free(b.list);
    free(b.outcomes);
    return code;
}
