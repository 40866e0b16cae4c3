/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_CHECKPOINT_H
#define MINIPAY_TOOL_CHECKPOINT_H

#include "minipay/audit.h"

/* Reads a checkpoint's text from a file. Answers the exit code. */
int checkpoint_read(const char *path, minipay_checkpoint *checkpoint);

/* Holds the database against the checkpoint, as one more check of the audit. */
void checkpoint_check(minipay *pay, const minipay_checkpoint *checkpoint, minipay_audit_check *check);

#endif
