/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/assert.h"
#include "base/hash.h"
#include "base/text.h"

#include <string.h>

/* Which field of a request differs from that which stands under its id, by the name that the caller knows.
 *
 * What was asked cannot be read from what stands: the operation may have filled fields in, and later ones
 * change them. Only its fingerprint is as it was. So the request that stands is made again: from what is asked
 * now, with some of its fields as they stand, and at most one other left out, or put in. When it has that
 * fingerprint, the fields that had to be changed are those that differ: named is the first that the request
 * gives, or else leaves out.
 *
 * When none has, or there are too many to try, a field differs for certain when the document keeps it for good
 * and has another value, or when it is the only one that is not kept. */

/* Fields that only a request sets, and that may be left out of it: there a zero differs from what stands. */
static const char *const left_out[] = {"account_id", "promotion_id", "asked_minor", "flags", "actor",
                                       "channel",    "reason",       "asked_at",    NULL};

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

/* What cannot but differ when the other one does. */
static const renamed follows[] = {{"instructions", "count"}};

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

static const char *name_of(const renamed *list, size_t count, const char *field)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(field, list[i].field) == 0)
            return list[i].name;
    }
    return field;
}

/* ---- the request that stands ----------------------------------------------------------------------------- */

enum { TRIALS = 1024, FIELDS_LARGEST = 64 };

typedef struct search {
    const mpi_engine *engine;
    const mpi_record *record;
    int64_t fingerprint;
    mpi_document asked, stands, trial; /* secrets in plain */
    const minipay_field *open[FIELDS_LARGEST];
    uint32_t open_count, trials;
} search;

static uint8_t *at(const minipay_field *field, mpi_document *document)
{
    return (uint8_t *)document + field->offset;
}

static bool is_given(const minipay_field *field, mpi_document *document)
{
    return !mpi_bytes_are_zero(at(field, document), field->size);
}

static bool differs(const minipay_field *field, mpi_document *one, mpi_document *other)
{
    return memcmp(at(field, one), at(field, other), field->size) != 0;
}

static void copy(const minipay_field *field, mpi_document *from, mpi_document *to)
{
    memcpy(at(field, to), at(field, from), field->size);
}

static void open_secrets(search *s, const minipay_id *id)
{
    char text[MPI_RECORD_LARGEST];
    for (uint32_t i = 0; i < s->record->table.field_count; i++) {
        const minipay_field *field = &s->record->table.fields[i];
        if (!(field->flags & MINIPAY_FIELD_SECRET))
            continue;
        if (mpi_record_unseal(s->engine->keys, id, at(field, &s->stands), text, sizeof text) != 0)
            text[0] = 0;
        mpi_secret_set(at(field, &s->stands), field->size, text);
    }
    mpi_wipe(text, sizeof text);
}

static bool is_in(const char *const *list, const char *name)
{
    while (list && *list && strcmp(*list, name) != 0)
        list++;
    return list && *list;
}

static bool is_only_asked(const minipay_field *field)
{
    return is_in(left_out, field->name) || field->flags & MINIPAY_FIELD_SECRET;
}

/* Each of the open fields may be as it is asked, or as it stands. */
static void find_open(search *s, const minipay_field *other)
{
    s->open_count = 0;
    for (uint32_t i = 0; i < s->record->table.field_count; i++) {
        const minipay_field *field = &s->record->table.fields[i];
        if (field != other && differs(field, &s->asked, &s->stands) &&
            (is_given(field, &s->asked) || is_only_asked(field)))
            s->open[s->open_count++] = field;
    }
}

static bool is_found(search *s)
{
    s->trials++;
    return mpi_saga_fingerprint(s->engine, s->record, &s->trial) == s->fingerprint;
}

/* Every choice, each one field away from the one before (a Gray code). */
static bool try_choices(search *s)
{
    for (uint32_t step = 1; s->trials < TRIALS; step++) {
        uint32_t next = (uint32_t)__builtin_ctz(step);
        if (is_found(s))
            return true;
        if (next >= s->open_count)
            return false;
        bool stands = differs(s->open[next], &s->trial, &s->asked);
        copy(s->open[next], stands ? &s->asked : &s->stands, &s->trial);
    }
    return false;
}

/* `other`, or NULL: a field that was left out and is given now, or the other way round. */
static bool try_with(search *s, const minipay_field *other)
{
    memcpy(&s->trial, &s->asked, sizeof s->trial);
    if (other && is_given(other, &s->asked))
        memset(at(other, &s->trial), 0, other->size);
    else if (other)
        copy(other, &s->stands, &s->trial);
    find_open(s, other);
    return try_choices(s);
}

static bool find_request(search *s)
{
    bool found = try_with(s, NULL);
    for (uint32_t i = 0; !found && s->trials < TRIALS && i < s->record->table.field_count; i++) {
        const minipay_field *other = &s->record->table.fields[i];
        if (is_given(other, &s->asked) || is_given(other, &s->stands))
            found = try_with(s, other);
    }
    return found;
}

/* ---- the first field that differs ------------------------------------------------------------------------ */

static bool is_changed(search *s, const minipay_field *field)
{
    return field && differs(field, &s->trial, &s->asked);
}

/* Of the fields that the request gives, or of those that it leaves out. */
static const char *first_changed(search *s, bool given)
{
    for (uint32_t i = 0; i < s->record->table.field_count; i++) {
        const minipay_field *field = &s->record->table.fields[i];
        const char *leader = name_of(follows, MPI_COUNT(follows), field->name);
        if (is_changed(s, field) && is_given(field, &s->asked) == given)
            return is_changed(s, mpi_saga_field(s->record, leader)) ? leader : field->name;
    }
    return NULL;
}

static void take_certain(search *s, const char *const *changed_later)
{
    memcpy(&s->trial, &s->asked, sizeof s->trial);
    find_open(s, NULL);
    for (uint32_t i = 0; i < s->open_count; i++) {
        if (!is_in(changed_later, s->open[i]->name))
            copy(s->open[i], &s->stands, &s->trial);
    }
}

static const char *name_first(search *s, const char *const *changed_later)
{
    bool found = find_request(s);
    if (!found)
        take_certain(s, changed_later);
    const char *name = first_changed(s, true);
    if (!name)
        name = first_changed(s, false);
    if (!name && !found && changed_later && changed_later[0] && !changed_later[1])
        name = changed_later[0];
    return name;
}

const char *mpi_saga_differing(const mpi_engine *engine, const mpi_record *record,
                               const char *const *changed_later, const void *asked, const void *standing,
                               int64_t fingerprint)
{
    search s = {.engine = engine, .record = record, .fingerprint = fingerprint};
    MPI_ASSERT(record->table.field_count <= FIELDS_LARGEST && record->table.row_size <= sizeof s.asked);
    memcpy(&s.asked, asked, record->table.row_size);
    memcpy(&s.stands, standing, record->table.row_size);
    open_secrets(&s, &s.stands.op.id);
    const char *name = name_first(&s, changed_later);
    mpi_wipe(&s, sizeof s);
    return name;
}

const char *mpi_saga_difference(const mpi_engine *engine, const mpi_saga *saga,
                                const mpi_document *asked, const mpi_document *standing)
{
    const char *field = mpi_saga_differing(engine, saga->record, saga->changed_later, asked, standing,
                                           standing->op.fingerprint);
    if (!field)
        return "request";
    return saga->draw_up ? name_of(names, MPI_COUNT(names), field)
                         : name_of(kept_as, MPI_COUNT(kept_as), field);
}
