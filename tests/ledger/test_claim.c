/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "ledger/claim.h"

#include <string.h>

/* Claims by themselves: two kinds of row, one on each side, that say a figure under their owner. */

typedef struct figure {
    int64_t owner;
    int64_t amount_minor;
} figure;

static const minipay_field figure_fields[] = {MPI_INT64(figure, owner), MPI_MONEY(figure, amount_minor)};
static const mpi_record whole_record =
    MPI_RECORD(MPI_FORM_STATE, figure, "whole", figure_fields, 1, NULL, 0);
static const mpi_record part_record =
    MPI_RECORD(MPI_FORM_STATE, figure, "part", figure_fields, 1, NULL, 0);

static void say(mpi_claims *claims, mpi_side side, const figure *row)
{
    mpi_claim_key key;
    memset(&key, 0, sizeof key);
    memcpy(key.id.bytes, &row->owner, sizeof row->owner);
    mpi_claim_say(claims, MPI_TOPIC_HELD, side, &key, row->amount_minor, "amount_minor");
}

static minipay_status say_whole(mpi_claims *claims, const void *row, minipay_error *error)
{
    (void)error;
    say(claims, MPI_SIDE_FIRST, row);
    return MINIPAY_OK;
}

static minipay_status say_part(mpi_claims *claims, const void *row, minipay_error *error)
{
    (void)error;
    say(claims, MPI_SIDE_SECOND, row);
    return MINIPAY_OK;
}

static const mpi_claimant claimants[] = {
    {&whole_record, say_whole}, {&part_record, say_part}, {NULL, NULL}};

typedef struct shown {
    const mpi_record *record;
    figure row;
} shown;

static void show(mpi_claims *claims, mpi_audit *audit, const shown *rows, uint32_t count)
{
    mpi_auditor auditor = mpi_claims_auditor(claims);
    assert_int_equal(auditor.start(auditor.context, audit, NULL), MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(auditor.visit(auditor.context, rows[i].record, &rows[i].row, NULL), MINIPAY_OK);
    assert_int_equal(auditor.finish(auditor.context, NULL), MINIPAY_OK);
}

/* Both passes; `detail` gets what the topic's check says, "" when it holds. */
static bool agree(const shown *rows, uint32_t count, char detail[256])
{
    minipay_audit_check checks[32];
    mpi_audit audit = {checks, 32, 0, NULL}, again = {checks, 32, 0, NULL};
    mpi_claims *claims = NULL;
    mpi_keys keys;
    memset(&keys, 7, sizeof keys);
    assert_int_equal(mpi_claims_new(&keys, &claims, NULL), MINIPAY_OK);
    mpi_claims_add(claims, claimants);
    show(claims, &audit, rows, count);
    bool agreed = mpi_claims_agree(claims);
    if (!agreed) {
        mpi_claims_again(claims);
        show(claims, &again, rows, count);
        mpi_claims_report(claims);
    }
    for (int i = 0; i < MPI_TOPICS; i++)
        assert_int_equal(checks[i].ok, agreed || i != MPI_TOPIC_HELD);
    strcpy(detail, checks[MPI_TOPIC_HELD].detail);
    mpi_claims_free(claims);
    return agreed;
}

static void parts_that_sum_to_the_whole_agree_in_any_order(void **state)
{
    static const shown rows[] = {{&part_record, {1, 30}},
                                 {&whole_record, {2, -5}},
                                 {&whole_record, {1, 100}},
                                 {&part_record, {2, -5}},
                                 {&part_record, {1, 70}}};
    char detail[256];
    (void)state;
    assert_true(agree(rows, 5, detail));
    assert_string_equal(detail, "");
}

static void a_part_too_few_names_the_whole_and_both_sums(void **state)
{
    static const shown rows[] = {{&whole_record, {1, 100}},
                                 {&part_record, {1, 30}},
                                 {&part_record, {1, 69}},
                                 {&whole_record, {2, 5}},
                                 {&part_record, {2, 5}}};
    char detail[256];
    (void)state;
    assert_false(agree(rows, 5, detail));
    assert_string_equal(detail,
                        "whole 1: amount_minor is 100, the open holds say 99 (part 1: amount_minor)");
}

static void what_only_one_side_says_is_named(void **state)
{
    static const shown whole_only[] = {{&whole_record, {3, 8}}}, part_only[] = {{&part_record, {4, 9}}};
    char detail[256];
    (void)state;
    assert_false(agree(whole_only, 1, detail));
    assert_string_equal(detail, "whole 3: amount_minor is 8, the open holds say none");
    assert_false(agree(part_only, 1, detail));
    assert_string_equal(detail, "part 4: amount_minor is 9, the balance has none");
}

static void differences_of_two_owners_do_not_cancel(void **state)
{
    static const shown rows[] = {{&whole_record, {1, 11}},
                                 {&part_record, {1, 10}},
                                 {&whole_record, {2, 10}},
                                 {&part_record, {2, 11}}};
    char detail[256];
    (void)state;
    assert_false(agree(rows, 4, detail));
    assert_non_null(strstr(detail, "amount_minor is 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_that_sum_to_the_whole_agree_in_any_order),
        cmocka_unit_test(a_part_too_few_names_the_whole_and_both_sums),
        cmocka_unit_test(what_only_one_side_says_is_named),
        cmocka_unit_test(differences_of_two_owners_do_not_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
