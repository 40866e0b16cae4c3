/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <string.h>

enum { LINES = 1500, CALLERS = 4 };

typedef struct caller {
    world *w;
    const minipay_reconcile_request *request;
    pthread_barrier_t *start;
    minipay_status status;
    minipay_reconciliation found;
} caller;

static void *reconcile(void *context)
{
    caller *own = context;
    minipay_reconciliation_init(&own->found);
    pthread_barrier_wait(own->start);
    own->status = minipay_reconcile(own->w->pay, own->request, &own->found, NULL);
    return NULL;
}

static void one_request_from_many_threads_counts_each_line_once(void **state)
{
    static minipay_instruction asked[LINES];
    static minipay_outcome outcomes[LINES];
    world w;
    caller callers[CALLERS];
    pthread_t threads[CALLERS];
    pthread_barrier_t start;
    minipay_reconcile_request request;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "110-1");
    for (int i = 0; i < LINES; i++)
        asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_execute(w.pay, asked, LINES, outcomes, NULL), MINIPAY_OK);
    minipay_reconcile_request_init(&request);
    request.id = world_id(&w);
    pthread_barrier_init(&start, NULL, CALLERS);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.w = &w, .request = &request, .start = &start};
        assert_int_equal(pthread_create(&threads[i], NULL, reconcile, &callers[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        ASSERT_STATUS(callers[i].status, MINIPAY_OK);
        assert_int_equal(callers[i].found.lines, LINES);
        assert_int_equal(callers[i].found.matched, LINES);
        assert_int_equal(callers[i].found.missing, 0);
    }
    pthread_barrier_destroy(&start);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_request_from_many_threads_counts_each_line_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
