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

static minipay_status check_row(const mpi_keys *keys, const mpi_installation *row, minipay_error *error)
{
    uint8_t check[32];
    check_of(keys, row, check);
    return memcmp(check, row->key_check, sizeof check) == 0 ? MINIPAY_OK : wrong_key(error);
}

/* The first document of any table; a database without one was never used. */
static minipay_status check_document(mpi_store *store, void *session, minipay_error *error)
{
    uint64_t row[MPI_RECORD_LARGEST / 8];
    for (uint32_t i = 0; i < store->table_count; i++) {
        const mpi_record *record = store->tables[i].record;
        minipay_scan first = {.table = &record->table, .index = -1};
        uint32_t count = 1;
        if (record->form != MPI_FORM_DOCUMENT)
            continue;
        minipay_status status =
            store->storage.scan(store->storage.impl, session, &first, row, &count, error);
        if (status != MINIPAY_OK)
            return status;
        if (count)
            return mpi_record_is_tagged(record, &store->keys, row, mpi_record_stored_tag(record, row))
                       ? MINIPAY_OK
                       : wrong_key(error);
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

minipay_status mpi_installation_check(void *context, void *session, minipay_error *error)
{
    mpi_store *store = context;
    mpi_installation row = {.number = 1};
    void *rows[1] = {&row};
    uint8_t found = 0;
    if (!has_installation(store))
        return MINIPAY_OK;
    minipay_status status = store->storage.get_many(
        store->storage.impl, session, &mpi_installation_record.table, -1, rows, &found, 1, error);
    if (status != MINIPAY_OK)
        return status;
    return found ? check_row(&store->keys, &row, error) : check_document(store, session, error);
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

/* Another process may have written it since the check. */
static minipay_status adopt(void *context, mpi_unit *unit, minipay_error *error)
{
    mpi_store *store = context;
    mpi_table *table = mpi_store_table(store, &mpi_installation_record);
    mpi_installation made = {.number = 1};
    const void *row;
    minipay_status status = mpi_unit_get(unit, table, &made, &row, error);
    if (status == MINIPAY_OK)
        return check_row(&store->keys, row, error);
    if (status != MINIPAY_NOT_FOUND)
        return status;
    make(store, mpi_unit_now(unit), &made);
    return mpi_unit_insert(unit, table, &made, error);
}

minipay_status mpi_installation_adopt(mpi_store *store, minipay_error *error)
{
    return mpi_store_write(store, adopt, store, error);
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
