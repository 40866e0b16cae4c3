/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "output.h"

#include "fail.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 1200 };

static bool is_same(const struct stat *facts, const char *path)
{
    struct stat other;
    return stat(path, &other) == 0 && facts->st_dev == other.st_dev && facts->st_ino == other.st_ino;
}

/* The file that would be lost, or NULL. */
static const char *spoiled(const struct stat *facts, const char *db, const char *input,
                           char path[PATH_SIZE])
{
    static const char *const ends[] = {"", ".key", ".bank", "-wal", ".bank-wal", "-lock", ".bank-lock"};
    if (input && is_same(facts, input))
        return input;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, PATH_SIZE, "%s%s", db, ends[i]);
        if (is_same(facts, path))
            return path;
    }
    return NULL;
}

int output_open(const char *option, const char *path, const char *db, const char *input, FILE **out)
{
    char name[PATH_SIZE];
    struct stat facts;
    bool was_there = stat(path, &facts) == 0;
    const char *lost = was_there ? spoiled(&facts, db, input, name) : NULL;
    *out = NULL;
    if (!lost) {
        *out = fopen(path, "ae");
        if (!*out)
            return fail_own("%s: '%s' cannot be written: %s", option, path, strerror(errno));
        /* Made just now under the name of a database that is still to be made? */
        if (!was_there && fstat(fileno(*out), &facts) == 0)
            lost = spoiled(&facts, db, input, name);
    }
    if (!lost)
        return 0;
    if (*out) {
        fclose(*out);
        unlink(path);
        *out = NULL;
    }
    return fail_usage("%s: '%s' would be written over", option, lost);
}

int output_begin(FILE *out, const char *path)
{
    struct stat facts;
    if (fstat(fileno(out), &facts) == 0 && S_ISREG(facts.st_mode) && ftruncate(fileno(out), 0) != 0)
        return fail_own("%s: cannot be written: %s", path, strerror(errno));
    return 0;
}

int output_end(FILE *out, const char *path, int code)
{
    if (!out)
        return code;
    bool good = fflush(out) == 0 && !ferror(out);
    if (fclose(out) != 0)
        good = false;
    return code || good ? code : fail_own("%s: cannot be written", path);
}
