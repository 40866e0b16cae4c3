/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TESTS_STORE_CONFORMANCE_H
#define MINIPAY_TESTS_STORE_CONFORMANCE_H

/* What every storage adapter must do, as tests. For authors of adapters: this folder needs nothing but
 * minipay/sys/storage.h and cmocka. Write a factory, and call conformance_run from a main of your own. */

#include "minipay/sys/storage.h"

typedef struct conformance_factory {
    const char *name;
    void *context;

    /* A storage, not open yet, over the data that `forget` emptied last and earlier storages wrote. */
    void (*make)(void *context, minipay_storage *storage);

    /* Empties the data. No storage is open. */
    void (*forget)(void *context);

    int32_t keeps; /* the data outlives the storage that wrote it */
} conformance_factory;

/* Runs all; the number of tests that failed. */
int conformance_run(const conformance_factory *factory);

#endif
