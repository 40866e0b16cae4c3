/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/text.h"

#include <string.h>

/* Between a field of a struct and a value of SQL. */

/* NULL for a number that has no name, which the column then refuses. */
static const char *enum_name(const minipay_field *field, int32_t value)
{
    if (value < 0)
        return NULL;
    for (int32_t i = 0; i < value; i++) {
        if (!field->names[i])
            return NULL;
    }
    return field->names[value];
}

void mpi_sqlite_value(const minipay_field *field, const void *row, mpi_value *value)
{
    const uint8_t *at = (const uint8_t *)row + field->offset;
    bool optional = field->flags & MINIPAY_FIELD_OPTIONAL;
    int32_t narrow;
    uint32_t length;
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
        memcpy(&value->number, at, sizeof value->number);
        value->type = optional && value->number == 0 ? SQLITE_NULL : SQLITE_INTEGER;
        return;
    case MINIPAY_FIELD_INT32:
        memcpy(&narrow, at, sizeof narrow);
        value->number = narrow;
        value->type = optional && narrow == 0 ? SQLITE_NULL : SQLITE_INTEGER;
        return;
    case MINIPAY_FIELD_ENUM:
        memcpy(&narrow, at, sizeof narrow);
        value->bytes = enum_name(field, narrow);
        value->length = -1;
        value->type = !value->bytes || (optional && narrow == 0) ? SQLITE_NULL : SQLITE_TEXT;
        return;
    case MINIPAY_FIELD_TEXT:
        value->bytes = at;
        value->length = (int)strnlen((const char *)at, field->size);
        value->type = optional && value->length == 0 ? SQLITE_NULL : SQLITE_TEXT;
        return;
    case MINIPAY_FIELD_BYTES:
        memcpy(&length, at, sizeof length);
        value->bytes = at + sizeof length;
        value->length = (int)length;
        value->type = optional && length == 0 ? SQLITE_NULL : SQLITE_BLOB;
        return;
    default:
        value->bytes = at;
        value->length = (int)field->size;
        value->type = optional && mpi_bytes_are_zero(at, field->size) ? SQLITE_NULL : SQLITE_BLOB;
    }
}

void mpi_sqlite_bind(sqlite3_stmt *statement, int position, const minipay_field *field, const void *row)
{
    mpi_value value;
    mpi_sqlite_value(field, row, &value);
    switch (value.type) {
    case SQLITE_INTEGER:
        sqlite3_bind_int64(statement, position, value.number);
        break;
    case SQLITE_TEXT:
        sqlite3_bind_text(statement, position, value.bytes, value.length, SQLITE_STATIC);
        break;
    case SQLITE_BLOB:
        sqlite3_bind_blob(statement, position, value.bytes, value.length, SQLITE_STATIC);
        break;
    default:
        sqlite3_bind_null(statement, position);
    }
}

/* What a person's hand has put into the file may have no place in the struct. It must not read as what stood
 * there before, so that the row's tag or block tells: numbers go to the end of their range, what is too long
 * or not whole reads as nothing. */

static int32_t read_int32(sqlite3_stmt *statement, int column)
{
    int64_t wide = sqlite3_column_int64(statement, column);
    return wide > INT32_MAX ? INT32_MAX : wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

static bool read_enum(sqlite3_stmt *statement, int column, const minipay_field *field, int32_t *value)
{
    const char *name = (const char *)sqlite3_column_text(statement, column);
    *value = 0;
    if (!name)
        return field->flags & MINIPAY_FIELD_OPTIONAL;
    for (int32_t i = 0; field->names[i]; i++) {
        if (field->names[i][0] == name[0] && strcmp(field->names[i], name) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

static void read_text(sqlite3_stmt *statement, int column, const minipay_field *field, uint8_t *at)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    uint32_t length = (uint32_t)sqlite3_column_bytes(statement, column);
    if (length >= field->size || (length && memchr(text, 0, length)))
        length = 0;
    if (length)
        memcpy(at, text, length);
    memset(at + length, 0, field->size - length);
}

/* A hash that an earlier version wrote may be the beginning of today's. */
static void read_hash(sqlite3_stmt *statement, int column, const minipay_field *field, uint8_t *at)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    uint32_t length = (uint32_t)sqlite3_column_bytes(statement, column);
    length = length > field->size ? 0 : length;
    if (length)
        memcpy(at, bytes, length);
    memset(at + length, 0, field->size - length);
}

static void read_bytes(sqlite3_stmt *statement, int column, const minipay_field *field, uint8_t *at)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    uint32_t length = (uint32_t)sqlite3_column_bytes(statement, column);
    uint32_t room = field->size;
    if (field->kind == MINIPAY_FIELD_BYTES) {
        room -= (uint32_t)sizeof length;
        length = length > room ? 0 : length;
        memcpy(at, &length, sizeof length);
        at += sizeof length;
    } else if (length != room) {
        length = 0;
    }
    if (length)
        memcpy(at, bytes, length);
    memset(at + length, 0, room - length);
}

const minipay_field *mpi_sqlite_read(sqlite3_stmt *statement, const minipay_table *table, void *row)
{
    const minipay_field *strange = NULL;
    for (uint32_t i = 0; i < table->field_count; i++) {
        const minipay_field *field = &table->fields[i];
        uint8_t *at = (uint8_t *)row + field->offset;
        int column = (int)i;
        int64_t wide;
        int32_t narrow;
        switch (field->kind) {
        case MINIPAY_FIELD_INT64:
            wide = sqlite3_column_int64(statement, column);
            memcpy(at, &wide, sizeof wide);
            break;
        case MINIPAY_FIELD_INT32:
            narrow = read_int32(statement, column);
            memcpy(at, &narrow, sizeof narrow);
            break;
        case MINIPAY_FIELD_ENUM:
            if (!read_enum(statement, column, field, &narrow))
                strange = field;
            memcpy(at, &narrow, sizeof narrow);
            break;
        case MINIPAY_FIELD_TEXT:
            read_text(statement, column, field, at);
            break;
        case MINIPAY_FIELD_HASH:
            read_hash(statement, column, field, at);
            break;
        default:
            read_bytes(statement, column, field, at);
        }
    }
    return strange;
}
