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

enum { KEY_SIZE = 32, SUFFIX_ROOM = 16 };

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
    char copy[DB_PATH_SIZE + SUFFIX_ROOM];
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
    char fresh[DB_PATH_SIZE + 2 * SUFFIX_ROOM + 8];
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

static int find_key(db *d, int which)
{
    char path[DB_PATH_SIZE + SUFFIX_ROOM];
    int has_file = access(d->path, F_OK) == 0, has_key, code;
    snprintf(path, sizeof path, "%s.key", d->path);
    has_key = access(path, F_OK) == 0;
    if (!has_file && (which == DB_EXISTING || which == DB_EXAMINED))
        return fail_own("%s: there is no such database; minipay init --db %s makes one", d->path,
                        d->path);
    if (has_file && (code = check_file(d->path, has_key)) != 0)
        return code;
    d->is_new = !has_file;
    if (!has_key && (code = make_key(path)) != 0)
        return code;
    return read_key(path, d->key);
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
    int length = snprintf(config.path, sizeof config.path, "%s.bank", d->path);
    if (length < 0 || (size_t)length >= sizeof config.path)
        return fail_usage("--db: the path is too long");
    minipay_status status = minipay_scripted_bank(&config, &d->bank, &error);
    return status == MINIPAY_OK ? 0 : fail_doing(config.path, status, &error);
}

static int compose(db *d, int which, minipay_storage *storage)
{
    minipay_error error;
    minipay_config config;
    minipay_error_init(&error);
    minipay_config_init(&config);
    config.host = d->host;
    config.storage = *storage;
    config.bank = d->bank;
    minipay_status status = minipay_open(&config, &d->pay, &error);
    if (status == MINIPAY_CORRUPT && which == DB_EXAMINED) {
        config.examine = 1;
        status = minipay_open(&config, &d->pay, &error);
    }
    if (status == MINIPAY_OK)
        return 0;
    storage->close(storage->impl);
    d->bank.close(d->bank.impl);
    return fail_doing(d->path, status, &error);
}

int db_open(db *d, const char *path, int which, int64_t virtual_now)
{
    minipay_storage storage = {0};
    int code;
    memset(d, 0, sizeof *d);
    if (!path[0] || !text_set(d->path, sizeof d->path - SUFFIX_ROOM, path))
        return fail_usage("--db: the path is empty or too long");
    if ((code = find_key(d, which)) != 0)
        return code;
    minipay_host_init(&d->host);
    d->host.impl = d;
    d->host.key = give_key;
    d->virtual_now = virtual_now;
    if (virtual_now)
        d->host.now = virtual_clock;
    if ((code = open_storage(d, &storage)) != 0)
        return code;
    if ((code = open_bank(d)) != 0) {
        storage.close(storage.impl);
        return code;
    }
    return compose(d, which, &storage);
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
