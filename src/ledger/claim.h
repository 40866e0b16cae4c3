/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_LEDGER_CLAIM_H
#define MPI_LEDGER_CLAIM_H

/* Claims: what rows say of each other, for the audit.
 *
 * A fact of the books is told twice: a posting by the journal and by its document, money held by the balance
 * and by its holds, a bucket by itself and by its slips. In the audit each row says what it knows under a
 * topic and a key, on one of two sides; in the end both sides must have said the same under every key.
 *
 *   withdrawal ──says──▶  POSTINGS: (operation, leg, kind, parties) 100   ◀──says── journal
 *                         ORDERS:   (operation, direction, owner) 100     ◀──says── bank_order
 *
 * Nothing is kept a row: under each topic a table of sums of hash(key) × value, one side added and the other
 * taken away. When a sum is not zero, the audit reads the same snapshot a second time and keeps what falls
 * into that place of the table: so it can name the first row that nobody bears out.
 *
 * To add a record: write a function that says what its row claims, and put it into the context's list of
 * claimants. A DONE document claims each posting that it made, a REJECTED one none (a posting that its own
 * operation reversed is taken as none), one that waits those of the steps behind it. */

#include "ledger/ledger.h"
#include "store/audit.h"

typedef enum mpi_topic {
    MPI_TOPIC_POSTINGS,   /* journal; documents. Use mpi_claim_posting */
    MPI_TOPIC_HELD,       /* balance.held_minor; open holds. (owner, currency) */
    MPI_TOPIC_INCOMING,   /* balance.incoming_minor; open top-ups. (member, currency) */
    MPI_TOPIC_HOLDS,      /* hold; the operations that opened, captured and ended it. (hold, part) */
    MPI_TOPIC_ORDERS,     /* bank_order; the operations that it serves. Use mpi_claim_order */
    MPI_TOPIC_WAITING,    /* open parts; the operations that wait for them. (operation) */
    MPI_TOPIC_PROMOTIONS, /* promotion.used_minor; slips. (promotion) */
    MPI_TOPIC_SLIPS,      /* slip; its captures and refunds. (slip, part) */
    MPI_TOPIC_BUCKETS,    /* bucket; slips and refunds. (merchant, currency, part) */
    MPI_TOPIC_LINES, /* settlement_line; the buckets that its run closed. (run, merchant, currency, part) */
    MPI_TOPIC_RUNS,     /* settlement_run; its lines. (run, part) */
    MPI_TOPIC_CARRIED,  /* bucket.carried_minor; lines that were not paid out. (merchant, currency) */
    MPI_TOPIC_PAYABLES, /* merchants' accounts; open buckets and lines. (merchant, currency) */
    MPI_TOPICS
} mpi_topic;

/* Parts of a topic's key: which of a document's figures is spoken of. MPI_LINE_PART_* are those of buckets,
 * too. */
enum { MPI_HOLD_PART_OPENED, MPI_HOLD_PART_CAPTURED, MPI_HOLD_PART_FREED };
enum {
    MPI_SLIP_PART_CAPTURED,
    MPI_SLIP_PART_FEE,
    MPI_SLIP_PART_REFUNDED,
    MPI_SLIP_PART_REFUNDED_FEE,
    MPI_SLIP_PART_REFUNDED_PROMOTION
};
enum {
    MPI_LINE_PART_SLIPS,
    MPI_LINE_PART_GROSS,
    MPI_LINE_PART_REFUND,
    MPI_LINE_PART_FEE,
    MPI_LINE_PART_PROMOTION,
    MPI_LINE_PART_CARRIED /* lines only: a bucket's is MPI_TOPIC_CARRIED */
};

/* The first side is the one that is named first when the two differ. */
typedef enum mpi_side { MPI_SIDE_FIRST, MPI_SIDE_SECOND } mpi_side;

/* Under what a value is said. Zeroed, then filled: all bytes count. */
typedef struct mpi_claim_key {
    minipay_id id;
    minipay_id other;
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t part;
} mpi_claim_key;

/* A posting, by its parties instead of its accounts' numbers. */
typedef struct mpi_claimed_posting {
    minipay_id operation_id;
    minipay_id debit_owner; /* none for the company's own accounts */
    minipay_id credit_owner;
    int32_t debit_kind; /* MPI_ACCOUNT_* */
    int32_t credit_kind;
    int32_t leg;
    int32_t kind;
    char currency[MINIPAY_CURRENCY_SIZE];
} mpi_claimed_posting;

typedef struct mpi_claims mpi_claims;

/* Says what one row of a record claims. A failing status is a failure of the storage. */
typedef minipay_status (*mpi_claim_row)(mpi_claims *claims, const void *row, minipay_error *error);

/* A list of them ends with a NULL record. */
typedef struct mpi_claimant {
    const mpi_record *record;
    mpi_claim_row say;
} mpi_claimant;

extern const mpi_claimant mpi_ledger_claimants[];

/* Is this journal row a whole operation that has no document, because the row says all of its request? */
typedef struct mpi_plain {
    void *context;
    bool (*is_plain)(void *context, const mpi_claimed_posting *posting, const mpi_journal *row);
} mpi_plain;

minipay_status mpi_claims_new(const mpi_keys *keys, mpi_claims **claims, minipay_error *error);
void mpi_claims_free(mpi_claims *claims);
void mpi_claims_add(mpi_claims *claims, const mpi_claimant *claimants);
void mpi_claims_set_plain(mpi_claims *claims, const mpi_plain *plain);

/* Shows rows to the claimants; opens a check for each topic when it starts. */
mpi_auditor mpi_claims_auditor(mpi_claims *claims);

/* After a pass: did both sides say the same under every topic? */
bool mpi_claims_agree(const mpi_claims *claims);

/* Readies a second pass over the same snapshot; after it, mpi_claims_report fails the checks of the first. */
void mpi_claims_again(mpi_claims *claims);
void mpi_claims_report(mpi_claims *claims);

/* ---- for claimants -------------------------------------------------------------------------------------- */

/* Says `value` of `column` of the row that is shown. */
void mpi_claim_say(mpi_claims *claims, mpi_topic topic, mpi_side side, const mpi_claim_key *key,
                   int64_t value, const char *column);

/* Says that the posting stands with this amount, by a document. */
void mpi_claim_posting(mpi_claims *claims, const mpi_claimed_posting *posting, int64_t amount_minor);

/* Says that the operation undoes another one's posting; whose money it was stands there. */
void mpi_claim_reversal(mpi_claims *claims, const minipay_id *operation_id, int32_t leg,
                        const minipay_id *undone_id, const char currency[4], int64_t amount_minor);

/* What the journal says: a posting, and one that undoes another. What an operation has itself undone counts
 * as not done. */
void mpi_claim_journal(mpi_claims *claims, const mpi_claimed_posting *posting, const mpi_journal *row);
void mpi_claim_undone(mpi_claims *claims, const mpi_claimed_posting *undone, const mpi_journal *row);

/* Says that an order of the operation is done or still open; on the second side by the operation. */
void mpi_claim_order(mpi_claims *claims, mpi_side side, const minipay_id *operation_id,
                     int32_t direction, const minipay_id *owner_id, const char currency[4], bool done,
                     int64_t amount_minor);

/* The row that the ledger's auditor shows itself. */
void mpi_claims_at(mpi_claims *claims, const mpi_record *record, const void *row);

/* The snapshot, for a row out of turn. */
mpi_view *mpi_claims_view(mpi_claims *claims);

/* Fails the topic's check about the row that is shown: for what a row must say of itself. */
void mpi_claim_wrong(mpi_claims *claims, mpi_topic topic, const char *column, int64_t stands,
                     int64_t should);

#endif
