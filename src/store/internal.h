/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_STORE_INTERNAL_H
#define MPI_STORE_INTERNAL_H

/* What the files of this folder share. */

#include "store/block.h"
#include "store/store.h"

#include <pthread.h>
#include <semaphore.h>

/* ---- cache of one table --------------------------------------------------------------------------- */

typedef enum mpi_entry_state {
    MPI_ENTRY_ABSENT,  /* known not to stand */
    MPI_ENTRY_CLEAN,   /* as in the storage */
    MPI_ENTRY_NEW,     /* to be inserted */
    MPI_ENTRY_CHANGED, /* to be put */
    MPI_ENTRY_GONE     /* to be deleted */
} mpi_entry_state;

typedef struct mpi_entry {
    uint32_t hash;
    uint8_t state;
    uint8_t listed; /* in the table's list of rows to write */
    uint64_t row[]; /* row_size bytes */
} mpi_entry;

static inline bool mpi_entry_stands(const mpi_entry *entry)
{
    return entry && entry->state != MPI_ENTRY_ABSENT && entry->state != MPI_ENTRY_GONE;
}

struct mpi_table {
    const mpi_record *record;
    uint32_t key_size;
    uint32_t entry_size;

    uint32_t *slots; /* entry number + 1; open addressing */
    uint32_t slot_mask;
    uint32_t entry_count;
    uint8_t **slabs;
    uint32_t slab_count;

    mpi_entry **written; /* entries to write, in the order of staging */
    uint32_t written_count;
    uint32_t written_room;

    /* streams: rows staged in this unit of work, and their place by the first index */
    uint8_t *staged;
    uint32_t staged_count;
    uint32_t staged_room;
    uint32_t flushed_count; /* the first so many are in the storage already */
    uint32_t *finder;
    uint32_t finder_mask;
    uint32_t
        finder_count; /* of the staged rows, the first so many are in it: most are never looked for */
    uint32_t find_offset;
    uint32_t find_size;

    minipay_id highest; /* no id in the table is above it */
    bool highest_known;

    mpi_tally tally;
    bool tally_changed;
};

mpi_entry *mpi_table_find(mpi_table *table, const void *key);
void mpi_table_warm(mpi_table *table, const void *const *keys, const void **rows, uint32_t count);
mpi_entry *mpi_table_add(mpi_table *table, const void *key); /* ABSENT; NULL: no memory */
bool mpi_table_list(mpi_table *table, mpi_entry *entry);
void mpi_table_forget(mpi_table *table); /* everything, staged rows included */
void mpi_table_raise(mpi_table *table,
                     const void *id); /* no id below this one is the highest any more */
void mpi_table_free(mpi_table *table);

bool mpi_stream_stage(mpi_table *table, const void *row, int64_t sequence);
void mpi_stream_unstage(mpi_table *table);
const void *mpi_stream_staged(mpi_table *table, const void *row);
const uint8_t *mpi_stream_row(const mpi_table *table, uint32_t number);

/* Rows by their number, lowest first; numbers are keys, never below zero. `rows` and `spare` have room
 * for `count` each; the answer is one of them. */
typedef struct mpi_numbered {
    uint64_t number;
    const void *row;
} mpi_numbered;

const mpi_numbered *mpi_sort_numbered(mpi_numbered *rows, mpi_numbered *spare, uint32_t count);

/* recent.c: ids that certainly stand nowhere, in no table that is keyed by ids and no stream found by them. */
typedef struct mpi_recent_set {
    uint64_t *slots; /* hashes of ids */
    uint32_t count;
    minipay_id floor; /* no id above it stood when the set began */
} mpi_recent_set;

typedef struct mpi_recent {
    mpi_recent_set sets[2]; /* the older, the younger */
    minipay_id highest;
    bool known;
} mpi_recent;

bool mpi_recent_begin(mpi_recent *recent, const minipay_id *highest); /* false: no memory */
void mpi_recent_add(mpi_recent *recent, const void *id);
bool mpi_recent_may_have(const mpi_recent *recent,
                         const void *id); /* also true while nothing is known */
void mpi_recent_free(mpi_recent *recent);

/* overlay.c: reading by order or index while rows are staged that the storage does not have. */
minipay_status mpi_overlay_scan(mpi_unit *unit, const minipay_scan *scan, void *rows, uint32_t *count,
                                minipay_error *error);
minipay_status mpi_overlay_lookup(mpi_unit *unit, mpi_table *table, int32_t index, void *row,
                                  minipay_error *error);

/* ---- unit of work, store --------------------------------------------------------------------------- */

typedef struct mpi_undo {
    mpi_table *table;
    mpi_entry *entry; /* NULL: a stream's row was staged */
    uint8_t state;
    size_t image; /* where the old row stands in the undo bytes */
} mpi_undo;

struct mpi_unit {
    mpi_store *store;
    void *session;
    int64_t now;
    int64_t next_sequence;
    mpi_undo *undo;
    size_t undo_count, undo_room;
    uint8_t *images;
    size_t image_used, image_room;
    const void **pointers; /* rows handed to write_many */
    size_t pointer_room;
    mpi_hasher hasher;
    bool hashing;
    bool wrote;
    bool undated; /* it books nothing, and so binds no clock: later units may be of an earlier time */
};

typedef struct mpi_task {
    mpi_task_run run;
    void *context;
    minipay_status status;
    minipay_error error;
    struct mpi_task *next;
    sem_t wake;
    bool lead;
} mpi_task;

typedef struct mpi_lane {
    pthread_mutex_t lock;
    mpi_task *first, *last;
    uint32_t waiting;
    uint32_t last_group;
    bool led;
} mpi_lane;

struct mpi_store {
    minipay_storage storage;
    minipay_host host;
    mpi_keys keys;
    minipay_schema schema;
    const minipay_table *descriptions[64];
    mpi_table *tables;
    uint32_t table_count;
    uint32_t cached_rows;
    mpi_lane lane;
    mpi_unit unit;
    mpi_block head; /* the newest block */
    mpi_recent recent;
    uint64_t generation;
    bool loaded;
    bool examine;
    int64_t *newest_commit;
};

minipay_status mpi_unit_begin(mpi_store *store, minipay_error *error);
minipay_status mpi_unit_commit(mpi_store *store, minipay_error *error);
void mpi_unit_abandon(mpi_store *store);
minipay_status mpi_unit_flush(mpi_unit *unit, minipay_error *error);

#endif
