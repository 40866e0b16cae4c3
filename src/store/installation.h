/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_STORE_INSTALLATION_H
#define MPI_STORE_INSTALLATION_H

/* Whose database is this? One row, written when the database is made, proves that it was written under the
 * master key at hand. Schema version 1 had none: there the tag of any document proves it, and the row is
 * written then. */

#include "store/store.h"

typedef struct mpi_installation {
    int64_t number; /* always 1 */
    int64_t made_at;
    minipay_id installation_id;
    uint8_t key_check[32];  /* of the id, under a key derived from the master key */
    uint8_t public_key[32]; /* whose signatures checkpoints carry */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_installation;

extern const mpi_record mpi_installation_record;

/* For minipay_schema.accept; the context is the store. MINIPAY_CORRUPT when another master key wrote it
 * (key), or when the row is gone or changed (installation). */
minipay_status mpi_installation_check(void *store, void *session, minipay_error *error);

/* Writes the row if it does not stand; into a database that is new, `first` stages what else belongs
 * there, in the same unit of work: no other database is ever given it. */
minipay_status mpi_installation_adopt(mpi_store *store, mpi_task_run first, void *context,
                                      minipay_error *error);

/* The row, on a snapshot. MINIPAY_CORRUPT when it is gone. */
minipay_status mpi_installation_read(mpi_view *view, mpi_installation *installation,
                                     minipay_error *error);

#endif
