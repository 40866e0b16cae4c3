/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static minipay_status check_room(const void *rows, const uint32_t *count, minipay_error *error)
{
    if (!count || (*count && !rows))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "count", "room and count are missing");
    return *count > MINIPAY_BATCH_LARGEST ? mpi_fail_plain(error, MINIPAY_BATCH_TOO_LARGE, "count")
                                          : MINIPAY_OK;
}

bool mpi_page_enter(minipay *pay, mpi_page *page, void *rows, size_t row_size, uint32_t *count,
                    minipay_status *status, minipay_error *error)
{
    if (*status == MINIPAY_OK)
        *status = check_room(rows, count, error);
    if (*status != MINIPAY_OK)
        return false;
    *page = (mpi_page){malloc(*count * row_size + 1), *count, row_size, rows, count};
    if (!page->rows)
        *status = mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    if (mpi_enter(pay, status, error))
        return true;
    free(page->rows);
    return false;
}

void mpi_page_leave(minipay *pay, mpi_page *page, minipay_status status)
{
    mpi_leave(pay);
    if (status == MINIPAY_OK) {
        if (page->count)
            memcpy(page->wanted_rows, page->rows, page->count * page->row_size);
        *page->wanted_count = page->count;
    }
    free(page->rows);
}
