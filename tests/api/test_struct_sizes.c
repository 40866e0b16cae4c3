/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "minipay/minipay.h"

/* The layout of public structs belongs to the soname (docs/decisions/0020). A program that was built for a
 * soname must find every struct as it was, so a size that differs here is either a mistake, or the soname is
 * raised: MINIPAY_SOVERSION in CMakeLists.txt, the node in src/minipay.map, and this table. tests/tidy sees to
 * it that every struct is in it. */

enum { TABLE_IS_OF_SOVERSION = 0 };

typedef struct size_of_struct {
    const char *name;
    size_t is, was;
} size_of_struct;

#define SIZE(name, bytes)                                                                               \
    {                                                                                                   \
#name, sizeof(name), bytes                                                                      \
    }

static const size_of_struct sizes[] = {
    SIZE(minipay_audit_check, 320),
    SIZE(minipay_balance, 88),
    SIZE(minipay_bank, 80),
    SIZE(minipay_bank_account, 104),
    SIZE(minipay_bank_answer, 88),
    SIZE(minipay_bank_capabilities, 40),
    SIZE(minipay_bank_movement, 184),
    SIZE(minipay_bank_order, 264),
    SIZE(minipay_batch_outcome, 48),
    SIZE(minipay_batch_request, 204),
    SIZE(minipay_checkpoint, 176),
    SIZE(minipay_config, 232),
    SIZE(minipay_corporate_account, 24),
    SIZE(minipay_corporate_position, 40),
    SIZE(minipay_credential, 48),
    SIZE(minipay_credential_request, 356),
    SIZE(minipay_difference, 128),
    SIZE(minipay_entry, 80),
    SIZE(minipay_error, 376),
    SIZE(minipay_field, 32),
    SIZE(minipay_holiday, 108),
    SIZE(minipay_holiday_request, 308),
    SIZE(minipay_host, 48),
    SIZE(minipay_id, 16),
    SIZE(minipay_index, 40),
    SIZE(minipay_instruction, 408),
    SIZE(minipay_link_request, 364),
    SIZE(minipay_member, 280),
    SIZE(minipay_member_change, 472),
    SIZE(minipay_member_request, 452),
    SIZE(minipay_memo, 152),
    SIZE(minipay_merchant, 200),
    SIZE(minipay_merchant_change, 288),
    SIZE(minipay_merchant_request, 344),
    SIZE(minipay_operation, 4136),
    SIZE(minipay_order, 264),
    SIZE(minipay_order_query, 40),
    SIZE(minipay_outcome, 64),
    SIZE(minipay_policy_request, 216),
    SIZE(minipay_policy_version, 232),
    SIZE(minipay_posting, 152),
    SIZE(minipay_promotion, 192),
    SIZE(minipay_promotion_request, 368),
    SIZE(minipay_reconcile_request, 216),
    SIZE(minipay_reconciliation, 104),
    SIZE(minipay_retry_request, 220),
    SIZE(minipay_rule, 24),
    SIZE(minipay_scan, 56),
    SIZE(minipay_schema, 56),
    SIZE(minipay_scripted_bank_config, 1080),
    SIZE(minipay_settlement, 144),
    SIZE(minipay_settlement_line, 168),
    SIZE(minipay_settlement_request, 212),
    SIZE(minipay_slip, 312),
    SIZE(minipay_slip_query, 56),
    SIZE(minipay_sqlite_config, 1040),
    SIZE(minipay_statement_entry, 96),
    SIZE(minipay_storage, 88),
    SIZE(minipay_storage_capabilities, 16),
    SIZE(minipay_table, 40),
    SIZE(minipay_unlink_request, 236),
    SIZE(minipay_wallet, 64),
    SIZE(minipay_wallet_request, 224),
    SIZE(minipay_write, 32),
};

static void a_public_struct_has_the_size_that_its_soname_promised(void **state)
{
    uint32_t changed = 0;
    (void)state;
    if (sizeof(void *) != 8)
        skip(); /* the table is of 64-bit machines */
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (sizes[i].is == sizes[i].was)
            continue;
        print_error("%s has %zu bytes, had %zu: raise the soname\n", sizes[i].name, sizes[i].is,
                    sizes[i].was);
        changed++;
    }
    assert_int_equal(changed, 0);
}

static void the_table_of_sizes_belongs_to_the_soname_that_is_built(void **state)
{
    (void)state;
    assert_int_equal(TABLE_IS_OF_SOVERSION, MINIPAY_SOVERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_struct_has_the_size_that_its_soname_promised),
        cmocka_unit_test(the_table_of_sizes_belongs_to_the_soname_that_is_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
