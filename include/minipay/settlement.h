/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_SETTLEMENT_H
#define MINIPAY_SETTLEMENT_H

/* Settlement: slips of a period become one payout a merchant. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Settles all that was paid on business dates up to `through_date`. The same id again carries an
 * interrupted run on, or answers what stands. */
typedef struct minipay_settlement_request {
    uint32_t struct_size;
    minipay_id id;
    int32_t through_date;
    char currency[4];
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_settlement_request;

typedef struct minipay_settlement {
    uint32_t struct_size;
    int32_t state;
    minipay_id id;
    int32_t through_date;
    char currency[4];
    uint32_t lines; /* merchants */
    uint32_t paid;
    uint32_t refused;
    uint32_t open;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t net_minor;
} minipay_settlement;

/* One merchant in a run: net = gross - refund - fee. */
typedef struct minipay_settlement_line {
    uint32_t struct_size;
    int32_t state;
    minipay_id id;
    minipay_id run_id;
    minipay_id merchant_id;
    int64_t slips;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t net_minor;
    int32_t status;
    char currency[4];
} minipay_settlement_line;

MINIPAY_API void minipay_settlement_request_init(minipay_settlement_request *request);
MINIPAY_API void minipay_settlement_init(minipay_settlement *settlement);
MINIPAY_API void minipay_settlement_line_init(minipay_settlement_line *line);

/* USAGE: INVALID_ID, INVALID_TIME (through_date), INVALID_CURRENCY, INVALID_TEXT, ID_REUSED. A payout
 * that its bank refuses goes back to the merchant's payable and into the next run. */
MINIPAY_API minipay_status minipay_settlement_run(minipay *pay,
                                                  const minipay_settlement_request *request,
                                                  minipay_settlement *settlement, minipay_error *error);

/* MINIPAY_NOT_FOUND. */
MINIPAY_API minipay_status minipay_settlement_get(minipay *pay, const minipay_id *id,
                                                  minipay_settlement *settlement, minipay_error *error);

/* Lines of a run in the order of merchants, from behind the merchant `after` (none: from the first). */
MINIPAY_API minipay_status minipay_settlement_lines(minipay *pay, const minipay_id *run_id,
                                                    const minipay_id *after,
                                                    minipay_settlement_line *lines, uint32_t *count,
                                                    minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
