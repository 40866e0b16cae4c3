/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "store/conformance/conformance.h"

#include <stdio.h>
#include <unistd.h>

static void make(void *context, minipay_storage *storage)
{
    minipay_sqlite_config config;
    minipay_sqlite_config_init(&config);
    snprintf(config.path, sizeof config.path, "%s", (const char *)context);
    assert_int_equal(minipay_sqlite_storage(&config, storage, NULL), MINIPAY_OK);
}

static void forget(void *context)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-lock"};
    char path[64];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(path, sizeof path, "%s%s", (const char *)context, suffixes[i]);
        unlink(path);
    }
}

int main(void)
{
    char file[] = "conformance.db", memory[] = ":memory:";
    conformance_factory on_disk = {"SQLite on disk", file, make, forget, 1};
    conformance_factory in_memory = {"SQLite in memory", memory, make, forget, 0};
    return conformance_run(&on_disk) + conformance_run(&in_memory);
}
