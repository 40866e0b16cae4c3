/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/assert.h"
#include "saga/ask.h"

#include <string.h>

/* What contexts whose store is another one ask payment: each function as it asks and as it is answered. */

static minipay_status answer_merchant(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    (void)ask;
    return mpi_payments_check_merchant(impl, flow, question);
}

static const mpi_far far_merchant = {"payment.merchant", false, answer_merchant, NULL};

minipay_status mpi_payments_ask_merchant(mpi_flow *flow, const minipay_id *id)
{
    mpi_reply reply;
    return mpi_ask_far(flow, &far_merchant, flow->op, 0, id, sizeof *id, &reply);
}

/* ---- close, postpone ------------------------------------------------------------------------------------- */

enum { PAGE = MPI_QUESTION_LARGEST / sizeof(mpi_due) };

static minipay_status answer_close(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    mpi_due dues[PAGE];
    uint32_t count = PAGE;
    minipay_status status = mpi_bucket_close_next(impl, flow, question, dues, &count);
    ask->answer.reply.number = ask->answer.reply.row_count = count;
    memcpy(ask->question, dues, count * sizeof *dues);
    return status;
}

/* What was postponed since is not closed any more. */
static minipay_status fill_closed(void *impl, mpi_flow *flow, mpi_ask *ask)
{
    mpi_due dues[PAGE];
    mpi_closing closing;
    uint32_t count = PAGE;
    (void)impl;
    memcpy(&closing, ask->question, sizeof closing);
    minipay_status status = mpi_bucket_closed(flow, &closing, dues, &count);
    ask->answer.reply.row_count = count;
    memcpy(ask->question, dues, count * sizeof *dues);
    return status;
}

static const mpi_far far_close = {"payment.close", true, answer_close, fill_closed};

static minipay_status ask_close(void *impl, mpi_flow *flow, const mpi_closing *closing, mpi_due *dues,
                                uint32_t *count, bool *more)
{
    mpi_reply reply;
    (void)impl;
    minipay_status status =
        mpi_ask_far(flow, &far_close, flow->op, closing->page, closing, sizeof *closing, &reply);
    if (status != MINIPAY_OK)
        return status;
    *count = reply.row_count;
    *more = reply.number > 0;
    memcpy(dues, reply.rows, *count * sizeof *dues);
    return MINIPAY_OK;
}

/* Of a due, only which bucket it is. */
typedef struct postponing {
    mpi_closing closing;
    uint32_t count;
    struct {
        minipay_id merchant_id;
        mpi_carried bucket;
    } dues[PAGE];
} postponing;

static minipay_status answer_postpone(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const postponing *asked = question;
    mpi_due dues[PAGE] = {{.slips = 0}};
    (void)ask;
    for (uint32_t i = 0; i < asked->count; i++) {
        dues[i].merchant_id = asked->dues[i].merchant_id;
        dues[i].business_date = asked->dues[i].bucket.business_date;
        dues[i].round = asked->dues[i].bucket.round;
    }
    return mpi_bucket_postpone(impl, flow, &asked->closing, dues, asked->count);
}

static const mpi_far far_postpone = {"payment.postpone", true, answer_postpone, NULL};

static minipay_status ask_postpone(void *impl, mpi_flow *flow, const mpi_closing *closing,
                                   const mpi_due *dues, uint32_t count)
{
    postponing asked = {.closing = *closing, .count = count};
    mpi_reply reply;
    (void)impl;
    MPI_ASSERT(count <= PAGE);
    for (uint32_t i = 0; i < count; i++) {
        asked.dues[i].merchant_id = dues[i].merchant_id;
        asked.dues[i].bucket = (mpi_carried){dues[i].business_date, dues[i].round};
    }
    return mpi_ask_far(flow, &far_postpone, flow->op, closing->page, &asked, sizeof asked, &reply);
}

/* ---- carry, take back ------------------------------------------------------------------------------------ */

typedef struct carrying {
    minipay_id merchant_id;
    int64_t amount_minor;
    char currency[MINIPAY_CURRENCY_SIZE];
} carrying;

static minipay_status answer_carry(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const carrying *asked = question;
    mpi_carried carried = {0, 0};
    minipay_status status = mpi_bucket_carry(impl, flow, &asked->merchant_id, asked->currency,
                                             asked->amount_minor, &carried);
    ask->answer.reply.business_date = carried.business_date;
    ask->answer.reply.number = carried.round;
    return status;
}

static const mpi_far far_carry = {"payment.carry", true, answer_carry, NULL};

static minipay_status ask_carry(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                const char currency[4], int64_t amount_minor, mpi_carried *carried)
{
    carrying asked = {.merchant_id = *merchant_id, .amount_minor = amount_minor};
    mpi_reply reply;
    (void)impl;
    memcpy(asked.currency, currency, sizeof asked.currency);
    minipay_status status = mpi_ask_far(flow, &far_carry, flow->op, 0, &asked, sizeof asked, &reply);
    *carried = (mpi_carried){reply.business_date, (int32_t)reply.number};
    return status;
}

typedef struct taking_back {
    mpi_closing closing;
    uint32_t count;
    mpi_taking takings[PAGE];
} taking_back;

/* A bit each. */
static minipay_status answer_take_back(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    taking_back asked;
    memcpy(&asked, question, sizeof asked);
    minipay_status status = mpi_bucket_take_back(impl, flow, &asked.closing, asked.takings, asked.count);
    for (uint32_t i = 0; i < asked.count; i++)
        ask->answer.reply.number |= (int64_t)asked.takings[i].taken << i;
    return status;
}

static const mpi_far far_take_back = {"payment.take_back", true, answer_take_back, NULL};

static minipay_status ask_take_back(void *impl, mpi_flow *flow, const mpi_closing *closing,
                                    mpi_taking *takings, uint32_t count)
{
    taking_back asked = {.closing = *closing, .count = count};
    mpi_reply reply;
    (void)impl;
    MPI_ASSERT(count <= PAGE);
    memcpy(asked.takings, takings, count * sizeof *takings);
    minipay_status status =
        mpi_ask_far(flow, &far_take_back, flow->op, closing->page, &asked, sizeof asked, &reply);
    for (uint32_t i = 0; i < count; i++)
        takings[i].taken = (reply.number >> i) & 1;
    return status;
}

/* ---- account --------------------------------------------------------------------------------------------- */

static minipay_status answer_account(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    return mpi_merchant_account(impl, flow, question, &ask->answer.reply.id);
}

static const mpi_far far_account = {"payment.account", false, answer_account, NULL};

static minipay_status ask_account(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                  minipay_id *account_id)
{
    mpi_reply reply;
    (void)impl;
    minipay_status status =
        mpi_ask_far(flow, &far_account, flow->op, 0, merchant_id, sizeof *merchant_id, &reply);
    if (status == MINIPAY_OK)
        *account_id = reply.id;
    return status;
}

/* ---- composition ----------------------------------------------------------------------------------------- */

void mpi_payments_serve(mpi_payments *payments, const mpi_home *home)
{
    static const mpi_far *const all[] = {&far_merchant, &far_close,     &far_postpone,
                                         &far_carry,    &far_take_back, &far_account};
    for (uint32_t i = 0; i < MPI_COUNT(all); i++)
        mpi_engine_serve(payments->engine, home, all[i], payments);
}

mpi_payment_port mpi_payments_open_far(mpi_payments *payments)
{
    mpi_payment_port port = mpi_payments_open_port(payments);
    port.page = PAGE;
    port.close = ask_close;
    port.postpone = ask_postpone;
    port.carry = ask_carry;
    port.take_back = ask_take_back;
    port.account = ask_account;
    return port;
}
