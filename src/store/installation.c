/* SPDX-License-Identifier: Apache-2.0 */
#include "store/installation.h"

#include "base/error.h"
#include "base/id.h"
#include "store/internal.h"

#include <string.h>

static const minipay_field installation_fields[] = {
    MPI_INT64(mpi_installation, number),       MPI_INT64(mpi_installation, made_at),
    MPI_ID(mpi_installation, installation_id), MPI_HASH(mpi_installation, key_check),
    MPI_HASH(mpi_installation, public_key),    MPI_HASH(mpi_installation, row_tag),
};

const mpi_record mpi_installation_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_installation, "installation", installation_fields, 1, NULL, 0);

static void check_of(const mpi_keys *keys, const mpi_installation *row, uint8_t check[32])
{
    mpi_hash256(keys->check, row->installation_id.bytes, sizeof row->installation_id.bytes, check);
}

static minipay_status wrong_key(minipay_error *error)
{
    return mpi_fail(error, MINIPAY_CORRUPT, "key",
                    "the database was written under another master key: this key is another "
                    "installation's");
}

static bool is_ours(const mpi_keys *keys, const mpi_installation *row)
{
    uint8_t check[32];
    check_of(keys, row, check);
    return memcmp(check, row->key_check, sizeof check) == 0;
}

typedef enum witness { NO_DOCUMENT, OURS, ANOTHERS } witness;

/* What the first documents of the other tables say of the key: one that it tagged is proof enough, since
 * somebody may have changed the others. A database without one was never used. */
static minipay_status ask_documents(mpi_store *store, void *session, witness *said, minipay_error *error)
{
    uint64_t row[MPI_RECORD_LARGEST / 8];
    *said = NO_DOCUMENT;
    for (uint32_t i = 0; i < store->table_count && *said != OURS; i++) {
        const mpi_record *record = store->tables[i].record;
        minipay_scan first = {.table = &record->table, .index = -1};
        uint32_t count = 1;
        if (record->form != MPI_FORM_DOCUMENT || record == &mpi_installation_record)
            continue;
        minipay_status status =
            store->storage.scan(store->storage.impl, session, &first, row, &count, error);
        if (status != MINIPAY_OK)
            return status;
        if (count)
            *said = mpi_record_is_tagged(record, &store->keys, row, mpi_record_stored_tag(record, row))
                        ? OURS
                        : ANOTHERS;
    }
    return MINIPAY_OK;
}

static bool has_installation(const mpi_store *store)
{
    uint32_t i = 0;
    while (i < store->table_count && store->tables[i].record != &mpi_installation_record)
        i++;
    return i < store->table_count;
}

static minipay_status read_row(mpi_store *store, void *session, const minipay_table *table, void *row,
                               bool *stands, minipay_error *error)
{
    void *rows[1] = {row};
    uint8_t found = 0;
    minipay_status status =
        store->storage.get_many(store->storage.impl, session, table, -1, rows, &found, 1, error);
    *stands = found;
    return status;
}

/* A row that is gone has left its tally behind; files of version 1 never had one. */
static minipay_status judge(mpi_store *store, void *session, bool stands, minipay_error *error)
{
    mpi_tally tally = {.table_name = "installation"};
    witness said = NO_DOCUMENT;
    bool counted = false;
    minipay_status status = ask_documents(store, session, &said, error);
    if (status == MINIPAY_OK)
        status = read_row(store, session, &mpi_tally_record.table, &tally, &counted, error);
    if (status != MINIPAY_OK)
        return status;
    if (said == ANOTHERS || (stands && said == NO_DOCUMENT))
        return wrong_key(error);
    if (store->examine || !(stands || counted))
        return MINIPAY_OK;
    return mpi_fail(error, MINIPAY_CORRUPT, "installation", "installation: its row is %s",
                    stands ? "not what was written" : "gone");
}

minipay_status mpi_installation_check(void *context, void *session, minipay_error *error)
{
    mpi_store *store = context;
    mpi_installation row = {.number = 1};
    bool stands = false;
    if (!has_installation(store))
        return MINIPAY_OK;
    minipay_status status =
        read_row(store, session, &mpi_installation_record.table, &row, &stands, error);
    if (status != MINIPAY_OK || (stands && is_ours(&store->keys, &row)))
        return status;
    return judge(store, session, stands, error);
}

/* ---- adopting ------------------------------------------------------------------------------------------- */

static void make(mpi_store *store, int64_t now, mpi_installation *row)
{
    uint8_t entropy[10];
    memset(row, 0, sizeof *row);
    store->host.entropy(store->host.impl, entropy, sizeof entropy);
    row->number = 1;
    row->made_at = now;
    mpi_id_make((uint64_t)(now / 1000), entropy, &row->installation_id);
    check_of(&store->keys, row, row->key_check);
    mpi_sign_public(store->keys.sign, row->public_key);
}

typedef struct adoption {
    mpi_store *store;
    mpi_task_run first;
    void *context;
} adoption;

/* A database without a block was never written to, and gets what belongs to a new one. Rows without a block are
 * what is left of one that was. */
static minipay_status begin_installation(const adoption *work, mpi_unit *unit, minipay_error *error)
{
    witness said = NO_DOCUMENT;
    if (work->store->head.number)
        return MINIPAY_OK;
    minipay_status status = ask_documents(work->store, unit->session, &said, error);
    if (status == MINIPAY_OK && said != NO_DOCUMENT)
        return mpi_fail(error, MINIPAY_CORRUPT, "block", "block: all of them are gone");
    return status == MINIPAY_OK ? work->first(work->context, unit, error) : status;
}

/* Another process may have written it since the check. */
static minipay_status adopt(void *context, mpi_unit *unit, minipay_error *error)
{
    const adoption *work = context;
    mpi_table *table = mpi_store_table(work->store, &mpi_installation_record);
    mpi_installation made = {.number = 1};
    const void *row;
    minipay_status status = mpi_unit_get(unit, table, &made, &row, error);
    if (status == MINIPAY_OK)
        return is_ours(&work->store->keys, row) ? MINIPAY_OK : wrong_key(error);
    if (status == MINIPAY_NOT_FOUND)
        status = begin_installation(work, unit, error);
    if (status != MINIPAY_OK)
        return status;
    unit->undated = true;
    make(work->store, mpi_unit_now(unit), &made);
    return mpi_unit_insert(unit, table, &made, error);
}

minipay_status mpi_installation_adopt(mpi_store *store, mpi_task_run first, void *context,
                                      minipay_error *error)
{
    adoption work = {store, first, context};
    return mpi_store_write(store, adopt, &work, error);
}

minipay_status mpi_installation_read(mpi_view *view, mpi_installation *installation,
                                     minipay_error *error)
{
    memset(installation, 0, sizeof *installation);
    installation->number = 1;
    minipay_status status = mpi_view_get(view, &mpi_installation_record, -1, installation, error);
    return status == MINIPAY_NOT_FOUND
               ? mpi_fail(error, MINIPAY_CORRUPT, "installation", "the installation's row is gone")
               : status;
}
