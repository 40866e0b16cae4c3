/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_RICH_H
#define MPI_TESTS_RICH_H

/* A database in which every table has rows, for tests that go through all of them. Who adds a table adds the
 * operation that fills it here; test_tamper fails for a table that is empty. */

#include "world.h"

/* An open world at `path` with a business day in it; some operations still wait for their bank. */
void rich_world(world *w, const char *path);

/* The same day in a world that is open and empty. */
void rich_day(world *w);

#endif
