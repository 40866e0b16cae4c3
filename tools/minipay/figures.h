/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_FIGURES_H
#define MINIPAY_TOOL_FIGURES_H

/* What the books of one currency say, added up wallet by wallet and entry by entry. */

#include "map.h"
#include "open.h"
#include "tally.h"

enum { FIGURES_KINDS = 64, FIGURES_CHECKS = 64 };

/* What stands in the books beside members' wallets and the money at the bank. */
enum {
    SUM_PAYABLE, /* to merchants */
    SUM_FEES,
    SUM_PROMOTION,
    SUM_SUSPENSE,
    SUM_EQUITY,
    SUM_TRANSIT,
    SUM_RECEIVABLE,
    SUM_PROMOTION_EXPENSE,
    SUM_BANK_FEE,
    SUM_ADJUSTMENT, /* credited by the operator, less what was debited */
    SUMS
};

/* in - out - spent + refunded + other = balance: the first five are summed over entries. */
typedef struct region_figures {
    uint64_t members;
    int64_t in_minor;    /* topped up */
    int64_t out_minor;   /* withdrawn */
    int64_t spent_minor; /* to merchants */
    int64_t refunded_minor;
    int64_t other_minor; /* between members, and by the operator: what came, less what went */
    int64_t balance_minor;
} region_figures;

typedef struct merchant_figures {
    uint64_t payments;  /* of which something was paid: at once, or captured in however many parts */
    int64_t paid_minor; /* promotions included */
    int64_t refunded_minor;
    int64_t fee_minor; /* that settlement took, as paid_out_minor is what it paid */
    int64_t paid_out_minor;
} merchant_figures;

typedef struct settled_figures {
    uint64_t runs, lines, paid, refused, open, slips;
    uint64_t not_asked; /* of the refused: the bank was never asked */
    /* net = gross - refund - fee - promotion: what a run carries over from an earlier one is in that one's. */
    int64_t gross_minor, refund_minor, fee_minor, promotion_minor, net_minor;
    int64_t paid_out_minor;
} settled_figures;

typedef struct figures {
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t first_date, last_date; /* of entries; 0: there is none */
    uint64_t wallets;
    int64_t posted_minor, held_minor, incoming_minor;
    kind_figures kinds[FIGURES_KINDS]; /* by MINIPAY_KIND_; what was refused leaves no entry */
    map region_codes, merchant_ids;
    region_figures *regions;
    merchant_figures *merchants;
    uint32_t region_room, merchant_room;
    settled_figures settled;
    minipay_corporate_account corporate;
    int64_t bank_minor; /* the bank's own word */
    int64_t sums[SUMS];
    minipay_audit_check checks[FIGURES_CHECKS];
    uint32_t check_count;
    int32_t clean;
    minipay_id liveliest; /* the member whose history has the most to show */
} figures;

/* Answers 0, or says what is wrong and answers the exit code. */
int figures_read(db *d, const char *currency, figures *f);

void figures_free(figures *f);

#endif
