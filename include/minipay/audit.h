/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_AUDIT_H
#define MINIPAY_AUDIT_H

/* The audit: proof, from the stored rows alone, that members' money equals the money in the bank. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One invariant. `detail` names the first difference: table, row, column, what stands and what should. */
typedef struct minipay_audit_check {
    uint32_t struct_size;
    int32_t ok;
    uint64_t rows; /* rows read for it */
    char name[48];
    char detail[256];
} minipay_audit_check;

MINIPAY_API void minipay_audit_check_init(minipay_audit_check *check);

/* Checks every invariant on one snapshot, beside running operations. `*count` is the room at `checks`,
 * then their number; 32 is enough. `*clean` is 1 only when every check is ok. */
MINIPAY_API minipay_status minipay_audit(minipay *pay, minipay_audit_check *checks, uint32_t *count,
                                         int32_t *clean, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
