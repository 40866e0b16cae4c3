/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_BY_HAND_H
#define MPI_TESTS_BY_HAND_H

/* What a person does to a database file, past the library; where contexts are apart, to that file which has
 * the table, and a copy is one of all. */

void by_hand_copy(const char *from, const char *to);

/* Runs SQL, which must succeed; answers how many rows its last statement that writes has changed. */
int by_hand_run(const char *path, const char *sql);

#endif
