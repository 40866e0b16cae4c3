/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/assert.h"
#include "base/id.h"

#include <stdio.h>
#include <string.h>

/* What an operation was answered. */
typedef struct port_answer {
    minipay_id operation_id;
    char function[24];
    int32_t leg;
    int32_t kind; /* of the operation */
    int32_t status;
    int32_t policy_version;
    int32_t business_date;
    int64_t amount_minor;
    int64_t left_minor;
    int64_t number;
    minipay_id id;
    int64_t answered_at;
    uint8_t row_tag[MPI_TAG_SIZE];
} port_answer;

static const minipay_field answer_fields[] = {
    MPI_ID(port_answer, operation_id),     MPI_TEXT(port_answer, function),
    MPI_INT32(port_answer, leg),           MPI_ENUM(port_answer, kind, mpi_kind_names),
    MPI_INT32(port_answer, status),        MPI_INT32(port_answer, policy_version),
    MPI_INT32(port_answer, business_date), MPI_MONEY(port_answer, amount_minor),
    MPI_MONEY(port_answer, left_minor),    MPI_INT64(port_answer, number),
    MPI_OPTIONAL_ID(port_answer, id),      MPI_INT64(port_answer, answered_at),
    MPI_HASH(port_answer, row_tag),
};

const mpi_record mpi_port_answer_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, port_answer, "port_answer", answer_fields, 3, NULL, 0);

/* ---- composition ----------------------------------------------------------------------------------------- */

void mpi_engine_part(mpi_engine *engine, const mpi_home *home)
{
    mpi_place *place = &engine->places[mpi_place_of(engine, home->store)];
    place->waiting = mpi_store_table(home->store, &mpi_waiting_record);
    place->answers = mpi_store_table(home->store, &mpi_port_answer_record);
}

void mpi_engine_serve(mpi_engine *engine, const mpi_home *home, const mpi_far *far, void *impl)
{
    MPI_ASSERT(engine->served_count < MPI_SERVED_LARGEST);
    engine->served[engine->served_count++] = (mpi_served){far, mpi_place_of(engine, home->store), impl};
}

const mpi_served *mpi_served_by(const mpi_engine *engine, const mpi_far *far)
{
    uint32_t i = 0;
    while (i < engine->served_count && engine->served[i].far != far)
        i++;
    MPI_ASSERT(i < engine->served_count);
    return &engine->served[i];
}

/* ---- asking ---------------------------------------------------------------------------------------------- */

static bool is_to(const mpi_answered *answered, const mpi_far *far, int32_t leg)
{
    return answered->far == far && answered->leg == leg;
}

/* NULL: not yet. */
static const mpi_answered *find_heard(const mpi_ask *heard, const mpi_far *far, int32_t leg)
{
    if (is_to(&heard->answer, far, leg))
        return &heard->answer;
    for (uint32_t i = 0; i < heard->earlier_count; i++) {
        if (is_to(&heard->earlier[i], far, leg))
            return &heard->earlier[i];
    }
    return NULL;
}

/* What was heard so far goes along, and comes back with the answer; rows stay behind. */
static void take_along(const mpi_ask *heard, mpi_ask *ask)
{
    memcpy(ask->earlier, heard->earlier, sizeof ask->earlier);
    ask->earlier_count = heard->earlier_count;
    if (heard->answer.far->fill)
        return;
    MPI_ASSERT(ask->earlier_count < MPI_EARLIER_LARGEST);
    ask->earlier[ask->earlier_count++] = heard->answer;
}

minipay_status mpi_ask_far(mpi_flow *flow, const mpi_far *far, const mpi_operation *op, int32_t leg,
                           const void *question, size_t size, mpi_reply *reply)
{
    mpi_call_list *list = flow->calls;
    const mpi_ask *heard =
        flow->heard && mpi_id_compare(&flow->heard->op.id, &op->id) == 0 ? flow->heard : NULL;
    const mpi_answered *answered = heard ? find_heard(heard, far, leg) : NULL;
    MPI_ASSERT(size <= MPI_QUESTION_LARGEST);
    if (answered) {
        *reply = answered->reply;
        reply->rows = heard->question;
        return answered->status;
    }
    mpi_ask *ask = mpi_ask_add(&list->asks, &list->ask_count, &list->ask_room);
    if (!ask)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    memset(ask, 0, sizeof *ask);
    memset(reply, 0, sizeof *reply);
    ask->answer.far = far;
    ask->answer.leg = leg;
    ask->answer.status = MPI_WAIT;
    ask->op = *op;
    memcpy(ask->question, question, size);
    if (heard)
        take_along(heard, ask);
    return MPI_WAIT;
}

/* ---- answering ------------------------------------------------------------------------------------------- */

static port_answer key_of(const mpi_ask *ask)
{
    port_answer key = {.operation_id = ask->op.id, .leg = ask->answer.leg};
    snprintf(key.function, sizeof key.function, "%s", ask->answer.far->name);
    return key;
}

static minipay_status keep(mpi_flow *flow, mpi_table *table, const mpi_ask *ask)
{
    port_answer kept = key_of(ask);
    if (!ask->answer.far->keeps)
        return MINIPAY_OK;
    kept.kind = ask->op.kind;
    kept.status = ask->answer.status;
    kept.policy_version = ask->answer.reply.policy_version;
    kept.business_date = ask->answer.reply.business_date;
    kept.amount_minor = ask->answer.reply.amount_minor;
    kept.left_minor = ask->answer.reply.left_minor;
    kept.number = ask->answer.reply.number;
    kept.id = ask->answer.reply.id;
    kept.answered_at = mpi_unit_now(flow->unit);
    return mpi_unit_insert(flow->unit, table, &kept, flow->error);
}

static minipay_status find_kept(mpi_flow *flow, mpi_table *table, mpi_ask *ask)
{
    port_answer key = key_of(ask);
    const void *row;
    if (!ask->answer.far->keeps)
        return MINIPAY_NOT_FOUND;
    minipay_status status = mpi_unit_get(flow->unit, table, &key, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    const port_answer *kept = row;
    if (kept->kind != ask->op.kind) { /* two operations under one id, begun at the same time */
        ask->answer.status = MINIPAY_ID_REUSED;
        return MINIPAY_OK;
    }
    ask->answer.status = kept->status;
    ask->answer.reply = (mpi_reply){kept->policy_version,
                                    kept->business_date,
                                    kept->amount_minor,
                                    kept->left_minor,
                                    kept->number,
                                    kept->id,
                                    0,
                                    0,
                                    NULL};
    return MINIPAY_OK;
}

/* A refusal leaves nothing but itself; that there is no bank is none, and may be otherwise tomorrow. */
minipay_status mpi_answer(mpi_flow *flow, mpi_ask *ask)
{
    const mpi_served *served = mpi_served_by(flow->engine, ask->answer.far);
    mpi_table *table = flow->engine->places[served->place].answers;
    minipay_status status = find_kept(flow, table, ask);
    if (status == MINIPAY_OK && ask->answer.far->fill)
        return ask->answer.far->fill(served->impl, flow, ask);
    if (status != MINIPAY_NOT_FOUND)
        return status;
    mpi_saga_point point = mpi_saga_point_of(flow);
    memset(&ask->answer.reply, 0, sizeof ask->answer.reply);
    flow->parked = 0;
    ask->answer.status = ask->answer.far->answer(served->impl, flow, ask->question, ask);
    ask->parked = flow->parked;
    if (ask->answer.status == MPI_WAIT)
        return MINIPAY_OK;
    if (mpi_is_rejection(ask->answer.status))
        mpi_saga_point_return(flow, &point);
    else if (ask->answer.status != MINIPAY_OK)
        return ask->answer.status;
    return ask->answer.status == MINIPAY_NOT_SUPPORTED ? MINIPAY_OK : keep(flow, table, ask);
}
