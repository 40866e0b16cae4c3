/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* What is said of an instruction without looking at what stands, kind by kind in the order of the header's
 * list; and an id that comes again with another request. */

typedef enum amount_rule { ABOVE_ZERO, OR_ALL, NONE } amount_rule;

/* The header's table. */
static const struct kind {
    int32_t kind;
    bool member, other;
    amount_rule amount;
    bool reason, expires, auto_topup;
} kinds[] = {
    {MINIPAY_KIND_TOPUP, true, false, ABOVE_ZERO, false, false, false},
    {MINIPAY_KIND_TRANSFER, true, true, ABOVE_ZERO, false, false, true},
    {MINIPAY_KIND_WITHDRAW, true, false, ABOVE_ZERO, false, false, false},
    {MINIPAY_KIND_PAY, true, true, ABOVE_ZERO, false, false, true},
    {MINIPAY_KIND_AUTHORIZE, true, true, ABOVE_ZERO, false, true, true},
    {MINIPAY_KIND_CAPTURE, false, true, OR_ALL, false, false, false},
    {MINIPAY_KIND_VOID, false, true, NONE, false, false, false},
    {MINIPAY_KIND_REFUND, false, true, OR_ALL, false, false, false},
    {MINIPAY_KIND_CREDIT, true, false, ABOVE_ZERO, true, false, false},
    {MINIPAY_KIND_DEBIT, true, false, ABOVE_ZERO, true, false, false},
    {MINIPAY_KIND_HOLD, true, false, ABOVE_ZERO, false, true, false},
    {MINIPAY_KIND_HOLD_CAPTURE, false, true, OR_ALL, false, false, false},
    {MINIPAY_KIND_HOLD_VOID, false, true, NONE, false, false, false},
    {MINIPAY_KIND_FREEZE, true, false, NONE, true, false, false},
    {MINIPAY_KIND_UNFREEZE, true, false, NONE, true, false, false},
    {MINIPAY_KIND_CLOSE, true, false, NONE, false, false, false},
    {MINIPAY_KIND_REVERSAL, false, true, NONE, true, false, false},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

typedef struct desk {
    world w;
    minipay_id payer, payee, merchant;
} desk;

static void begin(desk *d)
{
    world_begin(&d->w);
    d->payer = world_person(&d->w, "110-222-333444");
    d->payee = world_person(&d->w, NULL);
    d->merchant = world_merchant(&d->w, NULL, 100);
    world_credit(&d->w, d->payer, 100000);
}

static void end(desk *d)
{
    world_audit_clean(&d->w);
    world_close(&d->w);
}

static minipay_id done(desk *d, int32_t kind, minipay_id member, minipay_id other, int64_t amount_minor)
{
    minipay_outcome outcome = world_do(&d->w, kind, member, other, amount_minor);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    return outcome.id;
}

/* What the instruction goes on with. */
static minipay_id other_of(desk *d, int32_t kind)
{
    switch (kind) {
    case MINIPAY_KIND_TRANSFER:
        return d->payee;
    case MINIPAY_KIND_PAY:
    case MINIPAY_KIND_AUTHORIZE:
        return d->merchant;
    case MINIPAY_KIND_CAPTURE:
    case MINIPAY_KIND_VOID:
        return done(d, MINIPAY_KIND_AUTHORIZE, d->payer, d->merchant, 1000);
    case MINIPAY_KIND_REFUND:
        return done(d, MINIPAY_KIND_PAY, d->payer, d->merchant, 1000);
    case MINIPAY_KIND_HOLD_CAPTURE:
    case MINIPAY_KIND_HOLD_VOID:
        return done(d, MINIPAY_KIND_HOLD, d->payer, d->payee, 1000);
    case MINIPAY_KIND_REVERSAL:
        return done(d, MINIPAY_KIND_TRANSFER, d->payer, d->payee, 1000);
    default:
        return world_nobody;
    }
}

/* One that will be DONE. */
static minipay_instruction good_one(desk *d, const struct kind *kind)
{
    bool closes = kind->kind == MINIPAY_KIND_CLOSE;
    int64_t amount_minor = kind->amount == NONE ? 0 : kind->kind == MINIPAY_KIND_TOPUP ? 10000 : 100;
    minipay_instruction instruction = world_ask(&d->w, kind->kind,
                                                !kind->member ? world_nobody
                                                : closes      ? world_person(&d->w, NULL)
                                                              : d->payer,
                                                other_of(d, kind->kind), amount_minor);
    strcpy(instruction.actor, "operator 7");
    strcpy(instruction.channel, "desk");
    strcpy(instruction.reason, kind->reason ? "because" : "");
    return instruction;
}

static minipay_status send(desk *d, const minipay_instruction *instruction, minipay_error *error)
{
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    minipay_error_init(error);
    return minipay_execute(d->w.pay, instruction, 1, &outcome, error);
}

/* ---- precedence ------------------------------------------------------------------------------------------ */

typedef enum fault {
    BAD_SIZE,
    BAD_KIND,
    NO_ID,
    NO_MEMBER,
    NO_OTHER,
    BAD_AMOUNT,
    BAD_CURRENCY,
    BAD_ACTOR,
    BAD_CHANNEL,
    BAD_REASON,
    BAD_MEMO,
    BAD_FLAGS,
    BAD_PROMOTION,
    BAD_EXPIRY,
    FAULTS
} fault;

static const struct {
    minipay_status status;
    const char *field;
} faults[FAULTS] = {
    {MINIPAY_INVALID_SIZE, "struct_size"},
    {MINIPAY_INVALID_ARGUMENT, "kind"},
    {MINIPAY_INVALID_ID, "id"},
    {MINIPAY_INVALID_ID, "member_id"},
    {MINIPAY_INVALID_ID, "other_id"},
    {MINIPAY_INVALID_AMOUNT, "amount_minor"},
    {MINIPAY_INVALID_CURRENCY, "currency"},
    {MINIPAY_INVALID_TEXT, "actor"},
    {MINIPAY_INVALID_TEXT, "channel"},
    {MINIPAY_INVALID_TEXT, "reason"},
    {MINIPAY_INVALID_TEXT, "memo"},
    {MINIPAY_INVALID_ARGUMENT, "flags"},
    {MINIPAY_INVALID_ARGUMENT, "promotion_id"},
    {MINIPAY_INVALID_TIME, "expires_at"},
};

static bool applies(const struct kind *kind, fault f)
{
    bool pays = kind->kind == MINIPAY_KIND_PAY || kind->kind == MINIPAY_KIND_AUTHORIZE;
    return f == NO_MEMBER ? kind->member : f == BAD_PROMOTION ? !pays : f != NO_OTHER || kind->other;
}

static void spoil(minipay_instruction *i, const struct kind *kind, fault f)
{
    switch (f) {
    case BAD_SIZE:
        i->struct_size++;
        break;
    case BAD_KIND:
        i->kind = MINIPAY_KIND_ORDER;
        break;
    case NO_ID:
        i->id = world_nobody;
        break;
    case NO_MEMBER:
        i->member_id = world_nobody;
        break;
    case NO_OTHER:
        i->other_id = world_nobody;
        break;
    case BAD_AMOUNT:
        i->amount_minor = kind->amount == ABOVE_ZERO ? 0 : kind->amount == OR_ALL ? -1 : 1;
        break;
    case BAD_CURRENCY:
        memcpy(i->currency, "KRX", 4);
        break;
    case BAD_ACTOR:
        i->actor[1] = (char)0xc0;
        break;
    case BAD_CHANNEL:
        i->channel[1] = (char)0xff;
        break;
    case BAD_REASON:
        i->reason[0] = kind->reason ? 0 : (char)0x80;
        memset(i->reason + 1, 0, sizeof i->reason - 1);
        break;
    case BAD_MEMO:
        memset(i->memo, 'm', sizeof i->memo);
        break;
    case BAD_FLAGS:
        i->flags = kind->auto_topup ? 2 : MINIPAY_FLAG_AUTO_TOPUP;
        break;
    case BAD_PROMOTION:
        i->promotion_id = i->id;
        break;
    case BAD_EXPIRY:
        i->expires_at = kind->expires ? -1 : 1;
        break;
    case FAULTS:
        break;
    }
}

static void usage_errors_come_in_the_headers_order_for_every_kind(void **state)
{
    desk d;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction good = good_one(&d, &kinds[k]);
        for (fault first = 0; first < FAULTS; first++) {
            minipay_instruction bad = good;
            if (!applies(&kinds[k], first))
                continue;
            for (int f = FAULTS - 1; f >= (int)first; f--) {
                if (applies(&kinds[k], (fault)f))
                    spoil(&bad, &kinds[k], (fault)f);
            }
            minipay_status status = send(&d, &bad, &error);
            if (status != faults[first].status || strcmp(error.field, faults[first].field) != 0)
                print_error("%s, fault %d: %s\n", minipay_kind_name(kinds[k].kind), first, error.field);
            ASSERT_STATUS(status, faults[first].status);
            ASSERT_STATUS(error.status, faults[first].status);
            assert_string_equal(error.field, faults[first].field);
        }
        ASSERT_STATUS(minipay_outcome_get(d.w.pay, good.kind, &good.id, &outcome, NULL),
                      MINIPAY_NOT_FOUND);
        ASSERT_STATUS(send(&d, &good, &error), MINIPAY_OK);
    }
    end(&d);
}

static void amounts_outside_their_kinds_range(void **state)
{
    static const int64_t amounts[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction i = good_one(&d, &kinds[k]);
        for (size_t a = 0; a < sizeof amounts / sizeof *amounts; a++) {
            bool allowed = kinds[k].amount == ABOVE_ZERO ? amounts[a] > 0
                           : kinds[k].amount == OR_ALL   ? amounts[a] >= 0
                                                         : amounts[a] == 0;
            if (allowed)
                continue;
            i.amount_minor = amounts[a];
            ASSERT_STATUS(send(&d, &i, &error), MINIPAY_INVALID_AMOUNT);
        }
    }
    assert_int_equal(world_wallet(&d.w, d.payee).incoming_minor, 0);
    end(&d);
}

/* ---- ids ----------------------------------------------------------------------------------------------- */

/* The header's table once more: an id that it does not read is refused by its name, and nothing is stored. */
static void an_id_that_the_kind_does_not_read_is_refused_by_its_name(void **state)
{
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        int32_t kind = kinds[k].kind;
        bool may =
            kind == MINIPAY_KIND_TOPUP || kind == MINIPAY_KIND_WITHDRAW || kind == MINIPAY_KIND_HOLD;
        minipay_instruction good = good_one(&d, &kinds[k]), bad = good;
        if (!kinds[k].member) {
            bad.member_id = d.payer;
            ASSERT_STATUS(send(&d, &bad, &error), MINIPAY_INVALID_ID);
            assert_string_equal(error.field, "member_id");
            bad = good;
        }
        if (!kinds[k].other && !may) {
            bad.other_id = d.payee;
            ASSERT_STATUS(send(&d, &bad, &error), MINIPAY_INVALID_ID);
            assert_string_equal(error.field, "other_id");
        }
        ASSERT_STATUS(send(&d, &good, &error), MINIPAY_OK);
    }
    end(&d);
}

/* ---- text ------------------------------------------------------------------------------------------------ */

static void text_that_is_not_utf8_or_goes_on_behind_its_end(void **state)
{
    static const char *const broken[] = {
        "\x80",             /* a continuation first */
        "a\xc3",            /* cut short */
        "\xc0\xaf",         /* '/' in two bytes */
        "\xe0\x80\xaf",     /* and in three */
        "\xed\xa0\x80",     /* a surrogate */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf8\x88\x80\x80", /* no lead byte */
        "\xff",
    };
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    minipay_instruction good = good_one(&d, &kinds[1]), bad = good;
    const struct {
        const char *name;
        char *text;
        size_t size;
    } fields[] = {{"actor", bad.actor, sizeof bad.actor},
                  {"channel", bad.channel, sizeof bad.channel},
                  {"reason", bad.reason, sizeof bad.reason},
                  {"memo", bad.memo, sizeof bad.memo}};
    for (size_t f = 0; f < 4; f++) {
        for (size_t b = 0; b < sizeof broken / sizeof *broken + 2; b++) {
            bad = good;
            memset(fields[f].text, 0, fields[f].size);
            if (b < sizeof broken / sizeof *broken)
                memcpy(fields[f].text, broken[b], strlen(broken[b]));
            else if (b == sizeof broken / sizeof *broken)
                memset(fields[f].text, 'x', fields[f].size); /* no NUL */
            else
                memcpy(fields[f].text, "a\0b", 4);
            ASSERT_STATUS(send(&d, &bad, &error), MINIPAY_INVALID_TEXT);
            assert_string_equal(error.field, fields[f].name);
        }
        bad = good;
        memset(fields[f].text, 0, fields[f].size);
        memset(fields[f].text, 'x', fields[f].size - 1);
        memcpy(fields[f].text, "\xea\xb9\x80\xf0\x9f\x92\xb0", 7);
        bad.id = world_id(&d.w);
        ASSERT_STATUS(send(&d, &bad, &error), MINIPAY_OK);
    }
    end(&d);
}

static void currencies_that_are_none(void **state)
{
    static const char broken[][4] = {"KR", "krw", "KRX", "K\0W", "\0KR", "KRWX", "\xff\xff\xff", "   "};
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction i = good_one(&d, &kinds[k]);
        for (size_t b = 0; b < sizeof broken / sizeof *broken; b++) {
            memcpy(i.currency, broken[b], 4);
            ASSERT_STATUS(send(&d, &i, &error), MINIPAY_INVALID_CURRENCY);
            assert_string_equal(error.field, "currency");
        }
        memset(i.currency, 0, sizeof i.currency);
        ASSERT_STATUS(send(&d, &i, &error), kinds[k].member ? MINIPAY_INVALID_CURRENCY : MINIPAY_OK);
    }
    end(&d);
}

static void wallet_in_another_currency_is_another_wallet(void **state)
{
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction i = good_one(&d, &kinds[k]);
        if (!kinds[k].member)
            continue;
        memcpy(i.currency, "USD", 4);
        minipay_status status = send(&d, &i, &error);
        bool to_merchant = i.kind == MINIPAY_KIND_PAY || i.kind == MINIPAY_KIND_AUTHORIZE;
        ASSERT_STATUS(status, to_merchant ? MINIPAY_CURRENCY_MISMATCH : MINIPAY_WALLET_NOT_FOUND);
    }
    end(&d);
}

/* What goes on with an earlier operation is in that one's currency: another one is refused, and nothing has
 * happened to the earlier one. */
static void a_currency_is_the_earlier_operations_or_refused(void **state)
{
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction good = good_one(&d, &kinds[k]), bad = good;
        if (kinds[k].member)
            continue;
        bad.id = world_id(&d.w);
        memcpy(bad.currency, "USD", 4);
        world_expect(&d.w, &bad, MINIPAY_STATE_REJECTED, MINIPAY_CURRENCY_MISMATCH);
        ASSERT_STATUS(send(&d, &good, &error), MINIPAY_OK);
        memset(bad.currency, 0, sizeof bad.currency);
        ASSERT_STATUS(send(&d, &bad, &error), MINIPAY_ID_REUSED);
        assert_string_equal(error.field, "currency");
    }
    end(&d);
}

/* It is part of the request, whether it was given or left out. */
static void a_currency_that_was_left_out_is_not_given_later(void **state)
{
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction given = good_one(&d, &kinds[k]), left_out = good_one(&d, &kinds[k]);
        if (kinds[k].member)
            continue;
        memset(left_out.currency, 0, sizeof left_out.currency);
        ASSERT_STATUS(send(&d, &given, &error), MINIPAY_OK);
        ASSERT_STATUS(send(&d, &left_out, &error), MINIPAY_OK);
        memcpy(left_out.currency, "KRW", 4);
        ASSERT_STATUS(send(&d, &left_out, &error), MINIPAY_ID_REUSED);
        assert_string_equal(error.field, "currency");
        memset(given.currency, 0, sizeof given.currency);
        ASSERT_STATUS(send(&d, &given, &error), MINIPAY_ID_REUSED);
        assert_string_equal(error.field, "currency");
    }
    end(&d);
}

/* ---- the same id again ----------------------------------------------------------------------------------- */

typedef enum change {
    MEMBER,
    OTHER,
    AMOUNT,
    FLAGS,
    CURRENCY,
    ACTOR,
    CHANNEL,
    REASON,
    MEMO,
    EXPIRES,
    CHANGES
} change;

static const char *const change_names[CHANGES] = {"member_id", "other_id",  "amount_minor", "flags",
                                                  "currency",  "actor",     "channel",      "reason",
                                                  "memo",      "expires_at"};

static bool has_memo(const struct kind *kind)
{
    return kind->kind == MINIPAY_KIND_TRANSFER || kind->kind == MINIPAY_KIND_PAY ||
           kind->kind == MINIPAY_KIND_AUTHORIZE || kind->kind == MINIPAY_KIND_WITHDRAW ||
           kind->kind == MINIPAY_KIND_REFUND;
}

/* False when this kind does not read the field, or can have one value only. */
static bool alter(desk *d, minipay_instruction *i, const struct kind *kind, change c)
{
    bool may_have_other = kind->other || kind->kind == MINIPAY_KIND_TOPUP ||
                          kind->kind == MINIPAY_KIND_WITHDRAW || kind->kind == MINIPAY_KIND_HOLD;
    switch (c) {
    case MEMBER:
        i->member_id = d->payee;
        return kind->member;
    case OTHER:
        i->other_id = world_id(&d->w);
        return may_have_other;
    case AMOUNT:
        i->amount_minor++;
        return kind->amount != NONE;
    case FLAGS:
        i->flags = MINIPAY_FLAG_AUTO_TOPUP;
        return kind->auto_topup;
    case CURRENCY:
        memcpy(i->currency, "USD", 4);
        return true;
    case ACTOR:
        memset(i->actor, 0, sizeof i->actor);
        return true;
    case CHANNEL:
        strcpy(i->channel, "other");
        return true;
    case REASON:
        strcpy(i->reason, "another");
        return true;
    case MEMO:
        strcpy(i->memo, "hello");
        return has_memo(kind);
    case EXPIRES:
        i->expires_at = d->w.now + 1000000000;
        return kind->expires;
    case CHANGES:
        break;
    }
    return false;
}

/* `with_all`: the standing one has everything optional, so that leaving it out is what differs. */
static void resend_altered(desk *d, const struct kind *kind, bool with_all)
{
    minipay_error error;
    minipay_instruction good = good_one(d, kind);
    if (with_all)
        strcpy(good.reason, "because");
    ASSERT_STATUS(send(d, &good, &error), MINIPAY_OK);
    minipay_outcome before = world_outcome(&d->w, good.kind, good.id);
    for (change c = 0; c < CHANGES; c++) {
        minipay_instruction other = good;
        if (!alter(d, &other, kind, c))
            continue;
        minipay_status status = send(d, &other, &error);
        if (status != MINIPAY_ID_REUSED || strcmp(error.field, change_names[c]) != 0)
            print_error("%s: %s differs: %s\n", minipay_kind_name(kind->kind), change_names[c],
                        error.field);
        ASSERT_STATUS(status, MINIPAY_ID_REUSED);
        assert_string_equal(error.field, change_names[c]);
    }
    minipay_outcome after = world_outcome(&d->w, good.kind, good.id);
    assert_memory_equal(&before, &after, sizeof before);
    ASSERT_STATUS(send(d, &good, &error), MINIPAY_OK);
}

static void reused_id_names_the_field_that_differs_for_every_kind(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        resend_altered(&d, &kinds[k], false);
        resend_altered(&d, &kinds[k], true);
    }
    end(&d);
}

static void a_memo_is_kept_or_refused_and_never_dropped(void **state)
{
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction noted = good_one(&d, &kinds[k]);
        strcpy(noted.memo, "hello");
        ASSERT_STATUS(send(&d, &noted, &error), has_memo(&kinds[k]) ? MINIPAY_OK : MINIPAY_INVALID_TEXT);
        if (!has_memo(&kinds[k])) {
            assert_string_equal(error.field, "memo");
            continue;
        }
        strcpy(noted.memo, "hellO");
        ASSERT_STATUS(send(&d, &noted, &error), MINIPAY_ID_REUSED);
        assert_string_equal(error.field, "memo");
    }
    end(&d);
}

static void memo_and_reason_that_were_there_and_are_left_out(void **state)
{
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    minipay_instruction good = good_one(&d, &kinds[1]);
    strcpy(good.memo, "hello");
    strcpy(good.reason, "because");
    good.flags = MINIPAY_FLAG_AUTO_TOPUP;
    ASSERT_STATUS(send(&d, &good, &error), MINIPAY_OK);
    minipay_instruction other = good;
    memset(other.memo, 0, sizeof other.memo);
    ASSERT_STATUS(send(&d, &other, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "memo");
    strcpy(other.memo, "hellO");
    ASSERT_STATUS(send(&d, &other, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "memo");
    other = good;
    memset(other.reason, 0, sizeof other.reason);
    ASSERT_STATUS(send(&d, &other, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "reason");
    other = good;
    other.flags = 0;
    ASSERT_STATUS(send(&d, &other, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "flags");
    end(&d);
}

/* Money moves once under one id, whatever the kinds. */
static void id_of_another_kind_that_moved_money_is_reused(void **state)
{
    static const int movers[] = {1, 8, 9, 3}; /* TRANSFER, CREDIT, DEBIT, PAY */
    desk d;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    begin(&d);
    for (int first = 0; first < 4; first++) {
        for (int second = 0; second < 4; second++) {
            if (first == second)
                continue;
            minipay_instruction one = good_one(&d, &kinds[movers[first]]);
            minipay_instruction two = good_one(&d, &kinds[movers[second]]);
            two.id = one.id;
            ASSERT_STATUS(send(&d, &one, &error), MINIPAY_OK);
            int64_t before = world_balance(&d.w, d.payer);
            ASSERT_STATUS(send(&d, &two, &error), MINIPAY_ID_REUSED);
            assert_string_equal(error.field, "kind");
            assert_int_equal(world_balance(&d.w, d.payer), before);
            ASSERT_STATUS(minipay_outcome_get(d.w.pay, two.kind, &two.id, &outcome, NULL),
                          MINIPAY_NOT_FOUND);
        }
    }
    end(&d);
}

/* ---- looking up ------------------------------------------------------------------------------------------ */

static void outcome_of_every_kind_can_be_asked_for(void **state)
{
    desk d;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_instruction i = good_one(&d, &kinds[k]);
        minipay_outcome_init(&outcome);
        ASSERT_STATUS(minipay_execute(d.w.pay, &i, 1, &outcome, &error), MINIPAY_OK);
        minipay_outcome found = world_outcome(&d.w, i.kind, i.id);
        assert_memory_equal(&found, &outcome, sizeof found);
        assert_int_equal(found.kind, i.kind);
        minipay_id none = world_id(&d.w);
        ASSERT_STATUS(minipay_outcome_get(d.w.pay, i.kind, &none, &outcome, &error), MINIPAY_NOT_FOUND);
        assert_string_equal(error.field, "id");
    }
    end(&d);
}

static void looking_up_checks_its_arguments_and_leaves_the_outcome_alone(void **state)
{
    static const int32_t no_kinds[] = {INT32_MIN, -1, MINIPAY_KIND_NONE, MINIPAY_KIND_FEE,
                                       63,        64, INT32_MAX};
    desk d;
    minipay_error error;
    minipay_outcome outcome, untouched;
    (void)state;
    begin(&d);
    minipay_error_init(&error);
    memset(&outcome, 0x55, sizeof outcome);
    untouched = outcome;
    ASSERT_STATUS(minipay_outcome_get(d.w.pay, MINIPAY_KIND_PAY, NULL, &outcome, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "id");
    ASSERT_STATUS(minipay_outcome_get(d.w.pay, MINIPAY_KIND_PAY, &d.payer, NULL, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "outcome");
    for (size_t i = 0; i < sizeof no_kinds / sizeof *no_kinds; i++) {
        ASSERT_STATUS(minipay_outcome_get(d.w.pay, no_kinds[i], &d.payer, &outcome, &error),
                      MINIPAY_INVALID_ARGUMENT);
        assert_string_equal(error.field, "kind");
    }
    ASSERT_STATUS(minipay_outcome_get(d.w.pay, MINIPAY_KIND_PAY, &d.payer, &outcome, &error),
                  MINIPAY_NOT_FOUND);
    assert_memory_equal(&outcome, &untouched, sizeof outcome);
    end(&d);
}

/* ---- batches --------------------------------------------------------------------------------------------- */

static void call_takes_one_to_8190_requests(void **state)
{
    static minipay_instruction many[MINIPAY_BATCH_LARGEST + 1];
    static minipay_outcome outcomes[MINIPAY_BATCH_LARGEST + 1];
    desk d;
    minipay_error error;
    (void)state;
    begin(&d);
    minipay_error_init(&error);
    for (int i = 0; i <= MINIPAY_BATCH_LARGEST; i++)
        many[i] = world_ask(&d.w, MINIPAY_KIND_TRANSFER, d.payer, d.payee, 1);
    ASSERT_STATUS(minipay_execute(d.w.pay, many, 0, outcomes, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "count");
    ASSERT_STATUS(minipay_execute(d.w.pay, NULL, 1, outcomes, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_execute(d.w.pay, many, 1, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_execute(d.w.pay, many, MINIPAY_BATCH_LARGEST + 1, outcomes, &error),
                  MINIPAY_BATCH_TOO_LARGE);
    assert_int_equal(world_balance(&d.w, d.payee), 0);
    ASSERT_STATUS(minipay_execute(d.w.pay, many, MINIPAY_BATCH_LARGEST, outcomes, &error), MINIPAY_OK);
    assert_int_equal(world_balance(&d.w, d.payee), MINIPAY_BATCH_LARGEST);
    end(&d);
}

static void bad_ones_of_a_batch_leave_the_others_alone(void **state)
{
    desk d;
    minipay_instruction many[5];
    minipay_outcome outcomes[5];
    minipay_error error;
    (void)state;
    begin(&d);
    minipay_error_init(&error);
    for (int i = 0; i < 5; i++)
        many[i] = world_ask(&d.w, MINIPAY_KIND_TRANSFER, d.payer, d.payee, 100);
    many[1].amount_minor = 0;
    many[2].amount_minor = 1000000;
    many[3].id = many[0].id;
    ASSERT_STATUS(minipay_execute(d.w.pay, many, 5, outcomes, &error), MINIPAY_OK);
    const minipay_status expected[] = {MINIPAY_OK, MINIPAY_INVALID_AMOUNT, MINIPAY_INSUFFICIENT_FUNDS,
                                       MINIPAY_OK, MINIPAY_OK};
    for (int i = 0; i < 5; i++)
        ASSERT_STATUS(outcomes[i].status, expected[i]);
    assert_memory_equal(&outcomes[0], &outcomes[3], sizeof outcomes[0]);
    ASSERT_STATUS(error.status, MINIPAY_INVALID_AMOUNT);
    assert_string_equal(error.field, "amount_minor");
    assert_int_equal(world_balance(&d.w, d.payee), 200);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_errors_come_in_the_headers_order_for_every_kind),
        cmocka_unit_test(an_id_that_the_kind_does_not_read_is_refused_by_its_name),
        cmocka_unit_test(amounts_outside_their_kinds_range),
        cmocka_unit_test(text_that_is_not_utf8_or_goes_on_behind_its_end),
        cmocka_unit_test(currencies_that_are_none),
        cmocka_unit_test(wallet_in_another_currency_is_another_wallet),
        cmocka_unit_test(a_currency_is_the_earlier_operations_or_refused),
        cmocka_unit_test(a_currency_that_was_left_out_is_not_given_later),
        cmocka_unit_test(reused_id_names_the_field_that_differs_for_every_kind),
        cmocka_unit_test(a_memo_is_kept_or_refused_and_never_dropped),
        cmocka_unit_test(memo_and_reason_that_were_there_and_are_left_out),
        cmocka_unit_test(id_of_another_kind_that_moved_money_is_reused),
        cmocka_unit_test(outcome_of_every_kind_can_be_asked_for),
        cmocka_unit_test(looking_up_checks_its_arguments_and_leaves_the_outcome_alone),
        cmocka_unit_test(call_takes_one_to_8190_requests),
        cmocka_unit_test(bad_ones_of_a_batch_leave_the_others_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
