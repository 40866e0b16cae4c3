/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BANKING_BANKING_H
#define MPI_BANKING_BANKING_H

/* Banking: linked accounts and firm-banking orders. Owns `bank_account`, `bank_unlink`, `bank_owner`,
 * `bank_number`, `bank_order` and `bank_reference`; the only context that talks to a bank. */

#include "banking/port.h"
#include "ledger/claim.h"
#include "minipay/banking.h"

#include <pthread.h>
#include <stdatomic.h>

/* A member's or merchant's own bank account. */
typedef struct mpi_bank_account {
    mpi_operation op; /* kind LINK; its id is the account's */
    minipay_id owner_id;
    int32_t account_state;
    int32_t is_asked;
    int32_t verified; /* the bank's answer, MINIPAY_OK or a status; MPI_WAIT while it is asked */
    char bank[MINIPAY_BANK_SIZE];
    char masked_number[MINIPAY_ACCOUNT_NUMBER_SIZE];
    uint8_t number_hash[32]; /* of (owner, bank, number): one owner links an account once */
    MPI_SECRET(MINIPAY_ACCOUNT_NUMBER_SIZE) account_number;
    MPI_SECRET(MINIPAY_NAME_SIZE) holder;
    int64_t next_at; /* when to ask again */
    int64_t deadline_at;
    int32_t attempts;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_bank_account;

/* That an account is no longer its owner's. */
typedef struct mpi_unlinking {
    mpi_operation op; /* kind UNLINK */
    minipay_id owner_id;
    minipay_id account_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_unlinking;

/* The account that an owner's orders use when none is named: the first that was linked. */
typedef struct mpi_bank_owner {
    minipay_id owner_id;
    minipay_id account_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_bank_owner;

typedef struct mpi_bank_number {
    uint8_t number_hash[32];
    minipay_id account_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_bank_number;

enum { MPI_ORDER_MEMO_SIZE = sizeof((minipay_bank_order *)0)->memo };

/* A firm-banking order, with all that asking again needs. */
typedef struct mpi_bank_order {
    mpi_operation op; /* kind ORDER */
    int32_t direction;
    int32_t verdict; /* the bank's last word, MINIPAY_VERDICT_* */
    minipay_id owner_id;
    minipay_id account_id;
    int64_t amount_minor;
    int64_t moved_minor; /* what the bank says it moved */
    int64_t fee_minor;   /* what it took for that */
    int64_t next_at;     /* when to ask again */
    int64_t deadline_at;
    int32_t attempts;
    int32_t reference_date;
    char currency[MINIPAY_CURRENCY_SIZE];
    char reference[MINIPAY_REFERENCE_SIZE];
    char bank_reason[64];
    int32_t standing;     /* MPI_ORDER_*: which index it is in */
    int64_t submitted_at; /* last; 0: never */
    MPI_SECRET(MPI_ORDER_MEMO_SIZE) memo;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_bank_order;

/* Which order a reference of the bank's own names; only orders that the bank prepared have one. */
typedef struct mpi_bank_reference {
    char reference[MINIPAY_REFERENCE_SIZE];
    int32_t reference_date;
    minipay_id order_id;
    int64_t prepared_at;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_bank_reference;

extern const mpi_claimant mpi_banking_claimants[];
extern const mpi_record mpi_bank_account_record;
extern const mpi_record mpi_unlinking_record;
extern const mpi_record mpi_bank_owner_record;
extern const mpi_record mpi_bank_number_record;
extern const mpi_record mpi_bank_order_record;
extern const mpi_record mpi_bank_reference_record;

/* mpi_bank_order_record's indexes: on next_at of running orders; on (owner, id); on the id of those that are
 * not done. */
enum { MPI_ORDERS_DUE = 0, MPI_ORDERS_NOT_DONE = 1 };

enum {
    MPI_STEP_FEE = 1
}; /* an order that an older version carried out has not passed it, and booked no fee */

enum { MPI_ORDER_OPEN = 0, MPI_ORDER_REFUSED = 1, MPI_ORDER_DONE = 2 };

/* mpi_bank_account_record's indexes: on (owner, id) of linked ones; on next_at of those that are being
 * linked. */
enum { MPI_ACCOUNTS_OF_OWNER = 0, MPI_ACCOUNTS_DUE = 1 };

typedef struct mpi_banking {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_bank_fees fees;
    mpi_owners owners_known;
    minipay_bank bank;
    minipay_bank_capabilities can; /* as the bank said when it was composed */
    mpi_table *accounts, *owners, *numbers, *orders, *references;
    mpi_table *statements, *reconciliations, *differences, *matches;
    pthread_mutex_t line;        /* the bank's line takes one call at a time */
    _Atomic int64_t finality_ms; /* as the bank last said: it is not asked inside a unit of work */
} mpi_banking;

void mpi_banking_set_up(mpi_banking *banking, mpi_engine *engine, const mpi_home *home,
                        const minipay_bank *bank);
void mpi_banking_set_fees(mpi_banking *banking, const mpi_bank_fees *fees);
void mpi_banking_set_owners(mpi_banking *banking, const mpi_owners *owners);
void mpi_banking_tear_down(mpi_banking *banking);
mpi_banking_port mpi_banking_open_port(mpi_banking *banking);

/* The same for contexts whose store is another one, and who answers them. */
mpi_banking_port mpi_banking_open_far(mpi_banking *banking);
void mpi_banking_serve(mpi_banking *banking, const mpi_home *home);

/* `draw_up` for minipay_link_request; its context is the banking. */
void mpi_banking_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document);

/* `draw_up` for minipay_unlink_request. */
void mpi_banking_draw_up_unlink(void *context, const void *requests, uint32_t number,
                                mpi_document *document);

/* Reading, as the public calls of the same names say. */
minipay_status mpi_banking_account(mpi_banking *banking, const minipay_id *id,
                                   minipay_bank_account *account, minipay_error *error);
minipay_status mpi_banking_accounts(mpi_banking *banking, const minipay_id *owner_id,
                                    const minipay_id *after, minipay_bank_account *accounts,
                                    uint32_t *count, minipay_error *error);
minipay_status mpi_banking_order(mpi_banking *banking, const minipay_id *id, minipay_order *order,
                                 minipay_error *error);
minipay_status mpi_banking_orders(mpi_banking *banking, const minipay_order_query *query,
                                  minipay_order *orders, uint32_t *count, minipay_error *error);

/* The corporate account's balance, as the bank says. UNAVAILABLE. */
minipay_status mpi_banking_balance(mpi_banking *banking, const char *currency, int64_t *balance_minor,
                                   minipay_error *error);

/* Asks the bank about up to `budget` orders and accounts that are due. */
minipay_status mpi_banking_run(mpi_banking *banking, uint32_t budget, uint32_t *carried,
                               int64_t *next_at, minipay_error *error);

#endif
