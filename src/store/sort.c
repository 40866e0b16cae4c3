/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include <string.h>

/* Radix sort, eight bits a pass, and only the passes in which the numbers differ: a group of balances
 * takes two or three. qsort spends most of its time waiting for the rows that it compares. */

enum { RADIX = 256 };

static void one_pass(const mpi_numbered *from, mpi_numbered *to, uint32_t count, int shift)
{
    uint32_t places[RADIX] = {0};
    for (uint32_t i = 0; i < count; i++)
        places[from[i].number >> shift & (RADIX - 1)]++;
    for (uint32_t digit = 0, place = 0; digit < RADIX; digit++) {
        uint32_t here = places[digit];
        places[digit] = place;
        place += here;
    }
    for (uint32_t i = 0; i < count; i++)
        to[places[from[i].number >> shift & (RADIX - 1)]++] = from[i];
}

const mpi_numbered *mpi_sort_numbered(mpi_numbered *rows, mpi_numbered *spare, uint32_t count)
{
    uint64_t differing = 0;
    for (uint32_t i = 1; i < count; i++)
        differing |= rows[i].number ^ rows[0].number;
    for (int shift = 0; shift < 64; shift += 8) {
        if (!(differing >> shift & (RADIX - 1)))
            continue;
        one_pass(rows, spare, count, shift);
        mpi_numbered *sorted = spare;
        spare = rows;
        rows = sorted;
    }
    return rows;
}
