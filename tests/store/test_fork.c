/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* SQLite keeps a table of the files and locks of its process, which a forked child inherits and takes for its
 * own. A child that opened a handle by it would believe in locks that it does not have, and lose what it
 * commits when its parent closes. */

static const char *own_path; /* this program, for exec */

static void start(world *w, const char *path)
{
    world_init(w, path);
    w->without_bank = true;
}

/* What a child of this process is told, and it tells by its exit code, when it opens `path`. */
static int status_in_child(const char *path, bool of_a_child)
{
    int how = 0;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        world w;
        minipay_error error;
        if (of_a_child)
            _exit(status_in_child(path, false));
        start(&w, path);
        minipay_error_init(&error);
        minipay_status status = world_try_open(&w, &error);
        if (status == MINIPAY_OK)
            world_close(&w);
        else if (!strstr(error.message, path) || !strstr(error.message, "fork") ||
                 error.status != status)
            status = MINIPAY_INTERNAL;
        _exit(status == MINIPAY_OK ? 0 : status == MINIPAY_CLOSED ? 1 : 2);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

static void a_child_forked_beside_an_open_handle_can_open_none(void **state)
{
    world w, other;
    (void)state;
    start(&w, "parent.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    assert_int_equal(status_in_child("parent.db", false), 1);
    assert_int_equal(status_in_child("parent.db", true), 1);
    assert_int_equal(status_in_child("another.db", false), 1);
    assert_int_not_equal(access("another.db", F_OK), 0);
    assert_int_equal(status_in_child(":memory:", false), 0);
    start(&other, "second.db"); /* the parent itself can */
    world_open(&other);
    world_close(&other);
    world_credit(&w, member, 7);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_child_forked_beside_no_open_handle_can_open_one(void **state)
{
    world w;
    (void)state;
    start(&w, "closed.db");
    world_open(&w);
    world_close(&w);
    assert_int_equal(status_in_child("closed.db", false), 0);
    assert_int_equal(status_in_child("closed.db", true), 0);
}

static void a_program_that_a_child_executes_can_open_one(void **state)
{
    world w;
    int how = 0;
    (void)state;
    start(&w, "executed.db");
    world_open(&w);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl(own_path, own_path, "executed.db", (char *)NULL);
        _exit(3);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    world_audit_clean(&w);
    world_close(&w);
}

/* As the program that is executed: opens the file and adds a person. */
static int add_person(const char *path)
{
    world w;
    start(&w, path);
    w.made = 500000;
    if (world_try_open(&w, NULL) != MINIPAY_OK)
        return 1;
    world_person(&w, NULL);
    world_close(&w);
    return 0;
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_forked_beside_an_open_handle_can_open_none),
        cmocka_unit_test(a_child_forked_beside_no_open_handle_can_open_one),
        cmocka_unit_test(a_program_that_a_child_executes_can_open_one),
    };
    own_path = arguments[0];
    if (count > 1)
        return add_person(arguments[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
