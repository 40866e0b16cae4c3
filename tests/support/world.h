/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_WORLD_H
#define MPI_TESTS_WORLD_H

/* A small world for tests of the public API: one handle with a virtual clock, a fixed key and a scripted
 * bank; people, merchants and money in a line each; and faults of storage and bank on demand. */

#include "cmocka_all.h"
#include "minipay/minipay.h"

#include <stdbool.h>

enum { WORLD_PATH_SIZE = 256 };

/* The exit code of a process that died on demand: at once, as by SIGKILL. */
enum { WORLD_DIED = 99 };

/* Which call fails, and how. Calls are counted from 1 on; 0 means never. */
typedef struct world_faults {
    uint32_t storage_calls, storage_fails_at;
    uint32_t bank_calls, bank_fails_at;
    minipay_status storage_status; /* what a failing storage answers */
    bool commit_is_lost;     /* a failing commit has happened all the same, and is COMMIT_UNKNOWN */
    bool bank_reply_is_lost; /* a failing bank has done it all the same */
    uint32_t turns, dies_at; /* commits and bank calls: at this one the process ends, see WORLD_DIED */
    bool dies_after;         /* when it has happened; else before */
} world_faults;

typedef struct world world;

/* A storage of the world's, which fails on demand. */
typedef struct world_store {
    world *w;
    minipay_storage storage;
    void *write_session; /* under way in it */
} world_store;

enum { WORLD_STORES = 6 };

struct world {
    minipay *pay;
    minipay_host host;
    int64_t now;
    uint8_t key[32];
    minipay_scripted_bank_config script;
    minipay_bank bank;     /* what is composed; of version 0: a scripted bank is made at opening */
    minipay_bank scripted; /* the scripted bank, when there is one */
    bool without_bank;
    bool examines; /* opens only to look */
    bool apart; /* each context has its own store; as MINIPAY_TEST_STORES=apart says for every world */
    bool prepares; /* the bank names the orders itself */
    uint32_t cached_accounts;
    uint32_t busy_ms, cache_kib, page_bytes; /* SQLite's */
    world_faults faults;
    world_store stores[WORLD_STORES]; /* the first one only, or each context's */
    uint64_t made;                    /* ids so far */
    void (*on_clock)(
        void *context); /* whenever the handle reads its clock: before a unit of work begins */
    void *clock_context;
    char path[WORLD_PATH_SIZE];
};

/* Their names, as a file's end, then NULL. */
extern const char *const world_contexts[];

/* A world of defaults at `path` (":memory:", or a file: its bank is PATH.bank, and apart the contexts' files
 * are PATH.membership and so on); not open yet. */
void world_init(world *w, const char *path);

/* Opens, and lets nothing but OK pass. */
void world_open(world *w);
minipay_status world_try_open(world *w, minipay_error *error);
void world_close(world *w);
void world_reopen(world *w);

/* init and open in memory. */
void world_begin(world *w);

/* Is a transaction that writes open in any storage? */
bool world_writes(const world *w);

/* Removes a file and its bank's, with all that stands beside them. No handle is open. */
void world_forget(const char *path);

/* ---- parties ---- */

minipay_id world_id(world *w);

/* A member with a KRW wallet; a linked bank account too unless `account_number` is NULL. */
minipay_id world_person(world *w, const char *account_number);
minipay_id world_person_of_tier(world *w, const char *account_number, int32_t tier);
minipay_id world_merchant(world *w, const char *account_number, int32_t fee_basis_points);
minipay_id world_link(world *w, minipay_id owner, const char *account_number);

/* ---- money ---- */

minipay_instruction world_ask(world *w, int32_t kind, minipay_id member, minipay_id other,
                              int64_t amount_minor);

/* Executes one and answers its outcome; the call's status must be the outcome's. */
minipay_outcome world_execute(world *w, const minipay_instruction *instruction);
minipay_outcome world_do(world *w, int32_t kind, minipay_id member, minipay_id other,
                         int64_t amount_minor);
void world_expect(world *w, const minipay_instruction *instruction, int32_t state,
                  minipay_status status);
minipay_outcome world_outcome(world *w, int32_t kind, minipay_id id);

void world_credit(world *w, minipay_id member, int64_t amount_minor);
void world_topup(world *w, minipay_id member, int64_t amount_minor);
int64_t world_balance(world *w, minipay_id member);
minipay_wallet world_wallet(world *w, minipay_id member);
minipay_order world_order(world *w, minipay_id operation);    /* the bank order that it made */
int64_t world_promotion_used(world *w, minipay_id promotion); /* of its budget */
minipay_settlement world_settle(world *w, minipay_id id, int32_t through_date);

/* Publishes a version of the rules and answers its number. */
int32_t world_publish(world *w, const minipay_rule *rules, uint32_t count, int64_t effective_at);

/* Puts a rule in force from now on. Amounts are KRW. */
void world_rule(world *w, int32_t rule, int32_t tier, int64_t value);

/* ---- time and proof ---- */

/* Carries on, moving the clock, until nothing waits. */
void world_rest(world *w);
void world_pass(world *w, int64_t seconds);

/* Every check of the audit holds. */
void world_audit_clean(world *w);

/* The same, nothing is on its way, and the bank's balance is what the books say. */
void world_at_peace(world *w);

int64_t world_at_bank(world *w);

/* Runs a test in a child and answers its exit code: 0 when it passed, or WORLD_DIED. */
int world_child(CMUnitTestFunction test);

/* Runs a test in a child, which opens its own world: a crash there fails the test, not the program. */
void world_survives(CMUnitTestFunction test);

extern const minipay_id world_nobody;

#define ASSERT_STATUS(found, expected)                                                                  \
    assert_string_equal(minipay_status_name(found), minipay_status_name(expected))
#define ASSERT_STATE(found, expected)                                                                   \
    assert_string_equal(minipay_state_name(found), minipay_state_name(expected))

#endif
