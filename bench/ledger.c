/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "minipay/minipay.h"

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* One timed run of the library, as a program of its own: scripts/bench calls it many times, in turn with the
 * hand-tuned one. Prints one line of JSON. The file stays, for the measurements that open it afresh.
 *
 *   bench_ledger transfers FILE WALLETS TRANSFERS BATCH THREADS   durable member-to-member transfers
 *   bench_ledger touch FILE WALLETS                               every wallet pays and is paid once
 *   bench_ledger lengthen FILE WALLETS ENTRIES                    ENTRIES more entries for one of its wallets
 *   bench_ledger history FILE ENTRIES                             pages of that wallet, near and far
 *   bench_ledger audit FILE                                       a full audit of what an earlier run wrote */

enum { BATCH = MINIPAY_BATCH_LARGEST, PAGE = 50, PAGES = 200, BEHIND_ALL = 1 << 30 };

static minipay *pay;
static uint32_t wallet_count;
static atomic_uint_fast64_t id_base;

static void die(const char *what, minipay_status status, const minipay_error *error)
{
    fprintf(stderr, "bench_ledger: %s: %s %s\n", what, minipay_status_name(status),
            error ? error->message : "");
    exit(1);
}

static double seconds(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static minipay_status fixed_key(void *impl, int32_t key_id, uint8_t key[32])
{
    (void)impl;
    (void)key_id;
    memset(key, 7, 32);
    return MINIPAY_OK;
}

/* Ids in time order, as a caller makes them: 500 a millisecond. */
static minipay_id id_of(uint64_t number)
{
    minipay_id id;
    uint64_t high = (UINT64_C(1763856000000) + number / 500) << 16 | 0x7000 | number % 500;
    uint64_t low = (mix(number) & UINT64_C(0x3fffffffffffffff)) | UINT64_C(0x8000000000000000);
    high = htobe64(high);
    low = htobe64(low);
    memcpy(id.bytes, &high, sizeof high);
    memcpy(id.bytes + sizeof high, &low, sizeof low);
    return id;
}

static minipay_id next_id(void)
{
    return id_of(atomic_fetch_add(&id_base, 1));
}

static minipay_id member_of(uint32_t number)
{
    return id_of(number);
}

static uint32_t page_bytes;

static void open_file(const char *path)
{
    minipay_error error;
    minipay_sqlite_config sqlite;
    minipay_config config;
    minipay_error_init(&error);
    minipay_sqlite_config_init(&sqlite);
    minipay_config_init(&config);
    snprintf(sqlite.path, sizeof sqlite.path, "%s", path);
    sqlite.page_bytes = page_bytes;
    minipay_status status = minipay_sqlite_storage(&sqlite, &config.storage, &error);
    config.host.key = fixed_key;
    if (status == MINIPAY_OK)
        status = minipay_open(&config, &pay, &error);
    if (status != MINIPAY_OK)
        die(path, status, &error);
}

static void make_new(const char *path)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-lock"};
    char name[1100];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    open_file(path);
}

static void check(const char *what, minipay_status status, const minipay_outcome *outcomes,
                  uint32_t count, const minipay_error *error)
{
    if (status != MINIPAY_OK)
        die(what, status, error);
    for (uint32_t i = 0; i < count; i++) {
        if (outcomes[i].state != MINIPAY_STATE_DONE)
            die(what, outcomes[i].status, error);
    }
}

/* ---- wallets with money in them ------------------------------------------------------------------------- */

static void fill_money(minipay_instruction *instruction, int32_t kind, uint32_t member, int64_t amount)
{
    minipay_instruction_init(instruction, kind);
    instruction->id = next_id();
    instruction->member_id = member_of(member);
    instruction->amount_minor = amount;
    memcpy(instruction->currency, "KRW", 4);
}

static void make_page(uint32_t first, uint32_t count, minipay_outcome *outcomes)
{
    minipay_error error;
    minipay_member_request *members = calloc(count, sizeof *members);
    minipay_wallet_request *wallets = calloc(count, sizeof *wallets);
    minipay_instruction *credits = calloc(count, sizeof *credits);
    minipay_error_init(&error);
    for (uint32_t i = 0; i < count; i++) {
        minipay_member_request_init(&members[i]);
        members[i].id = member_of(first + i);
        snprintf(members[i].name, sizeof members[i].name, "M%u", first + i);
        snprintf(members[i].email, sizeof members[i].email, "m%u@bench.example", first + i);
        minipay_wallet_request_init(&wallets[i]);
        wallets[i].id = next_id();
        wallets[i].member_id = members[i].id;
        memcpy(wallets[i].currency, "KRW", 4);
    }
    for (uint32_t i = 0; i < count; i++) {
        fill_money(&credits[i], MINIPAY_KIND_CREDIT, first + i, 1000000000);
        strcpy(credits[i].reason, "bench");
    }
    check("members", minipay_member_register(pay, members, count, outcomes, &error), outcomes, count,
          &error);
    check("wallets", minipay_wallet_open(pay, wallets, count, outcomes, &error), outcomes, count,
          &error);
    check("credits", minipay_execute(pay, credits, count, outcomes, &error), outcomes, count, &error);
    free(members);
    free(wallets);
    free(credits);
}

static void make_wallets(uint32_t count)
{
    minipay_outcome *outcomes = calloc(BATCH, sizeof *outcomes);
    wallet_count = count;
    id_base = count;
    for (uint32_t first = 0; first < count; first += BATCH)
        make_page(first, count - first < BATCH ? count - first : BATCH, outcomes);
    free(outcomes);
}

/* ---- transfers ------------------------------------------------------------------------------------------- */

typedef struct work {
    pthread_t thread;
    uint32_t transfers, batch;
    uint64_t seed;
} work;

static void draw(minipay_instruction *instruction, uint64_t random)
{
    uint32_t payer = (uint32_t)(random % wallet_count);
    uint32_t payee = (uint32_t)((random >> 32) % (wallet_count - 1));
    payee += payee >= payer;
    instruction->id = next_id();
    instruction->member_id = member_of(payer);
    instruction->other_id = member_of(payee);
    instruction->amount_minor = 1 + (int64_t)(random % 1000);
}

static void *run_transfers(void *context)
{
    work *w = context;
    minipay_error error;
    minipay_instruction *list = calloc(w->batch, sizeof *list);
    minipay_outcome *outcomes = calloc(w->batch, sizeof *outcomes);
    minipay_error_init(&error);
    for (uint32_t i = 0; i < w->batch; i++) {
        minipay_instruction_init(&list[i], MINIPAY_KIND_TRANSFER);
        memcpy(list[i].currency, "KRW", 4);
    }
    for (uint32_t done = 0; done < w->transfers; done += w->batch) {
        uint32_t count = w->transfers - done < w->batch ? w->transfers - done : w->batch;
        for (uint32_t i = 0; i < count; i++)
            draw(&list[i], mix(w->seed + done + i));
        check("transfers", minipay_execute(pay, list, count, outcomes, &error), outcomes, count, &error);
    }
    free(list);
    free(outcomes);
    return NULL;
}

static long resident_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void transfers(uint32_t total, uint32_t batch, uint32_t threads)
{
    work *works = calloc(threads, sizeof *works);
    double begun = seconds();
    for (uint32_t i = 0; i < threads; i++) {
        works[i] = (work){.transfers = total / threads, .batch = batch, .seed = (uint64_t)i << 40};
        if (threads == 1)
            run_transfers(&works[i]);
        else if (pthread_create(&works[i].thread, NULL, run_transfers, &works[i]) != 0)
            die("thread", MINIPAY_NO_MEMORY, NULL);
    }
    for (uint32_t i = 0; threads > 1 && i < threads; i++)
        pthread_join(works[i].thread, NULL);
    double took = seconds() - begun;
    free(works);
    printf("{\"value\": %.0f, \"resident_kib\": %ld}\n", total / threads * threads / took,
           resident_kib());
}

/* ---- history and audit ----------------------------------------------------------------------------------- */

static void lengthen(uint32_t entries)
{
    minipay_error error;
    minipay_instruction *list = calloc(BATCH, sizeof *list);
    minipay_outcome *outcomes = calloc(BATCH, sizeof *outcomes);
    minipay_error_init(&error);
    for (uint32_t done = 0; done < entries; done += BATCH) {
        uint32_t count = entries - done < BATCH ? entries - done : BATCH;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t other = 1 + (uint32_t)(mix(done + i) % (wallet_count - 1));
            bool out = (done + i) % 2;
            fill_money(&list[i], MINIPAY_KIND_TRANSFER, out ? 0 : other, 1);
            list[i].other_id = member_of(out ? other : 0);
        }
        check("transfers", minipay_execute(pay, list, count, outcomes, &error), outcomes, count, &error);
    }
    free(list);
    free(outcomes);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The median cost of the page that ends above `before`, in microseconds. */
static double page_cost(int64_t before, int64_t *oldest)
{
    static double costs[PAGES];
    minipay_id member = member_of(0);
    minipay_entry entries[PAGE];
    minipay_error error;
    minipay_error_init(&error);
    for (int i = 0; i < PAGES; i++) {
        uint32_t count = PAGE;
        double begun = seconds();
        minipay_status status =
            minipay_wallet_history(pay, &member, "KRW", before, entries, &count, &error);
        costs[i] = (seconds() - begun) * 1e6;
        if (status != MINIPAY_OK || count != PAGE)
            die("history", status, &error);
    }
    *oldest = entries[PAGE - 1].sequence;
    qsort(costs, PAGES, sizeof *costs, compare);
    return costs[PAGES / 2];
}

/* Walks back to the oldest entries in large pages, and remembers the sequence of the tenth newest and of the
 * one behind which a page of the oldest lies. */
static int64_t find_far(uint32_t depth)
{
    minipay_entry *entries = calloc(BATCH, sizeof *entries);
    minipay_id member = member_of(0);
    int64_t before = 0;
    minipay_error error;
    minipay_error_init(&error);
    for (uint32_t left = depth; left;) {
        uint32_t count = left < BATCH ? left : BATCH;
        minipay_status status =
            minipay_wallet_history(pay, &member, "KRW", before, entries, &count, &error);
        if (status != MINIPAY_OK || count == 0)
            die("history", status, &error);
        before = entries[count - 1].sequence;
        left -= count;
    }
    free(entries);
    return before;
}

static void history(uint32_t entries)
{
    int64_t near = find_far(10), far = find_far(entries), ignored;
    double near_us = page_cost(near, &ignored), far_us = page_cost(far, &ignored);
    printf("{\"value\": %.2f, \"near_us\": %.2f, \"resident_kib\": %ld}\n", far_us, near_us,
           resident_kib());
}

static void audit(void)
{
    minipay_audit_check checks[64];
    uint32_t count = 64;
    int32_t clean = 0;
    uint64_t rows = 0;
    minipay_error error;
    minipay_error_init(&error);
    double begun = seconds();
    minipay_status status = minipay_audit(pay, checks, &count, &clean, &error);
    double took = seconds() - begun;
    if (status != MINIPAY_OK || !clean)
        die("audit", status, &error);
    for (uint32_t i = 0; i < count; i++)
        rows += strcmp(checks[i].name, "block chain") == 0 ||
                        strcmp(checks[i].name, "document rows") == 0 ||
                        strcmp(checks[i].name, "balances") == 0
                    ? checks[i].rows
                    : 0;
    printf("{\"value\": %.0f, \"rows\": %llu, \"seconds\": %.3f, \"resident_kib\": %ld}\n",
           (double)rows / took, (unsigned long long)rows, took, resident_kib());
}

/* ---- every wallet once ----------------------------------------------------------------------------------- */

static void touch(void)
{
    minipay_error error;
    minipay_instruction *list = calloc(BATCH, sizeof *list);
    minipay_outcome *outcomes = calloc(BATCH, sizeof *outcomes);
    minipay_error_init(&error);
    double begun = seconds();
    for (uint32_t done = 0; done < wallet_count; done += BATCH) {
        uint32_t count = wallet_count - done < BATCH ? wallet_count - done : BATCH;
        for (uint32_t i = 0; i < count; i++) {
            fill_money(&list[i], MINIPAY_KIND_TRANSFER, done + i, 1);
            list[i].other_id = member_of((uint32_t)((done + i + UINT64_C(7919) * 61) % wallet_count));
        }
        check("transfers", minipay_execute(pay, list, count, outcomes, &error), outcomes, count, &error);
    }
    printf("{\"value\": %.0f, \"resident_kib\": %ld}\n", wallet_count / (seconds() - begun),
           resident_kib());
    free(list);
    free(outcomes);
}

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

int main(int count, char **words)
{
    const char *mode = count > 2 ? words[1] : "";
    if (strcmp(mode, "transfers") == 0 && (count == 7 || count == 8)) {
        page_bytes = count == 8 ? number(words[7]) : 0;
        make_new(words[2]);
        make_wallets(number(words[3]));
        transfers(number(words[4]), number(words[5]), number(words[6]));
    } else if (strcmp(mode, "touch") == 0 && count == 4) {
        make_new(words[2]);
        make_wallets(number(words[3]));
        touch();
    } else if (strcmp(mode, "lengthen") == 0 && count == 5) {
        open_file(words[2]);
        wallet_count = number(words[3]);
        id_base = BEHIND_ALL;
        lengthen(number(words[4]));
        printf("{\"value\": 0}\n");
    } else if (strcmp(mode, "history") == 0 && count == 4) {
        open_file(words[2]);
        history(number(words[3]));
    } else if (strcmp(mode, "audit") == 0 && count == 3) {
        open_file(words[2]);
        audit();
    } else {
        fprintf(stderr,
                "usage: bench_ledger transfers FILE WALLETS TRANSFERS BATCH THREADS [PAGE_BYTES]\n"
                "       bench_ledger touch FILE WALLETS\n"
                "       bench_ledger lengthen FILE WALLETS ENTRIES\n"
                "       bench_ledger history FILE ENTRIES\n"
                "       bench_ledger audit FILE\n");
        return 2;
    }
    minipay_close(pay);
    return 0;
}
