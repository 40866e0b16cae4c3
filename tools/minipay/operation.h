/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_OPERATION_H
#define MINIPAY_TOOL_OPERATION_H

#include "open.h"

/* The operation of a kind under an id, with its document. MINIPAY_NOT_FOUND. */
minipay_status operation_find(db *d, int32_t kind, const minipay_id *id, minipay_operation *operation,
                              minipay_error *error);

/* The currency that its document names; left alone where it names none. */
void operation_currency(db *d, const minipay_operation *operation, char currency[MINIPAY_CURRENCY_SIZE]);

#endif
