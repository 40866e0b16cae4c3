/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* Lists of everything that stands: complete, in order, the same whatever the size of the page. */

enum { ROOM = 600 };

static const minipay_id from_the_first;

/* Some of every kind: done, refused, with and without a document. */
static void fill_world(world *w)
{
    minipay_id a = world_person(w, "110-1"), b = world_person(w, "110-2"), shy = world_person(w, NULL);
    minipay_id shop = world_merchant(w, "220-1", 100);
    world_topup(w, a, 500000);
    world_credit(w, b, 7000);
    for (int i = 0; i < 300; i++)
        world_do(w, MINIPAY_KIND_TRANSFER, i % 2 ? b : a, i % 2 ? a : b, 10 + i);
    minipay_instruction noted = world_ask(w, MINIPAY_KIND_TRANSFER, a, b, 99);
    noted.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_expect(w, &noted, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_do(w, MINIPAY_KIND_TRANSFER, shy, a, 5);
    minipay_instruction pay = world_ask(w, MINIPAY_KIND_PAY, a, shop, 30000);
    world_expect(w, &pay, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_do(w, MINIPAY_KIND_REFUND, world_nobody, pay.id, 1000);
    world_do(w, MINIPAY_KIND_WITHDRAW, a, world_nobody, 20000);
    world_settle(w, world_id(w), 20251123);
}

static minipay_status page(world *w, int32_t kind, const minipay_id *after, minipay_operation *list,
                           uint32_t *count)
{
    return minipay_operation_list(w->pay, kind, after, list, count, NULL);
}

static minipay_operation *all_of(world *w, int32_t kind, uint32_t *count)
{
    minipay_operation *list = calloc(ROOM, sizeof *list);
    assert_non_null(list);
    *count = ROOM;
    ASSERT_STATUS(page(w, kind, &from_the_first, list, count), MINIPAY_OK);
    assert_true(*count < ROOM);
    return list;
}

static void operations_are_listed_once_in_the_order_of_ids_with_or_without_a_document(void **state)
{
    world w;
    uint32_t count, done = 0;
    (void)state;
    world_begin(&w);
    fill_world(&w);
    minipay_operation *list = all_of(&w, MINIPAY_KIND_TRANSFER, &count);
    assert_int_equal(count, 302); /* 300 that are their posting, one with a flag, one refused */
    for (uint32_t i = 0; i < count; i++) {
        minipay_outcome outcome = world_outcome(&w, MINIPAY_KIND_TRANSFER, list[i].id);
        ASSERT_STATE(list[i].state, outcome.state);
        ASSERT_STATUS(list[i].status, outcome.status);
        assert_int_equal(list[i].kind, MINIPAY_KIND_TRANSFER);
        bool booked = outcome.state == MINIPAY_STATE_DONE;
        assert_int_equal(outcome.booked_at, booked ? list[i].finished_at : 0);
        assert_true(i == 0 || memcmp(&list[i - 1].id, &list[i].id, sizeof list[i].id) < 0);
        done += list[i].state == MINIPAY_STATE_DONE;
    }
    assert_int_equal(done, 301);
    free(list);
    world_at_peace(&w);
    world_close(&w);
}

static void pages_of_any_size_are_the_same_list(void **state)
{
    static const uint32_t sizes[] = {1, 7, 128, 129, 300};
    world w;
    uint32_t count;
    (void)state;
    world_begin(&w);
    fill_world(&w);
    minipay_operation *whole = all_of(&w, MINIPAY_KIND_TRANSFER, &count);
    minipay_operation *list = calloc(ROOM, sizeof *list);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        minipay_id after = from_the_first;
        uint32_t at = 0, got;
        do {
            got = sizes[i];
            ASSERT_STATUS(page(&w, MINIPAY_KIND_TRANSFER, &after, list + at, &got), MINIPAY_OK);
            at += got;
            after = at ? list[at - 1].id : after;
        } while (got == sizes[i]);
        assert_int_equal(at, count);
        assert_memory_equal(list, whole, count * sizeof *list);
    }
    free(list);
    free(whole);
    world_close(&w);
}

static void kinds_that_share_a_table_are_told_apart(void **state)
{
    static const struct {
        int32_t kind;
        uint32_t count;
    } cases[] = {{MINIPAY_KIND_FREEZE, 2}, {MINIPAY_KIND_UNFREEZE, 1}, {MINIPAY_KIND_CLOSE, 0},
                 {MINIPAY_KIND_CREDIT, 1}, {MINIPAY_KIND_DEBIT, 0},    {MINIPAY_KIND_FEE, 0}};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "110-1");
    world_credit(&w, member, 10);
    int32_t changes[] = {MINIPAY_KIND_FREEZE, MINIPAY_KIND_UNFREEZE, MINIPAY_KIND_FREEZE};
    for (int i = 0; i < 3; i++) {
        minipay_instruction change = world_ask(&w, changes[i], member, world_nobody, 0);
        strcpy(change.reason, "court order");
        world_expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t count;
        free(all_of(&w, cases[i].kind, &count));
        assert_int_equal(count, cases[i].count);
    }
    world_close(&w);
}

static void a_document_shows_its_columns_and_no_secret(void **state)
{
    world w;
    uint32_t count;
    (void)state;
    world_begin(&w);
    world_person(&w, "110-9876");
    minipay_operation *links = all_of(&w, MINIPAY_KIND_LINK, &count);
    assert_int_equal(count, 1);
    assert_non_null(strstr(links[0].document, "9876\""));
    assert_null(strstr(links[0].document, "110-9876"));
    assert_null(strstr(links[0].document, "account_number"));
    free(links);
    minipay_operation *members = all_of(&w, MINIPAY_KIND_REGISTER, &count);
    assert_int_equal(count, 1);
    assert_non_null(strstr(members[0].document, "\"region\":\"11\""));
    assert_null(strstr(members[0].document, "@world.example"));
    free(members);
    world_close(&w);
}

static int64_t balance_of(const minipay_balance *list, uint32_t count, const char *account)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += strcmp(list[i].account, account) == 0 ? list[i].posted_minor : 0;
    return sum;
}

static void balances_are_every_account_once_and_postings_add_up_to_them(void **state)
{
    static minipay_balance balances[64], again[64], before;
    static minipay_posting postings[2 * ROOM], next;
    uint32_t count = 64, at = 0, got, posted = 2 * ROOM;
    int64_t bank = 0, owed = 0;
    world w;
    (void)state;
    world_begin(&w);
    fill_world(&w);
    minipay_balance_init(&before);
    minipay_posting_init(&next);
    ASSERT_STATUS(minipay_balance_list(w.pay, &before, balances, &count, NULL), MINIPAY_OK);
    do {
        got = 2;
        ASSERT_STATUS(minipay_balance_list(w.pay, &before, again + at, &got, NULL), MINIPAY_OK);
        at += got;
        before = again[at - 1];
    } while (got == 2);
    assert_int_equal(at, count);
    assert_memory_equal(again, balances, count * sizeof *balances);

    ASSERT_STATUS(minipay_posting_list(w.pay, &next, postings, &posted, NULL), MINIPAY_OK);
    assert_true(posted < 2 * ROOM);
    for (uint32_t i = 0; i < posted; i++) {
        const minipay_posting *p = &postings[i];
        bank += strcmp(p->debit_account, "corporate") == 0 ? p->amount_minor : 0;
        bank -= strcmp(p->credit_account, "corporate") == 0 ? p->amount_minor : 0;
        owed += strcmp(p->credit_account, "payable") == 0 ? p->amount_minor : 0;
        owed -= strcmp(p->debit_account, "payable") == 0 ? p->amount_minor : 0;
        assert_string_equal(p->currency, "KRW");
        if (i)
            assert_true(memcmp(&postings[i - 1].operation_id, &p->operation_id, 16) < 0 ||
                        postings[i - 1].leg < p->leg);
    }
    assert_int_equal(bank, balance_of(balances, count, "corporate"));
    assert_int_equal(bank, world_at_bank(&w));
    assert_int_equal(owed, balance_of(balances, count, "payable"));
    next = postings[posted / 2];
    got = 2 * ROOM;
    minipay_posting *half = calloc(2 * ROOM, sizeof *half);
    ASSERT_STATUS(minipay_posting_list(w.pay, &next, half, &got, NULL), MINIPAY_OK);
    assert_int_equal(got, posted - posted / 2 - 1);
    assert_memory_equal(half, postings + posted / 2 + 1, got * sizeof *half);
    free(half);
    world_close(&w);
}

static void lists_refuse_what_they_cannot_read(void **state)
{
    minipay_operation operation;
    minipay_balance balance;
    minipay_posting posting;
    uint32_t one = 1, many = MINIPAY_BATCH_LARGEST + 1;
    world w;
    (void)state;
    world_begin(&w);
    minipay_operation_init(&operation);
    minipay_balance_init(&balance);
    minipay_posting_init(&posting);
    minipay_operation untouched = operation;
    const int32_t no_kinds[] = {MINIPAY_KIND_NONE, -1, 1000};
    for (int i = 0; i < 3; i++)
        ASSERT_STATUS(page(&w, no_kinds[i], &from_the_first, &operation, &one),
                      MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(page(&w, MINIPAY_KIND_PAY, NULL, &operation, &one), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(page(&w, MINIPAY_KIND_PAY, &from_the_first, NULL, &one), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(page(&w, MINIPAY_KIND_PAY, &from_the_first, &operation, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(page(&w, MINIPAY_KIND_PAY, &from_the_first, &operation, &many),
                  MINIPAY_BATCH_TOO_LARGE);
    ASSERT_STATUS(minipay_balance_list(w.pay, NULL, &balance, &one, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_posting_list(w.pay, NULL, &posting, &one, NULL), MINIPAY_INVALID_ARGUMENT);
    minipay_balance strange = balance;
    strcpy(strange.account, "mattress");
    ASSERT_STATUS(minipay_balance_list(w.pay, &strange, &balance, &one, NULL), MINIPAY_INVALID_ARGUMENT);
    assert_memory_equal(&operation, &untouched, sizeof operation);
    assert_int_equal(one, 1);
    world_close(&w);
}

static minipay_status read_list(world *w, int which, void *rows, uint32_t *count)
{
    minipay_posting no_posting;
    minipay_balance no_balance;
    minipay_posting_init(&no_posting);
    minipay_balance_init(&no_balance);
    if (which == 0)
        return page(w, MINIPAY_KIND_TRANSFER, &from_the_first, rows, count);
    return which == 1 ? minipay_balance_list(w->pay, &no_balance, rows, count, NULL)
                      : minipay_posting_list(w->pay, &no_posting, rows, count, NULL);
}

/* No call of the storage may fail unnoticed, and a page that failed is no page. */
static void a_failing_storage_is_answered_and_leaves_the_page_alone(void **state)
{
    enum { COUNT = 200, SIZE = COUNT * sizeof(minipay_operation) };
    uint8_t *rows = malloc(SIZE), *before = malloc(SIZE);
    world w;
    (void)state;
    world_begin(&w);
    fill_world(&w);
    memset(before, 0xee, SIZE);
    for (int which = 0; which < 3; which++) {
        minipay_status status = MINIPAY_IO_ERROR;
        for (uint32_t n = 1; status != MINIPAY_OK; n++) {
            uint32_t count = COUNT;
            memcpy(rows, before, SIZE);
            w.faults.storage_calls = 0;
            w.faults.storage_fails_at = n;
            status = read_list(&w, which, rows, &count);
            w.faults.storage_fails_at = 0;
            assert_true(n < 1000);
            if (status == MINIPAY_OK)
                continue;
            ASSERT_STATUS(status, MINIPAY_IO_ERROR);
            assert_int_equal(count, COUNT);
            assert_memory_equal(rows, before, SIZE);
        }
        assert_memory_not_equal(rows, before, SIZE);
    }
    world_at_peace(&w);
    world_close(&w);
    free(rows);
    free(before);
}

static void a_page_without_room_is_empty(void **state)
{
    uint32_t none = 0;
    world w;
    (void)state;
    world_begin(&w);
    fill_world(&w);
    for (int which = 0; which < 3; which++)
        ASSERT_STATUS(read_list(&w, which, NULL, &none), MINIPAY_OK);
    assert_int_equal(none, 0);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_listed_once_in_the_order_of_ids_with_or_without_a_document),
        cmocka_unit_test(pages_of_any_size_are_the_same_list),
        cmocka_unit_test(kinds_that_share_a_table_are_told_apart),
        cmocka_unit_test(a_document_shows_its_columns_and_no_secret),
        cmocka_unit_test(balances_are_every_account_once_and_postings_add_up_to_them),
        cmocka_unit_test(lists_refuse_what_they_cannot_read),
        cmocka_unit_test(a_failing_storage_is_answered_and_leaves_the_page_alone),
        cmocka_unit_test(a_page_without_room_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
