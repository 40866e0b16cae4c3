/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_WALLET_PORT_H
#define MPI_WALLET_PORT_H

/* What other contexts may ask the wallet, which owns the books: money moves here and nowhere else. */

#include "saga/saga.h"

typedef enum mpi_party_kind {
    MPI_PARTY_OTHER,     /* an account that only the wallet's own sagas move money on */
    MPI_PARTY_WALLET,    /* a member's cash */
    MPI_PARTY_PAYABLE,   /* what a merchant is owed */
    MPI_PARTY_TRANSIT,   /* on its way out of the corporate account */
    MPI_PARTY_CORPORATE, /* in the bank */
    MPI_PARTY_FEE_INCOME,
    MPI_PARTY_PROMOTION_EXPENSE /* what the company gives to payments */
} mpi_party_kind;

typedef struct mpi_party {
    mpi_party_kind kind;
    minipay_id owner_id; /* the member or merchant; none for the company's own */
} mpi_party;

/* A move of money for an operation; `leg` tells its moves apart. */
typedef struct mpi_move {
    const mpi_operation *op;
    int32_t leg;
    int32_t kind; /* as the history shows it */
    mpi_party payer;
    mpi_party payee;
    int64_t amount_minor;
    char currency[4];
    bool said; /* the operation was looked for and has no posting yet */
    bool
        forced; /* money that has moved already: nothing refuses it; if the payee's wallet is closed, suspense
                    takes it */
} mpi_move;

/* By which version, and on which date; a refusal too, when it comes from the rules. Else 0. */
typedef struct mpi_booked {
    int32_t policy_version;
    int32_t business_date;
} mpi_booked;

/* A move that stands, as the journal has it. */
typedef struct mpi_moved {
    minipay_id operation_id;
    int32_t kind;
    int32_t policy_version;
    int32_t business_date;
    int64_t amount_minor;
    int64_t booked_at;
    int64_t fingerprint;
    mpi_party payer;
    mpi_party payee;
    char currency[4];
    char actor[MINIPAY_ACTOR_SIZE];
    char channel[MINIPAY_CHANNEL_SIZE];
} mpi_moved;

typedef struct mpi_wallet_port {
    void *impl;

    /* Moves money. WALLET_NOT_FOUND, and what mpi_ledger_post refuses with. `*booked` says by which version
     * it was decided, when it refuses too; a forced move no rule decides: the operation keeps the version
     * that decided it before. */
    minipay_status (*move)(void *impl, mpi_flow *flow, const mpi_move *move, mpi_booked *booked);

    /* Undoes the operation's own move (operation, leg) by a reversing row under `undo_leg`. Never refused: what
     * belongs to a wallet that was closed meanwhile goes to suspense. */
    minipay_status (*reverse)(void *impl, mpi_flow *flow, const mpi_operation *op, int32_t leg,
                              int32_t undo_leg);

    /* Undoes the move (undone_id, leg) of another operation, in full, as this operation's leg 0; what it
     * took from the daily and monthly limits is given back. The caller sees to it that this happens
     * once. Limits do not refuse it. NOT_FOUND, MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED (of either
     * side), ID_REUSED, INSUFFICIENT_FUNDS when the payee has less. */
    minipay_status (*undo)(void *impl, mpi_flow *flow, const mpi_operation *op,
                           const minipay_id *undone_id, int32_t leg);

    /* Makes sure that `amount_minor` is available, by a top-up of what is missing if need be, of which
     * the operation is the parent: until a later step decides it has the top-up's version of policy. OK,
     * MPI_WAIT, or why not; `*topup_minor` is what was topped up. */
    minipay_status (*provide)(void *impl, mpi_flow *flow, mpi_operation *parent,
                              const minipay_id *member_id, const char currency[4], int64_t amount_minor,
                              int64_t *topup_minor);

    /* Sets money aside for an operation; its id is the hold's. What mpi_hold_open refuses with. */
    minipay_status (*hold)(void *impl, mpi_flow *flow, const mpi_operation *op,
                           const minipay_id *member_id, const minipay_id *payee_id,
                           const char currency[4], int64_t amount_minor, int64_t expires_at,
                           int32_t *policy_version);

    /* Moves held money to the payee of `move`, whose amount 0 means all that is left. What mpi_hold_take
     * refuses with; LIMIT_HOLDING, by these rules, when the payee is a member. `*left_minor` stays held. */
    minipay_status (*capture)(void *impl, mpi_flow *flow, const minipay_id *hold_id, mpi_move *move,
                              const mpi_rules *rules, int64_t *left_minor);

    /* Frees what is left of a hold. */
    minipay_status (*release)(void *impl, mpi_flow *flow, const minipay_id *hold_id,
                              int64_t *freed_minor);

    /* The move that stands under (operation, leg), or MINIPAY_NOT_FOUND; always, where an operation that asks
     * from afar has its own document to say it. Beside the lane too. */
    minipay_status (*find)(void *impl, mpi_flow *flow, const minipay_id *operation_id, int32_t leg,
                           mpi_moved *moved);

    /* Has the operation moved money? OK or MINIPAY_NOT_FOUND. */
    minipay_status (*has_moved)(void *impl, mpi_flow *flow, const minipay_id *operation_id);

    /* The moves of a kind that are their operation's first (leg 0), in the order of operations from behind
     * `after`. `*count` is the room, then the number. Beside the lane. */
    minipay_status (*moves)(void *impl, int32_t kind, const minipay_id *after, mpi_moved *moved,
                            uint32_t *count, minipay_error *error);
} mpi_wallet_port;

#endif
