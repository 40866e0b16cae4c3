/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "one.h"
#include "request.h"

/* ---- register ---- */

static int fill_member(const args *a, db *d, minipay_member_request *r)
{
    int64_t tier;
    minipay_member_request_init(r);
    int code = request_begin(a, d, &r->id, r->actor, r->channel, r->reason);
    if (!code)
        code = args_copy(a, OPT_NAME, "", r->name, sizeof r->name);
    if (!code)
        code = args_copy(a, OPT_EMAIL, "", r->email, sizeof r->email);
    if (!code)
        code = args_copy(a, OPT_REGION, "", r->region, sizeof r->region);
    if (!code)
        code = args_number(a, OPT_TIER, 0, MINIPAY_TIER_COUNT - 1, 0, &tier);
    if (code)
        return code;
    r->tier = (int32_t)tier;
    r->legal_form = a->text[OPT_COMPANY] ? MINIPAY_MEMBER_COMPANY : MINIPAY_MEMBER_PERSON;
    return 0;
}

int cmd_member_register(const args *a, db *d)
{
    minipay_member_request request;
    int code = fill_member(a, d, &request);
    return code ? code : request_send(a, d, call_member_register, &request, NULL);
}

/* ---- get, find ---- */

static int show_member(const args *a, db *d, const void *item)
{
    const minipay_member *m = item;
    const char *form = m->legal_form == MINIPAY_MEMBER_COMPANY ? "company" : "person";
    const char *state = m->state == MINIPAY_MEMBER_ACTIVE ? "active" : "inactive";
    (void)d;
    if (args_json(a))
        return json_print(json_pack("{s:o,s:s,s:s,s:s,s:s,s:s,s:i,s:o}", "id", json_id(&m->id), "name",
                                    m->name, "email", m->email, "region", m->region, "legal_form", form,
                                    "state", state, "tier", m->tier, "registered_at",
                                    json_time(m->registered_at)));
    fact_id("member", &m->id);
    fact_text("name", m->name);
    fact_text("e-mail", m->email);
    fact_text("region", m->region);
    fact_text("form", form);
    fact_text("state", state);
    fact_count("tier", (uint64_t)m->tier);
    fact_time("registered (UTC)", m->registered_at);
    return EXIT_DONE;
}

static minipay_status get_member(db *d, const minipay_id *id, void *item, minipay_error *error)
{
    return minipay_member_get(d->pay, id, item, error);
}

int cmd_member_get(const args *a, db *d)
{
    static const one member = {"member", sizeof(minipay_member), get_member, show_member};
    minipay_id id;
    int code = db_member(d, "member", a->words[0], &id);
    return code ? code : one_show_id(a, d, &member, &id);
}

int cmd_member_find(const args *a, db *d)
{
    minipay_error error;
    minipay_member member;
    minipay_error_init(&error);
    minipay_member_init(&member);
    minipay_status status = minipay_member_find(d->pay, a->words[0], &member, &error);
    return status == MINIPAY_OK ? show_member(a, d, &member) : fail_status(status, &error);
}

/* ---- bank link ---- */

static int fill_link(const args *a, db *d, minipay_link_request *r)
{
    minipay_link_request_init(r);
    int code = request_begin(a, d, &r->id, r->actor, r->channel, r->reason);
    if (!code)
        code = db_member(d, "--owner", a->text[OPT_OWNER], &r->owner_id);
    if (!code)
        code = args_copy(a, OPT_BANK, "", r->bank, sizeof r->bank);
    if (!code)
        code = args_copy(a, OPT_NUMBER, "", r->account_number, sizeof r->account_number);
    return code ? code : args_copy(a, OPT_HOLDER, "", r->holder, sizeof r->holder);
}

int cmd_bank_link(const args *a, db *d)
{
    minipay_link_request request;
    int code = fill_link(a, d, &request);
    return code ? code : request_send(a, d, call_account_link, &request, NULL);
}
