/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "ledger/ledger.h"

#include <string.h>

/* What is known of each kind of account, said once more beside the table. */

typedef struct expectation {
    const char *name;
    bool debit, linked, floor, bank;
} expectation;

static const expectation expected[] = {
    {"wallet", false, true, true, false},
    {"payable", false, true, false, false},
    {"suspense", false, false, true, false},
    {"fee_income", false, false, false, false},
    {"corporate", true, false, false, true},
    {"transit", true, false, false, true},
    {"promotion_expense", true, false, false, false},
    {"bank_fee", true, false, false, false},
    {"adjustment", true, false, false, false},
};

static const char *name_of(int32_t kind)
{
    return mpi_account_record.table.fields[1].names[kind];
}

static void every_kind_is_what_it_is_in_the_books(void **state)
{
    size_t found = 0;
    (void)state;
    for (int32_t kind = 0; kind < MPI_ACCOUNT_COUNT; kind++) {
        if (!*name_of(kind)) /* nobody's number */
            continue;
        assert_true(found < sizeof expected / sizeof *expected);
        const expectation *e = &expected[found++];
        assert_string_equal(name_of(kind), e->name);
        assert_int_equal(mpi_account_is(kind, MPI_RISES_WITH_DEBIT), e->debit);
        assert_int_equal(mpi_account_is(kind, MPI_LINKED), e->linked);
        assert_int_equal(mpi_account_is(kind, MPI_HAS_FLOOR), e->floor);
        assert_int_equal(mpi_account_is(kind, MPI_AT_BANK), e->bank);
    }
    assert_int_equal(found, sizeof expected / sizeof *expected);
    assert_null(name_of(MPI_ACCOUNT_COUNT));
}

/* Rows keep the name, and hashes cover the number. */
static void a_kinds_number_stays(void **state)
{
    (void)state;
    assert_int_equal(MPI_ACCOUNT_WALLET, 0);
    assert_int_equal(MPI_ACCOUNT_PAYABLE, 1);
    assert_int_equal(MPI_ACCOUNT_SUSPENSE, 3);
    assert_int_equal(MPI_ACCOUNT_FEE_INCOME, 5);
    assert_int_equal(MPI_ACCOUNT_CORPORATE, 6);
    assert_int_equal(MPI_ACCOUNT_TRANSIT, 7);
    assert_int_equal(MPI_ACCOUNT_PROMOTION_EXPENSE, 9);
    assert_int_equal(MPI_ACCOUNT_BANK_FEE, 10);
    assert_int_equal(MPI_ACCOUNT_ADJUSTMENT, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_what_it_is_in_the_books),
        cmocka_unit_test(a_kinds_number_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
