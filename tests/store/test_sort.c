/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "store/internal.h"

#include <stdlib.h>
#include <string.h>

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 11;
}

static int compare(const void *a, const void *b)
{
    uint64_t left = ((const mpi_numbered *)a)->number, right = ((const mpi_numbered *)b)->number;
    return (left > right) - (left < right);
}

/* Numbers of every width, with many equal ones; each row stays with its number. */
static void rows_come_in_the_order_of_their_numbers(void **state)
{
    enum { LARGEST = 3000 };
    static mpi_numbered rows[2 * LARGEST], expected[LARGEST];
    static int64_t owners[LARGEST];
    uint64_t random = 20261124;
    (void)state;
    for (uint32_t count = 0; count < LARGEST; count = count * 3 + 1) {
        for (int bits = 1; bits < 63; bits += 7) {
            for (uint32_t i = 0; i < count; i++) {
                rows[i].number = next_random(&random) & ((UINT64_C(1) << bits) - 1);
                owners[i] = (int64_t)rows[i].number;
                rows[i].row = &owners[i];
            }
            memcpy(expected, rows, count * sizeof *rows);
            qsort(expected, count, sizeof *expected, compare);
            const mpi_numbered *sorted = mpi_sort_numbered(rows, rows + LARGEST, count);
            for (uint32_t i = 0; i < count; i++) {
                assert_int_equal(sorted[i].number, expected[i].number);
                assert_int_equal(*(const int64_t *)sorted[i].row, sorted[i].number);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_come_in_the_order_of_their_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
