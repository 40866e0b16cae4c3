/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_CARRY_H
#define MINIPAY_TOOL_CARRY_H

/* Carries a replay's calls out: again when the library says "the same call later", and on the virtual
 * clock until what waits for a bank is final. */

#include "open.h"
#include "parties.h"
#include "tally.h"

/* An instruction that waits. `row` 0 is an opening deposit. */
typedef struct waiting {
    uint64_t row;
    minipay_id id;
    int64_t amount_minor;
    int32_t kind;
} waiting;

typedef struct carry {
    db *db;
    tally *tally;
    uint16_t *results; /* by row - 1 */
    minipay_outcome *outcomes;
    waiting *list;
    size_t count, room;
    int32_t latest_date; /* the latest business date on which a row was booked */
} carry;

/* All answer 0, or say what is wrong and answer the exit code. */

int carry_begin(carry *c, db *d, tally *t, uint64_t rows);
void carry_end(carry *c);

/* One stage for the parties from `first` to before `last`. */
int carry_stage(carry *c, const stage *s, const parties *p, uint32_t first, uint32_t last,
                int32_t fee_basis_points);

/* Up to MINIPAY_BATCH_LARGEST instructions: rows from `first_row` on, or openings when it is 0. What
 * waits is kept, and settled by carry_waiting. */
int carry_out(carry *c, const minipay_instruction *list, uint32_t count, uint64_t first_row);

/* Moves the clock on, but not past `until`, until nothing waits. */
int carry_waiting(carry *c, int64_t until);

/* Finishes what a killed replay left open, before anything new is begun. */
int carry_interrupted(carry *c, int64_t until);

/* Settles through a business date, to the end. `file` is whose run it is. */
int carry_settlement(carry *c, uint64_t file, int32_t date, int64_t until);

/* Rows that still wait count as refused with the reason "running". */
void carry_give_up(carry *c);

#endif
