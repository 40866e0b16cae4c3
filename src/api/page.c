/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

minipay_status mpi_page_begin(minipay *pay, mpi_page *page, size_t row_size, uint32_t count,
                              minipay_error *error)
{
    page->row_size = row_size;
    page->count = count;
    page->rows = malloc(count * row_size + 1);
    if (!page->rows)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        free(page->rows);
    return status;
}

minipay_status mpi_page_end(minipay *pay, mpi_page *page, minipay_status status, void *rows,
                            uint32_t *count)
{
    mpi_leave(pay);
    if (status == MINIPAY_OK && page->count)
        memcpy(rows, page->rows, page->count * page->row_size);
    if (status == MINIPAY_OK)
        *count = page->count;
    free(page->rows);
    return status;
}
