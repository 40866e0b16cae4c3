/* SPDX-License-Identifier: Apache-2.0 */
#include "base/assert.h"

#include <stdlib.h>

void mpi_assert_failed(const char *condition, const char *file, int line)
{
    /* Kept where a debugger and a core dump show them. */
    volatile const char *what = condition;
    volatile const char *where = file;
    volatile int at = line;
    (void)what;
    (void)where;
    (void)at;
    abort();
}
