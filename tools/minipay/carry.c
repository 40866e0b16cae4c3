/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "carry.h"

#include "fail.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES = 6, FIRST_WAIT_MS = 50 };

int carry_begin(carry *c, db *d, tally *t, uint64_t rows)
{
    memset(c, 0, sizeof *c);
    c->db = d;
    c->tally = t;
    c->results = calloc(rows ? rows : 1, sizeof *c->results);
    c->outcomes = calloc(MINIPAY_BATCH_LARGEST, sizeof *c->outcomes);
    if (c->results && c->outcomes)
        return 0;
    carry_end(c);
    return fail_own("memory is used up");
}

void carry_end(carry *c)
{
    free(c->results);
    free(c->outcomes);
    free(c->list);
    memset(c, 0, sizeof *c);
}

/* ---- calls ---- */

static bool may_try_again(minipay_status status, int tries)
{
    int32_t class = minipay_status_class(status);
    if (tries >= TRIES || (class != MINIPAY_CLASS_RETRYABLE && class != MINIPAY_CLASS_UNKNOWN))
        return false;
    long wait_ms = (long)FIRST_WAIT_MS << tries;
    struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
    nanosleep(&wait, NULL);
    return true;
}

/* The first status that says that a request was not dealt with at all. */
static minipay_status undone(const minipay_outcome *outcomes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (outcomes[i].state == MINIPAY_STATE_NONE &&
            minipay_status_class(outcomes[i].status) >= MINIPAY_CLASS_RETRYABLE)
            return outcomes[i].status;
    }
    return MINIPAY_OK;
}

static minipay_status call_once(carry *c, batch_call call, const void *requests, uint32_t count,
                                minipay_error *error)
{
    minipay_error_init(error);
    for (uint32_t i = 0; i < count; i++)
        minipay_outcome_init(&c->outcomes[i]);
    minipay_status status = call(c->db->pay, requests, count, c->outcomes, error);
    int32_t class = minipay_status_class(status);
    /* A call for one answers with that one's status. */
    if (count == 1 && (class == MINIPAY_CLASS_USAGE || class == MINIPAY_CLASS_REJECTED)) {
        c->outcomes[0].status = status;
        status = MINIPAY_OK;
    } else if (count == 1 && c->outcomes[0].state != MINIPAY_STATE_NONE) {
        status = MINIPAY_OK;
    }
    return status == MINIPAY_OK ? undone(c->outcomes, count) : status;
}

static int call_all(carry *c, const char *what, batch_call call, const void *requests, uint32_t count,
                    minipay_error *error)
{
    minipay_status status;
    int tries = 0;
    do {
        status = call_once(c, call, requests, count, error);
    } while (status != MINIPAY_OK && may_try_again(status, tries++));
    return status == MINIPAY_OK ? 0 : fail_doing(what, status, error);
}

/* ---- parties ---- */

static int check_stage(const carry *c, const stage *s, const parties *p, const uint32_t *numbers,
                       uint32_t count, const minipay_error *error)
{
    char what[256];
    for (uint32_t i = 0; i < count; i++) {
        if (c->outcomes[i].state == MINIPAY_STATE_DONE)
            continue;
        snprintf(what, sizeof what, "%s %s", s->what, map_at(&p->names, numbers[i]));
        return fail_doing(what, c->outcomes[i].status ? c->outcomes[i].status : MINIPAY_UNAVAILABLE,
                          error);
    }
    return 0;
}

static int stage_batch(carry *c, const stage *s, const parties *p, uint32_t first, uint32_t last,
                       int32_t fee_basis_points)
{
    minipay_error error;
    uint32_t count = 0;
    unsigned char *requests = calloc(last - first, s->request_size);
    uint32_t *numbers = calloc(last - first, sizeof *numbers);
    if (!requests || !numbers) {
        free(requests);
        free(numbers);
        return fail_own("memory is used up");
    }
    for (uint32_t i = first; i < last; i++) {
        numbers[count] = i;
        count += s->fill(p, i, fee_basis_points, requests + count * s->request_size);
    }
    int code = 0;
    if (count)
        code = call_all(c, s->what, s->call, requests, count, &error);
    if (!code && count)
        code = check_stage(c, s, p, numbers, count, &error);
    free(requests);
    free(numbers);
    return code;
}

int carry_stage(carry *c, const stage *s, const parties *p, uint32_t first, uint32_t last,
                int32_t fee_basis_points)
{
    int code = 0;
    for (uint32_t end; !code && first < last; first = end) {
        end = last - first > MINIPAY_BATCH_LARGEST ? first + MINIPAY_BATCH_LARGEST : last;
        code = stage_batch(c, s, p, first, end, fee_basis_points);
    }
    return code;
}

/* ---- instructions ---- */

static bool is_final(const minipay_outcome *outcome)
{
    return outcome->state != MINIPAY_STATE_RUNNING;
}

static uint16_t result_of(const minipay_outcome *outcome)
{
    if (outcome->state == MINIPAY_STATE_DONE)
        return MINIPAY_OK;
    if (outcome->state == MINIPAY_STATE_PARKED)
        return RESULT_PARKED;
    return (uint16_t)(outcome->status ? outcome->status : MINIPAY_INTERNAL);
}

static void settle_result(carry *c, const waiting *w, uint16_t result)
{
    if (!w->row) {
        tally_opening(c->tally, w->amount_minor, result);
        return;
    }
    c->results[w->row - 1] = result;
    tally_row(c->tally, w->kind, w->amount_minor, result);
}

static void settle_outcome(carry *c, const waiting *w, const minipay_outcome *outcome)
{
    if (outcome->business_date > c->latest_date)
        c->latest_date = outcome->business_date;
    settle_result(c, w, result_of(outcome));
}

static int keep_waiting(carry *c, const waiting *w)
{
    if (c->count == c->room) {
        size_t room = c->room ? c->room * 2 : 64;
        waiting *list = realloc(c->list, room * sizeof *list);
        if (!list)
            return fail_own("memory is used up");
        c->list = list;
        c->room = room;
    }
    c->list[c->count++] = *w;
    return 0;
}

int carry_out(carry *c, const minipay_instruction *list, uint32_t count, uint64_t first_row)
{
    minipay_error error;
    int code = count ? call_all(c, "replay", call_execute, list, count, &error) : 0;
    for (uint32_t i = 0; !code && i < count; i++) {
        waiting w = {.row = first_row ? first_row + i : 0,
                     .id = list[i].id,
                     .kind = list[i].kind,
                     .amount_minor = list[i].amount_minor};
        if (is_final(&c->outcomes[i]))
            settle_outcome(c, &w, &c->outcomes[i]);
        else
            code = keep_waiting(c, &w);
    }
    return code;
}

/* ---- waiting ---- */

static int ask_waiting(carry *c)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++) {
        minipay_error error;
        minipay_outcome outcome;
        minipay_error_init(&error);
        minipay_outcome_init(&outcome);
        minipay_status status =
            minipay_outcome_get(c->db->pay, c->list[i].kind, &c->list[i].id, &outcome, &error);
        if (status != MINIPAY_OK)
            return fail_doing("replay", status, &error);
        if (is_final(&outcome))
            settle_outcome(c, &c->list[i], &outcome);
        else
            c->list[kept++] = c->list[i];
    }
    c->count = kept;
    return 0;
}

/* One round of minipay_run; then, if nothing was due, the clock goes to where something is. `*moved` is
 * false when there is nothing more to wait for before `until`. */
static int move_on(carry *c, int64_t until, bool *moved)
{
    minipay_error error;
    minipay_status status;
    int64_t next_at = 0;
    uint32_t carried = 0;
    int tries = 0;
    do {
        minipay_error_init(&error);
        status = minipay_run(c->db->pay, 0, &carried, &next_at, &error);
    } while (status != MINIPAY_OK && may_try_again(status, tries++));
    if (status != MINIPAY_OK)
        return fail_doing("run", status, &error);
    *moved = carried > 0 || (next_at > c->db->virtual_now && next_at <= until);
    if (next_at > c->db->virtual_now && next_at <= until)
        c->db->virtual_now = next_at;
    return 0;
}

int carry_waiting(carry *c, int64_t until)
{
    bool moved = true;
    int code = 0;
    while (!code && c->count && moved) {
        code = move_on(c, until, &moved);
        if (!code)
            code = ask_waiting(c);
    }
    return code;
}

int carry_interrupted(carry *c, int64_t until)
{
    bool moved = true;
    int code = 0;
    while (!code && moved)
        code = move_on(c, until, &moved);
    return code;
}

void carry_give_up(carry *c)
{
    for (size_t i = 0; i < c->count; i++)
        settle_result(c, &c->list[i], RESULT_RUNNING);
    c->count = 0;
}

/* ---- settlement ---- */

static minipay_status settle_once(carry *c, const minipay_settlement_request *request,
                                  minipay_settlement *run, minipay_error *error)
{
    minipay_status status;
    int tries = 0;
    do {
        minipay_error_init(error);
        minipay_settlement_init(run);
        status = minipay_settlement_run(c->db->pay, request, run, error);
    } while (status != MINIPAY_OK && may_try_again(status, tries++));
    return status;
}

static void settlement_id(uint64_t file, int32_t date, minipay_id *id)
{
    char name[64];
    snprintf(name, sizeof name, "settlement:%016" PRIx64 ":%d", file, date);
    minipay_id_from_name((uint64_t)day_of_date(date) * 86400000, name, id);
}

int carry_settlement(carry *c, uint64_t file, int32_t date, int64_t until)
{
    minipay_error error;
    minipay_settlement run;
    minipay_settlement_request request;
    bool moved = true;
    int code = 0;
    minipay_settlement_request_init(&request);
    settlement_id(file, date, &request.id);
    request.through_date = date;
    text_set(request.currency, sizeof request.currency, "KRW");
    text_set(request.channel, sizeof request.channel, "replay");
    do {
        minipay_status status = settle_once(c, &request, &run, &error);
        if (status != MINIPAY_OK)
            return fail_doing("settlement", status, &error);
        if (run.state != MINIPAY_STATE_RUNNING)
            return 0;
        code = move_on(c, until, &moved);
    } while (!code && moved);
    return code;
}
