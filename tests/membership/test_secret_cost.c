/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "base/secret.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* A PIN has few digits: what a guess costs is all that stands between a stolen file and them. */

static const char path[] = "secret_cost.db";

/* OWASP's least for Argon2id, which the library takes. */
enum { LEAST_PASSES = 2, LEAST_MEMORY_KIB = 19 * 1024 };

static void hash_at(int32_t passes, int32_t memory_kib, uint8_t hash[MPI_SECRET_HASH_SIZE])
{
    static const uint8_t salt[MPI_SECRET_SALT_SIZE] = "0123456789abcde";
    mpi_secret_cost cost = {.passes = passes, .memory_kib = memory_kib};
    assert_int_equal(mpi_secret_hash("4821", salt, &cost, hash), 0);
}

static void a_hash_is_another_one_at_another_cost(void **state)
{
    uint8_t asked[MPI_SECRET_HASH_SIZE], other[MPI_SECRET_HASH_SIZE];
    (void)state;
    hash_at(LEAST_PASSES, LEAST_MEMORY_KIB, asked);
    hash_at(LEAST_PASSES, LEAST_MEMORY_KIB, other);
    assert_memory_equal(asked, other, sizeof asked);
    hash_at(LEAST_PASSES - 1, LEAST_MEMORY_KIB, other);
    assert_memory_not_equal(asked, other, sizeof asked);
    hash_at(LEAST_PASSES, LEAST_MEMORY_KIB - 1024, other);
    assert_memory_not_equal(asked, other, sizeof asked);
    hash_at(1, 8, other);
    assert_memory_not_equal(asked, other, sizeof asked);
}

static int64_t stored(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

static minipay_status verify(world *w, minipay_id member, const char *secret)
{
    return minipay_credential_verify(w->pay, &member, MINIPAY_CREDENTIAL_PIN, secret, NULL);
}

static void a_credential_is_hashed_at_the_least_cost_or_more_and_says_so(void **state)
{
    world w;
    minipay_credential_request request;
    minipay_outcome outcome;
    (void)state;
    world_forget(path);
    world_init(&w, path);
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    minipay_credential_request_init(&request);
    request.id = world_id(&w);
    request.member_id = member;
    request.credential = MINIPAY_CREDENTIAL_PIN;
    snprintf(request.secret, sizeof request.secret, "4821");
    ASSERT_STATUS(minipay_credential_set(w.pay, &request, &outcome, NULL), MINIPAY_OK);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    assert_true(stored("SELECT min(passes) FROM credential") >= LEAST_PASSES);
    assert_true(stored("SELECT min(memory_kib) FROM credential") >= LEAST_MEMORY_KIB);
    assert_true(stored("SELECT min(passes) FROM credential_change") >= LEAST_PASSES);
    assert_true(stored("SELECT min(memory_kib) FROM credential_change") >= LEAST_MEMORY_KIB);
    ASSERT_STATUS(verify(&w, member, "4821"), MINIPAY_OK);
    ASSERT_STATUS(verify(&w, member, "4822"), MINIPAY_CREDENTIAL_WRONG);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_another_one_at_another_cost),
        cmocka_unit_test(a_credential_is_hashed_at_the_least_cost_or_more_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
