/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "world.h"

#include <string.h>

/* A day of business that the input decides: who asks for what, when time passes, and what the bank answers.
 * Whatever the order, nothing is fatal, a call made again is answered alike, and when all has come to rest the
 * audit is clean. */

enum { PEOPLE = 3, SHOPS = 2, STEPS_LARGEST = 60, ORDERS_LARGEST = 1024 };

typedef struct order {
    minipay_id id;
    int32_t verdict;
} order;

static const uint8_t *input;
static size_t left;
static world w;
static minipay_id people[PEOPLE], shops[SHOPS], promotion;
static minipay_instruction done[STEPS_LARGEST];
static uint32_t done_count;
static order orders[ORDERS_LARGEST];
static uint32_t order_count;

static uint8_t next(void)
{
    if (left == 0)
        return 0;
    left--;
    return *input++;
}

static int64_t next_amount(void)
{
    int64_t amount_minor = next();
    amount_minor = amount_minor << 8 | next();
    return amount_minor;
}

/* ---- the bank: what it has decided stays so, and when the input has ended it does as it is told ---------- */

static int32_t draw_verdict(void)
{
    static const int32_t verdicts[] = {MINIPAY_VERDICT_DONE, MINIPAY_VERDICT_PENDING,
                                       MINIPAY_VERDICT_REFUSED, MINIPAY_VERDICT_DONE};
    return verdicts[next() % 4];
}

static int32_t decide(const minipay_bank_order *asked)
{
    uint32_t i = 0;
    while (i < order_count && memcmp(&orders[i].id, &asked->id, sizeof asked->id) != 0)
        i++;
    CHECK(i < ORDERS_LARGEST);
    if (i == order_count) {
        orders[i].id = asked->id;
        orders[order_count++].verdict = MINIPAY_VERDICT_PENDING;
    }
    if (orders[i].verdict == MINIPAY_VERDICT_PENDING)
        orders[i].verdict = draw_verdict();
    bool unheard = orders[i].verdict == MINIPAY_VERDICT_DONE && next() % 5 == 1;
    return unheard ? MINIPAY_VERDICT_NO_ANSWER : orders[i].verdict;
}

static minipay_status answer(void *impl, const minipay_bank_order *asked, minipay_bank_answer *answers,
                             uint32_t count, minipay_error *error)
{
    (void)impl, (void)error;
    for (uint32_t i = 0; i < count; i++) {
        answers[i].verdict = decide(&asked[i]);
        answers[i].amount_minor = asked[i].amount_minor;
    }
    return MINIPAY_OK;
}

static minipay_bank_capabilities capabilities(void *impl)
{
    (void)impl;
    return (minipay_bank_capabilities){.collects = 1, .pays_out = 1, .smallest_minor = 1};
}

static minipay_status verify(void *impl, const char *bank, const char *number, const char *holder,
                             minipay_error *error)
{
    (void)impl, (void)bank, (void)number, (void)holder, (void)error;
    return MINIPAY_OK;
}

static minipay_status statement(void *impl, int64_t position, minipay_bank_movement *movements,
                                uint32_t *count, minipay_error *error)
{
    (void)impl, (void)position, (void)movements, (void)error;
    *count = 0;
    return MINIPAY_OK;
}

static minipay_status balance(void *impl, const char *currency, int64_t *balance_minor,
                              minipay_error *error)
{
    (void)impl, (void)currency, (void)error;
    *balance_minor = 0;
    return MINIPAY_OK;
}

static void close_bank(void *impl)
{
    (void)impl;
}

/* ---- the day --------------------------------------------------------------------------------------------- */

static bool sound(minipay_status status)
{
    int32_t class = minipay_status_class(status);
    return class != MINIPAY_CLASS_FATAL && class != MINIPAY_CLASS_USAGE;
}

static void register_promotion(void)
{
    minipay_promotion_request request;
    minipay_outcome outcome;
    minipay_promotion_request_init(&request);
    request.id = promotion = world_id(&w);
    request.basis_points = 1 + next() * 39;
    request.merchant_share = next() * 39;
    request.budget_minor = 100000;
    request.starts_at = 1;
    memcpy(request.currency, "KRW", 4);
    strcpy(request.name, "spring");
    CHECK(minipay_promotion_register(w.pay, &request, 1, &outcome, NULL) == MINIPAY_OK);
}

static void begin(void)
{
    world_init(&w, ":memory:");
    w.bank = (minipay_bank){.version = MINIPAY_BANK_VERSION,
                            .capabilities = capabilities,
                            .verify_account = verify,
                            .submit = answer,
                            .query = answer,
                            .statement = statement,
                            .balance = balance,
                            .close = close_bank};
    order_count = done_count = 0;
    world_open(&w);
    for (int i = 0; i < PEOPLE; i++)
        people[i] = world_person(&w, i ? NULL : "110-1");
    for (int i = 0; i < SHOPS; i++)
        shops[i] = world_merchant(&w, i ? NULL : "220-1", next() * 39);
    for (int i = 0; i < PEOPLE; i++)
        world_credit(&w, people[i], 30000);
    register_promotion();
}

static minipay_instruction draw(void)
{
    static const int32_t kinds[] = {
        MINIPAY_KIND_TOPUP,   MINIPAY_KIND_TRANSFER, MINIPAY_KIND_WITHDRAW, MINIPAY_KIND_PAY,
        MINIPAY_KIND_PAY,     MINIPAY_KIND_REFUND,   MINIPAY_KIND_CREDIT,   MINIPAY_KIND_DEBIT,
        MINIPAY_KIND_HOLD,    MINIPAY_KIND_CAPTURE,  MINIPAY_KIND_REVERSAL, MINIPAY_KIND_AUTHORIZE,
        MINIPAY_KIND_CAPTURE, MINIPAY_KIND_VOID,     MINIPAY_KIND_REFUND,   MINIPAY_KIND_HOLD_CAPTURE,
        MINIPAY_KIND_FREEZE,  MINIPAY_KIND_UNFREEZE, MINIPAY_KIND_HOLD_VOID};
    int32_t kind = kinds[next() % (sizeof kinds / sizeof *kinds)];
    uint8_t who = next();
    bool pays = kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_AUTHORIZE;
    bool sends = kind == MINIPAY_KIND_TRANSFER || kind == MINIPAY_KIND_HOLD;
    bool plain = kind == MINIPAY_KIND_FREEZE || kind == MINIPAY_KIND_UNFREEZE;
    minipay_id first = people[who % PEOPLE];
    minipay_id other = pays ? shops[who / 16 % SHOPS] : sends ? people[who / 16 % PEOPLE] : world_nobody;
    if (!pays && !sends && !plain && kind != MINIPAY_KIND_TOPUP && kind != MINIPAY_KIND_WITHDRAW &&
        kind != MINIPAY_KIND_CREDIT && kind != MINIPAY_KIND_DEBIT) {
        other = done_count ? done[next() % done_count].id : people[0]; /* goes on with an operation */
        first = world_nobody;
    }
    int64_t amount_minor = plain || kind == MINIPAY_KIND_VOID || kind == MINIPAY_KIND_REVERSAL ||
                                   kind == MINIPAY_KIND_HOLD_VOID
                               ? 0
                               : next_amount();
    minipay_instruction drawn = world_ask(&w, kind, first, other, amount_minor);
    strcpy(drawn.reason, "fuzz");
    if (pays || kind == MINIPAY_KIND_TRANSFER)
        drawn.flags = who & 64 ? MINIPAY_FLAG_AUTO_TOPUP : 0;
    if (pays && (who & 128))
        drawn.promotion_id = promotion;
    if (kind == MINIPAY_KIND_AUTHORIZE || kind == MINIPAY_KIND_HOLD)
        drawn.expires_at = next() % 2 ? w.now + INT64_C(1000000) * next_amount() + 1 : 0;
    return drawn;
}

static void try_instruction(void)
{
    minipay_instruction drawn = draw();
    minipay_outcome outcome, again;
    minipay_status status = minipay_execute(w.pay, &drawn, 1, &outcome, NULL);
    CHECK(minipay_status_class(status) != MINIPAY_CLASS_FATAL);
    if (minipay_status_class(status) == MINIPAY_CLASS_USAGE)
        return;
    if (done_count < STEPS_LARGEST)
        done[done_count++] = drawn;
    if (next() % 4 == 1 &&
        (outcome.state == MINIPAY_STATE_DONE || outcome.state == MINIPAY_STATE_REJECTED)) {
        CHECK(minipay_execute(w.pay, &drawn, 1, &again, NULL) == status);
        CHECK(again.state == outcome.state && again.amount_minor == outcome.amount_minor);
    }
}

static void settle(void)
{
    minipay_settlement_request request;
    minipay_settlement run;
    minipay_settlement_request_init(&request);
    request.id = world_id(&w);
    request.through_date = 20251124 + next() % 5;
    memcpy(request.currency, "KRW", 4);
    CHECK(sound(minipay_settlement_run(w.pay, &request, &run, NULL)));
}

static void step(void)
{
    uint8_t what = next() % 16;
    if (what == 0)
        world_pass(&w, next_amount());
    else if (what == 1)
        CHECK(sound(minipay_run(w.pay, next() % 4, NULL, NULL, NULL)));
    else if (what == 2)
        settle();
    else
        try_instruction();
}

static void come_to_rest(void)
{
    int64_t next_at = 1;
    for (int i = 0; i < 2000 && next_at; i++) {
        CHECK(sound(minipay_run(w.pay, 0, NULL, &next_at, NULL)));
        w.now = next_at > w.now ? next_at : w.now;
    }
    CHECK(next_at == 0);
}

static void check_audit(void)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 0;
    CHECK(minipay_audit(w.pay, checks, &count, &clean, NULL) == MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++) {
        if (!checks[i].ok)
            fprintf(stderr, "%s: %s\n", checks[i].name, checks[i].detail);
    }
    CHECK(clean);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    input = bytes;
    left = count;
    begin();
    for (int i = 0; i < STEPS_LARGEST && left; i++)
        step();
    check_audit();
    left = 0;
    come_to_rest();
    check_audit();
    world_close(&w);
    return 0;
}
