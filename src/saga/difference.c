/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/assert.h"

#include <string.h>

/* Which field of a request differs from what stands under its id, by the name that the caller knows. */

/* Fields that only a request sets, and that may be left out of it: there a zero differs from what stands. */
static const char *const left_out[] = {"account_id", "promotion_id", "asked_minor", "flags",
                                       "actor",      "channel",      "reason",      "asked_at"};

typedef struct renamed {
    const char *field;
    const char *name;
} renamed;

/* What a document calls by another name than its request does. */
static const renamed kept_as[] = {
    {"email_hash", "email"},
    {"number_hash", "account_number"},
    {"masked_number", "account_number"},
    {"asked_at", "effective_at"},
    {"credential_kind", "credential"},
    {"hash", "secret"},
    {"member_state", "state"},
    {"retry_of", "run_id"},
};

/* The same of instructions. */
static const renamed names[] = {
    {"payer_id", "member_id"},   {"payee_id", "other_id"},        {"account_id", "other_id"},
    {"merchant_id", "other_id"}, {"slip_id", "other_id"},         {"hold_id", "other_id"},
    {"transfer_id", "other_id"}, {"asked_minor", "amount_minor"},
};

const minipay_field *mpi_saga_field(const mpi_record *record, const char *name)
{
    for (uint32_t i = 0; i < record->table.field_count; i++) {
        const minipay_field *field = &record->table.fields[i];
        MPI_ASSERT(field->name);
        if (strcmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

static bool differs(const minipay_field *field, const mpi_document *asked, const mpi_document *standing)
{
    const uint8_t *a = (const uint8_t *)asked, *b = (const uint8_t *)standing;
    return memcmp(a + field->offset, b + field->offset, field->size) != 0;
}

static const char *first_left_out(const mpi_record *record, const mpi_document *asked,
                                  const mpi_document *standing)
{
    for (size_t i = 0; i < MPI_COUNT(left_out); i++) {
        const minipay_field *field = mpi_saga_field(record, left_out[i]);
        if (field && differs(field, asked, standing))
            return field->name;
    }
    return NULL;
}

/* A secret field is in plain in what is asked, and sealed in what stands. */
static bool secret_differs(const minipay_field *field, const mpi_keys *keys, const mpi_document *asked,
                           const mpi_document *standing)
{
    char text[MPI_RECORD_LARGEST];
    uint32_t length;
    const uint8_t *plain = (const uint8_t *)asked + field->offset;
    memcpy(&length, plain, sizeof length);
    return mpi_record_unseal(keys, &standing->op.id, (const uint8_t *)standing + field->offset, text,
                             sizeof text) != 0 ||
           strlen(text) != length || memcmp(text, plain + sizeof length, length) != 0;
}

static const char *first_secret(const mpi_record *record, const mpi_keys *keys,
                                const mpi_document *asked, const mpi_document *standing)
{
    for (uint32_t i = 0; i < record->table.field_count; i++) {
        const minipay_field *field = &record->table.fields[i];
        if (field->flags & MINIPAY_FIELD_SECRET && secret_differs(field, keys, asked, standing))
            return field->name;
    }
    return NULL;
}

/* ---- the one that differs -------------------------------------------------------------------------------- */

static void take_over(const minipay_field *field, const mpi_keys *keys, const mpi_document *standing,
                      mpi_document *trial)
{
    char text[MPI_RECORD_LARGEST];
    uint8_t *target = (uint8_t *)trial + field->offset;
    const uint8_t *source = (const uint8_t *)standing + field->offset;
    if (!(field->flags & MINIPAY_FIELD_SECRET))
        memcpy(target, source, field->size);
    else if (mpi_record_unseal(keys, &standing->op.id, source, text, sizeof text) == 0)
        mpi_secret_set(target, field->size, text);
}

/* With what stands in this field, or with nothing in it (an operation may have filled it in), the request is
 * the one that stands: then nothing else differs. */
const char *mpi_saga_only_difference(const mpi_engine *engine, const mpi_record *record,
                                     const void *asked, const void *standing, int64_t fingerprint)
{
    for (uint32_t i = 0; i < record->table.field_count; i++) {
        const minipay_field *field = &record->table.fields[i];
        for (int filled = 0; filled < 2; filled++) {
            mpi_document trial;
            memcpy(&trial, asked, record->table.row_size);
            memset((uint8_t *)&trial + field->offset, 0, field->size);
            if (filled)
                take_over(field, engine->keys, standing, &trial);
            if (mpi_saga_fingerprint(engine, record, &trial) == fingerprint)
                return field->name;
        }
    }
    return NULL;
}

static const char *name_of(const renamed *list, size_t count, const char *field)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(field, list[i].field) == 0)
            return list[i].name;
    }
    return field;
}

const char *mpi_saga_difference(const mpi_engine *engine, const mpi_saga *saga,
                                const mpi_document *asked, const mpi_document *standing)
{
    const char *field =
        mpi_saga_only_difference(engine, saga->record, asked, standing, standing->op.fingerprint);
    if (!field)
        field = mpi_record_first_difference(saga->record, asked, standing);
    if (!field)
        field = first_left_out(saga->record, asked, standing);
    if (!field)
        field = first_secret(saga->record, engine->keys, asked, standing);
    if (!field)
        return "request";
    return saga->draw_up ? name_of(names, MPI_COUNT(names), field)
                         : name_of(kept_as, MPI_COUNT(kept_as), field);
}
