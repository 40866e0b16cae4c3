/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "open.h"

#include "args.h"
#include "fail.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_SIZE = 32, BESIDE_SIZE = DB_PATH_SIZE + 16 };

static int64_t virtual_clock(void *impl)
{
    const db *d = impl;
    return d->virtual_now;
}

static minipay_status give_key(void *impl, int32_t key_id, uint8_t key[32])
{
    const db *d = impl;
    if (key_id != 1)
        return MINIPAY_KEY_MISSING;
    memcpy(key, d->key, KEY_SIZE);
    return MINIPAY_OK;
}

static int read_key(const char *path, uint8_t key[KEY_SIZE])
{
    struct stat facts;
    uint8_t bytes[KEY_SIZE + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail_own("%s: the master key cannot be read: %s", path, strerror(errno));
    ssize_t count = read(file, bytes, sizeof bytes);
    int known = fstat(file, &facts) == 0;
    close(file);
    if (count != KEY_SIZE)
        return fail_own("%s: a master key is exactly %d bytes", path, KEY_SIZE);
    if (known && (facts.st_mode & (S_IRWXG | S_IRWXO)))
        fprintf(stderr, "minipay: %s: others may read the master key; it should have mode 0600\n", path);
    memcpy(key, bytes, KEY_SIZE);
    explicit_bzero(bytes, sizeof bytes);
    return 0;
}

static int sync_folder(const char *path)
{
    char copy[BESIDE_SIZE];
    snprintf(copy, sizeof copy, "%s", path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -1;
    int result = fsync(folder);
    close(folder);
    return result;
}

static int write_key(const char *path)
{
    uint8_t key[KEY_SIZE];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return 0;
    int good = getrandom(key, sizeof key, 0) == KEY_SIZE && write(file, key, sizeof key) == KEY_SIZE &&
               fsync(file) == 0;
    explicit_bzero(key, sizeof key);
    return close(file) == 0 && good;
}

/* Whole under its name or not there at all, and never in the place of another: a database whose key is lost is
 * lost. Of several processes that begin one database, one makes the key, and all read that. */
static int make_key(const char *path)
{
    char fresh[BESIDE_SIZE + 32];
    snprintf(fresh, sizeof fresh, "%s.%ld.new", path, (long)getpid());
    unlink(fresh);
    int good = write_key(fresh) && (link(fresh, path) == 0 || errno == EEXIST) && sync_folder(path) == 0;
    int code = good ? 0 : fail_own("%s: the master key cannot be written: %s", path, strerror(errno));
    unlink(fresh);
    return code;
}

/* A file that is none of SQLite's is said to be so, whether or not a key lies beside it. */
static int is_database(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    char found[sizeof magic];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 1; /* the library says why it cannot be read */
    ssize_t count = read(file, found, sizeof found);
    close(file);
    return count == (ssize_t)sizeof found && memcmp(found, magic, sizeof magic) == 0;
}

static int check_file(const char *path, int has_key)
{
    struct stat facts;
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
        return fail_own("%s: is not a regular file", path);
    if (has_key)
        return 0;
    if (!is_database(path)) {
        fail_own("%s: this file is not a database", path);
        return exit_of(MINIPAY_NOT_A_DATABASE);
    }
    fail_own("%s.key: the master key is missing: without it %s cannot be opened", path, path);
    return exit_of(MINIPAY_KEY_MISSING);
}

/* ---- what is there --------------------------------------------------------------------------------------- */

/* The bank's file is made before the database's, which is made before the bank is ever asked: so neither of
 * them is taken for new beside what can only have come after it. */

/* What is no regular file is there, too; who opens it says what it is. */
static bool is_there(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && (!S_ISREG(facts.st_mode) || facts.st_size > 0);
}

static void bank_path(const db *d, char path[BESIDE_SIZE])
{
    snprintf(path, BESIDE_SIZE, "%s.bank", d->path);
}

static int fail_lost(const char *path, const char *why)
{
    fail_own("%s: corrupt: the database is gone: %s; put it back from a copy", path, why);
    return exit_of(MINIPAY_CORRUPT);
}

static int open_storage(const db *d, minipay_storage *storage)
{
    minipay_error error;
    minipay_sqlite_config config;
    minipay_error_init(&error);
    minipay_sqlite_config_init(&config);
    snprintf(config.path, sizeof config.path, "%s", d->path);
    minipay_status status = minipay_sqlite_storage(&config, storage, &error);
    return status == MINIPAY_OK ? 0 : fail_doing(d->path, status, &error);
}

static int open_bank(db *d)
{
    minipay_error error;
    minipay_scripted_bank_config config;
    minipay_error_init(&error);
    minipay_scripted_bank_config_init(&config);
    bank_path(d, config.path);
    minipay_status status = minipay_scripted_bank(&config, &d->bank, &error);
    return status == MINIPAY_OK ? 0 : fail_doing(config.path, status, &error);
}

/* What the library says of a file where it may make nothing. Another process may make it at any moment before
 * the second look; so below. */
static int ask_library(db *d)
{
    minipay_error error;
    minipay_config config;
    int code;
    minipay_error_init(&error);
    minipay_config_init(&config);
    config.host = d->host;
    config.examine = 1;
    if ((code = open_storage(d, &config.storage)) != 0)
        return code;
    minipay_status status = minipay_open(&config, &d->pay, &error);
    if (status != MINIPAY_OK)
        config.storage.close(config.storage.impl);
    db_close(d);
    return status == MINIPAY_CORRUPT && !is_there(d->path) ? fail_doing(d->path, status, &error) : 0;
}

static int ask_bank(db *d)
{
    char path[BESIDE_SIZE], why[BESIDE_SIZE + 32];
    minipay_bank_movement first;
    minipay_error error;
    uint32_t count = 1;
    int code;
    bank_path(d, path);
    if (!is_there(path))
        return 0;
    if ((code = open_bank(d)) != 0)
        return code;
    minipay_error_init(&error);
    minipay_status status = d->bank.statement(d->bank.impl, 0, &first, &count, &error);
    d->bank.close(d->bank.impl);
    memset(&d->bank, 0, sizeof d->bank);
    if (status != MINIPAY_OK)
        return fail_doing(path, status, &error);
    snprintf(why, sizeof why, "%s has moved money for it", path);
    return count && !is_there(d->path) ? fail_lost(d->path, why) : 0;
}

/* Was there a database where there is none, or may it be made? */
static int check_absent(db *d, int which)
{
    int code = ask_library(d);
    if (!code)
        code = ask_bank(d);
    if (!code && which != DB_NEW_TOO && !is_there(d->path))
        code =
            fail_own("%s: there is no such database; minipay init --db %s makes one", d->path, d->path);
    return code;
}

static int find_key(db *d)
{
    char path[BESIDE_SIZE];
    snprintf(path, sizeof path, "%s.key", d->path);
    int has_key = access(path, F_OK) == 0;
    int code = d->is_new ? 0 : check_file(d->path, has_key);
    if (!code && !has_key)
        code = make_key(path);
    return code ? code : read_key(path, d->key);
}

/* ---- opening --------------------------------------------------------------------------------------------- */

static void discard(db *d, minipay_storage *storage)
{
    storage->close(storage->impl);
    if (d->bank.close)
        d->bank.close(d->bank.impl);
}

static int compose(db *d, int which)
{
    minipay_error error;
    minipay_config config;
    int code;
    minipay_error_init(&error);
    minipay_config_init(&config);
    config.host = d->host;
    config.bank = d->bank;
    if ((code = open_storage(d, &config.storage)) != 0)
        return code;
    minipay_status status = minipay_open(&config, &d->pay, &error);
    if (status == MINIPAY_CORRUPT && which == DB_EXAMINED) {
        config.examine = 1;
        status = minipay_open(&config, &d->pay, &error);
    }
    if (status == MINIPAY_OK)
        return 0;
    discard(d, &config.storage);
    return fail_doing(d->path, status, &error);
}

/* A database proves itself without its bank; what else is wrong with it is said first. */
static int compose_without_bank(db *d, int which)
{
    char path[BESIDE_SIZE];
    int code = compose(d, which);
    if (code || which == DB_EXAMINED)
        return code;
    db_close(d);
    bank_path(d, path);
    return fail_lost(path, "it is the bank's, which has moved the money that is in the books");
}

static int compose_parts(db *d, int which)
{
    char path[BESIDE_SIZE];
    bank_path(d, path);
    if (!d->is_new && !is_there(path))
        return compose_without_bank(d, which);
    int code = open_bank(d);
    return code ? code : compose(d, which);
}

int db_open(db *d, const char *path, int which, int64_t virtual_now)
{
    int code = 0;
    memset(d, 0, sizeof *d);
    if (!path[0] || !text_set(d->path, sizeof d->path, path))
        return fail_usage("--db: the path is empty or too long");
    minipay_host_init(&d->host);
    d->host.impl = d;
    d->host.key = give_key;
    d->virtual_now = virtual_now;
    if (virtual_now)
        d->host.now = virtual_clock;
    d->is_new = !is_there(d->path);
    if (d->is_new)
        code = check_absent(d, which);
    if (!code)
        code = find_key(d);
    return code ? code : compose_parts(d, which);
}

void db_close(db *d)
{
    minipay_close(d->pay);
    explicit_bzero(d->key, sizeof d->key);
    d->pay = NULL;
}

int db_member(db *d, const char *option, const char *text, minipay_id *id)
{
    minipay_error error;
    minipay_member member;
    if (!strchr(text, '@'))
        return args_id_text(option, text, id);
    minipay_error_init(&error);
    minipay_member_init(&member);
    minipay_status status = minipay_member_find(d->pay, text, &member, &error);
    if (status != MINIPAY_OK)
        return fail_doing(option, status, &error);
    *id = member.id;
    return 0;
}
