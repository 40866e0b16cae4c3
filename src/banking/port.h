/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BANKING_PORT_H
#define MPI_BANKING_PORT_H

/* What other contexts may ask banking. */

#include "saga/saga.h"

typedef struct mpi_order_request {
    const mpi_operation *parent; /* the operation that the order serves; it is resumed when it ends */
    int32_t direction;           /* MINIPAY_BANK_COLLECT or MINIPAY_BANK_PAY_OUT */
    minipay_id owner_id;
    minipay_id account_id; /* one of the owner's linked accounts; none: the first */
    int64_t amount_minor;
    char currency[4];
    char memo[MINIPAY_MEMO_SIZE]; /* the bank gets its beginning */
} mpi_order_request;

/* What banking asks of the wallet, which owns the books; given in when the core is composed. */
typedef struct mpi_bank_fees {
    void *impl;

    /* Books what the bank took for an order from the corporate account: it is the company's expense. The
     * order's id is the posting's. Never refused but for AMOUNT_OVERFLOW. */
    minipay_status (*book)(void *impl, mpi_flow *flow, const mpi_operation *order,
                           const char currency[4], int64_t fee_minor);
} mpi_bank_fees;

/* What banking asks of those who know who may have an account; given in likewise. */
typedef struct mpi_owners {
    void *impl;

    /* OK of an active member and of a merchant; MEMBER_INACTIVE, and NOT_FOUND of anybody else. */
    minipay_status (*check)(void *impl, mpi_flow *flow, const minipay_id *owner_id);
} mpi_owners;

typedef struct mpi_banking_port {
    void *impl;

    /* Was the installation opened with a bank? */
    bool (*has_bank)(const void *impl);

    /* Orders the bank to move money, once for each parent. OK when it has moved; MPI_WAIT;
     * MINIPAY_ACCOUNT_NOT_FOUND, MINIPAY_BANK_NOT_SERVED, MINIPAY_BANK_REFUSED when it has not and will
     * not. MINIPAY_NOT_SUPPORTED when there is no bank to order it of: then nothing is stored. */
    minipay_status (*order)(void *impl, mpi_flow *flow, const mpi_order_request *request);

    /* Is it a linked account of the owner's? OK, or MINIPAY_ACCOUNT_NOT_FOUND. */
    minipay_status (*account)(void *impl, mpi_flow *flow, const minipay_id *owner_id,
                              const minipay_id *account_id);
} mpi_banking_port;

#endif
