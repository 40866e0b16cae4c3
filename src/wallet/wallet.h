/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_WALLET_WALLET_H
#define MPI_WALLET_WALLET_H

/* Wallets: members' money. Owns the books (the ledger) and the records that are declared here. */

#include "banking/port.h"
#include "ledger/claim.h"
#include "ledger/hold.h"
#include "membership/port.h"
#include "minipay/wallet.h"
#include "wallet/port.h"

/* The opening of a wallet; what is in it is an account of the books. */
typedef struct mpi_wallet_opening {
    mpi_operation op; /* kind OPEN */
    minipay_id member_id;
    char currency[MINIPAY_CURRENCY_SIZE];
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_wallet_opening;

typedef struct mpi_topup {
    mpi_operation op;
    minipay_id member_id;
    minipay_id account_id; /* linked account, or none: the member's first */
    int64_t amount_minor;
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t credited_to;   /* MPI_CREDITED_* */
    int32_t business_date; /* on which the wallet's money moved */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_topup;

/* A wallet that was closed meanwhile leaves the money in suspense. */
enum { MPI_CREDITED_WALLET = 0, MPI_CREDITED_SUSPENSE = 1 };

/* The step that the bank does. */
enum { MPI_TOPUP_ORDER = 1 };

/* An operator's credit or debit. */
typedef struct mpi_adjustment {
    mpi_operation op;
    minipay_id member_id;
    int64_t amount_minor;
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t business_date; /* on which the wallet's money moved */
    int32_t flags;         /* CREDIT: MINIPAY_FLAG_FROM_SUSPENSE or 0 */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_adjustment;

/* HOLD, HOLD_CAPTURE and HOLD_VOID. */
typedef struct mpi_hold_operation {
    mpi_operation op;
    minipay_id hold_id;   /* HOLD: its own id */
    minipay_id member_id; /* whose wallet it is in */
    minipay_id payee_id;  /* who may receive it, or none */
    int64_t asked_minor;
    int64_t amount_minor;
    int64_t expires_at;
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t business_date; /* HOLD_CAPTURE: on which it was booked */
    int32_t booked_as; /* HOLD_CAPTURE: its posting's kind; 0 in a file of schema version 1: TRANSFER */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_hold_operation;

/* FREEZE, UNFREEZE and CLOSE. */
typedef struct mpi_wallet_change {
    mpi_operation op;
    minipay_id member_id;
    char currency[MINIPAY_CURRENCY_SIZE];
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_wallet_change;

/* The company's account on the other side. */
int32_t mpi_adjustment_against(const mpi_adjustment *adjustment);

extern const mpi_claimant mpi_wallet_claimants[];
extern const mpi_record mpi_hold_operation_record;
extern const mpi_record mpi_wallet_change_record;
extern const mpi_record mpi_wallet_opening_record;
extern const mpi_record mpi_topup_record;
extern const mpi_record mpi_adjustment_record;

typedef struct mpi_wallets {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_ledger ledger;
    mpi_membership_port membership;
    mpi_banking_port banking;
} mpi_wallets;

void mpi_wallets_set_up(mpi_wallets *wallets, mpi_engine *engine, const mpi_home *home,
                        const mpi_membership_port *membership, const mpi_banking_port *banking);
mpi_wallet_port mpi_wallets_open_port(mpi_wallets *wallets);

/* What banking asks of the books. */
mpi_bank_fees mpi_wallets_open_fees(mpi_wallets *wallets);

/* The same for contexts whose store is another one, and who answers them. */
void mpi_wallets_serve(mpi_wallets *wallets, const mpi_home *home);
mpi_wallet_port mpi_wallets_open_far(mpi_wallets *wallets);
mpi_bank_fees mpi_wallets_open_far_fees(mpi_wallets *wallets);
mpi_terms_sink mpi_wallets_open_far_sink(mpi_wallets *wallets);

/* `draw_up` for minipay_wallet_request. */
void mpi_wallets_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document);

/* What membership pushes: see mpi_terms_sink. */
mpi_terms_sink mpi_wallets_open_sink(mpi_wallets *wallets);

/* Releases holds that have expired, up to `budget`. */
minipay_status mpi_wallets_run(mpi_wallets *wallets, uint32_t budget, uint32_t *carried,
                               int64_t *next_at, minipay_error *error);

/* Reading, beside the lane. */
minipay_status mpi_wallets_get(mpi_wallets *wallets, const minipay_id *member_id, const char *currency,
                               minipay_wallet *wallet, minipay_error *error);
minipay_status mpi_wallets_list(mpi_wallets *wallets, const minipay_wallet *after, minipay_wallet *list,
                                uint32_t *count, minipay_error *error);
minipay_status mpi_wallets_history(mpi_wallets *wallets, const minipay_id *member_id,
                                   const char *currency, int64_t before, minipay_entry *entries,
                                   uint32_t *count, minipay_error *error);
minipay_status mpi_wallets_balance_at(mpi_wallets *wallets, const minipay_id *member_id,
                                      const char *currency, int64_t at, int64_t *balance_minor,
                                      minipay_error *error);
minipay_status mpi_wallets_balances(mpi_wallets *wallets, const minipay_balance *after,
                                    minipay_balance *balances, uint32_t *count, minipay_error *error);
minipay_status mpi_wallets_postings(mpi_wallets *wallets, const minipay_posting *after,
                                    minipay_posting *postings, uint32_t *count, minipay_error *error);
minipay_status mpi_wallets_company(mpi_wallets *wallets, const char *currency, int64_t *posted_minor,
                                   int64_t *in_transit_minor, minipay_error *error);

#endif
