/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* Opening: what is wrong with a configuration, one fault after the other in the order of the checks. */

static minipay_status key_that_is_missing(void *impl, int32_t key_id, uint8_t key[32])
{
    (void)impl, (void)key_id, (void)key;
    return MINIPAY_KEY_MISSING;
}

static minipay_status fails_to_open(void *impl, const minipay_schema *schema, minipay_error *error)
{
    (void)schema;
    if (error)
        error->status = *(const minipay_status *)impl;
    return *(const minipay_status *)impl;
}

static minipay_config good_config(world *w)
{
    minipay_config config;
    minipay_sqlite_config file;
    minipay_config_init(&config);
    minipay_sqlite_config_init(&file);
    strcpy(file.path, w->path);
    strcpy(w->script.path, ":memory:");
    ASSERT_STATUS(minipay_sqlite_storage(&file, &config.storage, NULL), MINIPAY_OK);
    ASSERT_STATUS(minipay_scripted_bank(&w->script, &config.bank, NULL), MINIPAY_OK);
    config.host = w->host;
    config.host.impl = w;
    return config;
}

static void refuses(const minipay_config *config, minipay_status expected, const char *field)
{
    minipay *pay = NULL;
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_open(config, &pay, &error), expected);
    ASSERT_STATUS(error.status, expected);
    if (field)
        assert_string_equal(error.field, field);
    assert_null(pay);
}

#define WITHOUT(part, method)                                                                           \
    do {                                                                                                \
        minipay_config bad = good;                                                                      \
        memset(&bad.part.method, 0, sizeof bad.part.method);                                            \
        refuses(&bad, MINIPAY_ADAPTER_INVALID, #part);                                                  \
    } while (0)

#define OF_ANOTHER_VERSION(part)                                                                        \
    do {                                                                                                \
        minipay_config bad = good;                                                                      \
        bad.part.version++;                                                                             \
        refuses(&bad, MINIPAY_ADAPTER_INVALID, #part);                                                  \
    } while (0)

static void an_adapter_without_a_required_method_is_invalid(void **state)
{
    world w;
    minipay *pay = NULL;
    (void)state;
    world_init(&w, ":memory:");
    minipay_config good = good_config(&w);
    WITHOUT(storage, capabilities);
    WITHOUT(storage, open);
    WITHOUT(storage, begin);
    WITHOUT(storage, get_many);
    WITHOUT(storage, scan);
    WITHOUT(storage, write_many);
    WITHOUT(storage, commit);
    WITHOUT(storage, rollback);
    WITHOUT(storage, close);
    WITHOUT(host, now);
    WITHOUT(host, entropy);
    WITHOUT(host, key);
    WITHOUT(bank, capabilities);
    WITHOUT(bank, verify_account);
    WITHOUT(bank, submit);
    WITHOUT(bank, query);
    WITHOUT(bank, statement);
    WITHOUT(bank, balance);
    OF_ANOTHER_VERSION(storage);
    OF_ANOTHER_VERSION(host);
    OF_ANOTHER_VERSION(bank);
    good.bank.prepare = NULL; /* Optional */
    good.host.log = NULL;
    ASSERT_STATUS(minipay_open(&good, &pay, NULL), MINIPAY_OK);
    minipay_close(pay);
}

static void what_is_wrong_is_told_in_the_order_of_the_checks(void **state)
{
    world w;
    minipay *pay = NULL;
    minipay_error error;
    (void)state;
    world_init(&w, ":memory:");
    minipay_config good = good_config(&w), bad = good;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_open(NULL, &pay, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "config");
    ASSERT_STATUS(minipay_open(&good, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "pay");
    bad.host.key = key_that_is_missing;
    refuses(&bad, MINIPAY_KEY_MISSING, "key");
    bad.bank.version = 9;
    refuses(&bad, MINIPAY_ADAPTER_INVALID, "bank");
    bad.host.version = 9;
    refuses(&bad, MINIPAY_ADAPTER_INVALID, "host");
    bad.storage.version = 9;
    refuses(&bad, MINIPAY_ADAPTER_INVALID, "storage");
    bad.struct_size = 9;
    refuses(&bad, MINIPAY_INVALID_SIZE, "struct_size");
    ASSERT_STATUS(minipay_open(&good, &pay, NULL), MINIPAY_OK); /* every refusal left it whole */
    minipay_close(pay);
}

static void what_a_storage_cannot_open_is_handed_on(void **state)
{
    static const minipay_status statuses[] = {
        MINIPAY_BUSY,           MINIPAY_NO_MEMORY, MINIPAY_DISK_FULL, MINIPAY_IO_ERROR,
        MINIPAY_NOT_A_DATABASE, MINIPAY_READ_ONLY, MINIPAY_CORRUPT,   MINIPAY_NEWER_VERSION};
    world w;
    minipay *pay = NULL;
    (void)state;
    world_init(&w, ":memory:");
    minipay_config good = good_config(&w);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        minipay_config bad = good;
        minipay_status status = statuses[i];
        bad.storage.impl = &status;
        bad.storage.open = fails_to_open;
        refuses(&bad, status, NULL);
    }
    ASSERT_STATUS(minipay_open(&good, &pay, NULL), MINIPAY_OK);
    minipay_close(pay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_adapter_without_a_required_method_is_invalid),
        cmocka_unit_test(what_is_wrong_is_told_in_the_order_of_the_checks),
        cmocka_unit_test(what_a_storage_cannot_open_is_handed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
