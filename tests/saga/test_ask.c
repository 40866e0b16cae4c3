/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "base/id.h"
#include "event/stream.h"
#include "saga/ask.h"

#include <string.h>

/* Two contexts with a store each: a desk, whose errands ask the till to take money in. The till takes it at
 * once, or lets it be fetched first, which lasts until somebody says that it has come. */

typedef struct errand {
    mpi_operation op;
    int64_t amount_minor;
    int64_t total_minor; /* as the till answered */
    uint8_t row_tag[MPI_TAG_SIZE];
} errand;

static const minipay_field errand_fields[] = {MPI_OPERATION_FIELDS(errand),
                                              MPI_MONEY(errand, amount_minor),
                                              MPI_MONEY(errand, total_minor), MPI_HASH(errand, row_tag)};
static const mpi_record errand_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, errand, "errand", errand_fields, 1, NULL, 0);

typedef struct note {
    minipay_id errand_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} note;

static const minipay_field note_fields[] = {MPI_ID(note, errand_id), MPI_HASH(note, row_tag)};
static const mpi_record note_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, note, "note", note_fields, 1, NULL, 0);

typedef struct fetching {
    mpi_operation op;
    uint8_t row_tag[MPI_TAG_SIZE];
} fetching;

static const minipay_field fetching_fields[] = {MPI_OPERATION_FIELDS(fetching),
                                                MPI_HASH(fetching, row_tag)};
static const mpi_record fetching_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, fetching, "fetching", fetching_fields, 1, NULL, 0);

typedef struct drawer {
    int64_t number;
    int64_t total_minor;
} drawer;

static const minipay_field drawer_fields[] = {MPI_INT64(drawer, number), MPI_MONEY(drawer, total_minor)};
static const mpi_record drawer_record =
    MPI_RECORD(MPI_FORM_STATE, drawer, "drawer", drawer_fields, 1, NULL, 0);

static const mpi_record *const desk_records[] = {&errand_record, &note_record, &mpi_event_record,
                                                 &mpi_waiting_record, &mpi_port_answer_record};
static const mpi_record *const till_records[] = {&fetching_record, &drawer_record, &mpi_event_record,
                                                 &mpi_waiting_record, &mpi_port_answer_record};

enum {
    ERRAND = MINIPAY_KIND_TRANSFER,
    ROUND = MINIPAY_KIND_WITHDRAW,
    FETCHING = MINIPAY_KIND_TOPUP,
    LARGEST = 1000,
    FETCHED_ABOVE = 100,
    REGRETTED = 13
};

/* A host whose clock stops to answer at one of its next readings: that unit of work never begins. */
typedef struct house {
    mpi_home home;
    minipay_host host;
    uint32_t fails_at; /* the reading, from 1; 0: never */
    int64_t now;
} house;

static house desk, till;
static mpi_engine *engine;
static bool has_come;

static int64_t house_now(void *impl)
{
    house *h = impl;
    return h->fails_at && --h->fails_at == 0 ? -1 : h->now;
}

/* ---- the till -------------------------------------------------------------------------------------------- */

static minipay_status fetch(void *context, mpi_flow *flow, void *document)
{
    (void)context;
    (void)flow;
    (void)document;
    return has_come ? MINIPAY_OK : MPI_WAIT;
}

static const mpi_step fetching_steps[] = {{"fetch", "somebody", fetch, NULL, NULL}};
static const mpi_saga fetching_saga = {.kind = FETCHING,
                                       .name = "fetching",
                                       .record = &fetching_record,
                                       .steps = fetching_steps,
                                       .step_count = 1};

static minipay_status let_fetch(mpi_flow *flow, const mpi_operation *parent)
{
    mpi_document document;
    memset(&document, 0, sizeof document);
    mpi_id_derive(&parent->id, "fetching", &document.op.id);
    document.op.kind = FETCHING;
    document.op.parent_id = parent->id;
    document.op.parent_kind = parent->kind;
    return mpi_saga_child(flow, FETCHING, &document);
}

static minipay_status take(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const int64_t *amount_minor = question;
    mpi_table *drawers = mpi_store_table(till.home.store, &drawer_record);
    drawer made = {.number = 1};
    const void *row;
    (void)impl;
    if (*amount_minor > LARGEST)
        return MINIPAY_INSUFFICIENT_FUNDS;
    minipay_status status = *amount_minor > FETCHED_ABOVE ? let_fetch(flow, &ask->op) : MINIPAY_OK;
    if (status != MINIPAY_OK)
        return status;
    status = mpi_unit_get(flow->unit, drawers, &made, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND) {
        made.total_minor = ask->answer.reply.amount_minor = *amount_minor;
        return mpi_unit_insert(flow->unit, drawers, &made, flow->error);
    }
    drawer *edit = status == MINIPAY_OK ? mpi_unit_edit(flow->unit, drawers, row) : NULL;
    assert_non_null(edit);
    edit->total_minor += *amount_minor;
    ask->answer.reply.amount_minor = edit->total_minor;
    return MINIPAY_OK;
}

static const mpi_far till_take = {"till.take", true, take, NULL};

static minipay_status give_back(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const int64_t *amount_minor = question;
    mpi_table *drawers = mpi_store_table(till.home.store, &drawer_record);
    drawer key = {.number = 1};
    const void *row;
    (void)impl;
    (void)ask;
    assert_int_equal(mpi_unit_get(flow->unit, drawers, &key, &row, flow->error), MINIPAY_OK);
    drawer *edit = mpi_unit_edit(flow->unit, drawers, row);
    assert_non_null(edit);
    edit->total_minor -= *amount_minor;
    return MINIPAY_OK;
}

static const mpi_far till_give_back = {"till.give_back", true, give_back, NULL};

/* ---- the desk -------------------------------------------------------------------------------------------- */

static minipay_status bring(void *context, mpi_flow *flow, void *document)
{
    errand *e = document;
    mpi_reply reply;
    (void)context;
    minipay_status status =
        mpi_ask_far(flow, &till_take, &e->op, 0, &e->amount_minor, sizeof e->amount_minor, &reply);
    if (status == MINIPAY_OK)
        e->total_minor = reply.amount_minor;
    return status;
}

static minipay_status fetch_back(void *context, mpi_flow *flow, void *document)
{
    const errand *e = document;
    mpi_reply reply;
    (void)context;
    return mpi_ask_far(flow, &till_give_back, &e->op, 0, &e->amount_minor, sizeof e->amount_minor,
                       &reply);
}

/* Refuses what it could have known before. */
static minipay_status regret(void *context, mpi_flow *flow, void *document)
{
    (void)context;
    (void)flow;
    return ((errand *)document)->amount_minor == REGRETTED ? MINIPAY_LIMIT_OPERATION : MINIPAY_OK;
}

/* Two halves, and a note: a step that asks twice, and stages before. */
static minipay_status bring_halves(void *context, mpi_flow *flow, void *document)
{
    errand *e = document;
    note made = {.errand_id = e->op.id};
    int64_t half_minor = e->amount_minor / 2;
    mpi_reply reply;
    (void)context;
    minipay_status status =
        mpi_unit_insert(flow->unit, mpi_store_table(desk.home.store, &note_record), &made, flow->error);
    for (int32_t leg = 0; leg < 2 && status == MINIPAY_OK; leg++)
        status = mpi_ask_far(flow, &till_take, &e->op, leg, &half_minor, sizeof half_minor, &reply);
    return status;
}

static void draw_up(const minipay_instruction *instruction, void *document)
{
    ((errand *)document)->amount_minor = instruction->amount_minor;
}

static const mpi_step errand_steps[] = {{"bring", "till.take", bring, fetch_back, "till.give_back"},
                                        {"regret", "desk", regret, NULL, NULL}};
static const mpi_saga errand_saga = {.kind = ERRAND,
                                     .name = "errand",
                                     .record = &errand_record,
                                     .steps = errand_steps,
                                     .step_count = MPI_COUNT(errand_steps),
                                     .draw_up = draw_up};

static const mpi_step round_steps[] = {{"bring", "till.take", bring_halves, NULL, NULL}};
static const mpi_saga round_saga = {.kind = ROUND,
                                    .name = "round",
                                    .record = &errand_record,
                                    .steps = round_steps,
                                    .step_count = MPI_COUNT(round_steps),
                                    .draw_up = draw_up};

/* ---- both ------------------------------------------------------------------------------------------------ */

static void make_no_calls(void *impl, mpi_call *calls, uint32_t count)
{
    (void)impl;
    (void)calls;
    (void)count;
    fail();
}

static void open_house(house *h, const mpi_record *const *records, uint32_t count)
{
    static const uint8_t master[32] = {1};
    minipay_sqlite_config file;
    minipay_storage storage;
    mpi_keys keys;
    memset(h, 0, sizeof *h);
    minipay_host_init(&h->host);
    h->host.impl = h;
    h->host.now = house_now;
    h->now = 1000000;
    minipay_sqlite_config_init(&file);
    strcpy(file.path, ":memory:");
    assert_int_equal(mpi_hash_start(), 0);
    mpi_keys_derive(master, &keys);
    assert_int_equal(minipay_sqlite_storage(&file, &storage, NULL), MINIPAY_OK);
    mpi_store_config config = {.storage = &storage,
                               .host = &h->host,
                               .keys = &keys,
                               .records = records,
                               .record_count = count,
                               .cached_rows = 1000};
    assert_int_equal(mpi_store_open(&config, &h->home.store, NULL), MINIPAY_OK);
}

static void warm_nothing(void *impl, mpi_unit *unit, const mpi_wallet_name *names, uint32_t count)
{
    (void)impl;
    (void)unit;
    (void)names;
    (void)count;
}

static int set_up(void **state)
{
    static const mpi_caller caller = {NULL, true, make_no_calls, NULL};
    static const mpi_warmer warmer = {NULL, warm_nothing};
    (void)state;
    has_come = false;
    open_house(&desk, desk_records, MPI_COUNT(desk_records));
    open_house(&till, till_records, MPI_COUNT(till_records));
    assert_int_equal(mpi_engine_new(mpi_store_keys(desk.home.store), &engine, NULL), MINIPAY_OK);
    mpi_engine_part(engine, &desk.home);
    mpi_engine_part(engine, &till.home);
    mpi_engine_add(engine, &desk.home, &errand_saga, NULL);
    mpi_engine_add(engine, &desk.home, &round_saga, NULL);
    mpi_engine_add(engine, &till.home, &fetching_saga, NULL);
    mpi_engine_serve(engine, &till.home, &till_take, NULL);
    mpi_engine_serve(engine, &till.home, &till_give_back, NULL);
    mpi_engine_set_caller(engine, &till.home, &caller);
    mpi_engine_set_warmer(engine, &warmer);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mpi_engine_free(engine);
    mpi_store_close(desk.home.store);
    mpi_store_close(till.home.store);
    return 0;
}

static minipay_instruction ask_for(uint8_t number, int64_t amount_minor)
{
    minipay_instruction asked;
    minipay_instruction_init(&asked, ERRAND);
    asked.id.bytes[15] = number;
    asked.amount_minor = amount_minor;
    return asked;
}

static minipay_status execute(const minipay_instruction *asked, uint32_t count,
                              minipay_outcome *outcomes)
{
    minipay_error error;
    mpi_requests requests = {asked, count, engine, mpi_saga_draw_up, asked};
    minipay_error_init(&error);
    return mpi_drive(engine, &requests, outcomes, &error);
}

static minipay_outcome run(uint8_t number, int64_t amount_minor)
{
    minipay_instruction asked = ask_for(number, amount_minor);
    minipay_outcome outcome;
    assert_int_equal(execute(&asked, 1, &outcome), MINIPAY_OK);
    return outcome;
}

static uint32_t rows_of(const house *h, const mpi_record *record)
{
    static uint64_t rows[100 * MPI_RECORD_LARGEST / 8];
    minipay_scan scan = {.table = &record->table, .index = -1};
    uint32_t count = 100;
    mpi_view view;
    assert_int_equal(mpi_view_open(h->home.store, &view, NULL), MINIPAY_OK);
    assert_int_equal(mpi_view_scan(&view, &scan, rows, &count, NULL), MINIPAY_OK);
    mpi_view_close(&view);
    return count;
}

static int64_t in_drawer(void)
{
    drawer row = {.number = 1};
    mpi_view view;
    assert_int_equal(mpi_view_open(till.home.store, &view, NULL), MINIPAY_OK);
    minipay_status status = mpi_view_get(&view, &drawer_record, -1, &row, NULL);
    mpi_view_close(&view);
    return status == MINIPAY_OK ? row.total_minor : 0;
}

static void go_on(int32_t kind, minipay_id id)
{
    mpi_resumption operation = {kind, id};
    assert_int_equal(mpi_drive_on(engine, &operation, 1, NULL), MINIPAY_OK);
}

/* ---- tests ----------------------------------------------------------------------------------------------- */

static void a_call_ends_what_asks_another_store(void **state)
{
    minipay_instruction asked[3] = {ask_for(1, 10), ask_for(2, 20), ask_for(3, LARGEST + 1)};
    minipay_outcome outcomes[3];
    (void)state;
    assert_int_equal(execute(asked, 3, outcomes), MINIPAY_OK);
    assert_int_equal(outcomes[0].state, MINIPAY_STATE_DONE);
    assert_int_equal(outcomes[1].state, MINIPAY_STATE_DONE);
    assert_int_equal(outcomes[2].state, MINIPAY_STATE_REJECTED);
    assert_int_equal(outcomes[2].status, MINIPAY_INSUFFICIENT_FUNDS);
    assert_int_equal(in_drawer(), 30);
    assert_int_equal(rows_of(&desk, &errand_record), 3);
    assert_int_equal(rows_of(&desk, &mpi_waiting_record), 0);
    assert_int_equal(rows_of(&till, &mpi_port_answer_record), 3);
}

static void an_answer_that_was_lost_is_the_same_when_it_is_asked_for_again(void **state)
{
    static const int64_t amounts[] = {10, LARGEST + 1};
    (void)state;
    for (uint8_t i = 0; i < 2; i++) {
        minipay_instruction asked = ask_for((uint8_t)(i + 1), amounts[i]);
        minipay_outcome outcome;
        desk.fails_at = 2; /* the unit that would hear */
        assert_int_equal(execute(&asked, 1, &outcome), MINIPAY_UNAVAILABLE);
        assert_int_equal(in_drawer(), 10);
        assert_int_equal(rows_of(&desk, &mpi_waiting_record), 1);
        outcome = run((uint8_t)(i + 1), amounts[i]);
        assert_int_equal(outcome.state, i ? MINIPAY_STATE_REJECTED : MINIPAY_STATE_DONE);
        assert_int_equal(in_drawer(), 10);
        assert_int_equal(rows_of(&desk, &mpi_waiting_record), 0);
    }
}

static void a_question_that_was_lost_is_asked_again(void **state)
{
    minipay_instruction asked = ask_for(1, 10);
    minipay_outcome outcome;
    (void)state;
    uint32_t carried;
    int64_t next_at;
    till.fails_at = 1;
    assert_int_equal(execute(&asked, 1, &outcome), MINIPAY_UNAVAILABLE);
    assert_int_equal(mpi_drive_waiting(engine, 0, &carried, &next_at, NULL), MINIPAY_OK);
    assert_int_equal(carried, 0);
    assert_true(next_at > desk.now);
    assert_int_equal(in_drawer(), 0);
    desk.now = next_at;
    assert_int_equal(mpi_drive_waiting(engine, 0, &carried, &next_at, NULL), MINIPAY_OK);
    assert_int_equal(carried, 1);
    assert_int_equal(in_drawer(), 10);
    outcome = run(1, 10);
    assert_int_equal(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(in_drawer(), 10);
}

static void who_waits_is_woken_when_it_has_ended(void **state)
{
    minipay_id fetching_id;
    minipay_outcome outcome = run(1, FETCHED_ABOVE + 1);
    (void)state;
    assert_int_equal(outcome.state, MINIPAY_STATE_RUNNING);
    assert_int_equal(in_drawer(), 0);
    assert_int_equal(rows_of(&desk, &mpi_waiting_record), 1);
    has_come = true;
    mpi_id_derive(&outcome.id, "fetching", &fetching_id);
    go_on(FETCHING, fetching_id);
    assert_int_equal(in_drawer(), FETCHED_ABOVE + 1);
    assert_int_equal(rows_of(&desk, &mpi_waiting_record), 0);
    outcome = run(1, FETCHED_ABOVE + 1);
    assert_int_equal(outcome.state, MINIPAY_STATE_DONE);
}

static void what_has_come_meanwhile_is_found_by_who_asks_again(void **state)
{
    (void)state;
    assert_int_equal(run(1, FETCHED_ABOVE + 1).state, MINIPAY_STATE_RUNNING);
    has_come = true;
    assert_int_equal(run(1, FETCHED_ABOVE + 1).state, MINIPAY_STATE_DONE);
    assert_int_equal(in_drawer(), FETCHED_ABOVE + 1);
}

static void what_another_store_has_done_is_undone_there(void **state)
{
    minipay_outcome outcome = run(1, REGRETTED);
    (void)state;
    assert_int_equal(outcome.state, MINIPAY_STATE_REJECTED);
    assert_int_equal(outcome.status, MINIPAY_LIMIT_OPERATION);
    assert_int_equal(in_drawer(), 0);
    assert_int_equal(rows_of(&till, &mpi_port_answer_record), 2);
    assert_int_equal(rows_of(&desk, &mpi_waiting_record), 0);
}

static void an_undoing_that_was_interrupted_goes_on(void **state)
{
    minipay_instruction asked = ask_for(1, REGRETTED);
    minipay_outcome outcome;
    (void)state;
    desk.fails_at = 3; /* the unit that would hear that the money was given back */
    assert_int_equal(execute(&asked, 1, &outcome), MINIPAY_UNAVAILABLE);
    assert_int_equal(in_drawer(), 0);
    assert_int_equal(rows_of(&desk, &mpi_waiting_record), 1);
    outcome = run(1, REGRETTED);
    assert_int_equal(outcome.state, MINIPAY_STATE_REJECTED);
    assert_int_equal(outcome.status, MINIPAY_LIMIT_OPERATION);
    assert_int_equal(in_drawer(), 0);
}

static void what_is_being_undone_is_under_way(void **state)
{
    minipay_instruction asked = ask_for(1, REGRETTED);
    minipay_outcome outcome;
    mpi_view view;
    mpi_flow flow = {.engine = engine, .view = &view};
    (void)state;
    till.fails_at = 2; /* the unit that would give back */
    assert_int_equal(execute(&asked, 1, &outcome), MINIPAY_UNAVAILABLE);
    assert_int_equal(in_drawer(), REGRETTED);
    assert_int_equal(mpi_view_open(desk.home.store, &view, NULL), MINIPAY_OK);
    assert_int_equal(mpi_saga_look_up(&flow, ERRAND, &asked.id, &outcome), MINIPAY_OK);
    mpi_view_close(&view);
    assert_int_equal(outcome.state, MINIPAY_STATE_RUNNING);
    assert_int_equal(outcome.status, MINIPAY_OK);
    assert_int_equal(run(1, REGRETTED).state, MINIPAY_STATE_REJECTED);
    assert_int_equal(in_drawer(), 0);
}

static void a_step_may_ask_twice_and_stages_once(void **state)
{
    minipay_instruction asked = ask_for(1, 20);
    minipay_outcome outcome;
    (void)state;
    asked.kind = ROUND;
    assert_int_equal(execute(&asked, 1, &outcome), MINIPAY_OK);
    assert_int_equal(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(in_drawer(), 20);
    assert_int_equal(rows_of(&desk, &note_record), 1);
    assert_int_equal(rows_of(&till, &mpi_port_answer_record), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_ends_what_asks_another_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_that_was_lost_is_the_same_when_it_is_asked_for_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_that_was_lost_is_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_another_store_has_done_is_undone_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_undoing_that_was_interrupted_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_being_undone_is_under_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_may_ask_twice_and_stages_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_waits_is_woken_when_it_has_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_has_come_meanwhile_is_found_by_who_asks_again, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
