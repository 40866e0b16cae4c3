/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/text.h"
#include "store/block.h"
#include "store/installation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Checkpoints. What is signed is the text, up to the line of the signature: what a person reads is what
 * counts. */

/* ---- text ----------------------------------------------------------------------------------------------- */

static int write_signed_part(const minipay_checkpoint *checkpoint,
                             char text[MINIPAY_CHECKPOINT_TEXT_SIZE])
{
    char installation[MINIPAY_ID_TEXT_SIZE], hash[65], key[65];
    minipay_id_format(&checkpoint->installation_id, installation);
    mpi_text_hex(checkpoint->block_hash, sizeof checkpoint->block_hash, hash);
    mpi_text_hex(checkpoint->public_key, sizeof checkpoint->public_key, key);
    return snprintf(text, MINIPAY_CHECKPOINT_TEXT_SIZE,
                    "minipay-checkpoint 1\ninstallation %s\nblock %" PRId64 "\nsequence %" PRId64
                    "\nmade_at %" PRId64 "\nhash %s\nkey %s\n",
                    installation, checkpoint->block_number, checkpoint->last_sequence,
                    checkpoint->made_at, hash, key);
}

void minipay_checkpoint_format(const minipay_checkpoint *checkpoint,
                               char text[MINIPAY_CHECKPOINT_TEXT_SIZE])
{
    char signature[129];
    int used = write_signed_part(checkpoint, text);
    mpi_text_hex(checkpoint->signature, sizeof checkpoint->signature, signature);
    snprintf(text + used, (size_t)(MINIPAY_CHECKPOINT_TEXT_SIZE - used), "signature %s\n", signature);
}

/* The value of the line "name value" at `*at`, which moves behind it; false when it is another line. */
static bool take_line(const char **at, const char *name, char value[160])
{
    size_t length = strlen(name);
    const char *end = strchr(*at, '\n');
    size_t line = end ? (size_t)(end - *at) : strlen(*at);
    if (line <= length + 1 || memcmp(*at, name, length) != 0 || (*at)[length] != ' ' ||
        line - length - 1 >= 160)
        return false;
    memcpy(value, *at + length + 1, line - length - 1);
    value[line - length - 1] = 0;
    *at += line + (end != NULL);
    return true;
}

static bool take_number(const char **at, const char *name, int64_t *number)
{
    char value[160], written[32];
    if (!take_line(at, name, value))
        return false;
    /* What is no number, or too large, is not written again as it was read. */
    *number = strtoll(value, NULL, 10);
    snprintf(written, sizeof written, "%" PRId64, *number);
    return strcmp(written, value) == 0;
}

static bool take_bytes(const char **at, const char *name, void *bytes, size_t count)
{
    char value[160];
    return take_line(at, name, value) && strlen(value) == 2 * count &&
           mpi_text_unhex(value, count, bytes);
}

static bool take_id(const char **at, const char *name, minipay_id *id)
{
    char value[160];
    return take_line(at, name, value) && minipay_id_parse(value, id) == MINIPAY_OK;
}

static bool take_version(const char **at, const char *name, int64_t *version)
{
    return take_number(at, name, version) && *version == 1;
}

/* The name of the first line that is not as it should be, or NULL. */
static const char *take_all(const char **at, minipay_checkpoint *read)
{
    int64_t version;
    if (!take_version(at, "minipay-checkpoint", &version))
        return "minipay-checkpoint";
    if (!take_id(at, "installation", &read->installation_id))
        return "installation";
    if (!take_number(at, "block", &read->block_number))
        return "block";
    if (!take_number(at, "sequence", &read->last_sequence))
        return "sequence";
    if (!take_number(at, "made_at", &read->made_at))
        return "made_at";
    if (!take_bytes(at, "hash", read->block_hash, sizeof read->block_hash))
        return "hash";
    if (!take_bytes(at, "key", read->public_key, sizeof read->public_key))
        return "key";
    return take_bytes(at, "signature", read->signature, sizeof read->signature) ? NULL : "signature";
}

minipay_status minipay_checkpoint_parse(const char *text, minipay_checkpoint *checkpoint,
                                        minipay_error *error)
{
    minipay_checkpoint read;
    if (!text || !checkpoint)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, text ? "checkpoint" : "text", "NULL");
    minipay_checkpoint_init(&read);
    const char *wrong = take_all(&text, &read);
    if (!wrong && *text && strcmp(text, "\n") != 0)
        wrong = "signature";
    if (wrong)
        return mpi_fail(error, MINIPAY_INVALID_TEXT, wrong,
                        "the text is no checkpoint: its line '%s' is missing or wrong", wrong);
    *checkpoint = read;
    return MINIPAY_OK;
}

/* ---- signatures ------------------------------------------------------------------------------------------ */

minipay_status minipay_checkpoint_check(const minipay_checkpoint *checkpoint,
                                        const uint8_t public_key[32], minipay_error *error)
{
    char text[MINIPAY_CHECKPOINT_TEXT_SIZE];
    minipay_status status = mpi_check_both(checkpoint, "checkpoint", public_key, "public_key", error);
    if (status == MINIPAY_OK)
        status = mpi_check_size("checkpoint", checkpoint->struct_size, sizeof *checkpoint, error);
    if (status != MINIPAY_OK)
        return status;
    if (mpi_hash_start() != 0)
        return mpi_fail(error, MINIPAY_INTERNAL, NULL, "the cryptographic library does not start");
    int used = write_signed_part(checkpoint, text);
    if (memcmp(checkpoint->public_key, public_key, 32) != 0 ||
        mpi_signature_check(public_key, text, (size_t)used, checkpoint->signature) != 0)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "signature",
                        "the checkpoint is not signed by this installation, or was changed");
    return MINIPAY_OK;
}

/* ---- with a handle --------------------------------------------------------------------------------------- */

static minipay_status newest_block(mpi_view *view, mpi_block *block, minipay_error *error)
{
    minipay_scan newest = {.table = &mpi_block_record.table, .index = -1, .descending = 1};
    uint32_t count = 1;
    minipay_status status = mpi_view_scan(view, &newest, block, &count, error);
    return status == MINIPAY_OK && count == 0
               ? mpi_fail(error, MINIPAY_CORRUPT, "block", "the database has no block")
               : status;
}

static minipay_status make(minipay *pay, mpi_view *view, minipay_checkpoint *checkpoint,
                           minipay_error *error)
{
    char text[MINIPAY_CHECKPOINT_TEXT_SIZE];
    const mpi_keys *keys = mpi_store_keys(pay->homes[0].store);
    mpi_installation installation;
    mpi_block block;
    minipay_status status = mpi_installation_read(view, &installation, error);
    if (status == MINIPAY_OK)
        status = newest_block(view, &block, error);
    if (status != MINIPAY_OK)
        return status;
    minipay_checkpoint_init(checkpoint);
    checkpoint->installation_id = installation.installation_id;
    checkpoint->block_number = block.number;
    checkpoint->last_sequence = block.first_sequence + block.row_count - 1;
    checkpoint->made_at = mpi_store_now(pay->homes[0].store);
    memcpy(checkpoint->block_hash, block.hash, sizeof checkpoint->block_hash);
    mpi_sign_public(keys->sign, checkpoint->public_key);
    int used = write_signed_part(checkpoint, text);
    mpi_sign(keys->sign, text, (size_t)used, checkpoint->signature);
    return MINIPAY_OK;
}

static minipay_status compare(mpi_view *view, const minipay_checkpoint *checkpoint, minipay_error *error)
{
    mpi_block block = {.number = checkpoint->block_number}, newest;
    minipay_status status = mpi_view_get(view, &mpi_block_record, -1, &block, error);
    if (status == MINIPAY_NOT_FOUND) {
        memset(&newest, 0, sizeof newest);
        status = newest_block(view, &newest, error);
        return status != MINIPAY_OK
                   ? status
                   : mpi_fail(error, MINIPAY_CORRUPT, "block_number",
                              "block %" PRId64 " of the checkpoint is not in the database, whose newest "
                              "is %" PRId64 ": rows were taken away, or an older copy was put back",
                              checkpoint->block_number, newest.number);
    }
    if (status == MINIPAY_OK && memcmp(block.hash, checkpoint->block_hash, sizeof block.hash) != 0)
        return mpi_fail(error, MINIPAY_CORRUPT, "block_hash",
                        "block %" PRId64 " is not the checkpoint's: the database took another course",
                        checkpoint->block_number);
    return status;
}

static minipay_status make_now(minipay *pay, minipay_checkpoint *made, minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(pay->homes[0].store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = make(pay, &view, made, error);
    mpi_view_close(&view);
    return status;
}

minipay_status minipay_checkpoint_make(minipay *pay, minipay_checkpoint *checkpoint,
                                       minipay_error *error)
{
    minipay_checkpoint made;
    minipay_status status = mpi_check_given(checkpoint, "checkpoint", error);
    if (mpi_enter(pay, &status, error)) {
        status = make_now(pay, &made, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK)
        *checkpoint = made;
    return status;
}

static minipay_status verify(minipay *pay, const minipay_checkpoint *checkpoint, minipay_error *error)
{
    uint8_t public_key[MPI_PUBLIC_KEY_SIZE];
    mpi_view view;
    mpi_sign_public(mpi_store_keys(pay->homes[0].store)->sign, public_key);
    minipay_status status = minipay_checkpoint_check(checkpoint, public_key, error);
    if (status == MINIPAY_OK)
        status = mpi_view_open(pay->homes[0].store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = compare(&view, checkpoint, error);
    mpi_view_close(&view);
    return status;
}

minipay_status minipay_checkpoint_verify(minipay *pay, const minipay_checkpoint *checkpoint,
                                         minipay_error *error)
{
    minipay_status status = mpi_check_given(checkpoint, "checkpoint", error);
    if (mpi_enter(pay, &status, error)) {
        status = verify(pay, checkpoint, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_checkpoint_key(minipay *pay, uint8_t public_key[32], minipay_error *error)
{
    minipay_status status = mpi_check_given(public_key, "public_key", error);
    if (mpi_enter(pay, &status, error)) {
        mpi_sign_public(mpi_store_keys(pay->homes[0].store)->sign, public_key);
        mpi_leave(pay);
    }
    return status;
}
