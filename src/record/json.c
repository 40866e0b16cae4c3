/* SPDX-License-Identifier: Apache-2.0 */
#include "minipay/values.h"
#include "record/record.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* JSON out of a description. Only written, never read: what comes in is read by those who have a parser. */

typedef struct json_text {
    char *text;
    size_t room, used;
    bool full;
} json_text;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
say(json_text *json, const char *format, ...)
{
    va_list arguments;
    if (json->full)
        return;
    va_start(arguments, format);
    int written = vsnprintf(json->text + json->used, json->room - json->used, format, arguments);
    va_end(arguments);
    json->full = json->full || written < 0 || (size_t)written >= json->room - json->used;
    if (!json->full)
        json->used += (size_t)written;
    else if (json->room)
        json->text[json->used] = 0;
}

static void say_text(json_text *json, const char *text, size_t room)
{
    say(json, "\"");
    for (size_t i = 0; i < room && text[i]; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            say(json, "\\%c", c);
        else if (c < 0x20)
            say(json, "\\u%04x", c);
        else
            say(json, "%c", c);
    }
    say(json, "\"");
}

static void say_id(json_text *json, const minipay_field *field, const uint8_t *at)
{
    static const minipay_id none;
    minipay_id id;
    char text[MINIPAY_ID_TEXT_SIZE];
    memcpy(&id, at, sizeof id);
    minipay_id_format(&id, text);
    if ((field->flags & MINIPAY_FIELD_OPTIONAL) && memcmp(&id, &none, sizeof id) == 0)
        say(json, "null");
    else
        say(json, "\"%s\"", text);
}

static void say_hex(json_text *json, const uint8_t *bytes, size_t count)
{
    say(json, "\"");
    for (size_t i = 0; i < count; i++)
        say(json, "%02x", bytes[i]);
    say(json, "\"");
}

static void say_value(json_text *json, const minipay_field *field, const uint8_t *at)
{
    int64_t wide;
    int32_t narrow;
    uint32_t length;
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
        memcpy(&wide, at, sizeof wide);
        say(json, "%lld", (long long)wide);
        break;
    case MINIPAY_FIELD_INT32:
        memcpy(&narrow, at, sizeof narrow);
        say(json, "%d", narrow);
        break;
    case MINIPAY_FIELD_ENUM:
        memcpy(&narrow, at, sizeof narrow);
        say_text(json, field->names[narrow], 64);
        break;
    case MINIPAY_FIELD_ID:
        say_id(json, field, at);
        break;
    case MINIPAY_FIELD_TEXT:
        say_text(json, (const char *)at, field->size);
        break;
    case MINIPAY_FIELD_BYTES:
        memcpy(&length, at, sizeof length);
        say_hex(json, at + sizeof length, length);
        break;
    default:
        say_hex(json, at, field->size);
    }
}

bool mpi_record_json(const mpi_record *record, const void *row, char *json, size_t room)
{
    json_text made = {json, room, 0, false};
    uint32_t count = record->table.field_count - (record->form == MPI_FORM_DOCUMENT);
    bool any = false;
    say(&made, "{");
    for (uint32_t i = 0; i < count; i++) {
        const minipay_field *field = &record->table.fields[i];
        if (field->flags & MINIPAY_FIELD_SECRET)
            continue;
        say(&made, "%s\"%s\":", any ? "," : "", field->name);
        say_value(&made, field, (const uint8_t *)row + field->offset);
        any = true;
    }
    say(&made, "}");
    return !made.full;
}
