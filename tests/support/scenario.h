/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_SCENARIO_H
#define MPI_TESTS_SCENARIO_H

/* A small day's business in which every kind of operation occurs, in steps that can be sent again. */

#include "world.h"

enum { SCENARIO_STEPS_LARGEST = 64 };

/* Every chance; under a sanitizer, which is slow, a part of them. */
#ifdef __SANITIZE_ADDRESS__
enum { SWEEP_STRIDE = 5 };
#else
enum { SWEEP_STRIDE = 1 };
#endif

uint32_t scenario_steps(void);
const char *scenario_name(uint32_t step);

/* Sends a step's one call: always the same ids and requests. */
minipay_status scenario_send(world *w, uint32_t step, minipay_outcome *outcome, minipay_error *error);

/* Faults are set before each try of a step and lifted after it. `set` makes the `number`-th chance fail;
 * `lift` tells whether it came so far. */
typedef struct scenario_fault {
    void (*set)(world *w, uint32_t number);
    bool (*lift)(world *w, uint32_t number);
    bool (*expected)(minipay_status status);
    uint32_t stride; /* 0: SWEEP_STRIDE */
} scenario_fault;

/* What the scenario leaves: every step's end, and every account's balance. */
typedef struct scenario_end {
    minipay_outcome outcomes[SCENARIO_STEPS_LARGEST];
    int64_t balances[4];
    int64_t at_bank;
} scenario_end;

/* Carries an open world through all steps. With a fault, each step is tried with its first, second, … chance
 * failing until none is left; after each failure the books must balance and the outputs be untouched. The
 * number of failures. */
uint32_t scenario_run(world *w, const scenario_fault *fault, scenario_end *end);

void scenario_expect_same(const scenario_end *found, const scenario_end *expected);

#endif
