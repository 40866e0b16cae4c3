/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/currency.h"
#include "base/error.h"
#include "base/money.h"
#include "base/id.h"
#include "payment/promotion.h"

#include <stdlib.h>
#include <string.h>

/* A slip's life. Its operation is WAITING, PARKED or REFUSED until it is DONE; from then on:
 *
 *   PAY ─────────────────────────────────────────▶ PAID ──refund of the rest──▶ REFUNDED
 *                                                  ▲ ▲ └─ refund of a part: stays PAID
 *                                 capture of the   │ │
 *   AUTHORIZE ──▶ AUTHORIZED ──────── rest ────────┘ │ capture of the rest, or void
 *                   │  │                             │
 *                   │  └── capture of a part ──▶ PARTLY_CAPTURED ──void, all refunded──▶ REFUNDED
 *                   └── void, or expiry ──▶ VOIDED    └─ capture or refund of a part: stays
 */

#define NO                                                                                              \
    {                                                                                                   \
        MINIPAY_SLIP_CLOSED, 0                                                                          \
    }
#define TO(state)                                                                                       \
    {                                                                                                   \
        MINIPAY_OK, MINIPAY_SLIP_##state                                                                \
    }

const mpi_slip_move mpi_slip_moves[MPI_SLIP_STATES][MPI_SLIP_EVENTS] = {
    /*                          capture part         capture rest        void      void refunded */
    /*                          refund part          refund rest */
    [0] = {NO, NO, NO, NO, NO, NO},
    [MINIPAY_SLIP_PAID] = {NO, NO, NO, NO, TO(PAID), TO(REFUNDED)},
    [MINIPAY_SLIP_REFUSED] = {NO, NO, NO, NO, NO, NO},
    [MINIPAY_SLIP_WAITING] = {NO, NO, NO, NO, NO, NO},
    [MINIPAY_SLIP_REFUNDED] = {NO, NO, NO, NO, NO, NO},
    [MINIPAY_SLIP_PARKED] = {NO, NO, NO, NO, NO, NO},
    [MINIPAY_SLIP_AUTHORIZED] = {TO(PARTLY_CAPTURED), TO(PAID), TO(VOIDED), NO, NO, NO},
    [MINIPAY_SLIP_PARTLY_CAPTURED] = {TO(PARTLY_CAPTURED), TO(PAID), TO(PAID), TO(REFUNDED),
                                      TO(PARTLY_CAPTURED), TO(PARTLY_CAPTURED)},
    [MINIPAY_SLIP_VOIDED] = {NO, NO, NO, NO, NO, NO},
};

static const char *const slip_state_names[] = {"none",     "paid",   "refused",    "waiting",
                                               "refunded", "parked", "authorized", "partly_captured",
                                               "voided",   NULL};

static const minipay_field slip_fields[] = {
    MPI_OPERATION_FIELDS(mpi_slip),
    MPI_ID(mpi_slip, member_id),
    MPI_ID(mpi_slip, merchant_id),
    MPI_MONEY(mpi_slip, amount_minor),
    MPI_MONEY(mpi_slip, fee_minor),
    MPI_MONEY(mpi_slip, refunded_minor),
    MPI_MONEY(mpi_slip, refunded_fee_minor),
    MPI_MONEY(mpi_slip, topup_minor),
    MPI_INT32(mpi_slip, flags),
    MPI_COUNTED_DATE(mpi_slip),
    MPI_TEXT(mpi_slip, currency),
    MPI_BYTES(mpi_slip, memo),
    MPI_MONEY(mpi_slip, captured_minor),
    MPI_INT64(mpi_slip, expires_at),
    MPI_ENUM(mpi_slip, slip_state, slip_state_names),
    MPI_COUNTED_PLACE(mpi_slip),
    MPI_INT32(mpi_slip, terms_version),
    MPI_OPTIONAL_ID(mpi_slip, promotion_id),
    MPI_MONEY(mpi_slip, promotion_minor),
    MPI_MONEY(mpi_slip, refunded_promotion_minor),
    MPI_INT32(mpi_slip, merchant_share),
    MPI_MONEY(mpi_slip, needed_minor),
    MPI_HASH(mpi_slip, row_tag),
};

enum { FIELD_ID = 0, FIELD_CREATED = 9, FIELD_MEMBER = 14, FIELD_MERCHANT = 15 };

static const minipay_index slip_indexes[] = {
    {"slip_of_merchant", {FIELD_MERCHANT, FIELD_CREATED, FIELD_ID}, 3, 0, -1, 0},
    {"slip_of_member", {FIELD_MEMBER, FIELD_CREATED, FIELD_ID}, 3, 0, -1, 0}};

const mpi_record mpi_slip_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_slip, "slip", slip_fields, 1, slip_indexes, 2);

const char *minipay_slip_state_name(int32_t state)
{
    return state > 0 && state < MPI_SLIP_STATES ? slip_state_names[state] : "?";
}

/* A file of schema version 1 keeps no state and no captured amount: it knows payments made at once. */
int32_t mpi_slip_state(const mpi_slip *slip)
{
    static const int32_t by_operation[] = {[MINIPAY_STATE_RUNNING] = MINIPAY_SLIP_WAITING,
                                           [MINIPAY_STATE_REJECTED] = MINIPAY_SLIP_REFUSED,
                                           [MINIPAY_STATE_PARKED] = MINIPAY_SLIP_PARKED};
    if (slip->op.state != MINIPAY_STATE_DONE)
        return by_operation[slip->op.state];
    if (slip->slip_state)
        return slip->slip_state;
    return slip->refunded_minor == slip->amount_minor ? MINIPAY_SLIP_REFUNDED : MINIPAY_SLIP_PAID;
}

int64_t mpi_slip_captured(const mpi_slip *slip)
{
    bool at_once = slip->op.kind == MINIPAY_KIND_PAY && slip->op.state == MINIPAY_STATE_DONE;
    return at_once ? slip->amount_minor : slip->captured_minor;
}

minipay_status mpi_slip_find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                             const mpi_slip **slip)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, payments->slips, id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_SLIP_NOT_FOUND : status;
    *slip = row;
    return MINIPAY_OK;
}

minipay_status mpi_slip_take_up(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                char currency[MINIPAY_CURRENCY_SIZE], const mpi_slip **slip)
{
    minipay_status status = mpi_slip_find(payments, flow, id, slip);
    return status == MINIPAY_OK && !mpi_currency_take(currency, (*slip)->currency)
               ? MINIPAY_CURRENCY_MISMATCH
               : status;
}

minipay_status mpi_slip_write(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                              const mpi_slip *after)
{
    mpi_slip *edit = mpi_unit_edit(flow->unit, payments->slips, slip);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    *edit = *after;
    return MINIPAY_OK;
}

bool mpi_slip_is_open(const mpi_slip *slip)
{
    int32_t state = mpi_slip_state(slip);
    return mpi_slip_moves[state][MPI_SLIP_CAPTURE_PART].status == MINIPAY_OK;
}

/* ---- reading, beside the lane ---------------------------------------------------------------------------- */

static minipay_status show(const mpi_payments *payments, const mpi_slip *row, minipay_slip *slip,
                           minipay_error *error)
{
    minipay_slip_init(slip);
    slip->state = mpi_slip_state(row);
    slip->id = row->op.id;
    slip->member_id = row->member_id;
    slip->merchant_id = row->merchant_id;
    slip->amount_minor = row->amount_minor;
    slip->fee_minor = row->fee_minor;
    slip->refunded_minor = row->refunded_minor;
    slip->made_at = row->op.finished_at;
    slip->business_date = row->counted.business_date;
    slip->status = row->op.status;
    memcpy(slip->currency, row->currency, sizeof slip->currency);
    slip->kind = row->op.kind;
    slip->captured_minor = mpi_slip_captured(row);
    slip->refunded_fee_minor = row->refunded_fee_minor;
    slip->topup_minor = row->topup_minor;
    slip->expires_at = row->expires_at;
    slip->terms_version = row->terms_version;
    slip->promotion_id = row->promotion_id;
    slip->promotion_minor = row->promotion_minor;
    slip->merchant_part_minor = mpi_promotion_merchant(row, row->promotion_minor);
    slip->refunded_promotion_minor = row->refunded_promotion_minor;
    if (mpi_record_unseal(mpi_store_keys(payments->store), &row->op.id, &row->memo, slip->memo,
                          sizeof slip->memo) != 0)
        return mpi_fail(error, MINIPAY_CORRUPT, "slip", "a slip's memo cannot be unsealed");
    return MINIPAY_OK;
}

minipay_status mpi_payments_slip(mpi_payments *payments, const minipay_id *id, minipay_slip *slip,
                                 minipay_error *error)
{
    mpi_slip row = {.op.id = *id};
    minipay_slip shown;
    mpi_view view;
    minipay_status status = mpi_view_open(payments->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_slip_record, -1, &row, error);
    mpi_view_close(&view);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail_plain(error, MINIPAY_SLIP_NOT_FOUND, "id");
    if (status == MINIPAY_OK)
        status = show(payments, &row, &shown, error);
    if (status == MINIPAY_OK)
        *slip = shown;
    return status;
}

/* The upper end of what is still to be shown: the slip shown last, or the query's bound. */
static minipay_status begin_behind(mpi_view *view, const minipay_slip_query *query,
                                   const minipay_id *after, mpi_slip *high, minipay_scan *scan,
                                   minipay_error *error)
{
    bool first = mpi_id_is_none(after);
    high->op.id = *after;
    minipay_status status = first ? MINIPAY_OK : mpi_view_get(view, &mpi_slip_record, -1, high, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail_plain(error, MINIPAY_SLIP_NOT_FOUND, "after");
    if (first)
        high->op.created_at = query->until_at;
    scan->high_fields = !first ? 3 : query->until_at ? 2 : 1;
    scan->high_exclusive = !first || query->until_at;
    high->member_id = query->member_id;
    high->merchant_id = query->merchant_id;
    return status;
}

static minipay_status show_row(void *context, mpi_view *view, const void *row, void *item,
                               minipay_error *error)
{
    (void)view;
    return show(context, row, item, error);
}

minipay_status mpi_payments_slips(mpi_payments *payments, const minipay_slip_query *query,
                                  const minipay_id *after, minipay_slip *slips, uint32_t *count,
                                  minipay_error *error)
{
    bool of_member = !mpi_id_is_none(&query->member_id);
    mpi_slip low = {.member_id = query->member_id, .merchant_id = query->merchant_id}, high = low;
    mpi_list list = {.scan = {.table = &mpi_slip_record.table,
                              .index = of_member ? MPI_SLIPS_OF_MEMBER : MPI_SLIPS_OF_MERCHANT,
                              .descending = 1,
                              .low = &low,
                              .high = &high,
                              .low_fields = 2},
                     .item_size = sizeof *slips,
                     .context = payments,
                     .show = show_row};
    mpi_view view;
    low.op.created_at = query->since_at;
    minipay_status status = mpi_view_open(payments->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = begin_behind(&view, query, after, &high, &list.scan, error);
    if (status == MINIPAY_OK)
        status = mpi_view_list(&view, &list, slips, count, error);
    mpi_view_close(&view);
    return status;
}
