/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

/* Allocations inside SQLite fail, ours and the scripted bank's alike: one, or all from one on. SQLite's
 * allocator is global, so this program sets it before anything else, and has no other tests. */

/* SQLite 3.40 itself forgets a few blocks of 40 bytes when memory ends while a database is opened; what the
 * library allocates is still looked for. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libsqlite3.so";
}

static sqlite3_mem_methods real;
static atomic_uint allocations, fails_at;
static bool for_good;

static bool fails(void)
{
    unsigned at = atomic_load(&fails_at), number = atomic_fetch_add(&allocations, 1) + 1;
    return at && (number == at || (for_good && number > at));
}

static void *failing_malloc(int size)
{
    return fails() ? NULL : real.xMalloc(size);
}

static void *failing_realloc(void *old, int size)
{
    return fails() ? NULL : real.xRealloc(old, size);
}

static int set_up(void **state)
{
    (void)state;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
        return -1;
    sqlite3_mem_methods failing = real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK ? 0 : -1;
}

static void set_memory(world *w, uint32_t number)
{
    (void)w;
    atomic_store(&allocations, 0);
    atomic_store(&fails_at, number);
}

static bool lift_memory(world *w, uint32_t number)
{
    (void)w;
    atomic_store(&fails_at, 0);
    return atomic_load(&allocations) >= number;
}

static bool is_no_memory(minipay_status status)
{
    return status == MINIPAY_NO_MEMORY;
}

#ifdef __SANITIZE_ADDRESS__
enum { STRIDE = 41 };
#else
enum { STRIDE = 7 };
#endif

static const scenario_fault memory_fault = {set_memory, lift_memory, is_no_memory, STRIDE};

/* With a small page cache of its own file, a world allocates at almost every step. */
static void sweep(const char *path, bool all_from_then_on)
{
    world w;
    scenario_end expected, found;
    world_begin(&w);
    scenario_run(&w, NULL, &expected);
    world_close(&w);
    for_good = all_from_then_on;
    world_init(&w, path);
    world_open(&w);
    assert_true(scenario_run(&w, &memory_fault, &found) > scenario_steps());
    scenario_expect_same(&found, &expected);
    world_reopen(&w);
    world_at_peace(&w);
    world_close(&w);
}

static void any_allocation_of_sqlite_may_fail(void **state)
{
    (void)state;
    sweep("once.db", false);
}

static void sqlite_may_have_no_memory_from_any_moment_on(void **state)
{
    (void)state;
    sweep("for_good.db", true);
}

static void any_allocation_of_sqlite_may_fail_while_opening(void **state)
{
    uint32_t failures = 0;
    (void)state;
    for_good = false;
    for (uint32_t number = 1;; number += STRIDE) {
        world w;
        minipay_config config;
        minipay_sqlite_config file;
        world_init(&w, "opening.db");
        minipay_config_init(&config);
        minipay_sqlite_config_init(&file);
        memcpy(file.path, w.path, sizeof w.path);
        set_memory(&w, number);
        minipay_status status = minipay_sqlite_storage(&file, &config.storage, NULL);
        config.host = w.host;
        config.host.impl = &w;
        if (status == MINIPAY_OK)
            status = minipay_open(&config, &w.pay, NULL);
        bool came = lift_memory(&w, number);
        if (status == MINIPAY_OK) {
            world_audit_clean(&w);
            minipay_close(w.pay);
        } else {
            assert_true(came);
            ASSERT_STATUS(status, MINIPAY_NO_MEMORY);
            assert_null(w.pay);
            if (config.storage.close)
                config.storage.close(config.storage.impl);
            failures++;
        }
        if (!came)
            break;
    }
    assert_true(failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_allocation_of_sqlite_may_fail),
        cmocka_unit_test(sqlite_may_have_no_memory_from_any_moment_on),
        cmocka_unit_test(any_allocation_of_sqlite_may_fail_while_opening),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
