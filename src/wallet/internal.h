/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_WALLET_INTERNAL_H
#define MPI_WALLET_INTERNAL_H

#include "wallet/wallet.h"

extern const mpi_saga mpi_topup_saga;
extern const mpi_saga mpi_credit_saga;
extern const mpi_saga mpi_debit_saga;
extern const mpi_saga mpi_hold_saga;
extern const mpi_saga mpi_hold_capture_saga;
extern const mpi_saga mpi_hold_void_saga;
extern const mpi_saga mpi_freeze_saga;
extern const mpi_saga mpi_unfreeze_saga;
extern const mpi_saga mpi_close_saga;

minipay_status mpi_wallets_hold(void *impl, mpi_flow *flow, const mpi_operation *op,
                                const minipay_id *member_id, const minipay_id *payee_id,
                                const char currency[4], int64_t amount_minor, int64_t expires_at,
                                int32_t *policy_version);
minipay_status mpi_wallets_capture(void *impl, mpi_flow *flow, const minipay_id *hold_id, mpi_move *move,
                                   const mpi_rules *rules, int64_t *left_minor);
/* What was taken before, or later ones, stay. */
minipay_status mpi_wallets_take_terms(mpi_wallets *wallets, mpi_flow *flow, const mpi_account *account,
                                      const mpi_terms *terms);
minipay_status mpi_wallets_has_moved(void *impl, mpi_flow *flow, const minipay_id *operation_id);
minipay_status mpi_wallets_release(void *impl, mpi_flow *flow, const minipay_id *hold_id,
                                   int64_t *freed_minor);
minipay_status mpi_wallets_move(void *impl, mpi_flow *flow, const mpi_move *move, mpi_booked *booked);

minipay_status mpi_wallets_provide(void *impl, mpi_flow *flow, mpi_operation *parent,
                                   const minipay_id *member_id, const char currency[4],
                                   int64_t amount_minor, int64_t *topup_minor);
minipay_status mpi_wallets_reverse(void *impl, mpi_flow *flow, const mpi_operation *op, int32_t leg,
                                   int32_t undo_leg);
minipay_status mpi_wallets_undo(void *impl, mpi_flow *flow, const mpi_operation *op,
                                const minipay_id *undone_id, int32_t leg);

/* The account with this number. */
minipay_status mpi_wallets_account(mpi_wallets *wallets, mpi_flow *flow, int64_t number,
                                   const mpi_account **account);
/* The engine's warmer. */
void mpi_wallets_warm(void *impl, mpi_unit *unit, const mpi_wallet_name *names, uint32_t count);

/* A member's wallet in the books. MINIPAY_WALLET_NOT_FOUND. */
minipay_status mpi_wallets_find(mpi_wallets *wallets, mpi_flow *flow, const minipay_id *member_id,
                                const char currency[4], const mpi_account **account);

/* The same on a snapshot; fills the error. */
minipay_status mpi_wallets_find_seen(mpi_view *view, const minipay_id *member_id, const char *currency,
                                     mpi_account *account, minipay_error *error);

/* A row of the journal that must be one of the account's. */
minipay_status mpi_wallets_row_seen(mpi_view *view, int64_t sequence, int64_t account_id,
                                    mpi_journal *row, minipay_error *error);

/* The posting of an operation's leg, with head, rules and text filled in. */
minipay_status mpi_wallets_posting(mpi_wallets *wallets, mpi_flow *flow, const mpi_operation *op,
                                   const char currency[4], mpi_posting *posting);

/* A posting of an operation in which one side at least is an account of the company's own. */
typedef struct mpi_booking {
    const mpi_operation *op;
    const char *currency;        /* char[4] */
    int32_t debit, credit;       /* MPI_ACCOUNT_*; WALLET is the member's */
    const minipay_id *member_id; /* NULL: no side is a wallet */
    int64_t amount_minor;
    bool forced;
} mpi_booking;

/* WALLET_NOT_FOUND, and what mpi_ledger_post refuses with. */
minipay_status mpi_wallets_book(mpi_wallets *wallets, mpi_flow *flow, const mpi_booking *booking,
                                mpi_booked *booked);

/* What the top-up that another operation has begun is to bring; 0: it has begun none. */
minipay_status mpi_topup_begun(mpi_flow *flow, const minipay_id *parent_id, int64_t *topup_minor);

/* The top-up that another operation needs: `*topup_minor` is what it brought. */
minipay_status mpi_topup_for(mpi_wallets *wallets, mpi_flow *flow, mpi_operation *parent,
                             const minipay_id *member_id, const char currency[4], int64_t missing_minor,
                             int64_t *topup_minor);

/* What a journal row tells other contexts. */
mpi_party mpi_wallets_party(const mpi_account *account);
void mpi_wallets_tell_move(const mpi_journal *row, const mpi_account *debit, const mpi_account *credit,
                           mpi_moved *moved);
minipay_status mpi_wallets_moves(void *impl, int32_t kind, const minipay_id *after, mpi_moved *moved,
                                 uint32_t *count, minipay_error *error);

#endif
