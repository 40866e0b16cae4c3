/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_STORE_STORE_H
#define MPI_STORE_STORE_H

/* A store: records in one storage, written in groups by one lane, proven by a chain of blocks.
 *
 *        callers            lane                 unit of work               storage
 *   mpi_store_write ──▶  queue ──leader──▶  task, task, task …  ──flush──▶  write_many …
 *        (block)                            each stages; refused             block, tallies
 *                     ◀── wake all ◀──────  ones undo themselves   ◀──────  commit: one sync for all
 *
 * A unit of work is the leader's view of one storage transaction. Rows that it loads are kept in a
 * cache that outlives the group, until the storage says that another process has written. */

#include "minipay/sys/host.h"
#include "record/record.h"

#include <stdbool.h>

typedef struct mpi_store mpi_store;
typedef struct mpi_table mpi_table; /* a record in a store */
typedef struct mpi_unit mpi_unit;

typedef struct mpi_store_config {
    const minipay_storage *storage;
    const minipay_host *host;
    const mpi_keys *keys;
    const mpi_record *const *records;
    uint32_t record_count;
    const char *const *view_names;
    const char *const *view_sql;
    uint32_t view_count;
    uint32_t cached_rows;   /* of one table, before it is emptied */
    bool examine;           /* nothing is made or written but a migration; damage is left to the audit */
    int64_t *newest_commit; /* of all stores of an installation, shared by them; 0 at first */
} mpi_store_config;

enum { MPI_SCHEMA_VERSION = 2 };

/* Opens the storage; afterwards the store owns it. */
minipay_status mpi_store_open(const mpi_store_config *config, mpi_store **store, minipay_error *error);
void mpi_store_close(mpi_store *store);

/* The same, but the storage is its owner's again: for an opening that fails after the store's. */
void mpi_store_give_back(mpi_store *store);

bool mpi_store_examines(const mpi_store *store);

/* The table of a record that the store was opened with. */
mpi_table *mpi_store_table(mpi_store *store, const mpi_record *record);
const mpi_keys *mpi_store_keys(const mpi_store *store);

/* The host's time. Inside a unit of work: mpi_unit_now. */
int64_t mpi_store_now(const mpi_store *store);

/* One line for the host's log, where it has one: no secret, no personal data. Outside any unit of work. */
void mpi_store_log(const mpi_store *store, int32_t level, const char *line);

/* ---- writing -------------------------------------------------------------------------------------- */

/* Work for the lane. `run` is called by whichever thread leads, inside a unit of work. It answers OK
 * when its own outcome is known (a refusal is such an outcome); anything else is a failure: then nothing of the
 * unit stands, the task fails with that status, those that ran before it in the same unit with
 * MINIPAY_UNAVAILABLE, and those behind it run in another unit. A failing commit fails all of its unit. */
typedef minipay_status (*mpi_task_run)(void *context, mpi_unit *unit, minipay_error *error);

/* Blocks until the group that ran the task is durable. */
minipay_status mpi_store_write(mpi_store *store, mpi_task_run run, void *context, minipay_error *error);

/* ---- inside a unit of work ------------------------------------------------------------------------ */

/* The time of this group: the host's, never before an earlier group's. */
int64_t mpi_unit_now(const mpi_unit *unit);
mpi_store *mpi_unit_store(const mpi_unit *unit);

/* Rises whenever the cache was dropped because rows may have changed elsewhere. */
uint64_t mpi_unit_generation(const mpi_unit *unit);

/* The row under the key of `key` (a row of which only the key fields are read), or MINIPAY_NOT_FOUND,
 * which fills no error. The row belongs to the cache: read it, and change it only through mpi_unit_edit.
 * It stays valid until the group ends. */
minipay_status mpi_unit_get(mpi_unit *unit, mpi_table *table, const void *key, const void **row,
                            minipay_error *error);

/* May a row stand under this id in any table that is keyed by ids, or found by them? A no is certain, and costs
 * nothing for new ids; a yes has to be looked into. */
minipay_status mpi_unit_may_stand(mpi_unit *unit, const minipay_id *id, bool *may, minipay_error *error);

/* OK when a row of a table keyed by one id stands under it, else MINIPAY_NOT_FOUND. As mpi_unit_get, but
 * nothing is kept: for ids that are hardly ever found. */
minipay_status mpi_unit_has(mpi_unit *unit, mpi_table *table, const minipay_id *id,
                            minipay_error *error);

/* Brings the cached rows under up to MPI_WARM_LARGEST keys near the processor, before a run of
 * mpi_unit_get over them: the waits for memory overlap. `rows[i]` is the row, or NULL when the cache
 * does not have it; nothing is loaded. */
enum { MPI_WARM_LARGEST = 128 };
void mpi_unit_warm(mpi_unit *unit, mpi_table *table, const void *const *keys, const void **rows,
                   uint32_t count);

/* The same row, to be changed; not its key. It is written when the group ends. NULL: no memory. */
void *mpi_unit_edit(mpi_unit *unit, mpi_table *table, const void *row);

/* A new row, copied; MINIPAY_ID_REUSED when its key is taken (fills no error). */
minipay_status mpi_unit_insert(mpi_unit *unit, mpi_table *table, const void *row, minipay_error *error);

minipay_status mpi_unit_delete(mpi_unit *unit, mpi_table *table, const void *row, minipay_error *error);

/* Appends a copy to a stream and answers its sequence. */
minipay_status mpi_unit_append(mpi_unit *unit, mpi_table *stream, const void *row, int64_t *sequence,
                               minipay_error *error);

/* The sequence that the next append will answer. */
int64_t mpi_unit_next_sequence(const mpi_unit *unit);

/* The row of a stream by its first index, which is unique and begins with an id: stored or staged.
 * `row` comes with the index's fields set. MINIPAY_NOT_FOUND fills no error. */
minipay_status mpi_unit_find(mpi_unit *unit, mpi_table *stream, void *row, minipay_error *error);

/* Rows of any table but a stream, as all that was staged so far leaves it. Dearer when the running
 * operation has staged rows that can still be undone: these are not in the storage yet, and are laid
 * over what is. */
minipay_status mpi_unit_scan(mpi_unit *unit, const minipay_scan *scan, void *rows, uint32_t *count,
                             minipay_error *error);

/* A row of a cached table by a unique index, as all that was staged so far leaves it; `row` comes with the
 * index's fields set. MINIPAY_NOT_FOUND fills no error. */
minipay_status mpi_unit_lookup(mpi_unit *unit, mpi_table *table, int32_t index, void *row,
                               minipay_error *error);

/* What was staged since the mark is undone; a settled operation can no longer be undone. */
typedef struct mpi_mark {
    size_t undo;
    int64_t sequence;
} mpi_mark;

mpi_mark mpi_unit_mark(const mpi_unit *unit);
void mpi_unit_undo(mpi_unit *unit, mpi_mark mark);
void mpi_unit_settle(mpi_unit *unit);

/* ---- reading, beside the lane --------------------------------------------------------------------- */

/* A snapshot of what is committed; any number at once, each used by one thread. */
typedef struct mpi_view {
    mpi_store *store;
    void *session;
} mpi_view;

minipay_status mpi_view_open(mpi_store *store, mpi_view *view, minipay_error *error);
void mpi_view_close(mpi_view *view);

/* By primary key (`index` -1) or unique index; `row` comes with those fields set. MINIPAY_NOT_FOUND fills
 * no error. */
minipay_status mpi_view_get(mpi_view *view, const mpi_record *record, int32_t index, void *row,
                            minipay_error *error);
minipay_status mpi_view_scan(mpi_view *view, const minipay_scan *scan, void *rows, uint32_t *count,
                             minipay_error *error);

/* A list for somebody to read: rows of a scan, each shown as an item of an array. */
typedef struct mpi_list {
    minipay_scan scan;
    size_t item_size;
    void *context;
    /* Fills the item; MPI_LEFT_OUT: the row is not in the list. */
    minipay_status (*show)(void *context, mpi_view *view, const void *row, void *item,
                           minipay_error *error);
} mpi_list;

enum { MPI_LEFT_OUT = -1 };

/* `*count` is the room, then the number; as it was after a failure. */
minipay_status mpi_view_list(mpi_view *view, const mpi_list *list, void *items, uint32_t *count,
                             minipay_error *error);

/* The same on a snapshot of its own. */
minipay_status mpi_store_list(mpi_store *store, const mpi_list *list, void *items, uint32_t *count,
                              minipay_error *error);

#endif
