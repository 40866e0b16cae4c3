/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_MODEL_H
#define MPI_TESTS_MODEL_H

/* What MiniPay should do, told once more in a few plain lines: wallets, holds, slips, promotions, payouts. It
 * shares no code with the library. The one thing that it cannot know is what the bank says: an operation
 * that waits for that is RUNNING here until `model_answer` tells. */

#include "minipay/minipay.h"

#include <stdbool.h>

enum { MODEL_MEMBERS = 6, MODEL_SHOPS = 3, MODEL_EVENTS = 3, MODEL_DEEDS = 1000, MODEL_LINES = 300 };

typedef struct model_purse {
    int64_t posted, held, incoming, day_out, month_out;
    int32_t day, month; /* since 1970, in Seoul */
    int32_t state;
} model_purse;

/* What counts for a merchant since his last line. */
typedef struct model_due {
    int64_t slips, gross, refund, fee, promotion, carried;
} model_due;

typedef struct model_shop {
    int32_t fee_points;
    int64_t payable;
    model_due due;
} model_shop;

typedef struct model_event {
    int32_t points, share, shop; /* shop -1: every one's */
    int64_t fixed, largest, budget, used;
} model_event;

/* An operation, and what it left for later ones to go on with. */
typedef struct model_deed {
    minipay_instruction asked;
    int payer, payee, event, target; /* -1: none */
    int32_t state, status;
    int64_t amount; /* that its outcome tells */
    int64_t topup;  /* by AUTO_TOPUP */
    bool at_bank;   /* it, or its top-up, waits for the bank */
    int32_t day, month;
    int64_t left;    /* of the held money */
    int64_t expires; /* 0: never */
    bool holds;      /* its hold is open */
    bool spending;   /* what is held counts as spent */
    bool reversed;
    int32_t slip; /* MINIPAY_SLIP_* */
    int64_t captured, refunded, fee, refunded_fee, promotion, refunded_promotion;
} model_deed;

/* A line of a settlement run. */
typedef struct model_line {
    minipay_id id, run;
    int shop;
    model_due due;
    int64_t net, payout;
    int32_t state;
    bool waits; /* refused, and its money can be retried */
} model_line;

typedef struct model {
    model_purse purses[MODEL_MEMBERS];
    model_shop shops[MODEL_SHOPS];
    model_event events[MODEL_EVENTS];
    model_deed deeds[MODEL_DEEDS];
    model_line lines[MODEL_LINES];
    int deed_count, line_count;
    int64_t corporate, transit, suspense, fee_income, promotion_expense, bank_fees, adjusted;
    int64_t operation, holding, daily, monthly, minimum_payout, fee_of_bank; /* rules */
    int32_t refund_days, reversal_days;
    int64_t authorization_us;
} model;

/* The next deed has been asked for: `asked`, the parties and the target are filled. */
void model_ask(model *m, model_deed *d, int64_t now);

/* The bank has answered the order of a deed that is `at_bank`. */
void model_answer(model *m, model_deed *d, bool done, int64_t now);

/* An expired hold is void. */
void model_expire(model *m, model_deed *d, int64_t now);

/* A run takes all that is due of a merchant; a retry pays a refused line again. Both answer the new line. */
model_line *model_settle(model *m, int shop, const minipay_id *run);
model_line *model_retry(model *m, model_line *refused, const minipay_id *run);
void model_line_answer(model *m, model_line *line, bool done);

/* All that is owed and owned, which must be what is in the bank and on its way. */
int64_t model_backed(const model *m);

int32_t model_date(int64_t at);

#endif
