/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

enum { TESTS_LARGEST = 64 };

int conformance_run(const conformance_factory *factory)
{
    const conf_part *const parts[] = {&conf_sessions, &conf_fields, &conf_reads, &conf_writes,
                                      &conf_schemas};
    struct CMUnitTest tests[TESTS_LARGEST];
    size_t count = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (size_t k = 0; k < parts[i]->count && count < TESTS_LARGEST; k++) {
            tests[count] = parts[i]->tests[k];
            tests[count++].initial_state = (void *)(uintptr_t)factory;
        }
    }
    return _cmocka_run_group_tests(factory->name, tests, count, NULL, NULL);
}
