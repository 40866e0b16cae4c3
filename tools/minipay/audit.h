/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_AUDIT_H
#define MINIPAY_TOOL_AUDIT_H

#include "minipay/audit.h"

/* The verdict; the checks too, when it is not clean. */
void audit_print_verdict(const minipay_audit_check *checks, uint32_t count, int32_t clean);

/* The checks as a table, and the verdict. */
void audit_print(const minipay_audit_check *checks, uint32_t count, int32_t clean);

#endif
