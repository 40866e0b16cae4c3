/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* PINs and passwords: who is let in, who is locked out and for how long, and what is never written. */

enum { PIN = MINIPAY_CREDENTIAL_PIN, PASSWORD = MINIPAY_CREDENTIAL_PASSWORD, LOCK_SECONDS = 600 };

static minipay_credential_request ask(world *w, minipay_id member, int32_t kind, const char *secret)
{
    minipay_credential_request request;
    minipay_credential_request_init(&request);
    request.id = world_id(w);
    request.member_id = member;
    request.credential = kind;
    snprintf(request.secret, sizeof request.secret, "%s", secret);
    return request;
}

static minipay_status put(world *w, const minipay_credential_request *request, int32_t state)
{
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    minipay_status status = minipay_credential_set(w->pay, request, &outcome, NULL);
    ASSERT_STATE(outcome.state, state);
    return status;
}

static void set(world *w, minipay_id member, int32_t kind, const char *secret)
{
    minipay_credential_request request = ask(w, member, kind, secret);
    ASSERT_STATUS(put(w, &request, MINIPAY_STATE_DONE), MINIPAY_OK);
}

static void expect(world *w, minipay_id member, int32_t kind, const char *secret, minipay_status status)
{
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_credential_verify(w->pay, &member, kind, secret, &error), status);
    ASSERT_STATUS(error.status, status);
    assert_null(strstr(error.message, secret));
}

static void expect_wrong(world *w, minipay_id member, int times)
{
    for (int i = 0; i < times; i++)
        expect(w, member, PIN, "9999", MINIPAY_CREDENTIAL_WRONG);
}

static minipay_credential standing(world *w, minipay_id member, int32_t kind)
{
    minipay_credential found;
    minipay_credential_init(&found);
    ASSERT_STATUS(minipay_credential_get(w->pay, &member, kind, &found, NULL), MINIPAY_OK);
    return found;
}

/* What a hash costs is one test's claim; the others are about who is let in. */
static void begin(world *w, const char *path)
{
    world_init(w, path);
    world_open(w);
    w->pay->membership.cost = (mpi_secret_cost){.passes = 1, .memory_kib = 64};
}

static void only_the_right_secret_of_the_right_kind_is_right(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), other = world_person(&w, NULL);
    set(&w, member, PIN, "123456789012");
    set(&w, member, PASSWORD, "1234567890123");
    set(&w, other, PIN, "0000");
    expect(&w, member, PIN, "123456789012", MINIPAY_OK);
    expect(&w, member, PASSWORD, "1234567890123", MINIPAY_OK);
    expect(&w, member, PASSWORD, "123456789012", MINIPAY_CREDENTIAL_WRONG);
    expect(&w, member, PIN, "0000", MINIPAY_CREDENTIAL_WRONG);
    expect(&w, other, PIN, "0000", MINIPAY_OK);
    world_audit_clean(&w);
    world_close(&w);
}

static void the_fifth_wrong_try_in_a_row_locks_for_as_long_as_policy_says(void **state)
{
    world w;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    expect_wrong(&w, member, 4);
    assert_int_equal(standing(&w, member, PIN).wrong_tries, 4);
    assert_int_equal(standing(&w, member, PIN).locked_until, 0);
    expect_wrong(&w, member, 1);
    assert_int_equal(standing(&w, member, PIN).locked_until, w.now + LOCK_SECONDS * INT64_C(1000000));
    expect(&w, member, PIN, "1234", MINIPAY_CREDENTIAL_LOCKED);
    expect(&w, member, PIN, "9999", MINIPAY_CREDENTIAL_LOCKED);
    w.now += LOCK_SECONDS * INT64_C(1000000) - 1;
    expect(&w, member, PIN, "1234", MINIPAY_CREDENTIAL_LOCKED);
    w.now += 1;
    expect_wrong(&w, member, 4);
    expect(&w, member, PIN, "1234", MINIPAY_OK);
    assert_int_equal(standing(&w, member, PIN).wrong_tries, 0);
    assert_int_equal(standing(&w, member, PIN).locked_until, 0);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_right_try_ends_the_row(void **state)
{
    world w;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    for (int round = 0; round < 2; round++) {
        expect_wrong(&w, member, 4);
        expect(&w, member, PIN, "1234", MINIPAY_OK);
    }
    world_close(&w);
}

static void a_lock_of_the_pin_leaves_the_password_usable(void **state)
{
    world w;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    set(&w, member, PASSWORD, "correct horse");
    expect_wrong(&w, member, 5);
    expect(&w, member, PIN, "1234", MINIPAY_CREDENTIAL_LOCKED);
    expect(&w, member, PASSWORD, "correct horse", MINIPAY_OK);
    world_close(&w);
}

static void tries_and_seconds_are_rules(void **state)
{
    world w;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    world_rule(&w, MINIPAY_RULE_CREDENTIAL_TRIES, 0, 2);
    world_rule(&w, MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS, 0, 60);
    expect_wrong(&w, member, 2);
    expect(&w, member, PIN, "1234", MINIPAY_CREDENTIAL_LOCKED);
    world_pass(&w, 60);
    expect(&w, member, PIN, "1234", MINIPAY_OK);
    world_rule(&w, MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS, 0, INT64_C(3153600000));
    expect_wrong(&w, member, 2);
    assert_int_equal(standing(&w, member, PIN).locked_until,
                     w.now + INT64_C(100) * 365 * 86400 * 1000000);
    set(&w, member, PIN, "1234");
    world_rule(&w, MINIPAY_RULE_CREDENTIAL_TRIES, 0, 0);
    expect_wrong(&w, member, 7);
    expect(&w, member, PIN, "1234", MINIPAY_OK);
    world_close(&w);
}

static void wrong_tries_and_locks_survive_reopening(void **state)
{
    world w;
    (void)state;
    begin(&w, "tries.db");
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    expect_wrong(&w, member, 3);
    world_reopen(&w);
    expect_wrong(&w, member, 2);
    world_reopen(&w);
    expect(&w, member, PIN, "1234", MINIPAY_CREDENTIAL_LOCKED);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_set_replaces_the_secret_and_lifts_the_lock(void **state)
{
    world w;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    expect_wrong(&w, member, 5);
    set(&w, member, PIN, "5678");
    expect(&w, member, PIN, "5678", MINIPAY_OK);
    expect(&w, member, PIN, "1234", MINIPAY_CREDENTIAL_WRONG);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_set_is_made_once_and_its_id_is_for_one_secret(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL);
    minipay_credential_request first = ask(&w, member, PIN, "1234");
    ASSERT_STATUS(put(&w, &first, MINIPAY_STATE_DONE), MINIPAY_OK);
    set(&w, member, PIN, "5678");
    ASSERT_STATUS(put(&w, &first, MINIPAY_STATE_DONE), MINIPAY_OK);
    expect(&w, member, PIN, "5678", MINIPAY_OK);
    minipay_credential_request other = first;
    memcpy(other.secret, "4321", 5);
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    ASSERT_STATUS(minipay_credential_set(w.pay, &other, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "secret");
    assert_null(strstr(error.message, "4321"));
    other = first;
    other.channel[0] = 'x';
    ASSERT_STATUS(minipay_credential_set(w.pay, &other, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "channel");
    other = first;
    other.member_id = world_person(&w, NULL);
    ASSERT_STATUS(minipay_credential_set(w.pay, &other, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "member_id");
    expect(&w, member, PIN, "5678", MINIPAY_OK);
    outcome = world_outcome(&w, MINIPAY_KIND_CREDENTIAL, first.id);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    world_close(&w);
}

static void a_secret_outlives_a_rise_of_what_hashes_cost(void **state)
{
    world w;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL);
    mpi_secret_cost risen = w.pay->membership.cost;
    w.pay->membership.cost = (mpi_secret_cost){.passes = 1, .memory_kib = 1024};
    minipay_credential_request old = ask(&w, member, PIN, "1234");
    ASSERT_STATUS(put(&w, &old, MINIPAY_STATE_DONE), MINIPAY_OK);
    w.pay->membership.cost = risen;
    ASSERT_STATUS(put(&w, &old, MINIPAY_STATE_DONE), MINIPAY_OK);
    expect(&w, member, PIN, "1234", MINIPAY_OK);
    expect(&w, member, PIN, "4321", MINIPAY_CREDENTIAL_WRONG);
    world_close(&w);
}

static void set_state(world *w, minipay_id member, int32_t member_state)
{
    minipay_member_change change;
    minipay_outcome outcome;
    minipay_member_change_init(&change);
    minipay_outcome_init(&outcome);
    change.id = world_id(w);
    change.member_id = member;
    change.changes = MINIPAY_CHANGE_STATE;
    change.state = member_state;
    snprintf(change.reason, sizeof change.reason, "test");
    ASSERT_STATUS(minipay_member_update(w->pay, &change, 1, &outcome, NULL), MINIPAY_OK);
}

static void who_has_none_or_is_not_active_is_told_so(void **state)
{
    world w;
    minipay_credential found;
    (void)state;
    begin(&w, ":memory:");
    minipay_id member = world_person(&w, NULL), nobody = world_id(&w);
    minipay_credential_init(&found);
    expect(&w, nobody, PIN, "1234", MINIPAY_MEMBER_NOT_FOUND);
    expect(&w, member, PIN, "1234", MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_credential_get(w.pay, &nobody, PIN, &found, NULL), MINIPAY_MEMBER_NOT_FOUND);
    ASSERT_STATUS(minipay_credential_get(w.pay, &member, PIN, &found, NULL), MINIPAY_NOT_FOUND);
    minipay_credential_request request = ask(&w, nobody, PIN, "1234");
    ASSERT_STATUS(put(&w, &request, MINIPAY_STATE_REJECTED), MINIPAY_MEMBER_NOT_FOUND);
    set(&w, member, PIN, "1234");
    set_state(&w, member, MINIPAY_MEMBER_INACTIVE_STATE);
    expect(&w, member, PIN, "1234", MINIPAY_MEMBER_INACTIVE);
    expect(&w, member, PASSWORD, "12345678", MINIPAY_MEMBER_INACTIVE);
    request = ask(&w, member, PIN, "5678");
    ASSERT_STATUS(put(&w, &request, MINIPAY_STATE_REJECTED), MINIPAY_MEMBER_INACTIVE);
    set_state(&w, member, MINIPAY_MEMBER_ACTIVE);
    ASSERT_STATUS(put(&w, &request, MINIPAY_STATE_REJECTED), MINIPAY_MEMBER_INACTIVE);
    expect(&w, member, PIN, "1234", MINIPAY_OK);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_secret_of_the_wrong_shape_is_refused_and_is_no_try(void **state)
{
    static char longest[129], longer[130];
    static const struct {
        int32_t kind;
        const char *secret;
        minipay_status status;
    } cases[] = {
        {PIN, "", MINIPAY_INVALID_TEXT},
        {PIN, "123", MINIPAY_INVALID_TEXT},
        {PIN, "1234", MINIPAY_OK},
        {PIN, "123456789012", MINIPAY_OK},
        {PIN, "1234567890123", MINIPAY_INVALID_TEXT},
        {PIN, "12 4", MINIPAY_INVALID_TEXT},
        {PIN, "12a4", MINIPAY_INVALID_TEXT},
        {PASSWORD, "1234567", MINIPAY_INVALID_TEXT},
        {PASSWORD, "12345678", MINIPAY_OK},
        {PASSWORD, longest, MINIPAY_OK},
        {PASSWORD, longer, MINIPAY_INVALID_TEXT},
        {PASSWORD, "1234567\xff", MINIPAY_INVALID_TEXT},
        {0, "12345678", MINIPAY_INVALID_ARGUMENT},
        {3, "12345678", MINIPAY_INVALID_ARGUMENT},
    };
    world w;
    (void)state;
    begin(&w, ":memory:");
    memset(longest, 'p', 128);
    memset(longer, 'p', 129);
    minipay_id member = world_person(&w, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_error error;
        bool fits = cases[i].status == MINIPAY_OK;
        minipay_credential_request request = ask(&w, member, cases[i].kind, cases[i].secret);
        minipay_error_init(&error);
        ASSERT_STATUS(put(&w, &request, fits ? MINIPAY_STATE_DONE : MINIPAY_STATE_NONE),
                      cases[i].status);
        ASSERT_STATUS(minipay_credential_verify(w.pay, &member, cases[i].kind, cases[i].secret, &error),
                      cases[i].status);
        if (cases[i].kind == PIN || cases[i].kind == PASSWORD)
            assert_string_equal(error.field, fits ? "" : "secret");
        else
            assert_string_equal(error.field, "credential");
    }
    assert_int_equal(standing(&w, member, PIN).wrong_tries, 0);
    assert_int_equal(standing(&w, member, PASSWORD).wrong_tries, 0);
    world_close(&w);
}

static void wrong_arguments_are_named(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    begin(&w, ":memory:");
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_id member = world_person(&w, NULL);
    minipay_credential_request good = ask(&w, member, PIN, "1234"), bad = good;
    ASSERT_STATUS(minipay_credential_set(w.pay, NULL, &outcome, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_credential_set(w.pay, &good, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    bad.struct_size = 1;
    ASSERT_STATUS(minipay_credential_set(w.pay, &bad, &outcome, &error), MINIPAY_INVALID_SIZE);
    bad = good;
    bad.id = world_nobody;
    ASSERT_STATUS(minipay_credential_set(w.pay, &bad, &outcome, &error), MINIPAY_INVALID_ID);
    assert_string_equal(error.field, "id");
    bad = good;
    bad.member_id = world_nobody;
    ASSERT_STATUS(minipay_credential_set(w.pay, &bad, &outcome, &error), MINIPAY_INVALID_ID);
    assert_string_equal(error.field, "member_id");
    bad = good;
    memset(bad.reason, 'r', sizeof bad.reason);
    ASSERT_STATUS(minipay_credential_set(w.pay, &bad, &outcome, &error), MINIPAY_INVALID_TEXT);
    assert_string_equal(error.field, "reason");
    ASSERT_STATUS(minipay_credential_verify(w.pay, NULL, PIN, "1234", &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_credential_verify(w.pay, &member, PIN, NULL, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_credential_get(w.pay, &member, PIN, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_credential_get(w.pay, NULL, PIN, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    world_close(&w);
}

static bool file_holds(const char *path, const char *text)
{
    FILE *file = fopen(path, "rb");
    bool found = false;
    if (!file)
        return false;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)size, file), size);
    fclose(file);
    size_t length = strlen(text);
    for (long i = 0; !found && i + (long)length <= size; i++)
        found = memcmp(bytes + i, text, length) == 0;
    free(bytes);
    return found;
}

static void no_secret_is_in_any_file(void **state)
{
    static const char *const files[] = {"secret.db", "secret.db-wal", "secret.db.bank",
                                        "secret.db.bank-wal"};
    world w;
    (void)state;
    begin(&w, "secret.db");
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PASSWORD, "Zebra-Crossing-77");
    expect(&w, member, PASSWORD, "Zebra-Crossing-77", MINIPAY_OK);
    expect(&w, member, PASSWORD, "Yak-Shaving-9090", MINIPAY_CREDENTIAL_WRONG);
    assert_true(file_holds("secret.db", "credential") || file_holds("secret.db-wal", "credential"));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_false(file_holds(files[i], "Zebra-Crossing-77"));
        assert_false(file_holds(files[i], "Yak-Shaving-9090"));
    }
    world_close(&w);
}

/* The secret is set anew by another process after it was looked up and before it is judged. */
typedef struct intruder {
    world *victim;
    world own;
    minipay_credential_request request;
    int64_t calls_left;
} intruder;

static intruder intrusion;

static int64_t now_with_intrusion(void *impl)
{
    (void)impl;
    if (--intrusion.calls_left == 0)
        ASSERT_STATUS(put(&intrusion.own, &intrusion.request, MINIPAY_STATE_DONE), MINIPAY_OK);
    return intrusion.victim->now;
}

static void a_secret_set_anew_while_a_try_is_hashed_decides(void **state)
{
    world w;
    (void)state;
    world_init(&w, "anew.db");
    w.host.now = now_with_intrusion;
    intrusion.victim = &w;
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    world_init(&intrusion.own, "anew.db");
    world_open(&intrusion.own);
    intrusion.own.made = w.made + 1000;
    intrusion.request = ask(&intrusion.own, member, PIN, "5678");
    intrusion.calls_left = 1;
    expect(&w, member, PIN, "1234", MINIPAY_CREDENTIAL_WRONG);
    assert_true(intrusion.calls_left <= 0);
    intrusion.request = ask(&intrusion.own, member, PIN, "4321");
    intrusion.calls_left = 1;
    expect(&w, member, PIN, "4321", MINIPAY_OK);
    world_close(&intrusion.own);
    world_close(&w);
}

static void a_failing_storage_lets_nobody_in_and_forgets_no_try(void **state)
{
    world w;
    minipay_status status = MINIPAY_IO_ERROR;
    int32_t tries = 0;
    (void)state;
    begin(&w, ":memory:");
    world_rule(&w, MINIPAY_RULE_CREDENTIAL_TRIES, 0, 0);
    minipay_id member = world_person(&w, NULL);
    set(&w, member, PIN, "1234");
    for (uint32_t n = 1; status != MINIPAY_CREDENTIAL_WRONG; n++) {
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = n;
        status = minipay_credential_verify(w.pay, &member, PIN, "9999", NULL);
        w.faults.storage_fails_at = 0;
        ASSERT_STATUS(status, w.faults.storage_calls >= n ? MINIPAY_IO_ERROR : MINIPAY_CREDENTIAL_WRONG);
        tries += status == MINIPAY_CREDENTIAL_WRONG;
        assert_int_equal(standing(&w, member, PIN).wrong_tries, tries);
    }
    status = MINIPAY_IO_ERROR;
    for (uint32_t n = 1; status != MINIPAY_OK; n++) {
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = n;
        status = minipay_credential_verify(w.pay, &member, PIN, "1234", NULL);
        w.faults.storage_fails_at = 0;
        ASSERT_STATUS(status, w.faults.storage_calls >= n ? MINIPAY_IO_ERROR : MINIPAY_OK);
        assert_int_equal(standing(&w, member, PIN).wrong_tries, status == MINIPAY_OK ? 0 : tries);
    }
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_right_secret_of_the_right_kind_is_right),
        cmocka_unit_test(the_fifth_wrong_try_in_a_row_locks_for_as_long_as_policy_says),
        cmocka_unit_test(a_right_try_ends_the_row),
        cmocka_unit_test(a_lock_of_the_pin_leaves_the_password_usable),
        cmocka_unit_test(tries_and_seconds_are_rules),
        cmocka_unit_test(wrong_tries_and_locks_survive_reopening),
        cmocka_unit_test(a_set_replaces_the_secret_and_lifts_the_lock),
        cmocka_unit_test(a_set_is_made_once_and_its_id_is_for_one_secret),
        cmocka_unit_test(a_secret_outlives_a_rise_of_what_hashes_cost),
        cmocka_unit_test(who_has_none_or_is_not_active_is_told_so),
        cmocka_unit_test(a_secret_of_the_wrong_shape_is_refused_and_is_no_try),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(no_secret_is_in_any_file),
        cmocka_unit_test(a_secret_set_anew_while_a_try_is_hashed_decides),
        cmocka_unit_test(a_failing_storage_lets_nobody_in_and_forgets_no_try),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
