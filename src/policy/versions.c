/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/internal.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* Which version is in force: the newest one whose time has come. */

enum { PAGE = 16 };

minipay_status mpi_policy_scan(const mpi_policy_source *source, const minipay_scan *scan, void *rows,
                               uint32_t *count, minipay_error *error)
{
    return source->unit ? mpi_unit_scan(source->unit, scan, rows, count, error)
                        : mpi_view_scan(source->view, scan, rows, count, error);
}

static minipay_status keep(mpi_versions *versions, const mpi_policy_version *row, minipay_error *error)
{
    if (versions->count == versions->room) {
        uint32_t room = versions->room ? versions->room * 2 : PAGE;
        mpi_policy_version *rows = realloc(versions->rows, room * sizeof *rows);
        if (!rows)
            return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
        versions->rows = rows;
        versions->room = room;
    }
    versions->rows[versions->count++] = *row;
    return MINIPAY_OK;
}

static minipay_status gone(int64_t version, minipay_error *error)
{
    return mpi_fail(error, MINIPAY_CORRUPT, "policy_version", "policy_version: version %lld is gone",
                    (long long)version);
}

/* Versions are numbered without gaps. */
static minipay_status take_in(mpi_versions *versions, const mpi_policy_version *row, int64_t expected,
                              minipay_error *error)
{
    const mpi_policy_version *last = versions->count ? &versions->rows[versions->count - 1] : NULL;
    if (last && row->version != expected)
        return gone(expected, error);
    if (!last)
        versions->newest = (int32_t)row->version;
    return !last || row->effective_at < last->effective_at ? keep(versions, row, error) : MINIPAY_OK;
}

minipay_status mpi_versions_read(const mpi_policy_source *source, int64_t at, mpi_versions *versions,
                                 minipay_error *error)
{
    mpi_policy_version page[PAGE], high = {.version = INT64_MAX};
    minipay_scan scan = {.table = &mpi_policy_version_record.table,
                         .index = -1,
                         .descending = 1,
                         .high = &high,
                         .high_fields = 1,
                         .high_exclusive = 1};
    minipay_status status = MINIPAY_OK;
    bool in_force = false;
    uint32_t count = PAGE;
    versions->count = 0;
    versions->newest = 0;
    while (count == PAGE && !in_force && status == MINIPAY_OK) {
        status = mpi_policy_scan(source, &scan, page, &count, error);
        for (uint32_t i = 0; i < count && !in_force && status == MINIPAY_OK; i++) {
            status = take_in(versions, &page[i], high.version - 1, error);
            high = page[i];
            in_force = high.effective_at <= at;
        }
    }
    if (status != MINIPAY_OK || in_force)
        return status;
    if (versions->count && high.version != 1)
        return gone(high.version - 1, error);
    return mpi_fail(error, MINIPAY_CORRUPT, "policy_version", "policy_version: none is in force");
}

const mpi_policy_version *mpi_versions_at(const mpi_versions *versions, int64_t at)
{
    uint32_t i = 0;
    while (i < versions->count && versions->rows[i].effective_at > at)
        i++;
    return i < versions->count ? &versions->rows[i] : NULL;
}
