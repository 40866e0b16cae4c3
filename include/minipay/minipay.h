/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_MINIPAY_H
#define MINIPAY_MINIPAY_H

/* MiniPay: prepaid money, from joining to settlement, as a library.
 *
 * Any number of threads may use one handle; every call blocks until its work is durable. The library
 * starts no thread, prints nothing and keeps no state outside its handles.
 *
 * Every call on a handle may answer, besides what it says itself: MINIPAY_INVALID_ARGUMENT when the handle
 * is NULL, MINIPAY_REENTERED when it is made from inside a callback of the same handle (another handle may
 * be used there, up to eight within each other), MINIPAY_CLOSED in a forked child and while another thread
 * closes the handle, and what the storage answers (RETRYABLE, UNKNOWN, FATAL). */

#include "minipay/audit.h"
#include "minipay/banking.h"
#include "minipay/books.h"
#include "minipay/instruction.h"
#include "minipay/member.h"
#include "minipay/payment.h"
#include "minipay/policy.h"
#include "minipay/settlement.h"
#include "minipay/status.h"
#include "minipay/sys/bank.h"
#include "minipay/sys/host.h"
#include "minipay/sys/storage.h"
#include "minipay/types.h"
#include "minipay/values.h"
#include "minipay/wallet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a handle is composed of. The adapters' structs are copied; when minipay_open answers OK the
 * handle owns `storage` and `bank` and closes them. */
typedef struct minipay_config {
    uint32_t struct_size;
    uint32_t cached_accounts; /* accounts kept in memory; 0: 122,880 (about 24 MiB) */
    minipay_host host;
    minipay_storage storage;
    minipay_bank bank; /* version 0: no bank. What would ask it answers NOT_SUPPORTED, and is not stored;
                          what is on its way to a bank waits for a handle that has one */
    int32_t examine; /* 1: only to look, at a damaged database too; calls that write answer READ_ONLY */
} minipay_config;

MINIPAY_API void minipay_config_init(minipay_config *config);

/* Not in a process that was forked, at any remove, while its parent had a handle on a file open:
 * SQLite's locks do not survive that, and CLOSED is answered (a handle in memory can be opened). Fork
 * before the first handle is opened, or after the last is closed, or execute a program in the child.
 *
 * USAGE: INVALID_ARGUMENT (config, pay), INVALID_SIZE, ADAPTER_INVALID (storage, host, bank: of another
 * version, or a Required method is missing), CLOSED (see above). FATAL: NEWER_VERSION, KEY_MISSING,
 * CORRUPT (another installation's key, or a damaged or lost file: the message names the table). Of the storage:
 * BUSY, NO_MEMORY, DISK_FULL, IO_ERROR, NOT_A_DATABASE, READ_ONLY. On failure the caller still owns the
 * adapters.
 *
 * Only a new file is given what belongs to a new one. With `examine` nothing is made (NOT_A_DATABASE) and
 * nothing written but the migration of an older file, and damage passes, for the audit to name. */
MINIPAY_API minipay_status minipay_open(const minipay_config *config, minipay **pay,
                                        minipay_error *error);

/* Waits for the calls under way, then closes. A call that another thread begins meanwhile answers
 * MINIPAY_CLOSED; once this has returned, the handle must not be used any more, as freed memory must not.
 * Does nothing for NULL, in a forked child (the handle is the parent's) and inside a callback of the same
 * handle. */
MINIPAY_API void minipay_close(minipay *pay);

/* Carries on what is due: answers to ask for, retries, interrupted operations. `budget` bounds the
 * operations touched (0: no bound). `*next_at` is when to call again, 0 when nothing waits; `*carried`
 * is how many were touched. Both may be NULL. */
MINIPAY_API minipay_status minipay_run(minipay *pay, uint32_t budget, uint32_t *carried,
                                       int64_t *next_at, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
