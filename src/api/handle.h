/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_API_HANDLE_H
#define MPI_API_HANDLE_H

/* The composition: which contexts stand on which store, and how their ports are bound. */

#include "banking/banking.h"
#include "banking/reconcile.h"
#include "governance/governance.h"
#include "membership/membership.h"
#include "minipay/minipay.h"
#include "payment/payment.h"
#include "saga/batch.h"
#include "settlement/settlement.h"
#include "transfer/transfer.h"
#include "wallet/wallet.h"

#include <pthread.h>
#include <sys/types.h>

/* homes.c: every record that a handle knows. */
const mpi_record *mpi_record_known(uint32_t number);
extern const uint32_t mpi_record_count;

/* The bounded contexts, in the order of their floors. Each has its own store, or all share one. */
typedef enum mpi_context {
    MPI_CONTEXT_MEMBERSHIP,
    MPI_CONTEXT_BANKING,
    MPI_CONTEXT_WALLET,
    MPI_CONTEXT_TRANSFER,
    MPI_CONTEXT_PAYMENT,
    MPI_CONTEXT_SETTLEMENT,
    MPI_CONTEXTS
} mpi_context;

struct minipay {
    minipay_host host;
    mpi_home homes[MPI_CONTEXTS];
    uint32_t home_count;   /* 1, or MPI_CONTEXTS */
    int64_t newest_commit; /* of all stores: mpi_store_config says for what */
    mpi_engine *engine;
    mpi_governance governance;
    mpi_membership membership;
    mpi_banking banking;
    mpi_wallets wallets;
    mpi_transfers transfers;
    mpi_payments payments;
    mpi_settlements settlements;

    pid_t process;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    uint32_t calls; /* under way */
    bool closing;
    minipay_id last_id; /* that minipay_id_generate made */
};

/* minipay_open, with one storage, or with one for each context. */
minipay_status mpi_open(const minipay_config *config, const minipay_storage *storages, uint32_t count,
                        minipay **pay, minipay_error *error);

/* homes.c: the stores, and the rules as they stand in each. After a failure they are given back. */
minipay_status mpi_homes_open(minipay *pay, const minipay_config *config,
                              const minipay_storage *storages, uint32_t count, minipay_error *error);
void mpi_homes_close(minipay *pay);
void mpi_homes_give_back(minipay *pay);
const mpi_home *mpi_home_of(const minipay *pay, mpi_context context);
bool mpi_homes_are_apart(const minipay *pay);

/* Versions of policy are published in the wallet's store, and all others have them too. */
minipay_status mpi_homes_follow(minipay *pay, minipay_error *error);

/* Every public call on a handle has the same shape. `status` is what the checks of its arguments came to, and
 * becomes INVALID_ARGUMENT, CLOSED or REENTERED when the handle may not be entered:
 *
 *     minipay_status status = mpi_check_both(id, "id", member, "member", error);
 *     if (mpi_enter(pay, &status, error)) {
 *         status = mpi_membership_get(&pay->membership, id, member, error);
 *         mpi_leave(pay);
 *     }
 *     return status; */
bool mpi_enter(minipay *pay, minipay_status *status, minipay_error *error);
void mpi_leave(minipay *pay);

/* What clang-tidy cannot see from other files: it is true when the status is OK, before and after. */
#ifdef __clang_analyzer__
#define mpi_enter(pay, status, error)                                                                   \
    (*(status) == MINIPAY_OK && (mpi_enter(pay, status, error), *(status) == MINIPAY_OK))
#endif

/* Is this thread in a call on this handle, so in a callback? */
bool mpi_is_inside(const minipay *pay);

/* ---- checks of arguments, in the order of use ------------------------------------------------------------ */

/* INVALID_ARGUMENT where a pointer is NULL; names the first of two. */
minipay_status mpi_check_given(const void *pointer, const char *name, minipay_error *error);
minipay_status mpi_check_both(const void *first, const char *first_name, const void *second,
                              const char *second_name, minipay_error *error);
minipay_status mpi_check_id(const minipay_id *id, const char *field, minipay_error *error);
minipay_status mpi_check_text(const char *text, size_t size, bool required, const char *field,
                              minipay_error *error);

/* What every mutating request says of itself; `reason` is required where the operation asks for one. */
minipay_status mpi_check_stamp(const char actor[MINIPAY_ACTOR_SIZE],
                               const char channel[MINIPAY_CHANNEL_SIZE],
                               const char reason[MINIPAY_REASON_SIZE], bool reason_required,
                               minipay_error *error);
minipay_status mpi_check_currency(const char currency[4], minipay_error *error);
minipay_status mpi_check_currency_text(const char *currency, minipay_error *error);

/* A list's page is read into rows of our own first: the caller's stay as they are when it fails. These stand
 * where a call that is no list has mpi_enter and mpi_leave, with INVALID_ARGUMENT (count: no room is given)
 * and BATCH_TOO_LARGE. What is read writes `rows` and `count`, and says `status` at the end. */
typedef struct mpi_page {
    void *rows;
    uint32_t count; /* the room, then the number */
    size_t row_size;
    void *wanted_rows;
    uint32_t *wanted_count;
} mpi_page;

bool mpi_page_enter(minipay *pay, mpi_page *page, void *rows, size_t row_size, uint32_t *count,
                    minipay_status *status, minipay_error *error);
void mpi_page_leave(minipay *pay, mpi_page *page, minipay_status status);

/* A batch of one form of request: each is checked for itself, and those that pass are driven. */
typedef struct mpi_batch {
    const void *items;
    size_t item_size; /* also what every item's struct_size must say */
    uint32_t count;
    minipay_status (*check)(const void *item, minipay_error *error);
    void *context;
    void (*draw_up)(void *context, const void *items, uint32_t number, mpi_document *document);
    bool instructions; /* the items are instructions: order per wallet is kept */
} mpi_batch;

/* Everything that can be said of an instruction without looking at what stands. */
minipay_status mpi_check_instruction(const minipay_instruction *instruction, minipay_error *error);

minipay_status mpi_run_batch(minipay *pay, const mpi_batch *batch, minipay_outcome *outcomes,
                             minipay_error *error);

#endif
