/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

static const char *const bucket_state_names[] = {"open", "closed", NULL};

static const minipay_field bucket_fields[] = {
    MPI_ID(mpi_bucket, merchant_id),
    MPI_TEXT(mpi_bucket, currency),
    MPI_INT32(mpi_bucket, business_date),
    MPI_INT32(mpi_bucket, round),
    MPI_ENUM(mpi_bucket, bucket_state, bucket_state_names),
    MPI_OPTIONAL_ID(mpi_bucket, run_id),
    MPI_INT64(mpi_bucket, slips),
    MPI_MONEY(mpi_bucket, gross_minor),
    MPI_MONEY(mpi_bucket, refund_minor),
    MPI_MONEY(mpi_bucket, fee_minor),
    MPI_MONEY(mpi_bucket, carried_minor),
    MPI_ENUM(mpi_bucket, last_kind, mpi_kind_names),
    MPI_OPTIONAL_ID(mpi_bucket, last_id),
    MPI_INT32(mpi_bucket, due_date),
    MPI_MONEY(mpi_bucket, promotion_minor),
    MPI_INT32(mpi_bucket, due_terms_version),
    MPI_INT32(mpi_bucket, due_policy_version),
    MPI_INT32(mpi_bucket, due_calendar_version),
    MPI_HASH(mpi_bucket, row_tag),
};

enum {
    FIELD_CURRENCY = 1,
    FIELD_DATE = 2,
    FIELD_ROUND = 3,
    FIELD_STATE = 4,
    FIELD_RUN = 5,
    FIELD_DUE = 13
};

static const minipay_index bucket_indexes[] = {
    {"bucket_due", {FIELD_CURRENCY, FIELD_DUE, 0, FIELD_DATE}, 4, 0, FIELD_STATE, 1},
    {"bucket_of_run", {FIELD_RUN, 0, FIELD_DATE, FIELD_ROUND}, 4, 0, -1, 0}};

const mpi_record mpi_bucket_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_bucket, "bucket", bucket_fields, 4, bucket_indexes, 2);

static bool add_figures(mpi_bucket *bucket, const mpi_due *change)
{
    bucket->slips += change->slips;
    return mpi_money_add(bucket->gross_minor, change->gross_minor, &bucket->gross_minor) &&
           mpi_money_add(bucket->refund_minor, change->refund_minor, &bucket->refund_minor) &&
           mpi_money_add(bucket->fee_minor, change->fee_minor, &bucket->fee_minor) &&
           mpi_money_add(bucket->promotion_minor, change->promotion_minor, &bucket->promotion_minor) &&
           mpi_money_add(bucket->carried_minor, change->carried_minor, &bucket->carried_minor);
}

/* `*row` is NULL when the round does not stand yet. */
static minipay_status read_round(mpi_payments *payments, mpi_flow *flow, const mpi_bucket *key,
                                 const mpi_bucket **row)
{
    const void *found = NULL;
    minipay_status status = mpi_unit_get(flow->unit, payments->buckets, key, &found, flow->error);
    *row = status == MINIPAY_OK ? found : NULL;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

/* The date's bucket that is still open; a closed one is followed by the next round, so all before it are
 * closed: first in strides that double, then by halves. `key` becomes its key; `*row` is NULL when it does not
 * stand yet. */
static minipay_status find_open(mpi_payments *payments, mpi_flow *flow, mpi_bucket *key,
                                const mpi_bucket **row)
{
    int32_t closed = -1, open = -1; /* rounds; open: or not standing */
    const mpi_bucket *found;
    minipay_status status = MINIPAY_OK;
    *row = NULL;
    while (status == MINIPAY_OK && (open < 0 || open - closed > 1)) {
        key->round = open < 0 ? closed * 2 + 2 : closed + (open - closed) / 2;
        status = read_round(payments, flow, key, &found);
        if (status == MINIPAY_OK && found && found->bucket_state != 0) {
            closed = key->round;
        } else {
            open = key->round;
            *row = found;
        }
    }
    key->round = open;
    return status;
}

/* A merchant's bucket is due by his cycle, as it is when the bucket opens. */
static minipay_status set_due(mpi_payments *payments, mpi_flow *flow, const mpi_rules *rules,
                              mpi_bucket *bucket)
{
    const mpi_merchant *merchant;
    mpi_merchant_terms terms;
    minipay_status status = mpi_merchant_get(payments, flow, &bucket->merchant_id, &merchant);
    if (status == MINIPAY_OK)
        status = mpi_terms_now(payments, flow, merchant, &terms);
    return status == MINIPAY_OK ? mpi_calendar_set_due(payments, flow, rules, &terms, bucket) : status;
}

/* The entry goes in front of the bucket's chain. */
static void link_entry(mpi_bucket *bucket, const mpi_entry *entry, mpi_counted *counted)
{
    *counted = (mpi_counted){bucket->business_date, bucket->round, bucket->last_kind, bucket->last_id};
    if (!entry)
        return;
    bucket->last_id = entry->id;
    bucket->last_kind = entry->kind;
}

static minipay_status write_bucket(mpi_payments *payments, mpi_flow *flow, const void *row,
                                   const mpi_bucket *bucket)
{
    if (!row)
        return mpi_unit_insert(flow->unit, payments->buckets, bucket, flow->error);
    mpi_bucket *edit = mpi_unit_edit(flow->unit, payments->buckets, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    *edit = *bucket;
    return MINIPAY_OK;
}

minipay_status mpi_bucket_add(mpi_payments *payments, mpi_flow *flow, const minipay_id *merchant_id,
                              const char currency[4], const mpi_due *change, const mpi_entry *entry,
                              mpi_counted *counted)
{
    const mpi_bucket *row;
    const mpi_rules *rules;
    minipay_status status =
        mpi_policy_rules(payments->policy, flow->unit, currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_bucket bucket = {.merchant_id = *merchant_id,
                         .business_date = mpi_rules_date(rules, mpi_unit_now(flow->unit))};
    memcpy(bucket.currency, currency, sizeof bucket.currency);
    status = find_open(payments, flow, &bucket, &row);
    if (status == MINIPAY_OK && row)
        bucket = *row;
    else if (status == MINIPAY_OK)
        status = set_due(payments, flow, rules, &bucket);
    if (status != MINIPAY_OK)
        return status;
    if (!add_figures(&bucket, change))
        return MINIPAY_AMOUNT_OVERFLOW;
    link_entry(&bucket, entry, counted);
    return write_bucket(payments, flow, row, &bucket);
}

minipay_status mpi_slip_count(mpi_payments *payments, mpi_flow *flow, const minipay_id *slip_id,
                              const mpi_due *change, const mpi_entry *entry, mpi_counted *counted)
{
    const mpi_slip *slip;
    minipay_status status = mpi_slip_find(payments, flow, slip_id, &slip);
    return status == MINIPAY_OK ? mpi_bucket_add(payments, flow, &slip->merchant_id, slip->currency,
                                                 change, entry, counted)
                                : status;
}

/* ---- the port: for settlement ---------------------------------------------------------------------------- */

minipay_status mpi_bucket_carry(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                const char currency[4], int64_t amount_minor, mpi_carried *carried)
{
    mpi_due change = {.carried_minor = amount_minor};
    mpi_counted counted;
    minipay_status status = mpi_bucket_add(impl, flow, merchant_id, currency, &change, NULL, &counted);
    if (status == MINIPAY_OK)
        *carried = (mpi_carried){counted.business_date, counted.bucket_round};
    return status;
}

static minipay_status take_one_back(mpi_payments *payments, mpi_flow *flow, const char currency[4],
                                    mpi_taking *taking)
{
    mpi_bucket bucket = {.merchant_id = taking->merchant_id,
                         .business_date = taking->carried.business_date,
                         .round = taking->carried.round};
    const void *row;
    memcpy(bucket.currency, currency, sizeof bucket.currency);
    minipay_status status = mpi_unit_get(flow->unit, payments->buckets, &bucket, &row, flow->error);
    taking->taken = status == MINIPAY_OK && ((const mpi_bucket *)row)->bucket_state == 0;
    if (!taking->taken)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
    bucket = *(const mpi_bucket *)row;
    if (!mpi_money_subtract(bucket.carried_minor, taking->amount_minor, &bucket.carried_minor))
        return MINIPAY_AMOUNT_OVERFLOW;
    return write_bucket(payments, flow, row, &bucket);
}

minipay_status mpi_bucket_take_back(void *impl, mpi_flow *flow, const mpi_closing *closing,
                                    mpi_taking *takings, uint32_t count)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++)
        status = take_one_back(impl, flow, closing->currency, &takings[i]);
    return status;
}

static void say_due(const mpi_bucket *bucket, mpi_due *due)
{
    *due = (mpi_due){.merchant_id = bucket->merchant_id,
                     .slips = bucket->slips,
                     .gross_minor = bucket->gross_minor,
                     .refund_minor = bucket->refund_minor,
                     .fee_minor = bucket->fee_minor,
                     .promotion_minor = bucket->promotion_minor,
                     .carried_minor = bucket->carried_minor,
                     .due_date = bucket->due_date,
                     .business_date = bucket->business_date,
                     .round = bucket->round};
}

/* The bounds of what is due; `low` stands behind `after`. A bucket that schema version 1 opened has no date and
 * is due at once. */
static minipay_scan due_scan(const char currency[4], int32_t through_date, const mpi_due_cursor *after,
                             mpi_bucket *low, mpi_bucket *high)
{
    bool begun = !mpi_id_is_none(&after->merchant_id);
    minipay_scan scan = {.table = &mpi_bucket_record.table,
                         .index = MPI_BUCKETS_DUE,
                         .low = low,
                         .high = high,
                         .low_fields = begun ? 4 : 1,
                         .high_fields = 2,
                         .low_exclusive = begun};
    *low = (mpi_bucket){.due_date = after->due_date,
                        .merchant_id = after->merchant_id,
                        .business_date = after->business_date};
    *high = (mpi_bucket){.due_date = through_date};
    memcpy(low->currency, currency, sizeof low->currency);
    memcpy(high->currency, currency, sizeof high->currency);
    return scan;
}

static minipay_status close_one(mpi_payments *payments, mpi_flow *flow, const minipay_id *run_id,
                                const mpi_bucket *open, mpi_due *due)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, payments->buckets, open, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_bucket *edit = mpi_unit_edit(flow->unit, payments->buckets, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    edit->bucket_state = 1;
    edit->run_id = *run_id;
    say_due(edit, due);
    return MINIPAY_OK;
}

minipay_status mpi_bucket_close_next(mpi_payments *payments, mpi_flow *flow, const mpi_closing *closing,
                                     mpi_due *dues, uint32_t *count)
{
    mpi_bucket low, high;
    minipay_scan scan = due_scan(closing->currency, closing->through_date, &closing->after, &low, &high);
    mpi_bucket *open = malloc(*count * sizeof *open);
    if (!open)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = mpi_unit_scan(flow->unit, &scan, open, count, flow->error);
    for (uint32_t i = 0; i < *count && status == MINIPAY_OK; i++)
        status = close_one(payments, flow, &closing->run_id, &open[i], &dues[i]);
    free(open);
    return status;
}

minipay_status mpi_bucket_close(void *impl, mpi_flow *flow, const mpi_closing *closing, mpi_due *dues,
                                uint32_t *count, bool *more)
{
    *count = MPI_DUES_LARGEST;
    minipay_status status = mpi_bucket_close_next(impl, flow, closing, dues, count);
    *more = *count > 0;
    return status;
}

bool mpi_due_is_behind(const mpi_due *due, const mpi_due_cursor *cursor)
{
    if (due->due_date != cursor->due_date)
        return due->due_date > cursor->due_date;
    int order = mpi_id_compare(&due->merchant_id, &cursor->merchant_id);
    return order ? order > 0 : due->business_date > cursor->business_date;
}

enum { CLOSED_PAGE = 100 };

minipay_status mpi_bucket_closed(mpi_flow *flow, const mpi_closing *closing, mpi_due *dues,
                                 uint32_t *count)
{
    mpi_bucket low = {.run_id = closing->run_id}, high = low;
    minipay_scan scan = {.table = &mpi_bucket_record.table,
                         .index = MPI_BUCKETS_OF_RUN,
                         .low = &low,
                         .high = &high,
                         .low_fields = 1,
                         .high_fields = 1};
    mpi_bucket closed[CLOSED_PAGE];
    uint32_t found = 0, read = CLOSED_PAGE;
    while (read == CLOSED_PAGE) {
        minipay_status status = mpi_unit_scan(flow->unit, &scan, closed, &read, flow->error);
        if (status != MINIPAY_OK)
            return status;
        for (uint32_t i = 0; i < read && found < *count; i++) {
            say_due(&closed[i], &dues[found]);
            found += mpi_due_is_behind(&dues[found], &closing->after);
        }
        if (read)
            low = closed[read - 1];
        scan.low_fields = 4;
        scan.low_exclusive = 1;
    }
    *count = found;
    return MINIPAY_OK;
}

static minipay_status postpone_one(mpi_payments *payments, mpi_flow *flow, const mpi_closing *closing,
                                   const mpi_due *due)
{
    const void *row;
    mpi_bucket key = {
        .merchant_id = due->merchant_id, .business_date = due->business_date, .round = due->round};
    memcpy(key.currency, closing->currency, sizeof key.currency);
    minipay_status status = mpi_unit_get(flow->unit, payments->buckets, &key, &row, flow->error);
    mpi_bucket *edit = status == MINIPAY_OK ? mpi_unit_edit(flow->unit, payments->buckets, row) : NULL;
    if (!edit)
        return status == MINIPAY_OK ? mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL) : status;
    edit->bucket_state = 0;
    edit->run_id = (minipay_id){{0}};
    edit->due_date = mpi_date_from_days(mpi_date_to_days(closing->through_date) + 1);
    return MINIPAY_OK;
}

minipay_status mpi_bucket_postpone(void *impl, mpi_flow *flow, const mpi_closing *closing,
                                   const mpi_due *dues, uint32_t count)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++)
        status = postpone_one(impl, flow, closing, &dues[i]);
    return status;
}

minipay_status mpi_bucket_look(void *impl, const char currency[4], int32_t through_date,
                               const mpi_due_cursor *after, mpi_due *dues, uint32_t *count,
                               minipay_error *error)
{
    mpi_payments *payments = impl;
    mpi_bucket low, high;
    minipay_scan scan = due_scan(currency, through_date, after, &low, &high);
    mpi_bucket *open = malloc(*count * sizeof *open);
    mpi_view view;
    if (!open)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = mpi_view_open(payments->store, &view, error);
    if (status == MINIPAY_OK) {
        status = mpi_view_scan(&view, &scan, open, count, error);
        mpi_view_close(&view);
    }
    for (uint32_t i = 0; i < *count && status == MINIPAY_OK; i++)
        say_due(&open[i], &dues[i]);
    free(open);
    return status;
}
