/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include "base/assert.h"
#include "base/text.h"
#include "minipay/values.h"

#include <endian.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

uint32_t mpi_record_key_size(const mpi_record *record)
{
    uint32_t size = 0;
    for (uint32_t i = 0; i < record->table.key_count; i++) {
        MPI_ASSERT(record->table.fields[i].offset == size);
        size += record->table.fields[i].size;
    }
    MPI_ASSERT(size > 0);
    return size;
}

static const uint8_t *at(const minipay_field *field, const void *row)
{
    return (const uint8_t *)row + field->offset;
}

static size_t put_integer(int64_t value, uint8_t *bytes)
{
    uint64_t little = htole64((uint64_t)value);
    memcpy(bytes, &little, sizeof little);
    return sizeof little;
}

static size_t put_counted(const void *text, size_t count, uint8_t *bytes)
{
    bytes[0] = (uint8_t)count;
    bytes[1] = (uint8_t)(count >> 8);
    memcpy(bytes + 2, text, count);
    return count + 2;
}

/* Nothing, 0 bytes, for a value that is zero: see put_fields. */
static inline size_t put_field(const minipay_field *field, const void *row, uint8_t *bytes)
{
    const uint8_t *from = at(field, row);
    int64_t wide;
    int32_t narrow;
    uint32_t length;
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
        memcpy(&wide, from, sizeof wide);
        return wide ? put_integer(wide, bytes) : 0;
    case MINIPAY_FIELD_INT32:
    case MINIPAY_FIELD_ENUM:
        memcpy(&narrow, from, sizeof narrow);
        return narrow ? put_integer(narrow, bytes) : 0;
    case MINIPAY_FIELD_TEXT:
        return *from ? put_counted(from, strnlen((const char *)from, field->size), bytes) : 0;
    case MINIPAY_FIELD_BYTES:
        memcpy(&length, from, sizeof length);
        MPI_ASSERT(length <= field->size - sizeof length);
        return length ? put_counted(from + sizeof length, length, bytes) : 0;
    case MINIPAY_FIELD_ID:
        memcpy(bytes, from, sizeof(minipay_id));
        return mpi_bytes_are_zero(from, sizeof(minipay_id)) ? 0 : sizeof(minipay_id);
    default:
        memcpy(bytes, from, field->size);
        return mpi_bytes_are_zero(from, field->size) ? 0 : field->size;
    }
}

static uint32_t hashed_fields(const mpi_record *record)
{
    return record->table.field_count - (record->form == MPI_FORM_DOCUMENT);
}

static size_t put_fields(const mpi_record *record, const void *row, uint32_t without, uint8_t *bytes)
{
    size_t used = 0;
    const minipay_field *fields = record->table.fields;
    uint32_t count = hashed_fields(record);
    for (uint32_t i = 0; i < count; i++) {
        if (fields[i].flags & without)
            continue;
        bytes[used] = (uint8_t)i;
        size_t put = put_field(&fields[i], row, bytes + used + 1);
        used += put ? put + 1 : 0;
    }
    return used;
}

size_t mpi_record_canonical(const mpi_record *record, const void *row, uint8_t *bytes)
{
    return put_fields(record, row, 0, bytes);
}

size_t mpi_record_public(const mpi_record *record, const void *row, uint8_t *bytes)
{
    return put_fields(record, row, MINIPAY_FIELD_SECRET, bytes);
}

static int64_t get_integer(const uint8_t *bytes)
{
    uint64_t little;
    memcpy(&little, bytes, sizeof little);
    return (int64_t)le64toh(little);
}

/* Is it one that the field can hold? */
static bool is_number_of(const minipay_field *field, int64_t number)
{
    if (field->kind == MINIPAY_FIELD_INT64)
        return true;
    if (number < INT32_MIN || number > INT32_MAX)
        return false;
    for (int64_t i = 0; field->kind == MINIPAY_FIELD_ENUM && i <= number; i++) {
        if (!field->names[i])
            return false;
    }
    return field->kind != MINIPAY_FIELD_ENUM || number >= 0;
}

/* Reads one value into its field; the number of bytes read, 0 when they are not of this field's form. */
static size_t get_field(const minipay_field *field, const uint8_t *bytes, size_t left, uint8_t *target)
{
    bool counted = field->kind == MINIPAY_FIELD_TEXT || field->kind == MINIPAY_FIELD_BYTES;
    bool integer = field->kind <= MINIPAY_FIELD_ENUM;
    size_t size = integer ? 8 : counted ? 2 : field->size;
    if (left < size)
        return 0;
    if (integer) {
        int64_t wide = get_integer(bytes);
        int32_t narrow = (int32_t)wide;
        if (!is_number_of(field, wide))
            return 0;
        memcpy(target, field->size == sizeof wide ? (void *)&wide : (void *)&narrow, field->size);
        return size;
    }
    if (!counted) {
        memcpy(target, bytes, size);
        return size;
    }
    uint32_t count = (uint32_t)(bytes[0] | bytes[1] << 8);
    size_t head = field->kind == MINIPAY_FIELD_BYTES ? sizeof count : 0;
    if (left < size + count || head + count > field->size - (head == 0) ||
        (head == 0 && memchr(bytes + size, 0, count)))
        return 0;
    memcpy(target, &count, head);
    memcpy(target + head, bytes + size, count);
    return size + count;
}

int mpi_record_restore(const mpi_record *record, const uint8_t *bytes, size_t count, void *row)
{
    size_t used = 0;
    uint32_t least = 0; /* positions rise */
    memset(row, 0, record->table.row_size);
    while (used < count) {
        uint8_t position = bytes[used++];
        if (position < least || position >= hashed_fields(record))
            return -1;
        least = position + 1u;
        const minipay_field *field = &record->table.fields[position];
        size_t read = get_field(field, bytes + used, count - used, (uint8_t *)row + field->offset);
        if (read == 0)
            return -1;
        used += read;
    }
    return 0;
}

/* ---- secrets --------------------------------------------------------------------------------------- */

void mpi_secret_set(void *field, size_t size, const char *text)
{
    uint32_t length = (uint32_t)strlen(text);
    MPI_ASSERT(sizeof length + length + MPI_SEAL_OVERHEAD <= size);
    memset(field, 0, size);
    memcpy(field, &length, sizeof length);
    memcpy((uint8_t *)field + sizeof length, text, length);
}

static void seal_field(const minipay_field *field, const mpi_keys *keys, const minipay_id *context,
                       void *row)
{
    uint8_t *secret = (uint8_t *)row + field->offset;
    uint8_t plain[MPI_RECORD_LARGEST];
    uint32_t length;
    memcpy(&length, secret, sizeof length);
    if (length == 0)
        return;
    memcpy(plain, secret + sizeof length, length);
    mpi_seal(keys->seal, context, plain, length, secret + sizeof length);
    mpi_wipe(plain, length);
    length += MPI_SEAL_OVERHEAD;
    memcpy(secret, &length, sizeof length);
}

void mpi_record_seal(const mpi_record *record, const mpi_keys *keys, const minipay_id *context,
                     void *row)
{
    for (uint32_t i = 0; i < record->table.field_count; i++) {
        const minipay_field *field = &record->table.fields[i];
        if (field->kind == MINIPAY_FIELD_BYTES && (field->flags & MINIPAY_FIELD_SECRET))
            seal_field(field, keys, context, row);
    }
}

int mpi_record_unseal(const mpi_keys *keys, const minipay_id *context, const void *field, char *text,
                      size_t room)
{
    uint32_t length;
    memcpy(&length, field, sizeof length);
    memset(text, 0, room);
    if (length == 0)
        return 0;
    if (length < MPI_SEAL_OVERHEAD || length - MPI_SEAL_OVERHEAD >= room)
        return -1;
    return mpi_unseal(keys->seal, context, (const uint8_t *)field + sizeof length, length, text);
}

uint8_t *mpi_record_tag_of(const mpi_record *record, void *row)
{
    const minipay_field *last = &record->table.fields[record->table.field_count - 1];
    MPI_ASSERT(record->form == MPI_FORM_DOCUMENT && last->size == MPI_TAG_SIZE);
    return (uint8_t *)row + last->offset;
}

static uint16_t column_check(const mpi_keys *keys, const minipay_field *field, uint32_t position,
                             const void *row)
{
    int64_t message[2] = {position, 0};
    memcpy(&message[1], at(field, row), sizeof message[1]);
    return (uint16_t)mpi_hash64(keys->column, message, sizeof message);
}

/* A tag: the hash of the row, then the low bytes of the checks, then the high ones. Tags of earlier versions
 * end with the low ones. */
enum { WHOLE = 8, CHECKS = MPI_TAG_CHECKS, LOW = WHOLE, HIGH = LOW + CHECKS };
_Static_assert(HIGH + CHECKS == MPI_TAG_SIZE, "a tag has two bytes for each of its checks");

/* The first money columns have a check each. Every later one is added to two of these, to another pair than
 * any other has, while there are pairs: one that changes shows in both, and by the same difference. While it is
 * zero it is in none, so that tags hold when a later version appends it. */
typedef struct places {
    uint32_t first, second; /* the same: a check of its own */
} places;

enum { PAIRS = CHECKS * (CHECKS - 1) / 2 };

static places places_of(uint32_t column)
{
    uint32_t first = 0, left = column < CHECKS ? 0 : (column - CHECKS) % PAIRS;
    if (column < CHECKS)
        return (places){column, column};
    for (uint32_t partners = CHECKS - 1; left >= partners; partners--) {
        left -= partners;
        first++;
    }
    return (places){first, first + 1 + left};
}

static bool is_money(const minipay_field *field)
{
    return field->flags & MINIPAY_FIELD_MONEY;
}

static bool is_zero(const minipay_field *field, const void *row)
{
    return mpi_bytes_are_zero(at(field, row), field->size);
}

/* Adds what a column's check is; added again, it is taken away. */
static void add_check(uint16_t checks[CHECKS], places where, uint16_t check)
{
    checks[where.first] ^= check;
    if (where.second != where.first)
        checks[where.second] ^= check;
}

static void money_checks(const mpi_record *record, const mpi_keys *keys, const void *row,
                         uint16_t checks[CHECKS])
{
    uint32_t column = 0;
    memset(checks, 0, CHECKS * sizeof *checks);
    for (uint32_t i = 0; i < record->table.field_count; i++) {
        const minipay_field *field = &record->table.fields[i];
        if (!is_money(field))
            continue;
        if (column < CHECKS || !is_zero(field, row))
            add_check(checks, places_of(column), column_check(keys, field, i, row));
        column++;
    }
}

static uint64_t whole_tag(const mpi_record *record, const mpi_keys *keys, const void *row)
{
    uint8_t bytes[MPI_RECORD_LARGEST];
    size_t count = mpi_record_canonical(record, row, bytes);
    return mpi_hash64(keys->row, bytes, count);
}

void mpi_record_tag(const mpi_record *record, const mpi_keys *keys, const void *row,
                    uint8_t tag[MPI_TAG_SIZE])
{
    uint64_t whole = whole_tag(record, keys, row);
    uint16_t checks[CHECKS];
    memcpy(tag, &whole, sizeof whole);
    money_checks(record, keys, row, checks);
    for (uint32_t i = 0; i < CHECKS; i++) {
        tag[LOW + i] = (uint8_t)checks[i];
        tag[HIGH + i] = (uint8_t)(checks[i] >> 8);
    }
}

bool mpi_record_is_tagged(const mpi_record *record, const mpi_keys *keys, const void *row,
                          const uint8_t tag[MPI_TAG_SIZE])
{
    uint64_t whole = whole_tag(record, keys, row);
    return memcmp(tag, &whole, sizeof whole) == 0;
}

/* How the checks differ from those of the stored tag. A column that a later version appended has no check yet,
 * and is zero. */
static void differences(const mpi_record *record, const mpi_keys *keys, const void *row,
                        const uint8_t *stored, uint16_t checks[CHECKS])
{
    bool wide = !mpi_bytes_are_zero(stored + HIGH, CHECKS);
    uint32_t column = 0;
    money_checks(record, keys, row, checks);
    for (uint32_t i = 0; i < record->table.field_count && column < CHECKS; i++) {
        const minipay_field *field = &record->table.fields[i];
        if (!is_money(field))
            continue;
        if (stored[LOW + column] == 0 && stored[HIGH + column] == 0 && is_zero(field, row))
            checks[column] ^= column_check(keys, field, i, row);
        column++;
    }
    for (uint32_t i = 0; i < CHECKS; i++) {
        checks[i] ^= (uint16_t)(stored[LOW + i] | stored[HIGH + i] << 8);
        checks[i] &= wide ? 0xFFFF : 0xFF;
    }
}

/* Is a change of this column alone what makes the difference? */
static bool explains(uint32_t column, const uint16_t difference[CHECKS])
{
    uint16_t left[CHECKS];
    places where = places_of(column);
    memcpy(left, difference, sizeof left);
    add_check(left, where, difference[where.first]);
    return difference[where.first] != 0 && mpi_bytes_are_zero(left, sizeof left);
}

void mpi_record_changed_field(const mpi_record *record, const mpi_keys *keys, const void *row,
                              const uint8_t tag[MPI_TAG_SIZE], char text[128])
{
    uint16_t difference[CHECKS];
    uint32_t column = 0;
    const char *found = "";
    if (record->table.key_count + 2 == record->table.field_count) {
        snprintf(text, 128, "%s", record->table.fields[record->table.key_count].name); /* the only one */
        return;
    }
    differences(record, keys, row, tag, difference);
    if (!mpi_bytes_are_zero(difference, sizeof difference))
        found = "more than one amount";
    for (uint32_t i = 0; i < record->table.field_count && *found; i++) {
        const minipay_field *field = &record->table.fields[i];
        if (is_money(field) && explains(column++, difference)) {
            found = field->name;
            break;
        }
    }
    snprintf(text, 128, "%s", found);
}

static int put_text(const minipay_field *field, const void *row, char *text, size_t room)
{
    minipay_id id;
    char written[37];
    int64_t wide;
    int32_t narrow;
    switch (field->kind) {
    case MINIPAY_FIELD_ID:
        memcpy(&id, at(field, row), sizeof id);
        minipay_id_format(&id, written);
        return snprintf(text, room, "%s", written);
    case MINIPAY_FIELD_INT64:
        memcpy(&wide, at(field, row), sizeof wide);
        return snprintf(text, room, "%lld", (long long)wide);
    case MINIPAY_FIELD_ENUM:
        memcpy(&narrow, at(field, row), sizeof narrow);
        return snprintf(text, room, "%s", field->names[narrow]);
    case MINIPAY_FIELD_INT32:
        memcpy(&narrow, at(field, row), sizeof narrow);
        return snprintf(text, room, "%d", narrow);
    case MINIPAY_FIELD_TEXT:
        return snprintf(text, room, "%s", (const char *)at(field, row));
    default:
        mpi_text_hex(at(field, row), 8, written);
        return snprintf(text, room, "%s", written);
    }
}

const uint8_t *mpi_record_stored_tag(const mpi_record *record, const void *row)
{
    const minipay_field *last = &record->table.fields[record->table.field_count - 1];
    MPI_ASSERT(record->form == MPI_FORM_DOCUMENT && last->size == MPI_TAG_SIZE);
    return (const uint8_t *)row + last->offset;
}

void mpi_record_key_text(const mpi_record *record, const void *row, char text[128])
{
    size_t used = 0;
    for (uint32_t i = 0; i < record->table.key_count && used < 100; i++) {
        if (i)
            text[used++] = '/';
        int written = put_text(&record->table.fields[i], row, text + used, 128 - used);
        used += written < 0 ? 0 : (size_t)written;
        used = used > 127 ? 127 : used;
    }
    text[used] = 0;
}
