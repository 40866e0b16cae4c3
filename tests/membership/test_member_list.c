/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { OF_SEOUL = 300, OF_BUSAN = 7 };

static void join(world *w, const char *region, uint32_t count, minipay_id *ids)
{
    for (uint32_t i = 0; i < count; i++) {
        minipay_member_request request;
        minipay_outcome outcome;
        minipay_member_request_init(&request);
        minipay_outcome_init(&outcome);
        request.id = ids[i] = world_id(w);
        snprintf(request.region, sizeof request.region, "%s", region);
        snprintf(request.name, sizeof request.name, "Person");
        snprintf(request.email, sizeof request.email, "%s-%u@world.example", region, (unsigned)i);
        ASSERT_STATUS(minipay_member_register(w->pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    }
}

static uint32_t list_all(world *w, const char *region, uint32_t page, const minipay_id *expected)
{
    minipay_member members[OF_SEOUL];
    minipay_id after = world_nobody;
    uint32_t count = page, total = 0;
    while (count == page) {
        ASSERT_STATUS(minipay_member_list(w->pay, region, &after, members, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++) {
            assert_memory_equal(&members[i].id, &expected[total], sizeof after);
            assert_string_equal(members[i].region, region);
            assert_string_equal(members[i].name, "Person");
            total++;
        }
        if (count)
            after = members[count - 1].id;
    }
    return total;
}

static void pages_of_any_size_show_each_member_of_the_region_once_in_order(void **state)
{
    static const uint32_t pages[] = {1, 2, 7, 128, 129, 256, 300};
    static minipay_id seoul[OF_SEOUL], busan[OF_BUSAN];
    world w;
    (void)state;
    world_begin(&w);
    join(&w, "11", OF_SEOUL, seoul);
    join(&w, "26", OF_BUSAN, busan);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        assert_int_equal(list_all(&w, "11", pages[i], seoul), OF_SEOUL);
        assert_int_equal(list_all(&w, "26", pages[i], busan), OF_BUSAN);
    }
    assert_int_equal(list_all(&w, "1", 5, seoul), 0);
    world_close(&w);
}

static void a_member_who_moves_is_listed_where_he_is(void **state)
{
    world w;
    minipay_id ids[3];
    minipay_member_change change;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    join(&w, "11", 3, ids);
    minipay_member_change_init(&change);
    minipay_outcome_init(&outcome);
    change.id = world_id(&w);
    change.member_id = ids[1];
    change.changes = MINIPAY_CHANGE_REGION;
    ASSERT_STATUS(minipay_member_update(w.pay, &change, 1, &outcome, NULL), MINIPAY_OK);
    assert_int_equal(list_all(&w, "", 5, &ids[1]), 1);
    ids[1] = ids[2];
    assert_int_equal(list_all(&w, "11", 5, ids), 2);
    world_close(&w);
}

static void a_refused_registration_is_no_member(void **state)
{
    world w;
    minipay_id ids[1];
    minipay_member_request again;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    join(&w, "11", 1, ids);
    minipay_member_request_init(&again);
    minipay_outcome_init(&outcome);
    again.id = world_id(&w);
    memcpy(again.region, "11", 3);
    snprintf(again.name, sizeof again.name, "Person");
    snprintf(again.email, sizeof again.email, "11-0@world.example");
    ASSERT_STATUS(minipay_member_register(w.pay, &again, 1, &outcome, NULL), MINIPAY_EMAIL_TAKEN);
    assert_int_equal(list_all(&w, "11", 5, ids), 1);
    world_close(&w);
}

static void wrong_arguments_leave_the_page_untouched(void **state)
{
    world w;
    minipay_member members[2], untouched[2];
    minipay_error error;
    uint32_t count = 2, large = MINIPAY_BATCH_LARGEST + 1;
    (void)state;
    world_begin(&w);
    minipay_error_init(&error);
    memset(members, 0x33, sizeof members);
    memset(untouched, 0x33, sizeof untouched);
    ASSERT_STATUS(minipay_member_list(w.pay, NULL, &world_nobody, members, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "region");
    ASSERT_STATUS(minipay_member_list(w.pay, "11", NULL, members, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "after");
    ASSERT_STATUS(minipay_member_list(w.pay, "11", &world_nobody, members, NULL, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_member_list(w.pay, "11", &world_nobody, NULL, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_member_list(w.pay, "11", &world_nobody, members, &large, &error),
                  MINIPAY_BATCH_TOO_LARGE);
    ASSERT_STATUS(minipay_member_list(w.pay, "0123456789abcdef", &world_nobody, members, &count, &error),
                  MINIPAY_INVALID_TEXT);
    ASSERT_STATUS(minipay_member_list(w.pay, "\xff", &world_nobody, members, &count, &error),
                  MINIPAY_INVALID_TEXT);
    assert_string_equal(error.field, "region");
    assert_int_equal(count, 2);
    assert_memory_equal(members, untouched, sizeof members);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_any_size_show_each_member_of_the_region_once_in_order),
        cmocka_unit_test(a_member_who_moves_is_listed_where_he_is),
        cmocka_unit_test(a_refused_registration_is_no_member),
        cmocka_unit_test(wrong_arguments_leave_the_page_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
