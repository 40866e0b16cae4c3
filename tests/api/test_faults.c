/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <string.h>

/* Every call of the storage, and every call of the bank, fails once in every operation. */

static minipay_status told; /* what the storage answers */

static void set_storage(world *w, uint32_t number)
{
    w->faults.storage_status = told;
    w->faults.storage_calls = 0;
    w->faults.storage_fails_at = number;
}

static bool lift_storage(world *w, uint32_t number)
{
    w->faults.storage_fails_at = 0;
    return w->faults.storage_calls >= number;
}

static bool is_told(minipay_status status)
{
    return status == told || status == MINIPAY_COMMIT_UNKNOWN;
}

static void set_bank(world *w, uint32_t number)
{
    w->faults.bank_calls = 0;
    w->faults.bank_fails_at = number;
}

static bool lift_bank(world *w, uint32_t number)
{
    w->faults.bank_fails_at = 0;
    return w->faults.bank_calls >= number;
}

static bool is_unavailable(minipay_status status)
{
    return status == MINIPAY_UNAVAILABLE;
}

static const scenario_fault storage_fault = {set_storage, lift_storage, is_told, 0};
static const scenario_fault bank_fault = {set_bank, lift_bank, is_unavailable, 0};

static void without_fault(scenario_end *end)
{
    world w;
    world_begin(&w);
    assert_int_equal(scenario_run(&w, NULL, end), 0);
    for (uint32_t step = 0; step < scenario_steps(); step++) {
        bool refused = strncmp(scenario_name(step), "refused", 7) == 0;
        if (refused != (end->outcomes[step].state == MINIPAY_STATE_REJECTED))
            print_error("%s: %s\n", scenario_name(step),
                        minipay_status_name(end->outcomes[step].status));
        ASSERT_STATE(end->outcomes[step].state, refused ? MINIPAY_STATE_REJECTED : MINIPAY_STATE_DONE);
    }
    world_close(&w);
}

static void sweep(const scenario_fault *fault, bool commit_is_lost, bool reply_is_lost)
{
    world w;
    scenario_end expected, found;
    without_fault(&expected);
    world_begin(&w);
    w.faults.commit_is_lost = commit_is_lost;
    w.faults.bank_reply_is_lost = reply_is_lost;
    uint32_t failures = scenario_run(&w, fault, &found);
    if (fault == &storage_fault)
        assert_true(failures > scenario_steps() / SWEEP_STRIDE);
    scenario_expect_same(&found, &expected);
    world_close(&w);
}

static void any_storage_call_may_fail_with_any_class(void **state)
{
    static const minipay_status statuses[] = {MINIPAY_IO_ERROR, MINIPAY_BUSY, MINIPAY_DISK_FULL,
                                              MINIPAY_NO_MEMORY, MINIPAY_CORRUPT};
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        told = statuses[i];
        sweep(&storage_fault, false, false);
    }
}

static void a_commit_that_is_lost_is_found_by_the_same_call(void **state)
{
    (void)state;
    told = MINIPAY_BUSY;
    sweep(&storage_fault, true, false);
}

static void any_bank_call_may_fail_before_it_is_done(void **state)
{
    (void)state;
    sweep(&bank_fault, false, false);
}

static void any_bank_call_may_lose_its_reply(void **state)
{
    (void)state;
    sweep(&bank_fault, false, true);
}

/* ---- opening and reading --------------------------------------------------------------------------- */

static void any_storage_call_may_fail_while_opening(void **state)
{
    world w;
    minipay_error error;
    uint32_t number = 1;
    (void)state;
    for (;; number++) {
        world_init(&w, "opening.db");
        w.faults.storage_status = MINIPAY_IO_ERROR;
        w.faults.storage_fails_at = number;
        minipay_error_init(&error);
        minipay_status status = world_try_open(&w, &error);
        if (status == MINIPAY_OK)
            break;
        ASSERT_STATUS(status, MINIPAY_IO_ERROR);
        assert_null(w.pay);
    }
    assert_true(number > 3);
    w.faults.storage_fails_at = 0;
    world_person(&w, NULL);
    world_audit_clean(&w);
    world_close(&w);
}

typedef minipay_status (*reading)(world *w, minipay_id member, void *output, minipay_error *error);

static minipay_status read_wallet(world *w, minipay_id member, void *output, minipay_error *error)
{
    return minipay_wallet_get(w->pay, &member, "KRW", output, error);
}

static minipay_status read_history(world *w, minipay_id member, void *output, minipay_error *error)
{
    uint32_t count = 4;
    minipay_status status = minipay_wallet_history(w->pay, &member, "KRW", 0, output, &count, error);
    assert_int_equal(count, status == MINIPAY_OK ? 2 : 4);
    return status;
}

static minipay_status read_member(world *w, minipay_id member, void *output, minipay_error *error)
{
    return minipay_member_get(w->pay, &member, output, error);
}

static minipay_status read_corporate(world *w, minipay_id member, void *output, minipay_error *error)
{
    (void)member;
    return minipay_corporate_account_get(w->pay, "KRW", output, error);
}

static minipay_status read_audit(world *w, minipay_id member, void *output, minipay_error *error)
{
    minipay_audit_check checks[64];
    uint32_t count = 64;
    int32_t clean = -1;
    (void)member;
    (void)output;
    minipay_status status = minipay_audit(w->pay, checks, &count, &clean, error);
    assert_int_equal(clean, status == MINIPAY_OK ? 1 : -1);
    return status;
}

static minipay_status run_on(world *w, minipay_id member, void *output, minipay_error *error)
{
    uint32_t carried = 77;
    (void)member;
    (void)output;
    minipay_status status = minipay_run(w->pay, 0, &carried, NULL, error);
    assert_int_equal(carried == 77, status != MINIPAY_OK);
    return status;
}

static void any_storage_call_may_fail_while_reading(void **state)
{
    static const reading readings[] = {read_wallet,    read_history, read_member,
                                       read_corporate, read_audit,   run_on};
    static uint8_t output[16384], untouched[16384];
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 1000);
    world_credit(&w, member, 1000);
    told = MINIPAY_IO_ERROR;
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        uint32_t number = 0;
        minipay_status status;
        do {
            minipay_error error;
            minipay_error_init(&error);
            memset(output, 0xa5, sizeof output);
            memset(untouched, 0xa5, sizeof untouched);
            set_storage(&w, ++number);
            status = readings[i](&w, member, output, &error);
            lift_storage(&w, number);
            if (status != MINIPAY_OK) {
                ASSERT_STATUS(status, MINIPAY_IO_ERROR);
                ASSERT_STATUS(error.status, MINIPAY_IO_ERROR);
                assert_memory_equal(output, untouched, sizeof output);
            }
        } while (status != MINIPAY_OK);
        assert_true(number > 1);
    }
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_storage_call_may_fail_with_any_class),
        cmocka_unit_test(a_commit_that_is_lost_is_found_by_the_same_call),
        cmocka_unit_test(any_bank_call_may_fail_before_it_is_done),
        cmocka_unit_test(any_bank_call_may_lose_its_reply),
        cmocka_unit_test(any_storage_call_may_fail_while_opening),
        cmocka_unit_test(any_storage_call_may_fail_while_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
