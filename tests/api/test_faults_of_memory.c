/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Every allocation fails once in every operation. This program is linked with --wrap for these three, so that
 * the library's calls, but not those of other libraries, come here. */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static uint32_t allocations, fails_at;

static bool fails(void)
{
    if (++allocations != fails_at)
        return false;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

static void set_memory(world *w, uint32_t number)
{
    (void)w;
    allocations = 0;
    fails_at = number;
}

static bool lift_memory(world *w, uint32_t number)
{
    (void)w;
    fails_at = 0;
    return allocations >= number;
}

static bool is_no_memory(minipay_status status)
{
    return status == MINIPAY_NO_MEMORY;
}

static const scenario_fault memory_fault = {set_memory, lift_memory, is_no_memory, 0};

static void any_allocation_may_fail(void **state)
{
    world w;
    scenario_end expected, found;
    (void)state;
    world_begin(&w);
    scenario_run(&w, NULL, &expected);
    world_close(&w);
    world_begin(&w);
    assert_true(scenario_run(&w, &memory_fault, &found) > scenario_steps() / SWEEP_STRIDE);
    scenario_expect_same(&found, &expected);
    world_close(&w);
}

/* Tables grow at their first rows: a new handle for every chance meets all of it. */
static void any_allocation_may_fail_on_a_handle_that_is_new(void **state)
{
    (void)state;
    for (uint32_t number = 1;; number++) {
        world w;
        minipay_outcome outcome;
        world_begin(&w);
        minipay_id payer = world_person(&w, "110-1"), payee = world_person(&w, NULL);
        minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 25000);
        transfer.flags = MINIPAY_FLAG_AUTO_TOPUP;
        set_memory(&w, number);
        minipay_status status = minipay_execute(w.pay, &transfer, 1, &outcome, NULL);
        bool came = lift_memory(&w, number);
        if (status != MINIPAY_OK) { /* a bank call that fails is only asked about later */
            assert_true(came);
            ASSERT_STATUS(status, MINIPAY_NO_MEMORY);
        }
        world_audit_clean(&w);
        world_rest(&w);
        world_expect(&w, &transfer, MINIPAY_STATE_DONE, MINIPAY_OK);
        assert_int_equal(world_balance(&w, payee), 25000);
        world_at_peace(&w);
        world_close(&w);
        if (!came)
            break;
    }
}

static void any_allocation_may_fail_while_opening(void **state)
{
    (void)state;
    for (uint32_t number = 1;; number++) {
        world w;
        minipay_config config;
        minipay_sqlite_config file;
        minipay_error error;
        world_init(&w, ":memory:");
        minipay_config_init(&config);
        minipay_sqlite_config_init(&file);
        minipay_error_init(&error);
        strcpy(file.path, ":memory:");
        ASSERT_STATUS(minipay_sqlite_storage(&file, &config.storage, NULL), MINIPAY_OK);
        config.host = w.host;
        config.host.impl = &w;
        set_memory(&w, number);
        minipay_status status = minipay_open(&config, &w.pay, &error);
        bool came = lift_memory(&w, number);
        ASSERT_STATUS(status, came ? MINIPAY_NO_MEMORY : MINIPAY_OK);
        if (status == MINIPAY_OK) {
            minipay_close(w.pay);
            break;
        }
        ASSERT_STATUS(error.status, MINIPAY_NO_MEMORY);
        assert_null(w.pay);
        config.storage.close(config.storage.impl);
    }
}

/* A hash's own memory is libsodium's; what is around it is ours. */
static void any_allocation_may_fail_while_a_secret_is_set_and_tried(void **state)
{
    world w;
    minipay_credential_request request;
    minipay_outcome outcome;
    bool came = true;
    (void)state;
    world_begin(&w);
    minipay_credential_request_init(&request);
    request.member_id = world_person(&w, NULL);
    request.credential = MINIPAY_CREDENTIAL_PIN;
    strcpy(request.secret, "135790");
    request.id = world_id(&w);
    for (uint32_t number = 1; came; number++) {
        set_memory(&w, number);
        minipay_status status = minipay_credential_set(w.pay, &request, &outcome, NULL);
        came = lift_memory(&w, number);
        ASSERT_STATUS(status, came ? MINIPAY_NO_MEMORY : MINIPAY_OK);
    }
    came = true;
    for (uint32_t number = 1; came; number++) {
        set_memory(&w, number);
        minipay_status status =
            minipay_credential_verify(w.pay, &request.member_id, MINIPAY_CREDENTIAL_PIN, "135790", NULL);
        came = lift_memory(&w, number);
        ASSERT_STATUS(status, came ? MINIPAY_NO_MEMORY : MINIPAY_OK);
    }
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(any_allocation_may_fail_on_a_handle_that_is_new),
        cmocka_unit_test(any_allocation_may_fail_while_opening),
        cmocka_unit_test(any_allocation_may_fail_while_a_secret_is_set_and_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
