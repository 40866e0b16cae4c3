/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

/* The business calendar: holidays, which are records, and the weekend, which is policy's. Every change of a
 * holiday is an operation that stays, with the next version of the calendar; a date's row is what the newest
 * change of it says. */

static const minipay_field holiday_fields[] = {
    MPI_OPERATION_FIELDS(mpi_holiday), MPI_INT32(mpi_holiday, date),
    MPI_INT32(mpi_holiday, withdrawn), MPI_TEXT(mpi_holiday, name),
    MPI_INT32(mpi_holiday, version),   MPI_HASH(mpi_holiday, row_tag),
};

const mpi_record mpi_holiday_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_holiday, "holiday", holiday_fields, 1, NULL, 0);

static const char *const day_state_names[] = {"holiday", "withdrawn", NULL};

static const minipay_field day_fields[] = {
    MPI_INT32(mpi_calendar_day, date),    MPI_ENUM(mpi_calendar_day, day_state, day_state_names),
    MPI_TEXT(mpi_calendar_day, name),     MPI_ID(mpi_calendar_day, set_by),
    MPI_INT32(mpi_calendar_day, version), MPI_HASH(mpi_calendar_day, row_tag),
};

const mpi_record mpi_calendar_day_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_calendar_day, "calendar_day", day_fields, 1, NULL, 0);

/* ---- HOLIDAY --------------------------------------------------------------------------------------------- */

static minipay_status set_day(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_holiday *holiday = document;
    mpi_calendar_day day = {
        .date = holiday->date, .day_state = holiday->withdrawn, .set_by = holiday->op.id};
    const void *row;
    int64_t version;
    minipay_status status =
        mpi_counter_next(flow->unit, payments->counters, "calendar", &version, flow->error);
    if (status != MINIPAY_OK)
        return status;
    day.version = holiday->version = (int32_t)version;
    memcpy(day.name, holiday->name, sizeof day.name);
    status = mpi_unit_get(flow->unit, payments->calendar, &day, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_unit_insert(flow->unit, payments->calendar, &day, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_calendar_day *edit = mpi_unit_edit(flow->unit, payments->calendar, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    *edit = day;
    return MINIPAY_OK;
}

static const mpi_step holiday_steps[] = {{"set", "payment.calendar", set_day, NULL, NULL}};

const mpi_saga mpi_holiday_saga = {
    .kind = MINIPAY_KIND_HOLIDAY,
    .name = "holiday",
    .record = &mpi_holiday_record,
    .steps = holiday_steps,
    .step_count = MPI_COUNT(holiday_steps),
};

void mpi_calendar_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const minipay_holiday_request *request = (const minipay_holiday_request *)requests + number;
    mpi_holiday *holiday = (mpi_holiday *)(void *)document;
    (void)context;
    memset(holiday, 0, sizeof *holiday);
    mpi_operation_head(&holiday->op, MINIPAY_KIND_HOLIDAY, &request->id, request->actor,
                       request->channel, request->reason);
    holiday->date = request->date;
    holiday->withdrawn = request->withdrawn;
    memcpy(holiday->name, request->name, sizeof holiday->name);
}

static minipay_status show_day(void *context, mpi_view *view, const void *row, void *item,
                               minipay_error *error)
{
    const mpi_calendar_day *day = row;
    minipay_holiday *holiday = item;
    (void)context;
    (void)view;
    (void)error;
    if (day->day_state != 0)
        return MPI_LEFT_OUT;
    minipay_holiday_init(holiday);
    holiday->date = day->date;
    holiday->version = day->version;
    memcpy(holiday->name, day->name, sizeof holiday->name);
    return MINIPAY_OK;
}

minipay_status mpi_calendar_list(mpi_payments *payments, int32_t after, minipay_holiday *holidays,
                                 uint32_t *count, minipay_error *error)
{
    mpi_calendar_day low = {.date = after};
    mpi_list list = {.scan = {.table = &mpi_calendar_day_record.table,
                              .index = -1,
                              .low = &low,
                              .low_fields = 1,
                              .low_exclusive = 1},
                     .item_size = sizeof *holidays,
                     .show = show_day};
    return mpi_store_list(payments->store, &list, holidays, count, error);
}

/* ---- due dates ------------------------------------------------------------------------------------------- */

/* 1 Monday to 7 Sunday: 1970-01-01 was a Thursday. */
static int32_t weekday_of(int32_t day)
{
    return (day + 3) % 7 + 1;
}

static minipay_status is_business_day(mpi_payments *payments, mpi_flow *flow, const mpi_rules *rules,
                                      int32_t day, bool *business)
{
    mpi_calendar_day key = {.date = mpi_date_from_days(day)};
    const void *row;
    *business = !(rules->values[MINIPAY_RULE_WEEKEND_DAYS][0] >> (weekday_of(day) - 1) & 1);
    if (!*business)
        return MINIPAY_OK;
    minipay_status status = mpi_unit_get(flow->unit, payments->calendar, &key, &row, flow->error);
    if (status == MINIPAY_OK)
        *business = ((const mpi_calendar_day *)row)->day_state != 0;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

enum { HOLIDAYS_LARGEST = 3660 }; /* nobody rests for ten years */

/* The `count`-th business day from `*day` on, `*day` itself among them. */
static minipay_status count_business_days(mpi_payments *payments, mpi_flow *flow, const mpi_rules *rules,
                                          int32_t count, int32_t *day)
{
    for (int32_t tried = 0; tried < HOLIDAYS_LARGEST; tried++) {
        bool business;
        minipay_status status = is_business_day(payments, flow, rules, *day, &business);
        if (status != MINIPAY_OK)
            return status;
        count -= business;
        if (count == 0)
            return MINIPAY_OK;
        ++*day;
    }
    return MINIPAY_OK;
}

/* The first day after `day` that is the month's day `wanted`, or the last of a shorter month. */
static int32_t next_monthly(int32_t day, int32_t wanted)
{
    int32_t date = mpi_date_from_days(day);
    for (int32_t year = date / 10000, month = date / 100 % 100;; month++) {
        year += month == 13;
        month = month == 13 ? 1 : month;
        int32_t next = month == 12 ? (year + 1) * 10000 + 101 : year * 10000 + (month + 1) * 100 + 1;
        int32_t first = mpi_date_to_days(year * 10000 + month * 100 + 1);
        int32_t length = mpi_date_to_days(next) - first;
        int32_t found = first + (wanted < length ? wanted : length) - 1;
        if (found > day)
            return found;
    }
}

static minipay_status find_due(mpi_payments *payments, mpi_flow *flow, const mpi_rules *rules,
                               const mpi_merchant_terms *terms, int32_t date, int32_t *due_date)
{
    int32_t day = mpi_date_to_days(date), count = 1;
    minipay_status status = MINIPAY_OK;
    switch (terms->tariff.cycle) {
    case MINIPAY_CYCLE_WEEKLY:
        day += 1 + (terms->tariff.cycle_day - weekday_of(day + 1) + 7) % 7;
        break;
    case MINIPAY_CYCLE_MONTHLY:
        day = next_monthly(day, terms->tariff.cycle_day);
        break;
    default:
        count = terms->tariff.cycle_days;
        day += count > 0;
    }
    if (count)
        status = count_business_days(payments, flow, rules, count, &day);
    if (status == MINIPAY_OK)
        *due_date = mpi_date_from_days(day);
    return status;
}

minipay_status mpi_calendar_set_due(mpi_payments *payments, mpi_flow *flow, const mpi_rules *rules,
                                    const mpi_merchant_terms *terms, mpi_bucket *bucket)
{
    int64_t version;
    minipay_status status =
        find_due(payments, flow, rules, terms, bucket->business_date, &bucket->due_date);
    if (status == MINIPAY_OK)
        status = mpi_counter_newest(flow->unit, payments->counters, "calendar", &version, flow->error);
    if (status != MINIPAY_OK)
        return status;
    bucket->due_terms_version = terms->version;
    bucket->due_policy_version = rules->version;
    bucket->due_calendar_version = (int32_t)version;
    return MINIPAY_OK;
}
