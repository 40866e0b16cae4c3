/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_TALLY_H
#define MINIPAY_TOOL_TALLY_H

/* What became of a replay's rows. */

#include "minipay/types.h"

enum { TALLY_KINDS = 8, TALLY_REASONS = 128 };

/* What became of a row: MINIPAY_OK, the status that refused it, or one of these. */
enum { RESULT_PARKED = 1, RESULT_RUNNING = 2 };

typedef struct kind_figures {
    uint64_t accepted, refused;
    int64_t amount_minor; /* of what was accepted */
} kind_figures;

typedef struct reason_figures {
    uint64_t count;
    uint16_t result;
} reason_figures;

typedef struct tally {
    uint64_t rows, accepted, refused;
    kind_figures kinds[TALLY_KINDS]; /* by MINIPAY_KIND_ */
    kind_figures openings;
    uint64_t known_members; /* in the books before this file */
    reason_figures reasons[TALLY_REASONS];
    int reason_count;
    int64_t wall_ms; /* of carrying the rows out */
} tally;

/* A result's name, and a sentence for a person; static storage. */
const char *result_name(uint16_t result);
const char *result_text(uint16_t result);

void tally_row(tally *t, int32_t kind, int64_t amount_minor, uint16_t result);
void tally_opening(tally *t, int64_t amount_minor, uint16_t result);

/* Rows a second. */
uint64_t tally_rate(const tally *t);

/* Most frequent reason first. */
void tally_sort(tally *t);

#endif
