/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "lines.h"

#include "fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char NO_ID[] = "00000000-0000-0000-0000-000000000000";

static bool is_word_for_nothing(const char *text)
{
    return !text[0] || strcmp(text, "none") == 0 || strcmp(text, NO_ID) == 0;
}

static bool is_nothing(const json_t *value)
{
    if (json_is_integer(value))
        return json_integer_value(value) == 0;
    if (json_is_string(value))
        return is_word_for_nothing(json_string_value(value));
    return json_is_null(value) || json_is_false(value);
}

/* A word needs no quotation marks. */
static bool is_word(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@*")] ==
           0;
}

static bool put_fact(FILE *out, const char *name, const json_t *value)
{
    if (json_is_string(value) && is_word(json_string_value(value)))
        return fprintf(out, " %s=%s", name, json_string_value(value)) > 0;
    return fprintf(out, " %s=", name) > 0 && json_dumpf(value, out, JSON_ENCODE_ANY) == 0;
}

static bool put_text(FILE *out, const char *section, const char *key, json_t *facts)
{
    const char *name;
    json_t *value;
    bool good = fprintf(out, "%s %s", section, key) > 0;
    json_object_foreach(facts, name, value)
    {
        good = good && (is_nothing(value) || put_fact(out, name, value));
    }
    return good && fputc('\n', out) != EOF;
}

static bool put_json(FILE *out, const char *section, const char *key, json_t *facts)
{
    const char *name;
    json_t *value, *object = json_pack("{s:s,s:s}", "section", section, "key", key);
    json_object_foreach(facts, name, value)
    {
        if (!is_nothing(value))
            json_object_set(object, name, value);
    }
    bool good = object && json_dumpf(object, out, JSON_COMPACT) == 0 && fputc('\n', out) != EOF;
    json_decref(object);
    return good;
}

static bool put(const lines *l, FILE *out, const char *section, const char *key, json_t *facts)
{
    return (l->as_json ? put_json : put_text)(out, section, key, facts);
}

int lines_tell(lines *l, const char *section, const char *key, json_t *facts)
{
    if (!facts)
        return fail_own("memory is used up");
    bool good = put(l, stdout, section, key, facts);
    json_decref(facts);
    return good ? 0 : fail_own("standard output cannot be written");
}

static bool has_room(lines *l)
{
    if (l->count < l->room)
        return true;
    size_t room = l->room ? l->room * 2 : 1024;
    char **kept = realloc(l->kept, room * sizeof *kept);
    if (!kept)
        return false;
    l->kept = kept;
    l->room = room;
    return true;
}

int lines_keep(lines *l, const char *section, const char *key, json_t *facts)
{
    char *text = NULL;
    size_t size;
    FILE *out = facts && has_room(l) ? open_memstream(&text, &size) : NULL;
    bool good = out && put(l, out, section, key, facts);
    good = out && fclose(out) == 0 && good;
    json_decref(facts);
    if (!good) {
        free(text);
        return fail_own("memory is used up");
    }
    l->kept[l->count++] = text;
    return 0;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int lines_sort(lines *l)
{
    bool good = true;
    if (l->count)
        qsort(l->kept, l->count, sizeof *l->kept, by_bytes);
    for (size_t i = 0; i < l->count; i++) {
        good = good && fputs(l->kept[i], stdout) != EOF;
        free(l->kept[i]);
    }
    l->count = 0;
    return good ? 0 : fail_own("standard output cannot be written");
}

void lines_free(lines *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->kept[i]);
    free(l->kept);
    memset(l, 0, sizeof *l);
}
