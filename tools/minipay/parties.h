/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_PARTIES_H
#define MINIPAY_TOOL_PARTIES_H

/* The members and merchants of a PaySim file, and how they come into the books. All that is stored of
 * them derives from the file: the same file always makes the same people, and a name that two files have in
 * common is the same member or merchant in both. */

#include "calls.h"
#include "map.h"
#include "open.h"

/* A file begins here in books that are new: 2026-01-01T00:00:00+09:00. The ids that are made of a name alone
 * have this time in every file. */
#define REPLAY_BASE_MS UINT64_C(1767193200000)

typedef struct party {
    minipay_id id;
    int64_t opening; /* printed balance at first sight */
    uint64_t order;  /* in time, of first sight: ms from the file's beginning */
    bool known;      /* from before this file: goes on with what he has */
} party;

typedef struct parties {
    const char *role; /* "member" or "merchant" */
    bool has_wallets;
    uint64_t file;    /* paysim_identity */
    uint64_t base_ms; /* when the file begins */
    map names;
    party *list;
    uint32_t room;
    uint32_t ready; /* so many stand in the books, from the first */
} parties;

/* Numbers a name; `opening` and `order` are kept at first sight. MAP_NONE when memory runs out. */
uint32_t parties_see(parties *p, const char *name, int64_t opening, uint64_t order);

/* Finds out who of those from `first` to before `last` was in the books before this file: a merchant who is
 * registered, a member whose wallet another file, or a person, has opened. Answers 0, or says what is wrong
 * and answers the exit code. */
int parties_recall(db *d, parties *p, uint32_t first, uint32_t last);

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

/* The opening deposit of a party, under an id made from the name; false when there is none: the file that
 * opens a wallet is the one whose opening balance counts. */
bool party_opening(const parties *p, uint32_t number, minipay_instruction *deposit);

#endif
