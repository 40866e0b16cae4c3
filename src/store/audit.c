/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/money.h"
#include "store/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_BYTES = 256 * 1024, TALLIES_LARGEST = 64 };

minipay_audit_check *mpi_audit_check(mpi_audit *audit, const char *name)
{
    if (audit->count == audit->room)
        return NULL;
    minipay_audit_check *check = &audit->checks[audit->count++];
    minipay_audit_check_init(check);
    check->ok = 1;
    snprintf(check->name, sizeof check->name, "%s", name);
    return check;
}

/* A key that somebody changed may hold any bytes. */
static void make_plain(char *text)
{
    for (; *text; text++) {
        if (*text < ' ' || *text > '~')
            *text = '?';
    }
}

void mpi_audit_fail(minipay_audit_check *check, const char *format, ...)
{
    va_list arguments;
    if (!check || !check->ok)
        return;
    check->ok = 0;
    va_start(arguments, format);
    vsnprintf(check->detail, sizeof check->detail, format, arguments);
    va_end(arguments);
    make_plain(check->detail);
}

void mpi_audit_note(minipay_audit_check *check, const char *format, ...)
{
    va_list arguments;
    size_t used = strlen(check->detail);
    if (!check->ok || used + 3 > sizeof check->detail)
        return;
    used += (size_t)snprintf(check->detail + used, sizeof check->detail - used, "%s", used ? "; " : "");
    va_start(arguments, format);
    vsnprintf(check->detail + used, sizeof check->detail - used, format, arguments);
    va_end(arguments);
}

/* ---- reading a table in pages ------------------------------------------------------------------------ */

typedef struct reader {
    mpi_view *view;
    const mpi_record *record;
    uint8_t *rows;
    uint32_t room, count, next;
    uint8_t last[MPI_RECORD_LARGEST];
    bool any;
    bool misread;
    minipay_audit_check *check;
} reader;

/* A name that no ENUM has is told once, by the check; then the table is read as it is. */
static minipay_status next_page(reader *from, minipay_error *error)
{
    minipay_scan scan = {.table = &from->record->table,
                         .index = -1,
                         .low = from->last,
                         .low_exclusive = 1,
                         .low_fields = from->any ? from->record->table.key_count : 0,
                         .strict = !from->misread};
    minipay_error told;
    minipay_error_init(&told);
    from->count = from->room;
    from->next = 0;
    minipay_status status = mpi_view_scan(from->view, &scan, from->rows, &from->count, &told);
    if (status == MINIPAY_CORRUPT && scan.strict && told.field[0]) {
        mpi_audit_fail(from->check, "%s: %s holds a name that is not in its list", scan.table->name,
                       told.field);
        from->misread = true;
        return next_page(from, error);
    }
    if (status != MINIPAY_OK && error)
        *error = told;
    if (status == MINIPAY_OK && from->count) {
        size_t size = from->record->table.row_size;
        memcpy(from->last, from->rows + (size_t)(from->count - 1) * size, size);
        from->any = true;
    }
    return status;
}

/* The next row, or NULL at the end. */
static minipay_status next_row(reader *from, const void **row, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    if (from->next == from->count && (!from->any || from->count == from->room))
        status = next_page(from, error);
    bool more = status == MINIPAY_OK && from->next < from->count;
    *row = more ? from->rows + (size_t)from->next++ * from->record->table.row_size : NULL;
    return status;
}

static minipay_status open_reader(mpi_view *view, const mpi_record *record, minipay_audit_check *check,
                                  reader *from, minipay_error *error)
{
    uint32_t room = PAGE_BYTES / record->table.row_size;
    uint8_t *rows = malloc((size_t)room * record->table.row_size);
    *from = (reader){.view = view, .record = record, .check = check, .room = room, .rows = rows};
    return rows ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
}

/* ---- documents ----------------------------------------------------------------------------------------- */

typedef struct audit_work {
    mpi_store *store;
    mpi_view *view;
    const mpi_auditor *auditors;
    uint32_t auditor_count;
    mpi_audit *audit;
    minipay_audit_check *tags, *tallies, *chain;
    mpi_tally tallies_read[TALLIES_LARGEST];
    uint32_t tally_count;
    mpi_block block; /* the newest that was read */
} audit_work;

static minipay_status show(audit_work *work, const mpi_record *record, const void *row,
                           minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < work->auditor_count && status == MINIPAY_OK; i++)
        status = work->auditors[i].visit(work->auditors[i].context, record, row, error);
    return status;
}

static void check_tag(audit_work *work, const mpi_record *record, const void *row)
{
    const uint8_t *stored = mpi_record_stored_tag(record, row);
    char key[128], field[128];
    work->tags->rows++;
    if (mpi_record_is_tagged(record, &work->store->keys, row, stored))
        return;
    mpi_record_changed_field(record, &work->store->keys, row, stored, field);
    mpi_record_key_text(record, row, key);
    mpi_audit_fail(work->tags, "%s %s: %s is not what was written", record->table.name, key,
                   field[0] ? field : "a column that holds no money");
}

/* Takes the stored tally of a table out of those that were read; all zero when there is none. */
static mpi_tally take_tally(audit_work *work, const mpi_record *record)
{
    mpi_tally tally;
    memset(&tally, 0, sizeof tally);
    strncpy(tally.table_name, record->table.name, sizeof tally.table_name - 1);
    for (uint32_t i = 0; i < work->tally_count; i++) {
        if (strncmp(work->tallies_read[i].table_name, tally.table_name, sizeof tally.table_name) != 0)
            continue;
        tally = work->tallies_read[i];
        work->tallies_read[i] = work->tallies_read[--work->tally_count];
        break;
    }
    return tally;
}

static void check_tally(audit_work *work, const mpi_record *record, const mpi_tally *counted,
                        const mpi_tally *stored)
{
    work->tallies->rows++;
    if (counted->row_count != stored->row_count)
        mpi_audit_fail(work->tallies, "tally %s: row_count is %lld, but %lld rows stand in %s",
                       record->table.name, (long long)stored->row_count, (long long)counted->row_count,
                       record->table.name);
    else if (counted->tag_low != stored->tag_low || counted->tag_high != stored->tag_high)
        mpi_audit_fail(work->tallies, "tally %s: the tags in %s do not sum to tag_low and tag_high",
                       record->table.name, record->table.name);
}

static minipay_status audit_documents(audit_work *work, const mpi_record *record,
                                      const mpi_tally *stored, minipay_error *error)
{
    reader from;
    const void *row = NULL;
    mpi_tally counted;
    memset(&counted, 0, sizeof counted);
    minipay_status status = open_reader(work->view, record, work->tags, &from, error);
    while (status == MINIPAY_OK && (status = next_row(&from, &row, error)) == MINIPAY_OK && row) {
        mpi_tally_count(&counted, mpi_record_stored_tag(record, row), 1);
        check_tag(work, record, row);
        status = show(work, record, row, error);
    }
    free(from.rows);
    if (status == MINIPAY_OK)
        check_tally(work, record, &counted, stored);
    return status;
}

static minipay_status read_tallies(audit_work *work, minipay_error *error)
{
    minipay_scan scan = {.table = &mpi_tally_record.table, .index = -1};
    work->tally_count = TALLIES_LARGEST;
    return mpi_view_scan(work->view, &scan, work->tallies_read, &work->tally_count, error);
}

static void check_digest(audit_work *work, const mpi_tally *const *tallies, uint32_t count)
{
    if (work->block.number && !mpi_tallies_are(tallies, count, work->block.tallies))
        mpi_audit_fail(work->tallies, "tally: the tallies are not those of block %lld",
                       (long long)work->block.number);
    if (work->tally_count)
        mpi_audit_fail(work->tallies, "tally %.32s: there is no such table",
                       work->tallies_read[0].table_name);
}

static minipay_status audit_all_documents(audit_work *work, minipay_error *error)
{
    mpi_tally tallies[TALLIES_LARGEST];
    const mpi_tally *all[TALLIES_LARGEST] = {NULL};
    uint32_t count = 0;
    minipay_status status = read_tallies(work, error);
    for (uint32_t i = 0; i < work->store->table_count && status == MINIPAY_OK; i++) {
        const mpi_record *record = work->store->tables[i].record;
        if (record->form != MPI_FORM_DOCUMENT)
            continue;
        tallies[count] = take_tally(work, record);
        all[count] = &tallies[count];
        status = audit_documents(work, record, all[count], error);
        count++;
    }
    if (status == MINIPAY_OK)
        check_digest(work, all, count);
    return status;
}

/* ---- streams and blocks ---------------------------------------------------------------------------------- */

typedef struct stream_set {
    reader readers[8];
    const void *rows[8];
    uint32_t count;
} stream_set;

static int64_t sequence_of(const void *row)
{
    int64_t sequence;
    memcpy(&sequence, row, sizeof sequence);
    return sequence;
}

static minipay_status open_streams(audit_work *work, stream_set *set, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < work->store->table_count && status == MINIPAY_OK; i++) {
        const mpi_record *record = work->store->tables[i].record;
        if (record->form != MPI_FORM_STREAM)
            continue;
        MPI_ASSERT(set->count < sizeof set->readers / sizeof *set->readers);
        uint32_t at = set->count++;
        status = open_reader(work->view, record, work->chain, &set->readers[at], error);
        if (status == MINIPAY_OK)
            status = next_row(&set->readers[at], &set->rows[at], error);
    }
    return status;
}

/* The stream whose next row has the lowest sequence; -1 at the end. */
static int lowest(const stream_set *set)
{
    int found = -1;
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->rows[i] && (found < 0 || sequence_of(set->rows[i]) < sequence_of(set->rows[found])))
            found = (int)i;
    }
    return found;
}

/* Streams share one numbering: which of them a row was in that is not there is not known. */
static const char *stream_names(const stream_set *set, char text[96])
{
    size_t used = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < set->count && used < 96; i++)
        used += (size_t)snprintf(text + used, 96 - used, "%s%s", i ? " or " : "",
                                 set->readers[i].record->table.name);
    return text;
}

/* The sequence behind a block's rows; whatever somebody has put into the columns. */
static int64_t end_of(const mpi_block *block)
{
    return mpi_money_wrap_add(block->first_sequence, block->row_count);
}

static void fail_missing(audit_work *work, const stream_set *set, int64_t sequence, int64_t block)
{
    char names[96];
    mpi_audit_fail(work->chain, "%s: row %lld of block %lld is missing", stream_names(set, names),
                   (long long)sequence, (long long)block);
}

static void fail_block(audit_work *work, const stream_set *set, const mpi_block *block)
{
    char names[96];
    mpi_audit_fail(work->chain,
                   "block %lld, or one of the rows %lld to %lld of %s, is not what was written",
                   (long long)block->number, (long long)block->first_sequence,
                   (long long)mpi_money_wrap_subtract(end_of(block), 1), stream_names(set, names));
}

static void fail_unknown(audit_work *work, const stream_set *set, int at)
{
    MPI_ASSERT(at >= 0 && (uint32_t)at < set->count);
    mpi_audit_fail(work->chain, "%s: row %lld belongs to no block", set->readers[at].record->table.name,
                   (long long)sequence_of(set->rows[at]));
}

/* Every row below the block's end belongs to it; one that should be there and is not breaks the count. */
static minipay_status hash_rows(audit_work *work, stream_set *set, const mpi_block *block,
                                mpi_hasher *hasher, minipay_error *error)
{
    int64_t expected = block->first_sequence, end = end_of(block);
    minipay_status status = MINIPAY_OK;
    int at;
    while (status == MINIPAY_OK && (at = lowest(set)) >= 0 && sequence_of(set->rows[at]) < end) {
        int64_t sequence = sequence_of(set->rows[at]);
        if (sequence > expected)
            fail_missing(work, set, expected, block->number);
        else if (sequence < expected)
            fail_unknown(work, set, at);
        expected = mpi_money_wrap_add(sequence, 1);
        mpi_block_add_row(hasher, set->readers[at].record, set->rows[at]);
        work->chain->rows++;
        status = show(work, set->readers[at].record, set->rows[at], error);
        if (status == MINIPAY_OK)
            status = next_row(&set->readers[at], &set->rows[at], error);
    }
    if (status == MINIPAY_OK && expected != end)
        fail_missing(work, set, expected, block->number);
    return status;
}

static minipay_status check_block(audit_work *work, stream_set *set, const mpi_block *stored,
                                  minipay_error *error)
{
    mpi_hasher hasher;
    mpi_block made = *stored;
    int64_t first = work->block.number ? end_of(&work->block) : 1;
    if (stored->number != mpi_money_wrap_add(work->block.number, 1) || stored->first_sequence != first ||
        stored->row_count < 0)
        mpi_audit_fail(work->chain, "block %lld does not follow block %lld", (long long)stored->number,
                       (long long)work->block.number);
    mpi_hasher_start(&hasher, work->store->keys.chain);
    mpi_hasher_add(&hasher, work->block.hash, sizeof work->block.hash);
    minipay_status status = hash_rows(work, set, stored, &hasher, error);
    mpi_block_end(&hasher, &made);
    if (memcmp(made.hash, stored->hash, sizeof made.hash) != 0)
        fail_block(work, set, stored);
    work->block = *stored;
    return status;
}

static minipay_status audit_chain(audit_work *work, minipay_error *error)
{
    stream_set set;
    reader blocks;
    const void *block = NULL;
    memset(&set, 0, sizeof set);
    minipay_status status = open_reader(work->view, &mpi_block_record, work->chain, &blocks, error);
    if (status == MINIPAY_OK)
        status = open_streams(work, &set, error);
    while (status == MINIPAY_OK && (status = next_row(&blocks, &block, error)) == MINIPAY_OK && block)
        status = check_block(work, &set, block, error);
    int left = lowest(&set);
    if (status == MINIPAY_OK && left >= 0)
        fail_unknown(work, &set, left);
    free(blocks.rows);
    for (uint32_t i = 0; i < set.count; i++)
        free(set.readers[i].rows);
    return status;
}

static minipay_status show_states(audit_work *work, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < work->store->table_count && status == MINIPAY_OK; i++) {
        reader from;
        const void *row = NULL;
        const mpi_record *record = work->store->tables[i].record;
        if (record->form != MPI_FORM_STATE)
            continue;
        status = open_reader(work->view, record, work->tags, &from, error);
        while (status == MINIPAY_OK && (status = next_row(&from, &row, error)) == MINIPAY_OK && row)
            status = show(work, record, row, error);
        free(from.rows);
    }
    return status;
}

/* The newest block is needed before the chain is walked: the tallies are held against it. */
static minipay_status read_newest_block(audit_work *work, minipay_error *error)
{
    minipay_scan newest = {.table = &mpi_block_record.table, .index = -1, .descending = 1};
    uint32_t count = 1;
    memset(&work->block, 0, sizeof work->block);
    return mpi_view_scan(work->view, &newest, &work->block, &count, error);
}

static minipay_status audit_view(audit_work *work, minipay_error *error)
{
    minipay_status status = read_newest_block(work, error);
    for (uint32_t i = 0; i < work->auditor_count && status == MINIPAY_OK; i++)
        status = work->auditors[i].start(work->auditors[i].context, work->audit, error);
    if (status == MINIPAY_OK)
        status = audit_all_documents(work, error);
    memset(&work->block, 0, sizeof work->block);
    if (status == MINIPAY_OK)
        status = audit_chain(work, error);
    if (status == MINIPAY_OK)
        status = show_states(work, error);
    for (uint32_t i = 0; i < work->auditor_count && status == MINIPAY_OK; i++)
        status = work->auditors[i].finish(work->auditors[i].context, error);
    return status;
}

minipay_status mpi_store_audit(mpi_view *view, const mpi_auditor *auditors, uint32_t auditor_count,
                               mpi_audit *audit, minipay_error *error)
{
    audit_work work = {.store = view->store,
                       .view = view,
                       .auditors = auditors,
                       .auditor_count = auditor_count,
                       .audit = audit};
    work.chain = mpi_audit_check(audit, "block chain");
    work.tags = mpi_audit_check(audit, "document rows");
    work.tallies = mpi_audit_check(audit, "document tallies");
    if (!work.chain || !work.tags || !work.tallies)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "count", "room for 32 checks is needed");
    audit->view = view;
    return audit_view(&work, error);
}
