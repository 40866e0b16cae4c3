/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "payment/promotion.h"

#include <string.h>

/* What stands behind a settlement line: the entries of the buckets that the run closed for a merchant, newest
 * first. A bucket knows its newest entry, and each entry the one before it. */

/* Where the walk is: an entry, and the bucket that counted it. */
typedef struct walk {
    mpi_view *view;
    mpi_bucket bucket; /* at first only of whose line it is */
    mpi_entry next;    /* kind 0: the bucket is read to its end */
} walk;

typedef struct found {
    minipay_statement_entry shown;
    mpi_counted counted;
} found;

static minipay_status read_slip(mpi_view *view, const minipay_id *id, found *entry, minipay_error *error)
{
    mpi_slip slip = {.op.id = *id};
    minipay_status status = mpi_view_get(view, &mpi_slip_record, -1, &slip, error);
    if (status != MINIPAY_OK)
        return status;
    entry->shown.slip_id = *id;
    entry->shown.amount_minor = slip.amount_minor;
    entry->shown.fee_minor = slip.fee_minor;
    entry->shown.promotion_minor = mpi_promotion_merchant(&slip, slip.promotion_minor);
    entry->shown.booked_at = slip.op.finished_at;
    entry->counted = slip.counted;
    return MINIPAY_OK;
}

static minipay_status read_capture(mpi_view *view, const minipay_id *id, found *entry,
                                   minipay_error *error)
{
    mpi_slip_change change = {.op.id = *id};
    minipay_status status = mpi_view_get(view, &mpi_slip_change_record, -1, &change, error);
    if (status != MINIPAY_OK)
        return status;
    entry->shown.slip_id = change.slip_id;
    entry->shown.amount_minor = change.amount_minor;
    entry->shown.fee_minor = change.fee_minor;
    entry->shown.promotion_minor = change.merchant_part_minor;
    entry->shown.booked_at = change.op.finished_at;
    entry->counted = change.counted;
    return MINIPAY_OK;
}

static minipay_status read_refund(mpi_view *view, const minipay_id *id, found *entry,
                                  minipay_error *error)
{
    mpi_refund refund = {.op.id = *id};
    minipay_status status = mpi_view_get(view, &mpi_refund_record, -1, &refund, error);
    if (status != MINIPAY_OK)
        return status;
    entry->shown.slip_id = refund.slip_id;
    entry->shown.amount_minor = refund.amount_minor;
    entry->shown.fee_minor = refund.fee_minor;
    entry->shown.promotion_minor = refund.merchant_part_minor;
    entry->shown.booked_at = refund.op.finished_at;
    entry->counted = refund.counted;
    return MINIPAY_OK;
}

static minipay_status read_entry(mpi_view *view, const mpi_entry *at, found *entry, minipay_error *error)
{
    minipay_statement_entry_init(&entry->shown);
    entry->shown.kind = at->kind;
    entry->shown.id = at->id;
    switch (at->kind) {
    case MINIPAY_KIND_PAY:
        return read_slip(view, &at->id, entry, error);
    case MINIPAY_KIND_CAPTURE:
        return read_capture(view, &at->id, entry, error);
    case MINIPAY_KIND_REFUND:
        return read_refund(view, &at->id, entry, error);
    default:
        return MINIPAY_NOT_FOUND;
    }
}

/* The run's next older bucket of the merchant; `*more` is 0 when there is none. */
static minipay_status next_bucket(walk *w, bool first, uint32_t *more, minipay_error *error)
{
    mpi_bucket high = w->bucket;
    minipay_scan scan = {.table = &mpi_bucket_record.table,
                         .index = MPI_BUCKETS_OF_RUN,
                         .descending = 1,
                         .low = &high,
                         .high = &high,
                         .low_fields = 2,
                         .high_fields = first ? 2 : 4,
                         .high_exclusive = !first};
    *more = 1;
    minipay_status status = mpi_view_scan(w->view, &scan, &w->bucket, more, error);
    if (status == MINIPAY_OK && *more)
        w->next = (mpi_entry){w->bucket.last_id, w->bucket.last_kind};
    return status;
}

/* The bucket that counted the entry, if it is one of this line's: a cursor may come from anywhere. */
static minipay_status find_bucket(walk *w, const found *entry, minipay_error *error)
{
    mpi_bucket bound = w->bucket;
    minipay_scan scan = {.table = &mpi_bucket_record.table,
                         .index = MPI_BUCKETS_OF_RUN,
                         .low = &bound,
                         .high = &bound,
                         .low_fields = 4,
                         .high_fields = 4};
    uint32_t count = 1;
    bound.business_date = entry->counted.business_date;
    bound.round = entry->counted.bucket_round;
    minipay_status status = mpi_view_scan(w->view, &scan, &w->bucket, &count, error);
    return status == MINIPAY_OK && !count ? MINIPAY_NOT_FOUND : status;
}

static minipay_status begin(walk *w, const minipay_statement_entry *after, uint32_t *more,
                            minipay_error *error)
{
    found entry;
    if (after->kind == 0)
        return next_bucket(w, true, more, error);
    minipay_status status = read_entry(w->view, &(mpi_entry){after->id, after->kind}, &entry, error);
    if (status == MINIPAY_OK)
        status = find_bucket(w, &entry, error);
    if (status != MINIPAY_OK)
        return status;
    *more = 1;
    w->next = (mpi_entry){entry.counted.previous_id, entry.counted.previous_kind};
    return MINIPAY_OK;
}

static minipay_status step(walk *w, minipay_statement_entry *shown, uint32_t *used, minipay_error *error)
{
    found entry;
    minipay_status status = read_entry(w->view, &w->next, &entry, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, "bucket", "an entry that a bucket counted is gone");
    if (status != MINIPAY_OK)
        return status;
    entry.shown.business_date = w->bucket.business_date;
    entry.shown.due_date = w->bucket.due_date;
    entry.shown.due_terms_version = w->bucket.due_terms_version;
    entry.shown.due_policy_version = w->bucket.due_policy_version;
    entry.shown.due_calendar_version = w->bucket.due_calendar_version;
    shown[(*used)++] = entry.shown;
    w->next = (mpi_entry){entry.counted.previous_id, entry.counted.previous_kind};
    return MINIPAY_OK;
}

minipay_status mpi_statement_page(void *impl, const minipay_id *run_id, const minipay_id *merchant_id,
                                  const minipay_statement_entry *after, minipay_statement_entry *entries,
                                  uint32_t *count, minipay_error *error)
{
    mpi_payments *payments = impl;
    mpi_view view;
    walk w = {.view = &view, .bucket = {.run_id = *run_id, .merchant_id = *merchant_id}};
    uint32_t used = 0, more = 0;
    minipay_status status = mpi_view_open(payments->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = begin(&w, after, &more, error);
    while (status == MINIPAY_OK && more && used < *count)
        status = w.next.kind ? step(&w, entries, &used, error) : next_bucket(&w, false, &more, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        *count = used;
    return status;
}
