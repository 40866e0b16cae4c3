/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/text.h"

#include <string.h>

/* Which field of a request differs from what stands under its id, by the name that the caller knows. */

typedef struct optional {
    const char *field;
    int32_t kind; /* the only kind of request that has it; 0: any may */
} optional;

/* Fields that only a request sets, and that may be left out of it: there a zero differs from what stands. */
static const optional left_out[] = {
    {"account_id", 0},   {"asked_minor", 0}, {"flags", 0},  {"promotion_id", 0},
    {"actor", 0},        {"channel", 0},     {"reason", 0}, {"payee_id", MINIPAY_KIND_HOLD},
    {"effective_at", 0},
};

/* The same, but in some kinds an operation fills them in itself: looked at when nothing else differs. When
 * these do not either, what is asked for now had been left out and filled in. */
static const optional filled_in[] = {{"expires_at", 0}, {"currency", 0}};

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
        if (strcmp(record->table.fields[i].name, name) == 0)
            return &record->table.fields[i];
    }
    return NULL;
}

static bool differs(const minipay_field *field, const mpi_document *asked, const mpi_document *standing)
{
    const uint8_t *a = (const uint8_t *)asked, *b = (const uint8_t *)standing;
    return memcmp(a + field->offset, b + field->offset, field->size) != 0;
}

static const minipay_field *field_of(const mpi_saga *saga, const optional *wanted)
{
    return wanted->kind == 0 || wanted->kind == saga->kind ? mpi_saga_field(saga->record, wanted->field)
                                                           : NULL;
}

/* The first that is asked for. */
static const char *first_asked(const optional *fields, size_t count, const mpi_saga *saga,
                               const mpi_document *asked)
{
    for (size_t i = 0; i < count; i++) {
        const minipay_field *field = field_of(saga, &fields[i]);
        if (field && !mpi_bytes_are_zero((const uint8_t *)asked + field->offset, field->size))
            return field->name;
    }
    return NULL;
}

static const char *first_of(const optional *fields, size_t count, const mpi_saga *saga,
                            const mpi_document *asked, const mpi_document *standing)
{
    for (size_t i = 0; i < count; i++) {
        const minipay_field *field = field_of(saga, &fields[i]);
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

static const char *name_of(const renamed *list, size_t count, const char *field)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(field, list[i].field) == 0)
            return list[i].name;
    }
    return field;
}

const char *mpi_saga_difference(const mpi_saga *saga, const mpi_keys *keys, const mpi_document *asked,
                                const mpi_document *standing)
{
    const char *field = mpi_record_first_difference(saga->record, asked, standing);
    if (!field)
        field = first_of(left_out, MPI_COUNT(left_out), saga, asked, standing);
    if (!field && saga->draw_up)
        field = first_secret(saga->record, keys, asked, standing);
    if (!field)
        field = first_of(filled_in, MPI_COUNT(filled_in), saga, asked, standing);
    if (!field && saga->draw_up)
        field = first_asked(filled_in, MPI_COUNT(filled_in), saga, asked);
    if (!field)
        return "request";
    return saga->draw_up ? name_of(names, MPI_COUNT(names), field)
                         : name_of(kept_as, MPI_COUNT(kept_as), field);
}
