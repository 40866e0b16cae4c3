/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include "minipay/status.h"
#include "text.h"

#include <stdlib.h>

const char *result_name(uint16_t result)
{
    if (result == RESULT_PARKED)
        return "parked";
    return result == RESULT_RUNNING ? "running" : minipay_status_name(result);
}

const char *result_text(uint16_t result)
{
    if (result == RESULT_PARKED)
        return "It waits for a person.";
    return result == RESULT_RUNNING ? "It still waits for its bank." : minipay_status_text(result);
}

static void count(kind_figures *figures, int64_t amount_minor, uint16_t result)
{
    if (result != MINIPAY_OK) {
        figures->refused++;
        return;
    }
    figures->accepted++;
    sum_add(&figures->amount_minor, amount_minor);
}

static void count_reason(tally *t, uint16_t result)
{
    int i = 0;
    while (i < t->reason_count && t->reasons[i].result != result)
        i++;
    if (i == TALLY_REASONS)
        return;
    t->reasons[i].result = result;
    t->reasons[i].count++;
    t->reason_count += i == t->reason_count;
}

void tally_row(tally *t, int32_t kind, int64_t amount_minor, uint16_t result)
{
    t->rows++;
    t->accepted += result == MINIPAY_OK;
    t->refused += result != MINIPAY_OK;
    count(&t->kinds[kind], amount_minor, result);
    if (result != MINIPAY_OK)
        count_reason(t, result);
}

void tally_opening(tally *t, int64_t amount_minor, uint16_t result)
{
    count(&t->openings, amount_minor, result);
}

uint64_t tally_rate(const tally *t)
{
    return t->rows * 1000 / (t->wall_ms > 0 ? (uint64_t)t->wall_ms : 1);
}

static int more_first(const void *a, const void *b)
{
    const reason_figures *left = a, *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return left->result < right->result ? -1 : 1;
}

void tally_sort(tally *t)
{
    qsort(t->reasons, (size_t)t->reason_count, sizeof *t->reasons, more_first);
}
