/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_PARTIES_H
#define MINIPAY_TOOL_PARTIES_H

/* The members and merchants of a PaySim file, and how they come into the books. All that is stored of
 * them derives from the file: the same file always makes the same people. */

#include "calls.h"
#include "map.h"

/* Everything a replay makes begins here: 2026-01-01T00:00:00+09:00. */
#define REPLAY_BASE_MS UINT64_C(1767193200000)

typedef struct party {
    minipay_id id;
    int64_t opening; /* printed balance at first sight */
    uint64_t order;  /* in time, of first sight */
} party;

typedef struct parties {
    const char *role; /* "member" or "merchant" */
    map names;
    party *list;
    uint32_t room;
    uint32_t ready; /* so many stand in the books, from the first */
} parties;

/* Numbers a name; `opening` and `order` are kept at first sight. MAP_NONE when memory runs out. */
uint32_t parties_see(parties *p, const char *name, int64_t opening, uint64_t order);

const party *parties_at(const parties *p, uint32_t number);

void parties_free(parties *p);

/* A call that takes many requests and gives an outcome each. `fill` sets up one request, and answers
 * false when this party needs none. */
typedef struct stage {
    const char *what;
    size_t request_size;
    bool (*fill)(const parties *p, uint32_t number, int32_t fee_basis_points, void *request);
    batch_call call;
} stage;

extern const stage member_stages[];   /* register, link, open; the last has no name */
extern const stage merchant_stages[]; /* register, link; the last has no name */

/* The opening deposit of a party, under an id made from the name; false when there is none. */
bool party_opening(const parties *p, uint32_t number, minipay_instruction *deposit);

#endif
