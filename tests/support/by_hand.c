/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"

#include "world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool copy(const char *from, const char *to)
{
    char bytes[65536];
    size_t count;
    FILE *in = fopen(from, "rb");
    if (!in)
        return false;
    FILE *out = fopen(to, "wb");
    assert_non_null(out);
    while ((count = fread(bytes, 1, sizeof bytes, in)) > 0)
        assert_int_equal(fwrite(bytes, 1, count, out), count);
    fclose(in);
    assert_int_equal(fclose(out), 0);
    return true;
}

static void name_part(const char *path, const char *context, char part[WORLD_PATH_SIZE])
{
    snprintf(part, WORLD_PATH_SIZE, "%s.%s", path, context);
}

void by_hand_copy(const char *from, const char *to)
{
    char part[WORLD_PATH_SIZE], copied[WORLD_PATH_SIZE];
    bool any = copy(from, to);
    for (const char *const *context = world_contexts; *context; context++) {
        name_part(from, *context, part);
        name_part(to, *context, copied);
        any |= copy(part, copied);
    }
    assert_true(any);
}

/* -1: the file has no such table. */
static int run(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    bool done = sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK;
    bool elsewhere = !done && strncmp(why, "no such table", 13) == 0;
    if (!done && !elsewhere)
        fail_msg("%s: %s", sql, why);
    int changed = done ? sqlite3_changes(db) : -1;
    sqlite3_free(why);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return changed;
}

int by_hand_run(const char *path, const char *sql)
{
    char part[WORLD_PATH_SIZE];
    name_part(path, world_contexts[0], part);
    int changed = access(part, F_OK) == 0 ? -1 : run(path, sql);
    for (const char *const *context = world_contexts; *context && changed < 0; context++) {
        name_part(path, *context, part);
        if (access(part, F_OK) == 0)
            changed = run(part, sql);
    }
    if (changed < 0)
        fail_msg("%s: no file has the table", sql);
    return changed;
}
