/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* What is said of a request without looking at what stands: for every form of request its faults in the order
 * of the header, and an id that comes again with another request. (Instructions: test_instruction.) */

typedef enum how {
    SIZE,       /* the struct's size */
    NO_ID,      /* none */
    NOT_UTF8,   /* a text with a broken sequence */
    EMPTY,      /* a text that must be there */
    NUMBER,     /* an int32_t becomes `value` */
    BIG_NUMBER, /* an int64_t becomes `value` */
    LETTER      /* the first of a text becomes `value` */
} how;

typedef struct fault {
    how how;
    size_t offset;
    minipay_status status;
    const char *field;
    int64_t value;
} fault;

enum { FORM_LARGEST = 1024, FAULTS_LARGEST = 20 };

typedef union request {
    uint64_t align;
    uint8_t bytes[FORM_LARGEST];
    minipay_member_request member;
    minipay_member_change member_change;
    minipay_credential_request credential;
    minipay_wallet_request wallet;
    minipay_link_request link;
    minipay_unlink_request unlink;
    minipay_reconcile_request reconcile;
    minipay_merchant_request merchant;
    minipay_merchant_change merchant_change;
    minipay_promotion_request promotion;
    minipay_settlement_request settlement;
    minipay_retry_request retry;
    minipay_holiday_request holiday;
    minipay_batch_request batch;
} request;

typedef struct desk {
    world w;
    minipay_id member, merchant, account, run;
} desk;

typedef minipay_status (*sending)(minipay *pay, const request *r, minipay_error *error);

typedef struct form {
    const char *name;
    sending send;
    void (*draw_up)(desk *d, request *r); /* a good one */
    size_t id_offset;
    fault other; /* what makes it another request under the same id */
    const fault *faults;
} form;

#define AT(type, member) offsetof(minipay_##type, member)
#define FAULT(how_, type, member, status_, value_)                                                      \
    {                                                                                                   \
        how_, AT(type, member), MINIPAY_##status_, #member, value_                                      \
    }
#define STAMP(type)                                                                                     \
    FAULT(NOT_UTF8, type, actor, INVALID_TEXT, 0), FAULT(NOT_UTF8, type, channel, INVALID_TEXT, 0),     \
        FAULT(NOT_UTF8, type, reason, INVALID_TEXT, 0)
#define WRONG_SIZE                                                                                      \
    {                                                                                                   \
        SIZE, 0, MINIPAY_INVALID_SIZE, "struct_size", 0                                                 \
    }
#define NO_MORE                                                                                         \
    {                                                                                                   \
        SIZE, 0, MINIPAY_OK, NULL, 0                                                                    \
    }

static const minipay_id nobody = {{0}};
static minipay_outcome outcome;

/* ---- members --------------------------------------------------------------------------------------------- */

static minipay_status send_member(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_member_register(pay, &r->member, 1, &outcome, error);
}

static void draw_up_member(desk *d, request *r)
{
    minipay_member_request_init(&r->member);
    r->member.id = world_id(&d->w);
    snprintf(r->member.name, sizeof r->member.name, "Member");
    snprintf(r->member.email, sizeof r->member.email, "r%u@world.example", (unsigned)d->w.made);
}

static const fault member_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, member_request, id, INVALID_ID, 0),
    FAULT(NOT_UTF8, member_request, region, INVALID_TEXT, 0),
    STAMP(member_request),
    FAULT(EMPTY, member_request, name, INVALID_TEXT, 0),
    FAULT(NOT_UTF8, member_request, email, INVALID_TEXT, 0),
    FAULT(NUMBER, member_request, legal_form, INVALID_ARGUMENT, 2),
    FAULT(NUMBER, member_request, tier, INVALID_ARGUMENT, 4),
    NO_MORE,
};

static minipay_status send_member_change(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_member_update(pay, &r->member_change, 1, &outcome, error);
}

static void draw_up_member_change(desk *d, request *r)
{
    minipay_member_change *change = &r->member_change;
    minipay_member_change_init(change);
    change->id = world_id(&d->w);
    change->member_id = d->member;
    change->changes = MINIPAY_CHANGE_NAME | MINIPAY_CHANGE_EMAIL | MINIPAY_CHANGE_REGION |
                      MINIPAY_CHANGE_TIER | MINIPAY_CHANGE_STATE;
    change->tier = 1;
    strcpy(change->name, "Another");
    snprintf(change->email, sizeof change->email, "r%u@world.example", (unsigned)d->w.made);
    strcpy(change->reason, "asked for");
}

static const fault member_change_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, member_change, id, INVALID_ID, 0),
    FAULT(NO_ID, member_change, member_id, INVALID_ID, 0),
    FAULT(NUMBER, member_change, tier, INVALID_ARGUMENT, -1),
    FAULT(NUMBER, member_change, state, INVALID_ARGUMENT, 2),
    FAULT(NOT_UTF8, member_change, region, INVALID_TEXT, 0),
    FAULT(NOT_UTF8, member_change, actor, INVALID_TEXT, 0),
    FAULT(NOT_UTF8, member_change, channel, INVALID_TEXT, 0),
    FAULT(EMPTY, member_change, reason, INVALID_TEXT, 0),
    FAULT(EMPTY, member_change, name, INVALID_TEXT, 0),
    FAULT(EMPTY, member_change, email, INVALID_TEXT, 0),
    NO_MORE,
};

static const fault member_change_without_fields[] = {
    FAULT(NUMBER, member_change, changes, INVALID_ARGUMENT, 0),
    FAULT(NUMBER, member_change, tier, INVALID_ARGUMENT, -1),
    NO_MORE,
};

static minipay_status send_credential(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_credential_set(pay, &r->credential, &outcome, error);
}

static void draw_up_credential(desk *d, request *r)
{
    minipay_credential_request_init(&r->credential);
    r->credential.id = world_id(&d->w);
    r->credential.member_id = d->member;
    r->credential.credential = MINIPAY_CREDENTIAL_PIN;
    strcpy(r->credential.secret, "13572468"); /* a PIN, and long enough for a password */
}

static const fault credential_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, credential_request, id, INVALID_ID, 0),
    FAULT(NO_ID, credential_request, member_id, INVALID_ID, 0),
    FAULT(NUMBER, credential_request, credential, INVALID_ARGUMENT, 3),
    FAULT(NOT_UTF8, credential_request, secret, INVALID_TEXT, 0),
    STAMP(credential_request),
    NO_MORE,
};

/* ---- wallets and accounts -------------------------------------------------------------------------------- */

static minipay_status send_wallet(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_wallet_open(pay, &r->wallet, 1, &outcome, error);
}

static void draw_up_wallet(desk *d, request *r)
{
    minipay_wallet_request_init(&r->wallet);
    r->wallet.id = world_id(&d->w);
    r->wallet.member_id = d->member;
    memcpy(r->wallet.currency, "USD", 4);
}

static const fault wallet_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, wallet_request, id, INVALID_ID, 0),
    FAULT(NO_ID, wallet_request, member_id, INVALID_ID, 0),
    FAULT(EMPTY, wallet_request, currency, INVALID_CURRENCY, 0),
    STAMP(wallet_request),
    NO_MORE,
};

static minipay_status send_link(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_account_link(pay, &r->link, 1, &outcome, error);
}

static void draw_up_link(desk *d, request *r)
{
    minipay_link_request_init(&r->link);
    r->link.id = world_id(&d->w);
    r->link.owner_id = d->member;
    strcpy(r->link.bank, "004");
    snprintf(r->link.account_number, sizeof r->link.account_number, "555-%u", (unsigned)d->w.made);
    strcpy(r->link.holder, "Holder");
}

static const fault link_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, link_request, id, INVALID_ID, 0),
    FAULT(NO_ID, link_request, owner_id, INVALID_ID, 0),
    FAULT(EMPTY, link_request, bank, INVALID_TEXT, 0),
    FAULT(EMPTY, link_request, account_number, INVALID_TEXT, 0),
    FAULT(EMPTY, link_request, holder, INVALID_TEXT, 0),
    STAMP(link_request),
    NO_MORE,
};

static minipay_status send_unlink(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_account_unlink(pay, &r->unlink, 1, &outcome, error);
}

static void draw_up_unlink(desk *d, request *r)
{
    minipay_unlink_request_init(&r->unlink);
    r->unlink.id = world_id(&d->w);
    r->unlink.owner_id = d->member;
    r->unlink.account_id = d->account;
}

static const fault unlink_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, unlink_request, id, INVALID_ID, 0),
    FAULT(NO_ID, unlink_request, owner_id, INVALID_ID, 0),
    FAULT(NO_ID, unlink_request, account_id, INVALID_ID, 0),
    STAMP(unlink_request),
    NO_MORE,
};

static minipay_status send_reconcile(minipay *pay, const request *r, minipay_error *error)
{
    minipay_reconciliation found;
    return minipay_reconcile(pay, &r->reconcile, &found, error);
}

static void draw_up_reconcile(desk *d, request *r)
{
    minipay_reconcile_request_init(&r->reconcile);
    r->reconcile.id = world_id(&d->w);
}

static void draw_up_again(desk *d, request *r)
{
    draw_up_reconcile(d, r);
    r->reconcile.again = 1;
}

static const fault reconcile_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, reconcile_request, id, INVALID_ID, 0),
    FAULT(NUMBER, reconcile_request, again, INVALID_ARGUMENT, 2),
    FAULT(BIG_NUMBER, reconcile_request, from_position, INVALID_ARGUMENT, -1),
    STAMP(reconcile_request),
    NO_MORE,
};

/* ---- merchants, promotions, settlement, calendar --------------------------------------------------------- */

static minipay_status send_merchant(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_merchant_register(pay, &r->merchant, 1, &outcome, error);
}

static void draw_up_merchant(desk *d, request *r)
{
    minipay_merchant_request_init(&r->merchant);
    r->merchant.id = world_id(&d->w);
    r->merchant.cycle = MINIPAY_CYCLE_WEEKLY;
    r->merchant.cycle_day = 5;
    memcpy(r->merchant.currency, "KRW", 4);
    strcpy(r->merchant.name, "Shop");
}

#define TERMS(type)                                                                                     \
    FAULT(NUMBER, type, fee_basis_points, INVALID_ARGUMENT, 10001),                                     \
        FAULT(BIG_NUMBER, type, fixed_fee_minor, INVALID_AMOUNT, -1),                                   \
        FAULT(BIG_NUMBER, type, minimum_fee_minor, INVALID_AMOUNT, INT64_MIN),                          \
        FAULT(BIG_NUMBER, type, maximum_fee_minor, INVALID_AMOUNT, -1),                                 \
        FAULT(NUMBER, type, cycle_days, INVALID_ARGUMENT, 1),                                           \
        FAULT(NUMBER, type, cycle_day, INVALID_ARGUMENT, 8)

static const fault merchant_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, merchant_request, id, INVALID_ID, 0),
    FAULT(EMPTY, merchant_request, currency, INVALID_CURRENCY, 0),
    FAULT(EMPTY, merchant_request, name, INVALID_TEXT, 0),
    STAMP(merchant_request),
    TERMS(merchant_request),
    NO_MORE,
};

static const fault merchant_without_cycle[] = {
    FAULT(NUMBER, merchant_request, cycle, INVALID_ARGUMENT, 3),
    FAULT(NUMBER, merchant_request, cycle_days, INVALID_ARGUMENT, 1),
    NO_MORE,
};

static minipay_status send_merchant_change(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_merchant_update(pay, &r->merchant_change, 1, &outcome, error);
}

static void draw_up_merchant_change(desk *d, request *r)
{
    minipay_merchant_change_init(&r->merchant_change);
    r->merchant_change.id = world_id(&d->w);
    r->merchant_change.merchant_id = d->merchant;
    r->merchant_change.action = MINIPAY_MERCHANT_TERMS;
    r->merchant_change.cycle = MINIPAY_CYCLE_WEEKLY;
    r->merchant_change.cycle_day = 5;
}

static const fault merchant_change_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, merchant_change, id, INVALID_ID, 0),
    FAULT(NO_ID, merchant_change, merchant_id, INVALID_ID, 0),
    STAMP(merchant_change),
    FAULT(BIG_NUMBER, merchant_change, effective_at, INVALID_TIME, -1),
    TERMS(merchant_change),
    NO_MORE,
};

static const fault merchant_change_without_action[] = {
    FAULT(NUMBER, merchant_change, action, INVALID_ARGUMENT, 4),
    FAULT(BIG_NUMBER, merchant_change, effective_at, INVALID_TIME, -1),
    NO_MORE,
};

static const fault merchant_change_without_cycle[] = {
    FAULT(NUMBER, merchant_change, cycle, INVALID_ARGUMENT, 3),
    FAULT(NUMBER, merchant_change, cycle_days, INVALID_ARGUMENT, 1),
    NO_MORE,
};

static minipay_status send_promotion(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_promotion_register(pay, &r->promotion, 1, &outcome, error);
}

static void draw_up_promotion(desk *d, request *r)
{
    minipay_promotion_request_init(&r->promotion);
    r->promotion.id = world_id(&d->w);
    r->promotion.basis_points = 100;
    r->promotion.budget_minor = 1000;
    r->promotion.starts_at = 10;
    memcpy(r->promotion.currency, "KRW", 4);
    strcpy(r->promotion.name, "Opening");
}

static const fault promotion_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, promotion_request, id, INVALID_ID, 0),
    FAULT(EMPTY, promotion_request, currency, INVALID_CURRENCY, 0),
    FAULT(EMPTY, promotion_request, name, INVALID_TEXT, 0),
    STAMP(promotion_request),
    FAULT(NUMBER, promotion_request, basis_points, INVALID_ARGUMENT, 10001),
    FAULT(BIG_NUMBER, promotion_request, fixed_minor, INVALID_AMOUNT, -1),
    FAULT(NUMBER, promotion_request, merchant_share, INVALID_ARGUMENT, 10001),
    FAULT(BIG_NUMBER, promotion_request, largest_minor, INVALID_AMOUNT, -1),
    FAULT(BIG_NUMBER, promotion_request, budget_minor, INVALID_AMOUNT, 0),
    FAULT(BIG_NUMBER, promotion_request, starts_at, INVALID_TIME, -1),
    NO_MORE,
};

static const fault promotion_that_ends_too_soon[] = {
    FAULT(BIG_NUMBER, promotion_request, ends_at, INVALID_TIME, 10),
    NO_MORE,
};

static minipay_status send_settlement(minipay *pay, const request *r, minipay_error *error)
{
    minipay_settlement found;
    return minipay_settlement_run(pay, &r->settlement, &found, error);
}

static void draw_up_settlement(desk *d, request *r)
{
    minipay_settlement_request_init(&r->settlement);
    r->settlement.id = world_id(&d->w);
    r->settlement.through_date = 20991231;
    memcpy(r->settlement.currency, "KRW", 4);
}

static const fault settlement_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, settlement_request, id, INVALID_ID, 0),
    FAULT(NUMBER, settlement_request, through_date, INVALID_TIME, 20250230),
    FAULT(EMPTY, settlement_request, currency, INVALID_CURRENCY, 0),
    STAMP(settlement_request),
    NO_MORE,
};

static minipay_status send_preview(minipay *pay, const request *r, minipay_error *error)
{
    minipay_settlement found;
    minipay_settlement_line line;
    uint32_t count = 1;
    return minipay_settlement_preview(pay, &r->settlement, &nobody, &found, &line, &count, error);
}

static const fault preview_faults[] = {
    WRONG_SIZE,
    FAULT(NUMBER, settlement_request, through_date, INVALID_TIME, 20251301),
    FAULT(EMPTY, settlement_request, currency, INVALID_CURRENCY, 0),
    NO_MORE,
};

static minipay_status send_retry(minipay *pay, const request *r, minipay_error *error)
{
    minipay_settlement found;
    return minipay_settlement_retry(pay, &r->retry, &found, error);
}

static void draw_up_retry(desk *d, request *r)
{
    minipay_retry_request_init(&r->retry);
    r->retry.id = world_id(&d->w);
    r->retry.run_id = d->run;
}

static const fault retry_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, retry_request, id, INVALID_ID, 0),
    FAULT(NO_ID, retry_request, run_id, INVALID_ID, 0),
    STAMP(retry_request),
    NO_MORE,
};

static minipay_status send_holiday(minipay *pay, const request *r, minipay_error *error)
{
    return minipay_holiday_set(pay, &r->holiday, 1, &outcome, error);
}

static void draw_up_holiday(desk *d, request *r)
{
    minipay_holiday_request_init(&r->holiday);
    r->holiday.id = world_id(&d->w);
    r->holiday.date = 20260101;
    strcpy(r->holiday.name, "New Year");
}

static const fault holiday_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, holiday_request, id, INVALID_ID, 0),
    FAULT(NUMBER, holiday_request, date, INVALID_TIME, 20250229),
    FAULT(NUMBER, holiday_request, withdrawn, INVALID_ARGUMENT, 2),
    FAULT(NOT_UTF8, holiday_request, name, INVALID_TEXT, 0),
    STAMP(holiday_request),
    NO_MORE,
};

static const fault holiday_without_name[] = {
    FAULT(EMPTY, holiday_request, name, INVALID_TEXT, 0),
    NO_MORE,
};

/* ---- batches --------------------------------------------------------------------------------------------- */

static minipay_instruction batched; /* what is in it */

static minipay_status send_batch(minipay *pay, const request *r, minipay_error *error)
{
    minipay_batch_outcome found;
    return minipay_execute_atomic(pay, &r->batch, &batched, 1, &found, &outcome, error);
}

static void draw_up_batch(desk *d, request *r)
{
    minipay_batch_request_init(&r->batch);
    r->batch.id = world_id(&d->w);
    batched = world_ask(&d->w, MINIPAY_KIND_CREDIT, d->member, world_nobody, 5);
}

static const fault batch_faults[] = {
    WRONG_SIZE,
    FAULT(NO_ID, batch_request, id, INVALID_ID, 0),
    STAMP(batch_request),
    NO_MORE,
};

/* ---- forms ----------------------------------------------------------------------------------------------- */

#define FORM(name_, type, other_)                                                                       \
    {                                                                                                   \
#name_, send_##name_, draw_up_##name_, AT(type, id), other_, name_##_faults                     \
    }
#define VARIANT(name_, type, faults_)                                                                   \
    {                                                                                                   \
#faults_, send_##name_, draw_up_##name_, AT(type, id), NO_MORE, faults_                         \
    }

static const fault none[] = {NO_MORE};

/* One thing more that makes it another request. */
#define OTHER(name_, type, how_, member, value_)                                                        \
    {                                                                                                   \
#name_, send_##name_, draw_up_##name_, AT(type, id),                                            \
            FAULT(how_, type, member, ID_REUSED, value_), none                                          \
    }
#define OTHER_STAMPS(name_, type)                                                                       \
    OTHER(name_, type, LETTER, actor, 'a'), OTHER(name_, type, LETTER, channel, 'c'),                   \
        OTHER(name_, type, LETTER, reason, 'b')
#define OTHER_TERMS(name_, type)                                                                        \
    OTHER(name_, type, NUMBER, cycle_day, 4), OTHER(name_, type, BIG_NUMBER, fixed_fee_minor, 5),       \
        OTHER(name_, type, BIG_NUMBER, minimum_fee_minor, 6),                                           \
        OTHER(name_, type, BIG_NUMBER, maximum_fee_minor, 7)

static const form forms[] = {
    FORM(member, member_request, FAULT(NUMBER, member_request, tier, ID_REUSED, 3)),
    FORM(member_change, member_change, FAULT(NUMBER, member_change, tier, ID_REUSED, 3)),
    VARIANT(member_change, member_change, member_change_without_fields),
    FORM(credential, credential_request,
         FAULT(NUMBER, credential_request, secret, ID_REUSED, 0x37373131)),
    FORM(wallet, wallet_request, FAULT(NUMBER, wallet_request, currency, ID_REUSED, 0x00525545)),
    FORM(link, link_request, FAULT(NUMBER, link_request, bank, ID_REUSED, 0x00383830)),
    FORM(unlink, unlink_request, FAULT(NUMBER, unlink_request, account_id, ID_REUSED, 1)),
    FORM(reconcile, reconcile_request, FAULT(NUMBER, reconcile_request, again, ID_REUSED, 1)),
    FORM(merchant, merchant_request, FAULT(NUMBER, merchant_request, fee_basis_points, ID_REUSED, 7)),
    VARIANT(merchant, merchant_request, merchant_without_cycle),
    FORM(merchant_change, merchant_change,
         FAULT(NUMBER, merchant_change, fee_basis_points, ID_REUSED, 7)),
    VARIANT(merchant_change, merchant_change, merchant_change_without_action),
    VARIANT(merchant_change, merchant_change, merchant_change_without_cycle),
    FORM(promotion, promotion_request, FAULT(NUMBER, promotion_request, basis_points, ID_REUSED, 7)),
    VARIANT(promotion, promotion_request, promotion_that_ends_too_soon),
    FORM(settlement, settlement_request,
         FAULT(NUMBER, settlement_request, through_date, ID_REUSED, 20991230)),
    {"preview", send_preview, draw_up_settlement, AT(settlement_request, id), NO_MORE, preview_faults},
    FORM(retry, retry_request, FAULT(NUMBER, retry_request, run_id, ID_REUSED, 1)),
    FORM(holiday, holiday_request, FAULT(NUMBER, holiday_request, date, ID_REUSED, 20260102)),
    VARIANT(holiday, holiday_request, holiday_without_name),
    FORM(batch, batch_request, FAULT(NUMBER, batch_request, reason, ID_REUSED, 0x00796877)),
    {"batch", send_batch, draw_up_batch, AT(batch_request, id),
     FAULT(NUMBER, batch_request, channel, ID_REUSED, 0x00707061), batch_faults},
    OTHER(member, member_request, LETTER, name, 'N'),
    OTHER(member, member_request, LETTER, email, 's'),
    OTHER(member, member_request, LETTER, email, 'R'), /* the same address, in other letters */
    OTHER(member, member_request, LETTER, region, 'k'),
    OTHER(member, member_request, NUMBER, legal_form, 1),
    OTHER_STAMPS(member, member_request),
    OTHER(member_change, member_change, LETTER, name, 'O'),
    OTHER(member_change, member_change, LETTER, email, 's'),
    OTHER(member_change, member_change, LETTER, region, 'k'),
    OTHER(member_change, member_change, NUMBER, state, 1),
    OTHER_STAMPS(member_change, member_change),
    OTHER(credential, credential_request, NUMBER, credential, 2),
    OTHER_STAMPS(credential, credential_request),
    OTHER(link, link_request, LETTER, account_number, '2'),
    OTHER(link, link_request, LETTER, holder, 'B'),
    OTHER_STAMPS(link, link_request),
    OTHER(merchant, merchant_request, LETTER, name, 'C'),
    OTHER(merchant, merchant_request, NUMBER, currency, 0x00525545),
    OTHER_TERMS(merchant, merchant_request),
    OTHER_STAMPS(merchant, merchant_request),
    OTHER_TERMS(merchant_change, merchant_change),
    OTHER(merchant_change, merchant_change, BIG_NUMBER, effective_at, INT64_C(4000000000000000)),
    OTHER_STAMPS(merchant_change, merchant_change),
    OTHER(promotion, promotion_request, LETTER, name, 'C'),
    OTHER(promotion, promotion_request, NUMBER, merchant_share, 77),
    OTHER(promotion, promotion_request, BIG_NUMBER, largest_minor, 5),
    OTHER(promotion, promotion_request, BIG_NUMBER, ends_at, INT64_C(4000000000000000)),
    OTHER_STAMPS(promotion, promotion_request),
    OTHER_STAMPS(settlement, settlement_request),
    OTHER_STAMPS(retry, retry_request),
    OTHER(holiday, holiday_request, NUMBER, withdrawn, 1),
    OTHER(holiday, holiday_request, LETTER, name, 'D'),
    OTHER_STAMPS(holiday, holiday_request),
    OTHER_STAMPS(wallet, wallet_request),
    OTHER_STAMPS(unlink, unlink_request),
    {"again", send_reconcile, draw_up_again, AT(reconcile_request, id),
     FAULT(BIG_NUMBER, reconcile_request, from_position, ID_REUSED, 1), none},
    OTHER_STAMPS(reconcile, reconcile_request),
};

enum { FORMS = sizeof forms / sizeof *forms };

/* ---- claims ---------------------------------------------------------------------------------------------- */

static void begin(desk *d)
{
    memset(d, 0, sizeof *d);
    world_begin(&d->w);
    d->member = world_person(&d->w, "110-1");
    d->account = world_link(&d->w, d->member, "110-2");
    d->merchant = world_merchant(&d->w, "110-3", 100);
    d->run = world_settle(&d->w, world_id(&d->w), 20991231).id;
}

static void end(desk *d)
{
    world_audit_clean(&d->w);
    world_close(&d->w);
}

static void spoil(request *r, const fault *f)
{
    uint8_t *at = r->bytes + f->offset;
    int32_t number = (int32_t)f->value;
    switch (f->how) {
    case SIZE:
        at[0]++;
        break;
    case NO_ID:
        memset(at, 0, sizeof(minipay_id));
        break;
    case NOT_UTF8:
        at[0] = 0xc0;
        break;
    case EMPTY:
        at[0] = 0; /* what follows then stands behind the end: refused all the more */
        break;
    case NUMBER:
        memcpy(at, &number, sizeof number);
        break;
    case BIG_NUMBER:
        memcpy(at, &f->value, sizeof f->value);
        break;
    case LETTER:
        at[0] = (uint8_t)f->value;
        break;
    }
}

static void refuses(desk *d, const form *f, const request *bad, const fault *expected)
{
    minipay_error error;
    minipay_error_init(&error);
    minipay_status status = f->send(d->w.pay, bad, &error);
    if (status != expected->status || strcmp(error.field, expected->field) != 0)
        print_error("%s: %s (%s), should be %s\n", f->name, minipay_status_name(status), error.field,
                    expected->field);
    ASSERT_STATUS(status, expected->status);
    ASSERT_STATUS(error.status, expected->status);
    assert_string_equal(error.field, expected->field);
}

/* With this fault and all that come behind it: the first is told. */
static void usage_errors_come_in_the_headers_order_for_every_form(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    for (size_t k = 0; k < FORMS; k++) {
        request good, bad;
        uint32_t count = 0;
        memset(&good, 0, sizeof good);
        forms[k].draw_up(&d, &good);
        while (forms[k].faults[count].field)
            count++;
        bad = good;
        for (uint32_t first = count; first-- > 0;) {
            spoil(&bad, &forms[k].faults[first]);
            refuses(&d, &forms[k], &bad, &forms[k].faults[first]);
            request alone = good;
            spoil(&alone, &forms[k].faults[first]);
            refuses(&d, &forms[k], &alone, &forms[k].faults[first]);
        }
    }
    end(&d);
}

static void same_id_with_another_request_names_what_differs(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    for (size_t k = 0; k < FORMS; k++) {
        request good, other;
        if (!forms[k].other.field)
            continue;
        memset(&good, 0, sizeof good);
        forms[k].draw_up(&d, &good);
        minipay_status status = forms[k].send(d.w.pay, &good, NULL);
        bool stands = status == MINIPAY_OK || minipay_status_class(status) == MINIPAY_CLASS_REJECTED;
        if (!stands)
            print_error("%s\n", forms[k].name);
        assert_true(stands);
        other = good;
        spoil(&other, &forms[k].other);
        refuses(&d, &forms[k], &other, &forms[k].other);
        ASSERT_STATUS(forms[k].send(d.w.pay, &good, NULL), status);
    }
    end(&d);
}

/* The other way round: what stands has it, and it is left out, or what it usually is, in what comes. */
static void what_stands_may_have_what_is_left_out_now(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    for (size_t k = 0; k < FORMS; k++) {
        request good, other;
        if (!forms[k].other.field)
            continue;
        memset(&good, 0, sizeof good);
        forms[k].draw_up(&d, &good);
        other = good;
        spoil(&other, &forms[k].other);
        minipay_status status = forms[k].send(d.w.pay, &other, NULL);
        if (status == MINIPAY_OK || minipay_status_class(status) == MINIPAY_CLASS_REJECTED)
            refuses(&d, &forms[k], &good, &forms[k].other);
    }
    end(&d);
}

static void what_was_refused_as_usage_leaves_the_id_free(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    for (size_t k = 0; k < FORMS; k++) {
        request good, bad;
        if (!forms[k].other.field || !forms[k].faults->field)
            continue;
        memset(&good, 0, sizeof good);
        forms[k].draw_up(&d, &good);
        bad = good;
        spoil(&bad, &forms[k].faults[2]);
        refuses(&d, &forms[k], &bad, &forms[k].faults[2]);
        ASSERT_STATUS(forms[k].send(d.w.pay, &good, NULL), MINIPAY_OK);
    }
    end(&d);
}

static void a_batch_says_of_its_instructions_what_is_said_of_them_alone(void **state)
{
    desk d;
    request good;
    minipay_error error;
    (void)state;
    begin(&d);
    memset(&good, 0, sizeof good);
    draw_up_batch(&d, &good);
    minipay_instruction fine = batched;
    minipay_error_init(&error);
    batched.expires_at = 1;
    ASSERT_STATUS(send_batch(d.w.pay, &good, &error), MINIPAY_INVALID_TIME);
    assert_string_equal(error.field, "expires_at");
    memcpy(batched.currency, "KRX", 4);
    ASSERT_STATUS(send_batch(d.w.pay, &good, &error), MINIPAY_INVALID_CURRENCY);
    assert_string_equal(error.field, "currency");
    assert_memory_equal(error.message, "instruction 0:", 14);
    batched = fine;
    ASSERT_STATUS(send_batch(d.w.pay, &good, &error), MINIPAY_OK);
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usage_errors_come_in_the_headers_order_for_every_form),
        cmocka_unit_test(same_id_with_another_request_names_what_differs),
        cmocka_unit_test(what_stands_may_have_what_is_left_out_now),
        cmocka_unit_test(what_was_refused_as_usage_leaves_the_id_free),
        cmocka_unit_test(a_batch_says_of_its_instructions_what_is_said_of_them_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
