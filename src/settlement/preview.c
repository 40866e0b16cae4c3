/* SPDX-License-Identifier: Apache-2.0 */
#include "settlement/internal.h"

#include "base/error.h"
#include "base/id.h"

#include <stdlib.h>
#include <string.h>

/* What a run would do: the due buckets on one snapshot, summed up by the same rules, stored nowhere. */

enum { DUE_PAGE = MPI_DUES_LARGEST };

typedef struct due_list {
    mpi_due *dues;
    uint32_t count, room;
} due_list;

static bool make_room(due_list *list)
{
    if (list->room - list->count >= DUE_PAGE)
        return true;
    uint32_t room = list->room * 2 + DUE_PAGE;
    mpi_due *dues = realloc(list->dues, room * sizeof *dues);
    if (!dues)
        return false;
    list->dues = dues;
    list->room = room;
    return true;
}

static minipay_status read_dues(mpi_settlements *settlements, const minipay_settlement_request *request,
                                due_list *list, minipay_error *error)
{
    mpi_payment_port *payment = &settlements->payment;
    mpi_due_cursor after = {.due_date = 0};
    uint32_t count;
    do {
        if (!make_room(list))
            return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
        mpi_due *next = list->dues + list->count;
        count = DUE_PAGE;
        minipay_status status = payment->look(payment->impl, request->currency, request->through_date,
                                              &after, next, &count, error);
        if (status != MINIPAY_OK)
            return status;
        if (count)
            after = (mpi_due_cursor){next[count - 1].merchant_id, next[count - 1].due_date,
                                     next[count - 1].business_date};
        list->count += count;
    } while (count == DUE_PAGE);
    return MINIPAY_OK;
}

/* A merchant's in the order in which a run would close them. */
static int by_merchant(const void *a, const void *b)
{
    const mpi_due *one = a, *other = b;
    int order = mpi_id_compare(&one->merchant_id, &other->merchant_id);
    if (order == 0)
        order = (one->due_date > other->due_date) - (one->due_date < other->due_date);
    return order ? order
                 : (one->business_date > other->business_date) -
                       (one->business_date < other->business_date);
}

/* What the caller wants of the lines. */
typedef struct page {
    const minipay_id *after;
    minipay_settlement_line *lines;
    uint32_t room, count;
} page;

static void take_line(const mpi_line *line, minipay_settlement *sum, mpi_run_totals *totals,
                      page *wanted)
{
    sum->lines++;
    mpi_totals_add(totals, line);
    if (wanted->count < wanted->room && mpi_id_compare(&line->merchant_id, wanted->after) > 0)
        mpi_line_show(line, &wanted->lines[wanted->count++]);
}

/* A bucket that does not fit into its line would wait for the next day's run. */
static void sum_up(const due_list *list, const mpi_run *run, int64_t minimum_minor,
                   minipay_settlement *sum, page *wanted)
{
    mpi_run_totals totals;
    memset(&totals, 0, sizeof totals);
    for (uint32_t i = 0; i < list->count;) {
        mpi_line line;
        bool empty = true;
        mpi_line_name(run, &list->dues[i].merchant_id, &line);
        if (mpi_id_is_none(&run->op.id))
            line.op.id = run->op.id;
        line.op.state = MINIPAY_STATE_NONE;
        line.op.policy_version = run->op.policy_version;
        do {
            bool fits = mpi_line_sum(&line, &list->dues[i]);
            empty = empty && (!fits || mpi_due_is_empty(&list->dues[i]));
            i++;
        } while (i < list->count && mpi_id_compare(&list->dues[i].merchant_id, &line.merchant_id) == 0);
        mpi_line_decide(&line, minimum_minor);
        if (!empty)
            take_line(&line, sum, &totals, wanted);
    }
    mpi_totals_show(&totals, sum);
}

static minipay_status look(mpi_settlements *settlements, const minipay_settlement_request *request,
                           due_list *list, int64_t *minimum_minor, int32_t *version,
                           minipay_error *error)
{
    minipay_status status =
        mpi_policy_read(settlements->policy, MINIPAY_RULE_MINIMUM_PAYOUT, 0, request->currency,
                        mpi_store_now(settlements->store), minimum_minor, version, error);
    return status == MINIPAY_OK ? read_dues(settlements, request, list, error) : status;
}

minipay_status mpi_settlements_preview(mpi_settlements *settlements,
                                       const minipay_settlement_request *request,
                                       const minipay_id *after, minipay_settlement *settlement,
                                       minipay_settlement_line *lines, uint32_t *count,
                                       minipay_error *error)
{
    due_list list = {NULL, 0, 0};
    mpi_run run = {.op.id = request->id, .through_date = request->through_date};
    page wanted = {after, lines, *count, 0};
    minipay_settlement sum;
    int64_t minimum = 0;
    memcpy(run.currency, request->currency, sizeof run.currency);
    minipay_settlement_init(&sum);
    sum.id = request->id;
    sum.through_date = sum.due_date = request->through_date;
    memcpy(sum.currency, request->currency, sizeof sum.currency);
    minipay_status status = look(settlements, request, &list, &minimum, &run.op.policy_version, error);
    sum.policy_version = run.op.policy_version;
    if (status == MINIPAY_OK && list.count)
        qsort(list.dues, list.count, sizeof *list.dues, by_merchant);
    if (status == MINIPAY_OK)
        sum_up(&list, &run, minimum, &sum, &wanted);
    free(list.dues);
    if (status != MINIPAY_OK)
        return status;
    *settlement = sum;
    *count = wanted.count;
    return MINIPAY_OK;
}
