/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { GUESSERS = 8, LEAST_TRIES = 3 };

typedef struct guesser {
    world *w;
    minipay_id member;
    char secret[16];
    pthread_barrier_t *start;
    minipay_status status;
} guesser;

static void *guess(void *context)
{
    guesser *own = context;
    pthread_barrier_wait(own->start);
    own->status =
        minipay_credential_verify(own->w->pay, &own->member, MINIPAY_CREDENTIAL_PIN, own->secret, NULL);
    return NULL;
}

/* Guesses made at once learn no more than guesses made one after the other. */
static void guesses_made_at_once_are_counted_one_by_one(void **state)
{
    world w;
    guesser guessers[GUESSERS];
    pthread_t threads[GUESSERS];
    pthread_barrier_t start;
    minipay_credential_request request;
    minipay_outcome outcome;
    int wrong = 0, locked = 0;
    (void)state;
    world_begin(&w);
    world_rule(&w, MINIPAY_RULE_CREDENTIAL_TRIES, 0, LEAST_TRIES);
    minipay_id member = world_person(&w, NULL);
    minipay_credential_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(&w);
    request.member_id = member;
    request.credential = MINIPAY_CREDENTIAL_PIN;
    memcpy(request.secret, "7777", 5);
    ASSERT_STATUS(minipay_credential_set(w.pay, &request, &outcome, NULL), MINIPAY_OK);
    pthread_barrier_init(&start, NULL, GUESSERS);
    for (int i = 0; i < GUESSERS; i++) {
        guessers[i] = (guesser){.w = &w, .member = member, .start = &start};
        snprintf(guessers[i].secret, sizeof guessers[i].secret, "%04d", i);
        assert_int_equal(pthread_create(&threads[i], NULL, guess, &guessers[i]), 0);
    }
    for (int i = 0; i < GUESSERS; i++) {
        pthread_join(threads[i], NULL);
        wrong += guessers[i].status == MINIPAY_CREDENTIAL_WRONG;
        locked += guessers[i].status == MINIPAY_CREDENTIAL_LOCKED;
    }
    pthread_barrier_destroy(&start);
    assert_int_equal(wrong, LEAST_TRIES);
    assert_int_equal(locked, GUESSERS - LEAST_TRIES);
    ASSERT_STATUS(minipay_credential_verify(w.pay, &member, MINIPAY_CREDENTIAL_PIN, "7777", NULL),
                  MINIPAY_CREDENTIAL_LOCKED);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(guesses_made_at_once_are_counted_one_by_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
