/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_AUDIT_H
#define MINIPAY_AUDIT_H

/* The audit: proof, from the stored rows alone, that members' money equals the money in the bank. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One invariant. `detail` names the first difference: table, row, column, what stands and what should; plain
 * ASCII. */
typedef struct minipay_audit_check {
    uint32_t struct_size;
    int32_t ok;
    uint64_t rows; /* rows read for it */
    char name[48];
    char detail[256];
} minipay_audit_check;

MINIPAY_API void minipay_audit_check_init(minipay_audit_check *check);

/* Checks every invariant on one snapshot, beside running operations: the chain of blocks, the tags and tallies
 * of documents, postings and balances, the trial balance, and what is owed beside what is in the bank (this
 * check's `detail` tells both, even when it holds); then whatever is told twice: documents and postings, held
 * and incoming money, bank orders, slips, buckets, settlement lines and payables.
 *
 * `*count` is the room at `checks`, then their number; 32 is enough. `*clean` is 1 only when every check is
 * ok. Books that are not clean are no failure of the call. USAGE: INVALID_ARGUMENT (checks, count, clean; count
 * when there is less room than checks). */
MINIPAY_API minipay_status minipay_audit(minipay *pay, minipay_audit_check *checks, uint32_t *count,
                                         int32_t *clean, minipay_error *error);

/* A checkpoint: where the chain of blocks stood at a time, signed (Ed25519). Kept outside the installation, it
 * shows what the database alone cannot: that its newest rows were taken away, or that all of it was put back
 * to an older copy. It holds no personal data. */
typedef struct minipay_checkpoint {
    uint32_t struct_size;
    int64_t block_number;  /* the newest block */
    int64_t last_sequence; /* the newest row of the journal and of the events */
    int64_t made_at;
    minipay_id installation_id;
    uint8_t block_hash[32]; /* covers all rows up to the block, and the documents as they then were */
    uint8_t public_key[32]; /* derived from the installation's master key */
    uint8_t signature[64];  /* of all the above, in their text form */
} minipay_checkpoint;

enum { MINIPAY_CHECKPOINT_TEXT_SIZE = 640 };

MINIPAY_API void minipay_checkpoint_init(minipay_checkpoint *checkpoint);

/* Makes a checkpoint of what is committed now. USAGE: INVALID_ARGUMENT (checkpoint). FATAL: CORRUPT when the
 * installation's row or every block is gone. */
MINIPAY_API minipay_status minipay_checkpoint_make(minipay *pay, minipay_checkpoint *checkpoint,
                                                   minipay_error *error);

/* Holds the database against a checkpoint that was made of it. USAGE: INVALID_ARGUMENT (checkpoint),
 * INVALID_SIZE; INVALID_ARGUMENT (signature: it is not signed by this installation or was changed).
 * FATAL: CORRUPT (block_number: the database ends before the checkpoint; block_hash: its block is
 * another one). OK says that the chain still holds the checkpoint's block; minipay_audit proves that the
 * rows are those of the chain: both together prove the rows. */
MINIPAY_API minipay_status minipay_checkpoint_verify(minipay *pay, const minipay_checkpoint *checkpoint,
                                                     minipay_error *error);

/* The key that this installation signs with, to be kept by who holds its checkpoints. 32 bytes.
 * INVALID_ARGUMENT (public_key). */
MINIPAY_API minipay_status minipay_checkpoint_key(minipay *pay, uint8_t public_key[32],
                                                  minipay_error *error);

/* Without a handle: is the checkpoint signed by the holder of this key? INVALID_ARGUMENT (checkpoint,
 * public_key: NULL), INVALID_SIZE; INVALID_ARGUMENT (signature: it is not). */
MINIPAY_API minipay_status minipay_checkpoint_check(const minipay_checkpoint *checkpoint,
                                                    const uint8_t public_key[32], minipay_error *error);

/* Lines "name value", to be printed and stored. Parsing takes what formatting gives, and no more than a
 * missing or additional newline at the end: MINIPAY_INVALID_TEXT, `error` names the line. INVALID_ARGUMENT
 * (text, checkpoint: NULL). */
MINIPAY_API void minipay_checkpoint_format(const minipay_checkpoint *checkpoint,
                                           char text[MINIPAY_CHECKPOINT_TEXT_SIZE]);
MINIPAY_API minipay_status minipay_checkpoint_parse(const char *text, minipay_checkpoint *checkpoint,
                                                    minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
