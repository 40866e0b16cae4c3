/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L

/* Many transfers at once: four threads share one handle, and each sends 8,190 transfers in one call. A call's
 * transfers share their commits, those of other threads too; what touches the same wallet keeps its order. */

#include "minipay/minipay.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MEMBERS = 2000, THREADS = 4, OPENING_WON = 20 };

static void check(const char *what, minipay_status status, const minipay_error *error)
{
    if (status == MINIPAY_OK)
        return;
    fprintf(stderr, "%s: %s (%s: %s)\n", what, minipay_status_name(status), error->field,
            error->message);
    exit(1);
}

static void *room_for(size_t count, size_t size)
{
    void *room = calloc(count, size);
    if (!room) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return room;
}

static minipay_status key_for_the_example(void *impl, int32_t key_id, uint8_t key[32])
{
    (void)impl;
    if (key_id != 1)
        return MINIPAY_KEY_MISSING;
    memset(key, 42, 32);
    return MINIPAY_OK;
}

static minipay *open_books(const char *path)
{
    minipay *pay = NULL;
    minipay_error error;
    minipay_config config;
    minipay_sqlite_config file;
    minipay_error_init(&error);
    minipay_config_init(&config); /* transfers between members need no bank */
    config.host.key = key_for_the_example;
    minipay_sqlite_config_init(&file);
    snprintf(file.path, sizeof file.path, "%s", path);
    check("storage", minipay_sqlite_storage(&file, &config.storage, &error), &error);
    check("open", minipay_open(&config, &pay, &error), &error);
    return pay;
}

/* ---- members ------------------------------------------------------------------------------------------ */

/* Ids from names are the same in every run, so a program that begins anew finds what it made before. */
static minipay_id named(const char *what, uint32_t number)
{
    char name[64];
    minipay_id id;
    snprintf(name, sizeof name, "%s %u", what, (unsigned)number);
    minipay_id_from_name(number, name, &id);
    return id;
}

static void join(minipay *pay, minipay_outcome *outcomes)
{
    minipay_error error;
    minipay_member_request *members = room_for(MEMBERS, sizeof *members);
    minipay_wallet_request *wallets = room_for(MEMBERS, sizeof *wallets);
    minipay_instruction *credits = room_for(MEMBERS, sizeof *credits);
    minipay_error_init(&error);
    for (uint32_t i = 0; i < MEMBERS; i++) {
        minipay_member_request_init(&members[i]);
        members[i].id = named("member", i);
        snprintf(members[i].name, sizeof members[i].name, "Member %u", (unsigned)i);
        snprintf(members[i].email, sizeof members[i].email, "m%u@example.com", (unsigned)i);
        strcpy(members[i].region, "Seoul");
        minipay_wallet_request_init(&wallets[i]);
        wallets[i].id = named("wallet", i);
        wallets[i].member_id = members[i].id;
        strcpy(wallets[i].currency, "KRW");
        minipay_instruction_init(&credits[i], MINIPAY_KIND_CREDIT);
        credits[i].id = named("opening", i);
        credits[i].member_id = members[i].id;
        credits[i].amount_minor = OPENING_WON;
        strcpy(credits[i].currency, "KRW");
        strcpy(credits[i].reason, "something to begin with");
    }
    check("register", minipay_member_register(pay, members, MEMBERS, outcomes, &error), &error);
    check("wallets", minipay_wallet_open(pay, wallets, MEMBERS, outcomes, &error), &error);
    check("credits", minipay_execute(pay, credits, MEMBERS, outcomes, &error), &error);
    free(members);
    free(wallets);
    free(credits);
}

/* ---- transfers ---------------------------------------------------------------------------------------- */

typedef struct worker {
    minipay *pay;
    uint32_t number;
    uint32_t done, poor, other;
} worker;

static void draw_up(worker *own, minipay_instruction *transfers)
{
    minipay_error error;
    minipay_error_init(&error);
    for (uint32_t i = 0; i < MINIPAY_BATCH_LARGEST; i++) {
        uint32_t payer = (i * 7919 + own->number * 499) % MEMBERS;
        uint32_t payee = (payer + 1 + i % 13) % MEMBERS;
        minipay_instruction_init(&transfers[i], MINIPAY_KIND_TRANSFER);
        check("id", minipay_id_generate(own->pay, &transfers[i].id), &error);
        transfers[i].member_id = named("member", payer);
        transfers[i].other_id = named("member", payee);
        transfers[i].amount_minor = 1 + i % 9;
        strcpy(transfers[i].currency, "KRW");
        strcpy(transfers[i].channel, "batch");
    }
}

/* Each transfer stands for itself, so each has an outcome to look at. */
static void *work(void *context)
{
    worker *own = context;
    minipay_error error;
    minipay_instruction *transfers = room_for(MINIPAY_BATCH_LARGEST, sizeof *transfers);
    minipay_outcome *outcomes = room_for(MINIPAY_BATCH_LARGEST, sizeof *outcomes);
    minipay_error_init(&error);
    draw_up(own, transfers);
    check("transfers", minipay_execute(own->pay, transfers, MINIPAY_BATCH_LARGEST, outcomes, &error),
          &error);
    for (uint32_t i = 0; i < MINIPAY_BATCH_LARGEST; i++) {
        own->done += outcomes[i].state == MINIPAY_STATE_DONE;
        own->poor += outcomes[i].status == MINIPAY_INSUFFICIENT_FUNDS;
        own->other +=
            outcomes[i].status != MINIPAY_OK && outcomes[i].status != MINIPAY_INSUFFICIENT_FUNDS;
    }
    free(transfers);
    free(outcomes);
    return NULL;
}

static int64_t now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static worker run_together(minipay *pay)
{
    pthread_t threads[THREADS];
    worker workers[THREADS] = {{0}}, sum = {0};
    for (uint32_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){.pay = pay, .number = i};
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            fprintf(stderr, "no thread\n");
            exit(1);
        }
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum.done += workers[i].done;
        sum.poor += workers[i].poor;
        sum.other += workers[i].other;
    }
    return sum;
}

/* ---- proof -------------------------------------------------------------------------------------------- */

static int64_t money_of_all(minipay *pay, minipay_wallet *page)
{
    uint32_t count = MEMBERS;
    int64_t sum = 0;
    minipay_error error;
    minipay_wallet from_the_first;
    minipay_error_init(&error);
    minipay_wallet_init(&from_the_first);
    for (uint32_t i = 0; i < count; i++)
        minipay_wallet_init(&page[i]);
    check("wallets", minipay_wallet_list(pay, &from_the_first, page, &count, &error), &error);
    for (uint32_t i = 0; i < count; i++)
        sum += page[i].posted_minor;
    return sum;
}

int main(void)
{
    char folder[] = "batch-XXXXXX", path[64];
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    snprintf(path, sizeof path, "%s/batch.db", folder);
    minipay *pay = open_books(path);
    minipay_outcome *outcomes = room_for(MEMBERS, sizeof *outcomes);
    minipay_wallet *wallets = room_for(MEMBERS, sizeof *wallets);
    join(pay, outcomes);
    int64_t before = money_of_all(pay, wallets);

    int64_t began = now_ms();
    worker sum = run_together(pay);
    int64_t took = now_ms() - began;

    int64_t after = money_of_all(pay, wallets);
    printf("%u members with %u won each; %u threads, %u transfers in a call\n", (unsigned)MEMBERS,
           (unsigned)OPENING_WON, (unsigned)THREADS, (unsigned)MINIPAY_BATCH_LARGEST);
    printf("  done                %6u\n  insufficient funds  %6u\n  in                  %6lld ms\n",
           (unsigned)sum.done, (unsigned)sum.poor, (long long)took);
    printf("money in all wallets: %lld won before, %lld won after\n", (long long)before,
           (long long)after);
    minipay_close(pay);
    free(outcomes);
    free(wallets);
    int sound =
        before == after && sum.other == 0 && sum.done + sum.poor == THREADS * MINIPAY_BATCH_LARGEST;
    return sound ? 0 : 1;
}
