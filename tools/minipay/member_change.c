/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "request.h"

/* ---- update, deactivate, reactivate ---- */

static int begin_change(const args *a, db *d, minipay_member_change *change)
{
    minipay_member_change_init(change);
    int code = request_begin(a, d, &change->id, change->actor, change->channel, change->reason);
    return code ? code : db_member(d, "member", a->words[0], &change->member_id);
}

static int fill_changes(const args *a, minipay_member_change *change)
{
    int64_t tier = 0;
    int code = args_copy(a, OPT_NAME, "", change->name, sizeof change->name);
    if (!code)
        code = args_copy(a, OPT_EMAIL, "", change->email, sizeof change->email);
    if (!code)
        code = args_copy(a, OPT_REGION, "", change->region, sizeof change->region);
    if (!code)
        code = args_number(a, OPT_TIER, 0, MINIPAY_TIER_COUNT - 1, 0, &tier);
    change->tier = (int32_t)tier;
    change->changes = (a->text[OPT_NAME] ? MINIPAY_CHANGE_NAME : 0) |
                      (a->text[OPT_EMAIL] ? MINIPAY_CHANGE_EMAIL : 0) |
                      (a->text[OPT_REGION] ? MINIPAY_CHANGE_REGION : 0) |
                      (a->text[OPT_TIER] ? MINIPAY_CHANGE_TIER : 0);
    return code;
}

int cmd_member_update(const args *a, db *d)
{
    minipay_member_change change;
    int code = begin_change(a, d, &change);
    if (!code)
        code = fill_changes(a, &change);
    if (!code && !change.changes)
        return fail_usage("nothing to change: give --name, --email, --region or --tier");
    return code ? code : request_send(a, d, call_member_update, &change, NULL);
}

static int set_state(const args *a, db *d, int32_t state)
{
    minipay_member_change change;
    int code = begin_change(a, d, &change);
    change.changes = MINIPAY_CHANGE_STATE;
    change.state = state;
    return code ? code : request_send(a, d, call_member_update, &change, NULL);
}

int cmd_member_deactivate(const args *a, db *d)
{
    return set_state(a, d, MINIPAY_MEMBER_INACTIVE_STATE);
}

int cmd_member_reactivate(const args *a, db *d)
{
    return set_state(a, d, MINIPAY_MEMBER_ACTIVE);
}
