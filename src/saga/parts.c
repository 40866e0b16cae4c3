/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/error.h"
#include "base/id.h"

#include <stdlib.h>
#include <string.h>

/* What stores ask of each other while a call is driven. Nothing here is durable, and nothing need be: an
 * operation that waits has its document and its row in `waiting`, and asks again. */

static minipay_status add(mpi_asks *list, const mpi_ask *ask, minipay_error *error)
{
    mpi_ask *made = mpi_ask_add(&list->asks, &list->count, &list->room);
    if (!made)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    *made = *ask;
    return MINIPAY_OK;
}

/* ---- in a unit of work ----------------------------------------------------------------------------------- */

static minipay_status answer(mpi_part *home, mpi_flow *flow, mpi_ask *ask)
{
    minipay_status status = mpi_answer(flow, ask);
    if (status != MINIPAY_OK)
        return status;
    mpi_unit_settle(flow->unit);
    bool stays = ask->answer.status == MPI_WAIT && !ask->parked;
    return add(stays ? &home->open : &home->answered, ask, flow->error);
}

static minipay_status hear_one(mpi_flow *flow, const mpi_ask *ask)
{
    flow->heard = ask;
    if (ask->answer.status != MPI_WAIT)
        return mpi_saga_wake(flow, ask->op.kind, &ask->op.id);
    return ask->parked ? mpi_saga_park(flow, ask->op.kind, &ask->op.id, ask->parked)
                       : mpi_waiting_rest(flow, ask->op.kind, &ask->op.id);
}

static minipay_status hear(mpi_part *home, mpi_flow *flow)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < home->heard.count && status == MINIPAY_OK; i++) {
        status = hear_one(flow, &home->heard.asks[i]);
        mpi_unit_settle(flow->unit);
    }
    flow->heard = NULL;
    home->heard.count = 0;
    return status;
}

static minipay_status wake(mpi_part *home, mpi_flow *flow)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < home->woken_count && status == MINIPAY_OK; i++) {
        status = mpi_saga_wake(flow, home->woken[i].kind, &home->woken[i].id);
        mpi_unit_settle(flow->unit);
    }
    home->woken_count = 0;
    return status;
}

/* Open questions by their operations' ids. */
typedef struct finder {
    uint32_t *slots; /* number + 1 */
    uint32_t mask;
} finder;

static uint32_t place_in(const finder *f, const mpi_asks *open, const minipay_id *id)
{
    uint64_t word;
    memcpy(&word, id->bytes + 8, sizeof word);
    uint32_t at = (uint32_t)((word * 0x9e3779b97f4a7c15u) >> 32) & f->mask;
    while (f->slots[at] && mpi_id_compare(&open->asks[f->slots[at] - 1].op.id, id) != 0)
        at = (at + 1) & f->mask;
    return at;
}

static bool find_open(finder *f, const mpi_asks *open)
{
    f->mask = 3;
    while (f->mask < open->count * 2)
        f->mask = f->mask * 2 + 1;
    f->slots = calloc(f->mask + 1, sizeof *f->slots);
    for (uint32_t i = 0; f->slots && i < open->count; i++)
        f->slots[place_in(f, open, &open->asks[i].op.id)] = i + 1;
    return f->slots != NULL;
}

static bool note_told(mpi_part *home, const mpi_resumption *woken)
{
    return mpi_resumption_add(&home->told, &home->told_count, &home->told_room, woken);
}

/* What has ended here may be what a question waits for: then its asker need not be told to ask again. */
static bool mark_woken(mpi_part *home, mpi_call_list *left)
{
    finder f;
    uint32_t kept = 0;
    bool noted = true;
    if (!find_open(&f, &home->open))
        return false;
    for (uint32_t i = 0; i < left->wake_count; i++) {
        uint32_t number = f.slots[place_in(&f, &home->open, &left->wakes[i].id)];
        if (number) {
            home->open.asks[number - 1].again = true;
            noted = note_told(home, &left->wakes[i]) && noted;
        } else {
            left->wakes[kept++] = left->wakes[i];
        }
    }
    left->wake_count = kept;
    free(f.slots);
    return noted;
}

static minipay_status answer_woken(mpi_part *home, mpi_flow *flow)
{
    mpi_asks open = home->open;
    minipay_status status = MINIPAY_OK;
    if (open.count == 0 || flow->calls->wake_count == 0)
        return MINIPAY_OK;
    if (!mark_woken(home, flow->calls))
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    home->open = (mpi_asks){0};
    for (uint32_t i = 0; i < open.count && status == MINIPAY_OK; i++) {
        mpi_ask *ask = &open.asks[i];
        bool again = ask->again;
        ask->again = false;
        status = again ? answer(home, flow, ask) : add(&home->open, ask, flow->error);
    }
    free(open.asks);
    return status;
}

static minipay_status answer_asked(mpi_part *home, mpi_flow *flow)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < home->asked.count && status == MINIPAY_OK; i++)
        status = answer(home, flow, &home->asked.asks[i]);
    home->asked.count = 0;
    return status;
}

/* Who asks again by himself need not, once the other side owes him a word. */
minipay_status mpi_parts_promise(mpi_part *home, mpi_flow *flow, uint32_t place)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < home->told_count && status == MINIPAY_OK; i++)
        status = mpi_waiting_told(flow, place, &home->told[i].id);
    home->told_count = 0;
    for (uint32_t i = 0; i < home->open.count && status == MINIPAY_OK; i++) {
        mpi_ask *ask = &home->open.asks[i];
        status = mpi_answer(flow, ask);
        if (status == MINIPAY_OK && ask->must_ask_again)
            continue;
        if (status == MINIPAY_OK && ask->answer.status == MPI_WAIT && !ask->parked)
            status = mpi_waiting_owe(flow, place, ask->op.kind, &ask->op.id);
        mpi_unit_settle(flow->unit);
        if (status == MINIPAY_OK)
            status = add(&home->answered, ask, flow->error);
    }
    home->open.count = 0;
    return status;
}

minipay_status mpi_parts_run(mpi_part *parts, mpi_flow *flow, uint32_t place)
{
    mpi_part *home = &parts[place];
    home->is_due = false;
    minipay_status status = hear(home, flow);
    if (status == MINIPAY_OK)
        status = wake(home, flow);
    if (status == MINIPAY_OK)
        status = answer_woken(home, flow);
    return status == MINIPAY_OK ? answer_asked(home, flow) : status;
}

/* ---- between units --------------------------------------------------------------------------------------- */

static minipay_status hand_on_ask(mpi_asks *list, mpi_part *to, const mpi_ask *ask, minipay_error *error)
{
    to->is_due = true;
    return add(list, ask, error);
}

static minipay_status hand_on_wake(mpi_part *to, const mpi_resumption *woken, minipay_error *error)
{
    to->is_due = true;
    return mpi_resumption_add(&to->woken, &to->woken_count, &to->woken_room, woken)
               ? MINIPAY_OK
               : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
}

minipay_status mpi_parts_hand_on(mpi_part *parts, const mpi_engine *engine, uint32_t place,
                                 mpi_call_list *left, minipay_error *error)
{
    mpi_asks *answered = &parts[place].answered;
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < left->ask_count && status == MINIPAY_OK; i++) {
        mpi_part *to = &parts[mpi_served_by(engine, left->asks[i].answer.far)->place];
        status = hand_on_ask(&to->asked, to, &left->asks[i], error);
    }
    for (uint32_t i = 0; i < answered->count && status == MINIPAY_OK; i++) {
        mpi_part *to = &parts[engine->known[answered->asks[i].op.kind].place];
        status = hand_on_ask(&to->heard, to, &answered->asks[i], error);
    }
    for (uint32_t i = 0; i < left->wake_count && status == MINIPAY_OK; i++) {
        mpi_part *to = &parts[engine->known[left->wakes[i].kind].place];
        status = hand_on_wake(to, &left->wakes[i], error);
        if (status == MINIPAY_OK && !note_told(&parts[place], &left->wakes[i]))
            status = mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    }
    left->ask_count = left->wake_count = answered->count = 0;
    return status;
}

void mpi_parts_free(mpi_part *parts)
{
    for (uint32_t place = 0; place < MPI_PLACES; place++) {
        free(parts[place].ready);
        free(parts[place].asked.asks);
        free(parts[place].open.asks);
        free(parts[place].answered.asks);
        free(parts[place].heard.asks);
        free(parts[place].woken);
        free(parts[place].told);
    }
}
