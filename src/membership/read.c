/* SPDX-License-Identifier: Apache-2.0 */
#include "membership/internal.h"

#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Reading members, on a snapshot beside the lane. */

static minipay_status show(mpi_membership *membership, const mpi_member *row, minipay_member *member,
                           minipay_error *error)
{
    const mpi_keys *keys = mpi_store_keys(membership->store);
    minipay_member shown;
    if (row->op.state != MINIPAY_STATE_DONE)
        return mpi_fail_plain(error, MINIPAY_MEMBER_NOT_FOUND, "id");
    minipay_member_init(&shown);
    shown.id = row->op.id;
    shown.legal_form = row->legal_form;
    shown.state = row->member_state;
    shown.tier = row->tier;
    shown.registered_at = row->op.finished_at;
    memcpy(shown.region, row->region, sizeof shown.region);
    if (mpi_record_unseal(keys, &row->op.id, &row->name, shown.name, sizeof shown.name) != 0 ||
        mpi_record_unseal(keys, &row->op.id, &row->email, shown.email, sizeof shown.email) != 0)
        return mpi_fail(error, MINIPAY_CORRUPT, "member", "a member's personal data cannot be unsealed");
    *member = shown;
    return MINIPAY_OK;
}

static minipay_status read_member(mpi_view *view, mpi_membership *membership, const minipay_id *id,
                                  minipay_member *member, minipay_error *error)
{
    mpi_member row = {.op.id = *id};
    minipay_status status = mpi_view_get(view, &mpi_member_record, -1, &row, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail_plain(error, MINIPAY_MEMBER_NOT_FOUND, "id");
    return status == MINIPAY_OK ? show(membership, &row, member, error) : status;
}

minipay_status mpi_membership_get(mpi_membership *membership, const minipay_id *id,
                                  minipay_member *member, minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(membership->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = read_member(&view, membership, id, member, error);
    mpi_view_close(&view);
    return status;
}

minipay_status mpi_membership_find(mpi_membership *membership, const char *email, minipay_member *member,
                                   minipay_error *error)
{
    mpi_member_email row;
    mpi_view view;
    memset(&row, 0, sizeof row);
    mpi_membership_hash_email(membership, email, row.email_hash);
    minipay_status status = mpi_view_open(membership->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_member_email_record, -1, &row, error);
    if (status == MINIPAY_NOT_FOUND)
        status = mpi_fail_plain(error, MINIPAY_MEMBER_NOT_FOUND, "email");
    else if (status == MINIPAY_OK)
        status = read_member(&view, membership, &row.member_id, member, error);
    mpi_view_close(&view);
    return status;
}

/* ---- list ------------------------------------------------------------------------------------------------ */

enum { PAGE = 128 };

static minipay_status show_page(mpi_membership *membership, const mpi_member *rows, uint32_t read,
                                minipay_member *members, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < read && status == MINIPAY_OK; i++)
        status = show(membership, &rows[i], &members[i], error);
    return status;
}

static minipay_status list_from(mpi_membership *membership, mpi_view *view, mpi_member *rows,
                                mpi_member *low, minipay_member *members, uint32_t *count,
                                minipay_error *error)
{
    minipay_scan scan = {.table = &mpi_member_record.table,
                         .index = MPI_MEMBER_OF_REGION,
                         .low = low,
                         .high = low,
                         .low_fields = 2,
                         .high_fields = 1,
                         .low_exclusive = 1};
    uint32_t used = 0, asked = PAGE, read = PAGE;
    while (used < *count && read == asked) {
        read = asked = *count - used < PAGE ? *count - used : PAGE;
        minipay_status status = mpi_view_scan(view, &scan, rows, &read, error);
        if (status == MINIPAY_OK)
            status = show_page(membership, rows, read, members + used, error);
        if (status != MINIPAY_OK)
            return status;
        used += read;
        if (read)
            low->op.id = rows[read - 1].op.id;
    }
    *count = used;
    return MINIPAY_OK;
}

minipay_status mpi_membership_list(mpi_membership *membership, const char *region,
                                   const minipay_id *after, minipay_member *members, uint32_t *count,
                                   minipay_error *error)
{
    mpi_view view;
    mpi_member low = {.op.id = *after};
    mpi_member *rows = malloc(PAGE * sizeof *rows);
    minipay_status status = rows ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    mpi_text_copy(low.region, sizeof low.region, region);
    if (status == MINIPAY_OK &&
        (status = mpi_view_open(membership->store, &view, error)) == MINIPAY_OK) {
        status = list_from(membership, &view, rows, &low, members, count, error);
        mpi_view_close(&view);
    }
    free(rows);
    return status;
}
