/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_LEDGER_HOLD_H
#define MPI_LEDGER_HOLD_H

/* Holds: money that stays in a wallet and cannot be spent. held = what is left of the account's open holds.
 *
 * What is left of an open hold that can be captured counts towards the daily and monthly limits of the date
 * on which it was opened, as if it were spent: several together pass no limit. What is captured counts there
 * no longer, but as a posting, on the date of its capture, which no limit refuses: it was granted. What is
 * freed counts nowhere.
 *
 *   OPEN ──capture, until nothing is left──▶ CLOSED
 *     └───void, or expiry──────────────────▶ CLOSED
 *
 * That of an authorisation ends with its payment, which may have more to capture than the member pays: a
 * capture of nothing more leaves it OPEN, so that its expiry is found. */

#include "ledger/ledger.h"

typedef struct mpi_hold {
    minipay_id hold_id; /* the operation that opened it */
    minipay_id owner_id;
    minipay_id payee_id; /* who may receive it; none: it can only be void */
    int64_t amount_minor;
    int64_t captured_minor;
    int64_t expires_at; /* 0: never. Past it, nothing can be captured; it counts until it is released */
    int32_t hold_state;
    int32_t opened_by; /* MINIPAY_KIND_HOLD or _AUTHORIZE */
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t business_date; /* whose limits it counts towards; 0, a legal freeze: none */
    int64_t next_sequence; /* of the journal's row after it: what the audit orders it by */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_hold;

extern const mpi_record mpi_hold_record;

enum { MPI_HOLD_OPEN = 0, MPI_HOLD_CLOSED = 1, MPI_HOLDS_DUE = 0 };

/* Opens `wanted` on the account; its date and sequence are filled in here. The account's state,
 * LIMIT_OPERATION, INSUFFICIENT_FUNDS, LIMIT_DAILY, LIMIT_MONTHLY, in this order; a HOLD without a
 * payee: only WALLET_CLOSED, INSUFFICIENT_FUNDS. */
minipay_status mpi_hold_open(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                             const mpi_rules *rules, const mpi_hold *wanted, minipay_error *error);

/* Takes an amount (0: all that is left) out of a hold, to be posted in the same unit of work. `*taken_minor`
 * is the amount, `*left_minor` what stays held. HOLD_NOT_FOUND, HOLD_CLOSED, HOLD_EXPIRED,
 * INSUFFICIENT_FUNDS when the hold has less. */
minipay_status mpi_hold_take(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *hold_id,
                             int64_t amount_minor, int64_t *taken_minor, int64_t *left_minor,
                             minipay_error *error);

/* Frees what is left. HOLD_NOT_FOUND, HOLD_CLOSED. */
minipay_status mpi_hold_release(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *hold_id,
                                int64_t *freed_minor, minipay_error *error);

/* HOLD_NOT_FOUND. */
minipay_status mpi_hold_find(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *hold_id,
                             const mpi_hold **hold, minipay_error *error);

#endif
