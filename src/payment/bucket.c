/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/money.h"

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
    MPI_HASH(mpi_bucket, row_tag),
};

static const minipay_index bucket_indexes[] = {{"bucket_open", {1, 2, 0, 3}, 4, 0, 4, 1}};

const mpi_record mpi_bucket_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_bucket, "bucket", bucket_fields, 4, bucket_indexes, 1);

static bool add_figures(mpi_bucket *bucket, const mpi_due *change)
{
    bucket->slips += change->slips;
    return mpi_money_add(bucket->gross_minor, change->gross_minor, &bucket->gross_minor) &&
           mpi_money_add(bucket->refund_minor, change->refund_minor, &bucket->refund_minor) &&
           mpi_money_add(bucket->fee_minor, change->fee_minor, &bucket->fee_minor) &&
           mpi_money_add(bucket->carried_minor, change->carried_minor, &bucket->carried_minor);
}

/* The date's bucket that is still open; a closed one is followed by the next round. */
static minipay_status find_open(mpi_payments *payments, mpi_flow *flow, mpi_bucket *key,
                                const void **row)
{
    const void *found;
    for (;;) {
        minipay_status status = mpi_unit_get(flow->unit, payments->buckets, key, &found, flow->error);
        if (status != MINIPAY_OK)
            return status;
        if (((const mpi_bucket *)found)->bucket_state == 0) {
            *row = found;
            return MINIPAY_OK;
        }
        key->round++;
    }
}

/* The entry goes in front of the bucket's chain. */
static void link_entry(mpi_bucket *bucket, const mpi_entry *entry, mpi_counted *counted)
{
    if (!entry)
        return;
    *counted = (mpi_counted){bucket->business_date, bucket->round, {bucket->last_id, bucket->last_kind}};
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
    const void *row = NULL;
    const mpi_rules *rules;
    minipay_status status =
        mpi_policy_rules(payments->policy, flow->unit, currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_bucket bucket = {.merchant_id = *merchant_id,
                         .business_date = mpi_rules_date(rules, mpi_unit_now(flow->unit))};
    memcpy(bucket.currency, currency, sizeof bucket.currency);
    status = find_open(payments, flow, &bucket, &row);
    if (status != MINIPAY_OK && status != MINIPAY_NOT_FOUND)
        return status;
    if (row)
        bucket = *(const mpi_bucket *)row;
    if (!add_figures(&bucket, change))
        return MINIPAY_AMOUNT_OVERFLOW;
    link_entry(&bucket, entry, counted);
    return write_bucket(payments, flow, row, &bucket);
}

minipay_status mpi_bucket_carry(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                const char currency[4], int64_t amount_minor)
{
    mpi_due change = {.carried_minor = amount_minor};
    return mpi_bucket_add(impl, flow, merchant_id, currency, &change, NULL, NULL);
}

/* ---- closing for a run --------------------------------------------------------------------------------------- */

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
    *due = (mpi_due){edit->merchant_id,  edit->slips,     edit->gross_minor,
                     edit->refund_minor, edit->fee_minor, edit->carried_minor};
    return MINIPAY_OK;
}

minipay_status mpi_bucket_close(void *impl, mpi_flow *flow, const minipay_id *run_id,
                                const char currency[4], int32_t through_date, mpi_due *dues,
                                uint32_t *count)
{
    mpi_bucket low = {.business_date = 0}, high = {.business_date = through_date};
    minipay_scan scan = {.table = &mpi_bucket_record.table,
                         .index = MPI_BUCKETS_OPEN,
                         .low = &low,
                         .high = &high,
                         .low_fields = 2,
                         .high_fields = 2};
    mpi_bucket *open = malloc(*count * sizeof *open);
    if (!open)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    memcpy(low.currency, currency, sizeof low.currency);
    memcpy(high.currency, currency, sizeof high.currency);
    minipay_status status = mpi_unit_scan(flow->unit, &scan, open, count, flow->error);
    for (uint32_t i = 0; i < *count && status == MINIPAY_OK; i++)
        status = close_one(impl, flow, run_id, &open[i], &dues[i]);
    free(open);
    return status;
}
