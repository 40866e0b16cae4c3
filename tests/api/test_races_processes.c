/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Several processes, one file, a handle each. */

enum { PROCESSES = 4, WON = 60, TRIES = 40 };

/* What the processes tell each other: memory that they share. */
typedef struct table {
    uint32_t ready;
    uint32_t done[PROCESSES], refused[PROCESSES], strange[PROCESSES];
} table;

static void wait_for_all(table *shared)
{
    __atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < PROCESSES)
        sched_yield();
}

/* Ids of one process are no other's. */
static minipay_id id_of(int process, int number)
{
    minipay_id id = {{0x01, 0x9a, 0xb1, 0, 0, 0, 0x70, 0, 0x80}};
    id.bytes[14] = (uint8_t)number;
    id.bytes[15] = (uint8_t)process;
    return id;
}

static void race(table *shared, int process, const char *path, minipay_id payer, minipay_id payee)
{
    world w;
    world_init(&w, path);
    world_open(&w);
    wait_for_all(shared);
    for (int i = 0; i < TRIES; i++) {
        minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1);
        minipay_outcome outcome;
        minipay_outcome_init(&outcome);
        transfer.id = id_of(process, i);
        minipay_status status = minipay_execute(w.pay, &transfer, 1, &outcome, NULL);
        shared->done[process] += status == MINIPAY_OK;
        shared->refused[process] += status == MINIPAY_INSUFFICIENT_FUNDS;
        shared->strange[process] += status != MINIPAY_OK && status != MINIPAY_INSUFFICIENT_FUNDS;
        minipay_wallet wallet = world_wallet(&w, payer);
        shared->strange[process] += wallet.posted_minor < 0;
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void run_processes(table *shared, const char *path, minipay_id payer, const minipay_id *payees)
{
    pid_t children[PROCESSES];
    fflush(NULL);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            race(shared, i, path, payer, payees[i]);
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int how = 0;
        assert_int_equal(waitpid(children[i], &how, 0), children[i]);
        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), 0);
    }
}

static void four_processes_race_for_the_last_won(void **state)
{
    world w;
    minipay_id payees[PROCESSES];
    uint32_t done = 0, refused = 0;
    (void)state;
    table *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    world_init(&w, "processes.db");
    world_open(&w);
    minipay_id payer = world_person(&w, NULL);
    for (int i = 0; i < PROCESSES; i++)
        payees[i] = world_person(&w, NULL);
    world_credit(&w, payer, WON);
    world_close(&w);
    run_processes(shared, "processes.db", payer, payees);
    world_open(&w);
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(shared->strange[i], 0);
        assert_int_equal(world_balance(&w, payees[i]), shared->done[i]);
        done += shared->done[i];
        refused += shared->refused[i];
    }
    assert_int_equal(done, WON);
    assert_int_equal(done + refused, PROCESSES * TRIES);
    assert_int_equal(world_balance(&w, payer), 0);
    world_audit_clean(&w);
    world_close(&w);
    munmap(shared, sizeof *shared);
}

/* What the second process does when the first one has opened the file and made its parties. */
typedef struct errand {
    uint32_t told;
    minipay_id payer, payee;
} errand;

static int run_errand(errand *shared)
{
    world w;
    while (!__atomic_load_n(&shared->told, __ATOMIC_SEQ_CST))
        sched_yield();
    world_init(&w, "beside.db");
    world_open(&w);
    minipay_instruction transfer =
        world_ask(&w, MINIPAY_KIND_TRANSFER, shared->payer, shared->payee, 70);
    transfer.id = id_of(9, 9);
    minipay_outcome outcome = world_execute(&w, &transfer);
    world_close(&w);
    return outcome.state == MINIPAY_STATE_DONE ? 0 : 1;
}

/* A handle that stays open sees what others wrote, in what it reads and in what it decides. */
static void handle_sees_what_another_process_did_meanwhile(void **state)
{
    world w;
    int how = 0;
    (void)state;
    errand *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run_errand(shared));
    world_init(&w, "beside.db");
    world_open(&w);
    shared->payer = world_person(&w, NULL);
    shared->payee = world_person(&w, NULL);
    world_credit(&w, shared->payer, 100);
    __atomic_store_n(&shared->told, 1, __ATOMIC_SEQ_CST);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    minipay_id payer = shared->payer, payee = shared->payee;
    assert_int_equal(world_balance(&w, payee), 70);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 31).status,
                  MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 30).status, MINIPAY_OK);
    assert_int_equal(world_balance(&w, payee), 100);
    world_audit_clean(&w);
    world_close(&w);
    munmap(shared, sizeof *shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_processes_race_for_the_last_won),
        cmocka_unit_test(handle_sees_what_another_process_did_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
