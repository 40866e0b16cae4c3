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

/* minipay.c: every record that a handle knows. */
extern const mpi_record *const mpi_records[];
extern const uint32_t mpi_record_count;

struct minipay {
    minipay_host host;
    mpi_store *store;
    mpi_policy *policy;
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

/* Every public call on a handle stands between these two. INVALID_ARGUMENT, CLOSED, REENTERED. */
minipay_status mpi_enter(minipay *pay, minipay_error *error);
void mpi_leave(minipay *pay);

/* ---- checks of arguments, in the order of use -------------------------------------------------------------- */

minipay_status mpi_check_id(const minipay_id *id, const char *field, minipay_error *error);
minipay_status mpi_check_text(const char *text, size_t size, bool required, const char *field,
                              minipay_error *error);

/* What every mutating request says of itself; `reason` is required where the operation asks for one. */
minipay_status mpi_check_stamp(const char actor[MINIPAY_ACTOR_SIZE],
                               const char channel[MINIPAY_CHANNEL_SIZE],
                               const char reason[MINIPAY_REASON_SIZE], bool reason_required,
                               minipay_error *error);
minipay_status mpi_check_currency(const char currency[4], minipay_error *error);
minipay_status mpi_check_page(const void *rows, const uint32_t *count, minipay_error *error);

/* A page is read into rows of our own first: the caller's stay as they are when it fails. Stands in the
 * place of mpi_enter and mpi_leave. */
typedef struct mpi_page {
    void *rows;
    size_t row_size;
    uint32_t count; /* the room, then the number */
} mpi_page;

minipay_status mpi_page_begin(minipay *pay, mpi_page *page, size_t row_size, uint32_t count,
                              minipay_error *error);
minipay_status mpi_page_end(minipay *pay, mpi_page *page, minipay_status status, void *rows,
                            uint32_t *count);

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
