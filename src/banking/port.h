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
} mpi_order_request;

typedef struct mpi_banking_port {
    void *impl;

    /* Orders the bank to move money, once for each parent. OK when it has moved; MPI_WAIT;
     * MINIPAY_ACCOUNT_NOT_FOUND, MINIPAY_BANK_NOT_SERVED, MINIPAY_BANK_REFUSED when it has not and will
     * not. */
    minipay_status (*order)(void *impl, mpi_flow *flow, const mpi_order_request *request);
} mpi_banking_port;

#endif
