/* SPDX-License-Identifier: Apache-2.0 */
#include "membership/internal.h"

#include "base/error.h"
#include "base/text.h"

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

static minipay_status show_row(void *context, mpi_view *view, const void *row, void *item,
                               minipay_error *error)
{
    (void)view;
    return show(context, row, item, error);
}

minipay_status mpi_membership_list(mpi_membership *membership, const char *region,
                                   const minipay_id *after, minipay_member *members, uint32_t *count,
                                   minipay_error *error)
{
    mpi_member low = {.op.id = *after};
    mpi_list list = {.scan = {.table = &mpi_member_record.table,
                              .index = MPI_MEMBER_OF_REGION,
                              .low = &low,
                              .high = &low,
                              .low_fields = 2,
                              .high_fields = 1,
                              .low_exclusive = 1},
                     .item_size = sizeof *members,
                     .context = membership,
                     .show = show_row};
    mpi_text_copy(low.region, sizeof low.region, region);
    return mpi_store_list(membership->store, &list, members, count, error);
}
