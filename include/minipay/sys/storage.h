/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_SYS_STORAGE_H
#define MINIPAY_SYS_STORAGE_H

/* The storage contract: what MiniPay asks of a database. For authors of storage adapters.
 *
 * MiniPay keeps one storage a store. It writes in groups: one WRITE session at a time in a process
 * (the library sees to it), which reads rows by key, writes many at once and commits. READ sessions
 * run beside it, any number at once, each on a snapshot taken when it began.
 *
 * Rows are plain C structs, described once by a `minipay_table`; the adapter maps them to real columns
 * with the fields' names and types, so that people can read the database. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of field: the C type at `offset`, and what the column holds. */
enum {
    MINIPAY_FIELD_INT64 = 1, /* int64_t                            integer */
    MINIPAY_FIELD_INT32 = 2, /* int32_t                            integer */
    MINIPAY_FIELD_ENUM = 3,  /* int32_t, an index into `names`     text: the name */
    MINIPAY_FIELD_ID = 4,    /* minipay_id                         16 bytes */
    MINIPAY_FIELD_TEXT = 5,  /* char[size], NUL-terminated         text */
    MINIPAY_FIELD_HASH = 6,  /* uint8_t[size], always whole        `size` bytes */
    MINIPAY_FIELD_BYTES = 7  /* uint32_t length, then uint8_t[size - 4]: `length` bytes */
};

/* Properties of a field. */
enum {
    MINIPAY_FIELD_MONEY = 1,    /* an amount, in minor units */
    MINIPAY_FIELD_OPTIONAL = 2, /* zero or empty is stored as NULL */
    MINIPAY_FIELD_SECRET = 4,   /* sealed or hashed: never shown or logged */
    MINIPAY_FIELD_ADDITIVE = 8  /* MINIPAY_WRITE_ADD adds to it */
};

typedef struct minipay_field {
    const char *const name;
    int32_t kind;
    uint32_t offset;
    uint32_t size;
    uint32_t flags;
    const char *const *names; /* ENUM: NULL-terminated, names[value] */
} minipay_field;

/* An index beside the primary key. `where_field`: only rows in which that ENUM field is one of the
 * first `where_below` names are in it; -1 for all rows. */
typedef struct minipay_index {
    const char *const name;
    uint32_t fields[4]; /* positions in minipay_table.fields */
    uint32_t field_count;
    int32_t unique;
    int32_t where_field;
    int32_t where_below;
} minipay_index;

/* The first `key_count` fields are the primary key. Keys compare as unsigned bytes (ID, TEXT, HASH; an ENUM
 * by its name) or as integers. A row whose OPTIONAL field is zero or empty is in no unique index over that
 * field, and is not found through it. Descriptions are constant and live as long as the storage. */
typedef struct minipay_table {
    const char *const name;
    const minipay_field *fields;
    const minipay_index *indexes;
    uint32_t field_count;
    uint32_t key_count;
    uint32_t index_count;
    uint32_t row_size;
} minipay_table;

/* What a store holds. `views` are statements in plain SQL for people; an adapter that has no SQL
 * leaves them out.
 *
 * `accept` (Optional) is called by open in its transaction, when the tables are as described and before
 * anything is committed. It reads through `session` with get_many and scan; when it does not answer OK, its
 * answer is open's, and nothing is changed. */
typedef struct minipay_schema {
    int32_t version;
    uint32_t table_count;
    uint32_t view_count;
    int32_t existing; /* 1: open makes nothing; where there is nothing yet it answers NOT_A_DATABASE */
    const minipay_table *const *tables;
    const char *const *view_names;
    const char *const *view_sql;
    minipay_status (*accept)(void *context, void *session, minipay_error *error);
    void *accept_context;
} minipay_schema;

enum { MINIPAY_SESSION_READ = 1, MINIPAY_SESSION_WRITE = 2 };

enum {
    MINIPAY_WRITE_INSERT = 1, /* the key must be free */
    MINIPAY_WRITE_PUT = 2,    /* the row as it is now, whether it stood or not */
    MINIPAY_WRITE_ADD = 3,    /* adds every ADDITIVE field to the row that stands under the key */
    MINIPAY_WRITE_DELETE = 4  /* by key; a missing row is no error */
};

/* One kind of write to one table. `rows` are pointers to structs of the table. After MINIPAY_ID_REUSED
 * `conflict` is the position of the first row whose key (INSERT) or unique index (INSERT, PUT) was taken,
 * by a row that stood or by one before it in `rows`. */
typedef struct minipay_write {
    int32_t kind;
    uint32_t count;
    const minipay_table *table;
    const void *const *rows;
    uint32_t conflict;
} minipay_write;

/* A bounded scan in the order of the primary key (`index` -1) or of an index. `low` and `high` are rows
 * whose first `low_fields` / `high_fields` key fields bound the scan, both inclusive; 0 fields: no
 * bound. With `low_exclusive` / `high_exclusive` the bound itself is left out. */
typedef struct minipay_scan {
    const minipay_table *table;
    int32_t index;
    int32_t descending;
    const void *low;
    const void *high;
    uint32_t low_fields;
    uint32_t high_fields;
    int32_t low_exclusive;
    int32_t high_exclusive;
    int32_t
        strict; /* a stored name that an ENUM does not have is MINIPAY_CORRUPT in a READ session, too */
} minipay_scan;

typedef struct minipay_storage_capabilities {
    int32_t durable;         /* a commit survives the machine */
    int32_t several_writers; /* other processes may write the same data */
    uint32_t largest_write;  /* rows in one write_many; 0: any number */
    int32_t readers_beside;  /* 1: READ sessions stand beside each other and beside the WRITE session.
                                0: begin waits for the end of the session before, so no thread may open
                                a second one */
} minipay_storage_capabilities;

/* Version 1. All Required. `impl` is the adapter's own and is passed to every method. A method answers
 * MINIPAY_OK or a RETRYABLE, UNKNOWN or FATAL status and fills `error`. */
typedef struct minipay_storage {
    uint32_t version;
    void *impl;

    minipay_storage_capabilities (*capabilities)(void *impl);

    /* Creates what `schema` describes, or migrates an older version of it in one transaction.
     * MINIPAY_NEWER_VERSION when the data is from a newer library; MINIPAY_CORRUPT when there was data once, as
     * far as the adapter can tell, and is none now. Called first, and again when it failed or when what is
     * above it could not go on; no session is open then. A failure changes nothing. The schema stays valid
     * until close. */
    minipay_status (*open)(void *impl, const minipay_schema *schema, minipay_error *error);

    /* Begins a session. WRITE: when it has begun no other process can write until commit or rollback;
     * `*foreign` is then 1 if another process has written since this one last committed. */
    minipay_status (*begin)(void *impl, int32_t kind, void **session, int32_t *foreign,
                            minipay_error *error);

    /* Reads `count` rows by primary key (`index` -1) or by a unique index. `rows[i]` comes with its
     * key fields set; when the row stands, all of it is filled in and `found[i]` is 1. In a WRITE
     * session the rows are locked until its end, and a stored name that an ENUM does not have is
     * MINIPAY_CORRUPT; a READ session sees the first name. So with `scan`, unless it is strict. */
    minipay_status (*get_many)(void *impl, void *session, const minipay_table *table, int32_t index,
                               void *const *rows, uint8_t *found, uint32_t count, minipay_error *error);

    /* Fills up to `*count` consecutive structs at `rows`; `*count` becomes how many there were. */
    minipay_status (*scan)(void *impl, void *session, const minipay_scan *scan, void *rows,
                           uint32_t *count, minipay_error *error);

    /* Only in a WRITE session. After a failure the session can only be rolled back. MINIPAY_ID_REUSED for a
     * key or unique index that is taken; MINIPAY_CORRUPT for an ADD to a row that does not stand or beyond
     * int64, and for an ENUM without a name. */
    minipay_status (*write_many)(void *impl, void *session, minipay_write *write, minipay_error *error);

    /* Ends a session. WRITE: durable when it answers OK; MINIPAY_COMMIT_UNKNOWN when that cannot be
     * told: the caller opens a new session and looks for its ids. READ: never fails. */
    minipay_status (*commit)(void *impl, void *session, minipay_error *error);
    void (*rollback)(void *impl, void *session);

    /* Closes and frees all. No session is open then. */
    void (*close)(void *impl);
} minipay_storage;

enum { MINIPAY_STORAGE_VERSION = 1 };

/* The embedded default: SQLite. `path` is a file, made if missing, or ":memory:". `cache_kib` bounds
 * SQLite's page cache (0: 12 MiB); `busy_ms` is how long another program's lock is waited for (0:
 * 5 s). `page_bytes` is the size of a new file's pages, a power of two from 4096 to 65536 (0: 4096); a
 * file that stands keeps its own. Small pages are best where calls come one by one, since each commit
 * writes every page that it touches; 16384 is best where batches of thousands make most of the work.
 *
 * Beside F stand F-lock, by which processes take turns (it stays, and has a line once F has been made),
 * and while F is open F-wal, the newest commits, and F-shm. Whoever closes F last moves F-wal into it;
 * after a crash the next open does. Without its F-wal a file that was not closed is an older state: copy
 * both, or copy through SQLite. F-wal begins again every 64 MiB, but never while someone reads what is
 * older, in this program or another: then it grows by what is written meanwhile. Nothing is lost by that;
 * when the reader has gone, it begins again within 64 MiB of writes, and no more than 128 MiB of it are
 * left.
 *
 * F is made where it is missing, or an empty file, and neither F-lock nor F-wal tells that there was one.
 * Where one does, F is lost, and opening answers MINIPAY_CORRUPT until F is put back, or what is beside it
 * is moved away too. A process that ends while it makes F, at whatever point, leaves what can still be made.
 *
 * Opening answers MINIPAY_NOT_A_DATABASE (also for another program's database), MINIPAY_NEWER_VERSION,
 * MINIPAY_CORRUPT (a file cut short or lost), MINIPAY_READ_ONLY, MINIPAY_BUSY, MINIPAY_DISK_FULL,
 * MINIPAY_IO_ERROR. */
typedef struct minipay_sqlite_config {
    uint32_t struct_size;
    uint32_t cache_kib;
    uint32_t busy_ms;
    uint32_t page_bytes;
    char path[1024];
} minipay_sqlite_config;

MINIPAY_API void minipay_sqlite_config_init(minipay_sqlite_config *config);

/* MINIPAY_INVALID_ARGUMENT (config, storage), MINIPAY_INVALID_SIZE, MINIPAY_INVALID_TEXT (path),
 * MINIPAY_INVALID_ARGUMENT (page_bytes). Nothing is opened yet. */
MINIPAY_API minipay_status minipay_sqlite_storage(const minipay_sqlite_config *config,
                                                  minipay_storage *storage, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
