/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/reconcile.h"

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "event/stream.h"

#include <stdlib.h>
#include <string.h>

/* A run of reconciliation. Each box is one commit a page; a run that is cut off goes on at its stage.
 *
 *   begin ──▶ STATEMENT ──▶ ORDERS ──▶ MISSING ──▶ END
 *             each line     each end    what is open: orders that the statement
 *             of the bank   of an order has not, lines whose orders have no answer
 *
 * A statement that is read again must still have what was matched in it: what has gone is taken back (gone.c).
 * Orders' ends are read from the events, which stand in the order of commits: what had ended when the run
 * began, before the bank was asked, the statement must have. */

enum { PAGE = 256 };

static const char statement_name[] = "corporate";
static const char *const stage_names[] = {"statement", "orders", "missing", "end", NULL};

static const minipay_field statement_fields[] = {
    MPI_TEXT(mpi_statement, name),
    MPI_INT64(mpi_statement, position),
    MPI_INT64(mpi_statement, event_sequence),
    MPI_HASH(mpi_statement, row_tag),
};

const mpi_record mpi_statement_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_statement, "bank_statement", statement_fields, 1, NULL, 0);

static const minipay_field run_fields[] = {
    MPI_ID(mpi_reconciliation, id),
    MPI_ENUM(mpi_reconciliation, stage, stage_names),
    MPI_INT32(mpi_reconciliation, again),
    MPI_INT64(mpi_reconciliation, asked_position),
    MPI_INT64(mpi_reconciliation, from_position),
    MPI_INT64(mpi_reconciliation, position),
    MPI_INT64(mpi_reconciliation, below),
    MPI_OPTIONAL_ID(mpi_reconciliation, judged_id),
    MPI_INT64(mpi_reconciliation, fingerprint),
    MPI_INT64(mpi_reconciliation, started_at),
    MPI_INT64(mpi_reconciliation, finished_at),
    MPI_INT64(mpi_reconciliation, lines),
    MPI_INT64(mpi_reconciliation, matched),
    MPI_INT64(mpi_reconciliation, in_flight),
    MPI_INT64(mpi_reconciliation, missing),
    MPI_INT64(mpi_reconciliation, extra),
    MPI_INT64(mpi_reconciliation, different),
    MPI_TEXT(mpi_reconciliation, actor),
    MPI_TEXT(mpi_reconciliation, channel),
    MPI_TEXT(mpi_reconciliation, reason),
    MPI_INT64(mpi_reconciliation, matched_position),
    MPI_HASH(mpi_reconciliation, row_tag),
};

const mpi_record mpi_reconciliation_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_reconciliation, "reconciliation", run_fields, 1, NULL, 0);

/* One call's work; `run` is a copy of the run as it was committed last. */
typedef struct reconcile_work {
    mpi_banking *banking;
    mpi_reconciliation run;
    mpi_statement statement;
    minipay_bank_movement lines[PAGE];
    mpi_event events[PAGE];
    uint32_t count;
    mpi_call_list calls; /* of operations that a line has carried on */
} reconcile_work;

/* ---- rows ---------------------------------------------------------------------------------------------- */

static minipay_status get_statement(mpi_banking *banking, mpi_unit *unit, const mpi_statement **found,
                                    minipay_error *error)
{
    const void *row;
    mpi_statement made = {.position = 0};
    mpi_text_copy(made.name, sizeof made.name, statement_name);
    minipay_status status = mpi_unit_get(unit, banking->statements, &made, &row, error);
    if (status == MINIPAY_NOT_FOUND) {
        status = mpi_unit_insert(unit, banking->statements, &made, error);
        if (status == MINIPAY_OK)
            status = mpi_unit_get(unit, banking->statements, &made, &row, error);
    }
    if (status == MINIPAY_OK)
        *found = row;
    return status;
}

/* Opens the run for change, at the stage that the caller knows it at; `*judgement.run` is NULL when another
 * call of the same request has carried it on meanwhile. */
static minipay_status open_run(reconcile_work *work, mpi_unit *unit, mpi_judgement *judgement,
                               minipay_error *error)
{
    const void *row;
    *judgement = (mpi_judgement){work->banking, unit, NULL, &work->calls, error};
    minipay_status status = mpi_unit_get(unit, work->banking->reconciliations, &work->run, &row, error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND
                   ? mpi_fail(error, MINIPAY_CORRUPT, "reconciliation", "a run is gone")
                   : status;
    const mpi_reconciliation *run = row;
    bool same = run->stage == work->run.stage && run->position == work->run.position &&
                memcmp(&run->judged_id, &work->run.judged_id, sizeof run->judged_id) == 0;
    work->run = *run;
    if (!same)
        return MINIPAY_OK;
    judgement->run = mpi_unit_edit(unit, work->banking->reconciliations, row);
    return judgement->run ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
}

/* ---- begin --------------------------------------------------------------------------------------------- */

static minipay_status insert_run(reconcile_work *work, mpi_unit *unit, minipay_error *error)
{
    const mpi_statement *statement;
    minipay_status status = get_statement(work->banking, unit, &statement, error);
    if (status == MINIPAY_OK)
        status = mpi_judge_farthest(unit, &work->run.matched_position, error);
    if (status != MINIPAY_OK)
        return status;
    work->run.from_position = work->run.again ? work->run.asked_position : statement->position;
    work->run.position = work->run.from_position;
    work->run.below = mpi_unit_next_sequence(unit);
    work->run.started_at = mpi_unit_now(unit);
    return mpi_unit_insert(unit, work->banking->reconciliations, &work->run, error);
}

typedef struct beginning {
    reconcile_work *work;
    const char *reused; /* the first field that differs */
} beginning;

/* As the request calls it. */
static const char *name_of(const char *field)
{
    if (!field)
        return "request";
    return strcmp(field, "asked_position") == 0 ? "from_position" : field;
}

static minipay_status begin(void *context, mpi_unit *unit, minipay_error *error)
{
    beginning *begun = context;
    reconcile_work *work = begun->work;
    const void *row;
    minipay_status status = mpi_unit_get(unit, work->banking->reconciliations, &work->run, &row, error);
    if (status == MINIPAY_NOT_FOUND)
        return insert_run(work, unit, error);
    if (status != MINIPAY_OK)
        return status;
    const mpi_reconciliation *standing = row;
    if (standing->fingerprint != work->run.fingerprint) {
        work->run.fingerprint = 0;
        begun->reused = name_of(mpi_saga_differing(work->banking->engine, &mpi_reconciliation_record,
                                                   NULL, &work->run, standing, standing->fingerprint));
    }
    work->run = *standing;
    return MINIPAY_OK;
}

static void draw_up(mpi_banking *banking, const minipay_reconcile_request *request,
                    mpi_reconciliation *run)
{
    memset(run, 0, sizeof *run);
    run->id = request->id;
    run->again = request->again;
    run->asked_position = request->from_position;
    memcpy(run->actor, request->actor, sizeof run->actor);
    memcpy(run->channel, request->channel, sizeof run->channel);
    memcpy(run->reason, request->reason, sizeof run->reason);
    run->fingerprint = mpi_saga_fingerprint(banking->engine, &mpi_reconciliation_record, run);
}

/* ---- the statement ------------------------------------------------------------------------------------- */

static bool is_line(const minipay_bank_movement *line, int64_t above)
{
    return line->position > above && line->amount_minor > 0 && line->fee_minor >= 0 &&
           (line->direction == MINIPAY_BANK_COLLECT || line->direction == MINIPAY_BANK_PAY_OUT) &&
           mpi_date_valid(line->value_date) &&
           (line->reference_date == 0 || mpi_date_valid(line->reference_date)) &&
           mpi_text_valid(line->reference, sizeof line->reference) &&
           mpi_text_valid(line->currency, sizeof line->currency);
}

static minipay_status read_lines(reconcile_work *work, minipay_error *error)
{
    minipay_bank *bank = &work->banking->bank;
    int64_t above = work->run.position;
    memset(work->lines, 0, sizeof work->lines);
    work->count = PAGE;
    pthread_mutex_lock(&work->banking->line);
    minipay_status said = bank->statement(bank->impl, above, work->lines, &work->count, NULL);
    pthread_mutex_unlock(&work->banking->line);
    if (said != MINIPAY_OK)
        return mpi_fail(error, MINIPAY_UNAVAILABLE, "bank", "the bank does not tell its statement: %s",
                        minipay_status_name(said));
    bool sound = work->count <= PAGE;
    for (uint32_t i = 0; i < work->count && sound; i++) {
        sound = is_line(&work->lines[i], above);
        above = work->lines[i].position;
    }
    return sound ? MINIPAY_OK
                 : mpi_fail(error, MINIPAY_ADAPTER_INVALID, "bank",
                            "the statement behind position %lld holds what is no line, or out of order",
                            (long long)work->run.position);
}

/* The page reaches to its last line, an empty one to the end of all that was read when the run began: what
 * others have matched since then this run may not have been shown. */
static minipay_status take_back_gone(const reconcile_work *work, const mpi_judgement *judgement)
{
    int64_t through = work->run.matched_position;
    if (work->count && work->lines[work->count - 1].position < through)
        through = work->lines[work->count - 1].position;
    return mpi_judge_gone(judgement, work->lines, work->count, through);
}

static minipay_status take_lines(void *context, mpi_unit *unit, minipay_error *error)
{
    reconcile_work *work = context;
    mpi_judgement judgement;
    mpi_calls_clear(&work->calls);
    minipay_status status = open_run(work, unit, &judgement, error);
    if (status != MINIPAY_OK || !judgement.run)
        return status;
    status = take_back_gone(work, &judgement);
    for (uint32_t i = 0; i < work->count && status == MINIPAY_OK; i++)
        status = mpi_judge_line(&judgement, &work->lines[i]);
    if (work->count)
        judgement.run->position = work->lines[work->count - 1].position;
    else
        judgement.run->stage = MPI_STAGE_ORDERS;
    work->run = *judgement.run;
    return status;
}

/* ---- the orders ---------------------------------------------------------------------------------------- */

static minipay_status read_events(reconcile_work *work, minipay_error *error)
{
    mpi_view view;
    mpi_event low, high = {.sequence = work->run.below};
    minipay_scan scan = {.table = &mpi_event_record.table,
                         .index = -1,
                         .low = &low,
                         .high = &high,
                         .low_fields = 1,
                         .high_fields = 1,
                         .low_exclusive = 1,
                         .high_exclusive = 1};
    memset(&work->statement, 0, sizeof work->statement);
    mpi_text_copy(work->statement.name, sizeof work->statement.name, statement_name);
    work->count = PAGE;
    minipay_status status = mpi_view_open(work->banking->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_statement_record, -1, &work->statement, error);
    low.sequence = work->statement.event_sequence;
    if (status == MINIPAY_OK)
        status = mpi_view_scan(&view, &scan, work->events, &work->count, error);
    mpi_view_close(&view);
    return status == MINIPAY_NOT_FOUND
               ? mpi_fail(error, MINIPAY_CORRUPT, "bank_statement", "how far it was read is gone")
               : status;
}

static bool is_end_of_order(const mpi_event *event)
{
    return strcmp(event->record, mpi_bank_order_record.table.name) == 0 &&
           (strcmp(event->event_type, "order.done") == 0 ||
            strcmp(event->event_type, "order.rejected") == 0);
}

static minipay_status take_events(void *context, mpi_unit *unit, minipay_error *error)
{
    reconcile_work *work = context;
    mpi_judgement judgement;
    const mpi_statement *statement;
    minipay_status status = open_run(work, unit, &judgement, error);
    if (status == MINIPAY_OK)
        status = get_statement(work->banking, unit, &statement, error);
    if (status != MINIPAY_OK || !judgement.run ||
        statement->event_sequence != work->statement.event_sequence)
        return status;
    for (uint32_t i = 0; i < work->count && status == MINIPAY_OK; i++) {
        if (is_end_of_order(&work->events[i]))
            status = mpi_judge_ended(&judgement, &work->events[i].subject_id);
    }
    mpi_statement *edit = mpi_unit_edit(unit, work->banking->statements, statement);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    if (work->count)
        edit->event_sequence = work->events[work->count - 1].sequence;
    else
        judgement.run->stage = MPI_STAGE_MISSING;
    work->run = *judgement.run;
    return status;
}

/* ---- what is open -------------------------------------------------------------------------------------- */

static minipay_status end_run(reconcile_work *work, mpi_unit *unit, mpi_reconciliation *run,
                              minipay_error *error)
{
    const mpi_statement *statement;
    minipay_status status = get_statement(work->banking, unit, &statement, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_statement *edit = mpi_unit_edit(unit, work->banking->statements, statement);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    bool leaves_a_gap = run->from_position > edit->position;
    if (edit->position < run->position && !leaves_a_gap)
        edit->position = run->position;
    run->stage = MPI_STAGE_END;
    run->finished_at = mpi_unit_now(unit);
    return MINIPAY_OK;
}

static minipay_status list_open(void *context, mpi_unit *unit, minipay_error *error)
{
    reconcile_work *work = context;
    mpi_match rows[PAGE], low = {.order_id = work->run.judged_id};
    minipay_scan scan = {.table = &mpi_match_record.table,
                         .index = MPI_MATCHES_OPEN,
                         .low = &low,
                         .low_fields = 1,
                         .low_exclusive = 1};
    uint32_t count = PAGE;
    mpi_judgement judgement;
    minipay_status status = mpi_unit_scan(unit, &scan, rows, &count, error);
    if (status == MINIPAY_OK)
        status = open_run(work, unit, &judgement, error);
    if (status != MINIPAY_OK || !judgement.run)
        return status;
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++)
        status = mpi_judge_open(&judgement, &rows[i]);
    if (count)
        judgement.run->judged_id = rows[count - 1].order_id;
    if (status == MINIPAY_OK && count < PAGE)
        status = end_run(work, unit, judgement.run, error);
    work->run = *judgement.run;
    return status;
}

/* ---- the run ------------------------------------------------------------------------------------------- */

static minipay_status run_stages(reconcile_work *work, minipay_error *error)
{
    static const struct {
        minipay_status (*read)(reconcile_work *work, minipay_error *error);
        mpi_task_run take;
    } stages[] = {{read_lines, take_lines}, {read_events, take_events}, {NULL, list_open}};
    minipay_status status = MINIPAY_OK;
    while (status == MINIPAY_OK && work->run.stage < MPI_STAGE_END) {
        int32_t stage = work->run.stage;
        if (stages[stage].read)
            status = stages[stage].read(work, error);
        if (status == MINIPAY_OK)
            status = mpi_store_write(work->banking->store, stages[stage].take, work, error);
        if (status == MINIPAY_OK)
            status = mpi_drive_calls(work->banking->engine, &work->calls, error);
    }
    return status;
}

minipay_status mpi_banking_reconcile(mpi_banking *banking, const minipay_reconcile_request *request,
                                     minipay_reconciliation *reconciliation, minipay_error *error)
{
    reconcile_work *work = calloc(1, sizeof *work);
    beginning begun = {work, NULL};
    if (!work)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    work->banking = banking;
    draw_up(banking, request, &work->run);
    minipay_status status = mpi_store_write(banking->store, begin, &begun, error);
    if (status == MINIPAY_OK && begun.reused)
        status = mpi_fail(error, MINIPAY_ID_REUSED, begun.reused,
                          "this id already belongs to another request: %s differs", begun.reused);
    if (status == MINIPAY_OK)
        status = run_stages(work, error);
    if (status == MINIPAY_OK)
        mpi_reconciliation_show(&work->run, reconciliation);
    mpi_calls_free(&work->calls);
    free(work);
    return status;
}
