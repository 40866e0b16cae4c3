/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/reconcile.h"

#include "base/error.h"
#include "base/id.h"
#include "base/text.h"

#include <string.h>

/* What a line of the statement, and an order's end, come to. Whichever of the two is seen first leaves a
 * match for the other:
 *
 *                      order done            order refused    order running          order parked
 *   line, none before  matched or AMOUNT     EXTRA            completes the order    completes the order
 *   .. another amount  AMOUNT                EXTRA            in flight until it     PARKED until it ends
 *                                                             ends
 *   .. another fee     FEE                   EXTRA            completes the order    PARKED until it ends
 *   a second line      EXTRA                 EXTRA            EXTRA                  EXTRA
 *   no line            MISSING until it has  -                -                      -
 *   a line is gone     MISSING until it has  -                -                      PARKED until it ends
 *
 * A line is the bank's own word that the money has moved, as good as an answer: when it is of the order's
 * amount, the order is done, also one that was parked without an answer. One that was parked because the bank
 * has named another amount stays so. */

static const char *const difference_names[] = {"none",   "missing", "extra", "amount",
                                               "parked", "fee",     NULL};
static const char *const direction_names[] = {"none", "collect", "pay_out", NULL};
static const char *const match_names[] = {"missing", "in_flight", "settled", NULL};

static const minipay_field difference_fields[] = {
    MPI_ID(mpi_difference, reconciliation_id),
    MPI_INT64(mpi_difference, number),
    MPI_ENUM(mpi_difference, difference, difference_names),
    MPI_ENUM(mpi_difference, direction, direction_names),
    MPI_OPTIONAL_ID(mpi_difference, order_id),
    MPI_INT64(mpi_difference, position),
    MPI_MONEY(mpi_difference, ordered_minor),
    MPI_MONEY(mpi_difference, bank_minor),
    MPI_INT32(mpi_difference, value_date),
    MPI_TEXT(mpi_difference, currency),
    MPI_TEXT(mpi_difference, reference),
    MPI_HASH(mpi_difference, row_tag),
};

const mpi_record mpi_difference_record = MPI_RECORD(
    MPI_FORM_DOCUMENT, mpi_difference, "reconciliation_difference", difference_fields, 2, NULL, 0);

static const minipay_field match_fields[] = {
    MPI_ID(mpi_match, order_id),        MPI_ENUM(mpi_match, match_state, match_names),
    MPI_INT32(mpi_match, value_date),   MPI_INT64(mpi_match, position),
    MPI_MONEY(mpi_match, amount_minor), MPI_MONEY(mpi_match, fee_minor),
    MPI_HASH(mpi_match, row_tag),
};

static const minipay_index match_indexes[] = {
    {"bank_match_open", {0}, 1, 0, 1, MPI_MATCH_IN_FLIGHT + 1},
    {"bank_match_by_line", {3, 0}, 2, 0, -1, 0},
};

const mpi_record mpi_match_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_match, "bank_match", match_fields, 1, match_indexes, 2);

const char *minipay_difference_name(int32_t difference)
{
    bool known = difference >= MINIPAY_DIFFERENCE_MISSING && difference <= MINIPAY_DIFFERENCE_FEE;
    return known ? difference_names[difference] : "?";
}

/* ---- finding ------------------------------------------------------------------------------------------- */

/* Our own references are the orders' ids in hexadecimal. */
static bool id_of_reference(const char *reference, minipay_id *id)
{
    return strlen(reference) == 2 * sizeof id->bytes &&
           mpi_text_unhex(reference, sizeof id->bytes, id->bytes);
}

/* `*found` is NULL where there is none. */
static minipay_status find(const mpi_judgement *work, mpi_table *table, const void *id,
                           const void **found)
{
    minipay_status status = mpi_unit_get(work->unit, table, id, found, work->error);
    if (status == MINIPAY_NOT_FOUND) {
        *found = NULL;
        status = MINIPAY_OK;
    }
    return status;
}

minipay_status mpi_judge_find_known(const mpi_judgement *work, mpi_table *table, const char *name,
                                    const void *id, const void **found)
{
    minipay_status status = find(work, table, id, found);
    return status == MINIPAY_OK && !*found
               ? mpi_fail(work->error, MINIPAY_CORRUPT, name, "a row that is being judged is gone")
               : status;
}

/* The order named by the bank's own reference and date. */
static minipay_status find_prepared(const mpi_judgement *work, const minipay_bank_movement *line,
                                    const void **order)
{
    const void *row;
    int32_t date = line->reference_date ? line->reference_date : line->value_date;
    mpi_bank_reference named = {.reference_date = date};
    mpi_text_copy(named.reference, sizeof named.reference, line->reference);
    minipay_status status = find(work, work->banking->references, &named, &row);
    if (status != MINIPAY_OK || !row)
        return status;
    return find(work, work->banking->orders, &((const mpi_bank_reference *)row)->order_id, order);
}

static bool is_of(const minipay_bank_movement *line, const mpi_bank_order *order)
{
    return order && order->direction == line->direction &&
           memcmp(order->currency, line->currency, sizeof order->currency) == 0 &&
           strcmp(order->reference, line->reference) == 0;
}

minipay_status mpi_judge_find_order(const mpi_judgement *work, const minipay_bank_movement *line,
                                    const mpi_bank_order **order)
{
    const void *row = NULL;
    minipay_id id;
    minipay_status status = MINIPAY_OK;
    *order = NULL;
    if (id_of_reference(line->reference, &id))
        status = find(work, work->banking->orders, &id, &row);
    if (status == MINIPAY_OK && !is_of(line, row)) {
        row = NULL;
        status = find_prepared(work, line, &row);
    }
    if (status == MINIPAY_OK && is_of(line, row))
        *order = row;
    return status;
}

/* ---- writing down -------------------------------------------------------------------------------------- */

static minipay_status put_match(const mpi_judgement *work, const mpi_match *standing,
                                const mpi_match *made)
{
    mpi_table *matches = work->banking->matches;
    if (!standing)
        return mpi_unit_insert(work->unit, matches, made, work->error);
    mpi_match *edit = mpi_unit_edit(work->unit, matches, standing);
    if (!edit)
        return mpi_fail_plain(work->error, MINIPAY_NO_MEMORY, NULL);
    memcpy(edit, made, offsetof(mpi_match, row_tag));
    return MINIPAY_OK;
}

static minipay_status differ(const mpi_judgement *work, int32_t difference, const mpi_bank_order *order,
                             mpi_difference *found)
{
    mpi_reconciliation *run = work->run;
    found->reconciliation_id = run->id;
    found->difference = difference;
    if (order) {
        found->order_id = order->op.id;
        found->ordered_minor =
            difference == MINIPAY_DIFFERENCE_FEE ? order->fee_minor : order->amount_minor;
    }
    run->missing += difference == MINIPAY_DIFFERENCE_MISSING;
    run->extra += difference == MINIPAY_DIFFERENCE_EXTRA;
    run->different += difference >= MINIPAY_DIFFERENCE_AMOUNT;
    found->number = run->missing + run->extra + run->different;
    return mpi_unit_insert(work->unit, work->banking->differences, found, work->error);
}

/* What the order itself says of a difference. */
static mpi_difference of_order(const mpi_bank_order *order, const mpi_match *match)
{
    mpi_difference found = {.direction = order->direction,
                            .value_date = match->position ? match->value_date : order->reference_date,
                            .position = match->position,
                            .bank_minor = match->amount_minor};
    memcpy(found.currency, order->currency, sizeof found.currency);
    memcpy(found.reference, order->reference, sizeof found.reference);
    return found;
}

static minipay_status compare(const mpi_judgement *work, const mpi_bank_order *order,
                              const mpi_match *match)
{
    mpi_difference found = of_order(order, match);
    if (order->op.state == MINIPAY_STATE_REJECTED)
        return differ(work, MINIPAY_DIFFERENCE_EXTRA, order, &found);
    if (order->amount_minor != match->amount_minor)
        return differ(work, MINIPAY_DIFFERENCE_AMOUNT, order, &found);
    if (order->fee_minor != match->fee_minor) {
        found.bank_minor = match->fee_minor;
        return differ(work, MINIPAY_DIFFERENCE_FEE, order, &found);
    }
    work->run->matched++;
    return MINIPAY_OK;
}

/* ---- judging ------------------------------------------------------------------------------------------- */

static minipay_status judge_extra(const mpi_judgement *work, const minipay_bank_movement *line,
                                  const mpi_bank_order *order)
{
    mpi_difference found = {.direction = line->direction,
                            .value_date = line->value_date,
                            .position = line->position,
                            .bank_minor = line->amount_minor};
    memcpy(found.currency, line->currency, sizeof found.currency);
    memcpy(found.reference, line->reference, sizeof found.reference);
    return differ(work, MINIPAY_DIFFERENCE_EXTRA, order, &found);
}

/* The statement answers for the bank. */
static minipay_status complete(const mpi_judgement *work, const mpi_bank_order *order,
                               const minipay_bank_movement *line)
{
    mpi_banking *banking = work->banking;
    mpi_flow flow = {
        .engine = banking->engine, .unit = work->unit, .calls = work->calls, .error = work->error};
    mpi_bank_order *edit = mpi_unit_edit(work->unit, banking->orders, order);
    if (!edit)
        return mpi_fail_plain(work->error, MINIPAY_NO_MEMORY, NULL);
    edit->verdict = MINIPAY_VERDICT_DONE;
    edit->moved_minor = line->amount_minor;
    edit->fee_minor = line->fee_minor;
    minipay_status status = MINIPAY_OK;
    if (edit->op.state == MINIPAY_STATE_PARKED)
        status = mpi_saga_unpark(&flow, MINIPAY_KIND_ORDER, &edit->op.id, MINIPAY_BANK_UNKNOWN);
    if (status == MINIPAY_OK)
        status = mpi_saga_resume(&flow, MINIPAY_KIND_ORDER, &edit->op.id);
    mpi_unit_settle(work->unit);
    return status;
}

static bool lacks_an_answer(const mpi_operation *op)
{
    return op->state == MINIPAY_STATE_RUNNING ||
           (op->state == MINIPAY_STATE_PARKED && op->status == MINIPAY_BANK_UNKNOWN);
}

/* The first line of an order. */
static minipay_status judge_first(const mpi_judgement *work, const minipay_bank_movement *line,
                                  const mpi_bank_order *order, const mpi_match *standing)
{
    mpi_match made = {.order_id = order->op.id,
                      .match_state = MPI_MATCH_SETTLED,
                      .value_date = line->value_date,
                      .position = line->position,
                      .amount_minor = line->amount_minor,
                      .fee_minor = line->fee_minor};
    if (mpi_operation_waits(&order->op))
        made.match_state = MPI_MATCH_IN_FLIGHT;
    minipay_status status = put_match(work, standing, &made);
    return status == MINIPAY_OK && made.match_state == MPI_MATCH_SETTLED ? compare(work, order, &made)
                                                                         : status;
}

minipay_status mpi_judge_line(const mpi_judgement *work, const minipay_bank_movement *line)
{
    const mpi_bank_order *order;
    const void *row = NULL;
    minipay_status status = mpi_judge_find_order(work, line, &order);
    work->run->lines++;
    if (status == MINIPAY_OK && order)
        status = find(work, work->banking->matches, &order->op.id, &row);
    if (status != MINIPAY_OK)
        return status;
    const mpi_match *standing = row;
    if (!order || (standing && standing->position && standing->position != line->position))
        return judge_extra(work, line, order);
    if (lacks_an_answer(&order->op) && order->amount_minor == line->amount_minor) {
        status = complete(work, order, line);
        if (status == MINIPAY_OK)
            status =
                mpi_judge_find_known(work, work->banking->orders, "bank_order", &order->op.id, &row);
        order = row;
    }
    return status == MINIPAY_OK ? judge_first(work, line, order, standing) : status;
}

static minipay_status settle(const mpi_judgement *work, const mpi_bank_order *order,
                             const mpi_match *standing)
{
    mpi_match made = *standing;
    made.match_state = MPI_MATCH_SETTLED;
    minipay_status status = put_match(work, standing, &made);
    return status == MINIPAY_OK ? compare(work, order, &made) : status;
}

minipay_status mpi_judge_ended(const mpi_judgement *work, const minipay_id *order_id)
{
    const void *row = NULL, *match = NULL;
    minipay_status status = find(work, work->banking->orders, order_id, &row);
    if (status == MINIPAY_OK)
        status = find(work, work->banking->matches, order_id, &match);
    if (status != MINIPAY_OK || !row)
        return status;
    const mpi_bank_order *order = row;
    const mpi_match *standing = match;
    mpi_match made = {.order_id = *order_id, .match_state = MPI_MATCH_MISSING};
    if (!standing)
        return order->op.state == MINIPAY_STATE_DONE ? put_match(work, NULL, &made) : MINIPAY_OK;
    return standing->match_state == MPI_MATCH_IN_FLIGHT ? settle(work, order, standing) : MINIPAY_OK;
}

static minipay_status judge_in_flight(const mpi_judgement *work, const mpi_bank_order *order,
                                      const mpi_match *match)
{
    const void *standing = NULL;
    mpi_difference found = of_order(order, match);
    switch (order->op.state) {
    case MINIPAY_STATE_RUNNING:
        work->run->in_flight++;
        return MINIPAY_OK;
    case MINIPAY_STATE_PARKED:
        return differ(work, MINIPAY_DIFFERENCE_PARKED, order, &found);
    default: /* it has ended since the run began */
        break;
    }
    minipay_status status =
        mpi_judge_find_known(work, work->banking->matches, "bank_match", &match->order_id, &standing);
    return status == MINIPAY_OK ? settle(work, order, standing) : status;
}

minipay_status mpi_judge_open(const mpi_judgement *work, const mpi_match *match)
{
    const void *row = NULL;
    minipay_status status =
        mpi_judge_find_known(work, work->banking->orders, "bank_order", &match->order_id, &row);
    if (status != MINIPAY_OK)
        return status;
    mpi_difference found = of_order(row, match);
    return match->match_state == MPI_MATCH_IN_FLIGHT
               ? judge_in_flight(work, row, match)
               : differ(work, MINIPAY_DIFFERENCE_MISSING, row, &found);
}

minipay_status mpi_judge_has_line(mpi_banking *banking, mpi_flow *flow, const minipay_id *order_id,
                                  bool *has)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, banking->matches, order_id, &row, flow->error);
    *has = status == MINIPAY_OK && ((const mpi_match *)row)->position;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}
