/* SPDX-License-Identifier: Apache-2.0 */
#include "settlement/internal.h"

#include "base/id.h"
#include "base/money.h"

#include <string.h>

/* What runs and their lines say of the books, of buckets, and of each other. Sums wrap: a figure that was
 * changed by hand may not fit. */

static mpi_claimed_posting posting_of(const mpi_line *line, int32_t leg, int32_t debit, int32_t credit)
{
    mpi_claimed_posting posting = {.operation_id = line->op.id,
                                   .debit_kind = debit,
                                   .credit_kind = credit,
                                   .leg = leg,
                                   .kind = leg == MPI_LEG_FEE ? MINIPAY_KIND_FEE : MINIPAY_KIND_PAYOUT};
    if (debit == MPI_ACCOUNT_PAYABLE)
        posting.debit_owner = line->merchant_id;
    if (credit == MPI_ACCOUNT_PAYABLE)
        posting.credit_owner = line->merchant_id;
    memcpy(posting.currency, line->currency, sizeof posting.currency);
    return posting;
}

/* The fee stays taken when the payout is refused. */
static bool fee_is_taken(const mpi_line *line)
{
    return mpi_operation_passed(&line->op, MPI_LEG_FEE) || line->op.state == MINIPAY_STATE_REJECTED;
}

static void say_postings(mpi_claims *claims, const mpi_line *line)
{
    bool taken = line->fee_minor > 0;
    mpi_claimed_posting fee =
        posting_of(line, MPI_LEG_FEE, taken ? MPI_ACCOUNT_PAYABLE : MPI_ACCOUNT_FEE_INCOME,
                   taken ? MPI_ACCOUNT_FEE_INCOME : MPI_ACCOUNT_PAYABLE);
    mpi_claimed_posting aside =
        posting_of(line, MPI_LEG_SET_ASIDE, MPI_ACCOUNT_PAYABLE, MPI_ACCOUNT_TRANSIT);
    mpi_claimed_posting paid =
        posting_of(line, MPI_LEG_SETTLE, MPI_ACCOUNT_TRANSIT, MPI_ACCOUNT_CORPORATE);
    bool done = line->op.state == MINIPAY_STATE_DONE;
    if (line->fee_minor && fee_is_taken(line))
        mpi_claim_posting(claims, &fee,
                          taken ? line->fee_minor : mpi_money_wrap_subtract(0, line->fee_minor));
    if (line->payout_minor == 0 || !mpi_operation_passed(&line->op, MPI_LEG_SET_ASIDE))
        return;
    mpi_claim_posting(claims, &aside, line->payout_minor);
    mpi_claim_order(claims, MPI_SIDE_SECOND, &line->op.id, MINIPAY_BANK_PAY_OUT, &line->merchant_id,
                    line->currency, mpi_operation_passed(&line->op, MPI_PAYOUT_ORDER),
                    line->payout_minor);
    if (done)
        mpi_claim_posting(claims, &paid, line->payout_minor);
}

static void say_figures(mpi_claims *claims, const mpi_line *line)
{
    mpi_claim_key key = {.id = line->run_id, .other = line->merchant_id};
    const struct {
        int32_t part;
        int64_t value;
        const char *column;
    } figures[] = {
        {MPI_LINE_PART_SLIPS, line->slips, "slips"},
        {MPI_LINE_PART_GROSS, line->gross_minor, "gross_minor"},
        {MPI_LINE_PART_REFUND, line->refund_minor, "refund_minor"},
        {MPI_LINE_PART_FEE, line->fee_minor, "fee_minor"},
        {MPI_LINE_PART_PROMOTION, line->promotion_minor, "promotion_minor"},
        {MPI_LINE_PART_CARRIED, line->carried_minor, "carried_minor"},
    };
    memcpy(key.currency, line->currency, sizeof key.currency);
    bool retry = !mpi_id_is_none(&line->retries_id);
    for (uint32_t i = 0; i < MPI_COUNT(figures); i++) {
        if (retry && figures[i].part == MPI_LINE_PART_CARRIED)
            continue;
        key.part = figures[i].part;
        mpi_claim_say(claims, MPI_TOPIC_LINES, MPI_SIDE_FIRST, &key, figures[i].value,
                      figures[i].column);
    }
}

/* What was not paid out goes into the merchant's open bucket, and a retry takes it out again; what is still to
 * be paid is owed to it. */
static void say_owed(mpi_claims *claims, const mpi_line *line)
{
    mpi_claim_key key = {.id = line->merchant_id};
    bool waits = mpi_operation_waits(&line->op);
    bool paid = line->op.state == MINIPAY_STATE_DONE && line->payout_minor == line->net_minor;
    memcpy(key.currency, line->currency, sizeof key.currency);
    if (!mpi_id_is_none(&line->retries_id))
        mpi_claim_say(claims, MPI_TOPIC_CARRIED, MPI_SIDE_SECOND, &key,
                      mpi_money_wrap_subtract(0, line->carried_minor), "carried_minor");
    if (!waits && !paid)
        mpi_claim_say(claims, MPI_TOPIC_CARRIED, MPI_SIDE_SECOND, &key, line->net_minor, "net_minor");
    if (!waits)
        return;
    int64_t owed = line->net_minor;
    if (!fee_is_taken(line))
        owed = mpi_money_wrap_add(owed, line->fee_minor);
    if (mpi_operation_passed(&line->op, MPI_LEG_SET_ASIDE))
        owed = mpi_money_wrap_subtract(owed, line->payout_minor);
    mpi_claim_say(claims, MPI_TOPIC_PAYABLES, MPI_SIDE_SECOND, &key, owed, "net_minor");
}

static void say_run_part(mpi_claims *claims, mpi_side side, const minipay_id *run_id, int32_t part,
                         int64_t count, const char *column)
{
    mpi_claim_key key = {.id = *run_id, .part = part};
    mpi_claim_say(claims, MPI_TOPIC_RUNS, side, &key, count, column);
}

enum { PART_LINES, PART_PAID, PART_REFUSED, PART_OPEN };

/* A parked line is still open. */
static minipay_status say_line(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_line *line = row;
    int32_t part = line->op.state == MINIPAY_STATE_DONE       ? PART_PAID
                   : line->op.state == MINIPAY_STATE_REJECTED ? PART_REFUSED
                                                              : PART_OPEN;
    int64_t net = mpi_money_wrap_add(
        mpi_money_wrap_subtract(
            mpi_money_wrap_subtract(mpi_money_wrap_subtract(line->gross_minor, line->refund_minor),
                                    line->fee_minor),
            line->promotion_minor),
        line->carried_minor);
    (void)error;
    mpi_claim_wrong(claims, MPI_TOPIC_LINES, "net_minor", line->net_minor, net);
    if (line->payout_minor)
        mpi_claim_wrong(claims, MPI_TOPIC_LINES, "payout_minor", line->payout_minor, line->net_minor);
    say_postings(claims, line);
    say_figures(claims, line);
    say_owed(claims, line);
    say_run_part(claims, MPI_SIDE_SECOND, &line->run_id, PART_LINES, 1, "run_id");
    say_run_part(claims, MPI_SIDE_SECOND, &line->run_id, part, 1, "state");
    return MINIPAY_OK;
}

static minipay_status say_run(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_run *run = row;
    (void)error;
    if (run->op.state == MINIPAY_STATE_DONE)
        mpi_claim_wrong(claims, MPI_TOPIC_RUNS, "open", run->open, 0);
    say_run_part(claims, MPI_SIDE_FIRST, &run->op.id, PART_LINES, run->lines, "lines");
    say_run_part(claims, MPI_SIDE_FIRST, &run->op.id, PART_PAID, run->paid, "paid");
    say_run_part(claims, MPI_SIDE_FIRST, &run->op.id, PART_REFUSED, run->refused, "refused");
    say_run_part(claims, MPI_SIDE_FIRST, &run->op.id, PART_OPEN, run->open, "open");
    return MINIPAY_OK;
}

const mpi_claimant mpi_settlement_claimants[] = {
    {&mpi_line_record, say_line}, {&mpi_run_record, say_run}, {NULL, NULL}};
