/* SPDX-License-Identifier: Apache-2.0 */
#include "parties.h"

#include "fail.h"
#include "regions.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_NAME_SIZE = 160 };

static const char CHANNEL[] = "replay";

/* Whoever bears the name in whichever file has the same id. */
static void named_id(const char *what, const char *name, minipay_id *id)
{
    char text[ID_NAME_SIZE + 32];
    snprintf(text, sizeof text, "%s:%s", what, name);
    minipay_id_from_name(REPLAY_BASE_MS, text, id);
}

/* Of this file alone: so it can be told whether it was this file that opened a wallet. */
static void wallet_id(const parties *p, uint32_t number, minipay_id *id)
{
    char text[ID_NAME_SIZE + 64];
    snprintf(text, sizeof text, "wallet:%016" PRIx64 ":%s", p->file, map_at(&p->names, number));
    minipay_id_from_name(p->base_ms + p->list[number].order, text, id);
}

static bool has_room(parties *p)
{
    if (p->names.count < p->room)
        return true;
    uint32_t room = p->room ? p->room * 2 : 1024;
    party *list = realloc(p->list, room * sizeof *list);
    if (!list)
        return false;
    p->list = list;
    p->room = room;
    return true;
}

uint32_t parties_see(parties *p, const char *name, int64_t opening, uint64_t order)
{
    uint32_t known = p->names.count;
    if (!has_room(p))
        return MAP_NONE;
    uint32_t number = map_put(&p->names, name, (uint32_t)strlen(name));
    if (number != MAP_NONE && p->names.count > known) {
        p->list[number] = (party){.opening = opening, .order = order};
        named_id(p->role, name, &p->list[number].id);
    }
    return number;
}

/* ---- who was there before ---- */

static minipay_status recall_merchant(db *d, party *who, minipay_error *error)
{
    minipay_merchant merchant;
    minipay_merchant_init(&merchant);
    minipay_status status = minipay_merchant_get(d->pay, &who->id, &merchant, error);
    who->known = status == MINIPAY_OK;
    return status == MINIPAY_MERCHANT_NOT_FOUND ? MINIPAY_OK : status;
}

/* There is a wallet, and it was not this file that opened it. */
static minipay_status recall_member(db *d, const parties *p, uint32_t number, minipay_error *error)
{
    minipay_id id;
    minipay_outcome outcome;
    minipay_wallet wallet;
    minipay_outcome_init(&outcome);
    minipay_wallet_init(&wallet);
    wallet_id(p, number, &id);
    minipay_status status = minipay_outcome_get(d->pay, MINIPAY_KIND_OPEN, &id, &outcome, error);
    if (status != MINIPAY_NOT_FOUND)
        return status;
    status = minipay_wallet_get(d->pay, &p->list[number].id, "KRW", &wallet, error);
    p->list[number].known = status == MINIPAY_OK;
    return status == MINIPAY_WALLET_NOT_FOUND ? MINIPAY_OK : status;
}

int parties_recall(db *d, parties *p, uint32_t first, uint32_t last)
{
    minipay_status status = MINIPAY_OK;
    minipay_error error;
    minipay_error_init(&error);
    for (uint32_t i = first; status == MINIPAY_OK && i < last; i++) {
        status =
            p->has_wallets ? recall_member(d, p, i, &error) : recall_merchant(d, &p->list[i], &error);
    }
    return status == MINIPAY_OK ? 0 : fail_doing(p->role, status, &error);
}

const party *parties_at(const parties *p, uint32_t number)
{
    return &p->list[number];
}

void parties_free(parties *p)
{
    map_free(&p->names);
    free(p->list);
    p->list = NULL;
    p->room = p->ready = 0;
}

/* ---- members ---- */

/* "C7607167733" -> "c7607167733@paysim.example"; another name might differ from a third by case alone,
 * so its address is made of its id. */
static void email_of(const char *name, const minipay_id *id, char email[MINIPAY_EMAIL_SIZE])
{
    char local[MINIPAY_NAME_SIZE];
    if (name[strspn(name + 1, "0123456789") + 1] == 0)
        snprintf(local, sizeof local, "c%s", name + 1);
    else
        minipay_id_format(id, local);
    snprintf(email, MINIPAY_EMAIL_SIZE, "%s@paysim.example", local);
}

static bool fill_member(const parties *p, uint32_t number, int32_t fee_basis_points, void *request)
{
    minipay_member_request *r = request;
    const char *name = map_at(&p->names, number);
    (void)fee_basis_points;
    minipay_member_request_init(r);
    r->id = p->list[number].id;
    text_set(r->region, sizeof r->region, region_of_name(name)->code);
    text_set(r->channel, sizeof r->channel, CHANNEL);
    text_set(r->name, sizeof r->name, name);
    email_of(name, &r->id, r->email);
    return true;
}

static bool fill_wallet(const parties *p, uint32_t number, int32_t fee_basis_points, void *request)
{
    minipay_wallet_request *r = request;
    (void)fee_basis_points;
    if (p->list[number].known)
        return false;
    minipay_wallet_request_init(r);
    wallet_id(p, number, &r->id);
    r->member_id = p->list[number].id;
    text_set(r->currency, sizeof r->currency, "KRW");
    text_set(r->channel, sizeof r->channel, CHANNEL);
    return true;
}

/* ---- bank accounts, of members and merchants alike ---- */

static bool fill_link(const parties *p, uint32_t number, int32_t fee_basis_points, void *request)
{
    minipay_link_request *r = request;
    const char *name = map_at(&p->names, number);
    char owner[ID_NAME_SIZE];
    (void)fee_basis_points;
    minipay_link_request_init(r);
    int length = snprintf(owner, sizeof owner, "%s:%s", p->role, name);
    named_id("account", owner, &r->id);
    r->owner_id = p->list[number].id;
    uint64_t digits = map_hash(owner, (size_t)length) % UINT64_C(1000000000000000000);
    text_set(r->bank, sizeof r->bank, "004");
    snprintf(r->account_number, sizeof r->account_number, "%018" PRIu64, digits);
    text_set(r->holder, sizeof r->holder, name);
    text_set(r->channel, sizeof r->channel, CHANNEL);
    return true;
}

/* ---- merchants ---- */

static bool fill_merchant(const parties *p, uint32_t number, int32_t fee_basis_points, void *request)
{
    minipay_merchant_request *r = request;
    if (p->list[number].known)
        return false;
    minipay_merchant_request_init(r);
    r->id = p->list[number].id;
    r->fee_basis_points = fee_basis_points;
    r->cycle_days = 0;
    text_set(r->currency, sizeof r->currency, "KRW");
    text_set(r->name, sizeof r->name, map_at(&p->names, number));
    text_set(r->channel, sizeof r->channel, CHANNEL);
    return true;
}

const stage member_stages[] = {
    {"member", sizeof(minipay_member_request), fill_member, call_member_register},
    {"bank account of member", sizeof(minipay_link_request), fill_link, call_account_link},
    {"wallet of member", sizeof(minipay_wallet_request), fill_wallet, call_wallet_open},
    {0},
};

const stage merchant_stages[] = {
    {"merchant", sizeof(minipay_merchant_request), fill_merchant, call_merchant_register},
    {"bank account of merchant", sizeof(minipay_link_request), fill_link, call_account_link},
    {0},
};

bool party_opening(const parties *p, uint32_t number, minipay_instruction *deposit)
{
    const party *who = &p->list[number];
    char text[ID_NAME_SIZE + 32];
    if (who->opening <= 0 || who->known)
        return false;
    minipay_instruction_init(deposit, MINIPAY_KIND_TOPUP);
    snprintf(text, sizeof text, "opening:%s", map_at(&p->names, number));
    minipay_id_from_name(p->base_ms + who->order, text, &deposit->id);
    deposit->member_id = who->id;
    deposit->amount_minor = who->opening;
    text_set(deposit->currency, sizeof deposit->currency, "KRW");
    text_set(deposit->channel, sizeof deposit->channel, CHANNEL);
    text_set(deposit->reason, sizeof deposit->reason, "opening balance");
    return true;
}
