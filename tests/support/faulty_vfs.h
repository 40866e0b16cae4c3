/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_FAULTY_VFS_H
#define MPI_TESTS_FAULTY_VFS_H

/* A file system under SQLite that fails, or ends the process, at the n-th change of a file. */

#include <stdbool.h>
#include <stdint.h>

typedef struct faulty_vfs {
    char only[32];      /* the part of a file's name that it must have; "" for all */
    uint32_t changes;   /* writes, syncs, truncations and deletions so far */
    uint32_t fails_at;  /* from this one on; 0: never */
    uint32_t fails_for; /* so many; 0: for ever */
    uint32_t reached;   /* changes when it was last mended */
    int code;           /* what SQLite is told; when SQLITE_FULL, only writes fail */
    bool dies;          /* half of the change is made and the process killed */
} faulty_vfs;

extern faulty_vfs world_disk;

/* From now on every file is opened on it; the disk is sound until told otherwise. */
void faulty_vfs_install(void);

/* Sound again, counting from 0. */
void faulty_vfs_mend(void);

#endif
