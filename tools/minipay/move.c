/* SPDX-License-Identifier: Apache-2.0 */

/* The commands that move money: each is one instruction. */

#include "commands.h"
#include "fail.h"
#include "operation.h"
#include "request.h"

#include <string.h>

/* Whose wallet, and who is on the other side. */
static int fill_sides(const args *a, db *d, minipay_instruction *i)
{
    int code = 0;
    if (a->text[OPT_MEMBER])
        code = db_member(d, "--member", a->text[OPT_MEMBER], &i->member_id);
    if (!code && a->text[OPT_TO])
        code = db_member(d, "--to", a->text[OPT_TO], &i->other_id);
    if (!code && a->text[OPT_MERCHANT])
        code = args_id(a, OPT_MERCHANT, &i->other_id);
    if (!code && a->text[OPT_ACCOUNT])
        code = args_id(a, OPT_ACCOUNT, &i->other_id);
    if (!code && a->text[OPT_PAYMENT])
        code = args_id(a, OPT_PAYMENT, &i->other_id);
    if (!code && a->text[OPT_HOLD])
        code = args_id(a, OPT_HOLD, &i->other_id);
    if (!code && a->text[OPT_TRANSFER])
        code = args_id(a, OPT_TRANSFER, &i->other_id);
    return code;
}

static bool goes_on(const args *a)
{
    return a->text[OPT_PAYMENT] || a->text[OPT_HOLD] || a->text[OPT_TRANSFER];
}

static minipay_status find_currency(const args *a, db *d, const minipay_id *id,
                                    char currency[MINIPAY_CURRENCY_SIZE])
{
    minipay_slip slip;
    minipay_operation found;
    int32_t kind = a->text[OPT_HOLD] ? MINIPAY_KIND_HOLD : MINIPAY_KIND_TRANSFER;
    minipay_slip_init(&slip);
    minipay_status status = a->text[OPT_PAYMENT] ? minipay_slip_get(d->pay, id, &slip, NULL)
                                                 : operation_find(d, kind, id, &found, NULL);
    if (status != MINIPAY_OK)
        return status;
    if (a->text[OPT_PAYMENT])
        memcpy(currency, slip.currency, sizeof slip.currency);
    else
        operation_currency(d, &found, currency);
    return MINIPAY_OK;
}

/* What goes on with an earlier operation is in that one's currency, whatever the usual one is: an amount
 * of 5 is not 5 cents because nobody said USD. An amount whose currency cannot be told is sent nowhere: under
 * the same id it might later be another one. The library refuses all else. */
static int fill_currency(const args *a, db *d, minipay_instruction *i,
                         char currency[MINIPAY_CURRENCY_SIZE])
{
    minipay_status status = MINIPAY_OK;
    if (goes_on(a) && !a->text[OPT_CURRENCY])
        status = find_currency(a, d, &i->other_id, currency);
    else
        memcpy(i->currency, currency, sizeof i->currency);
    if (status == MINIPAY_OK || !a->text[OPT_AMOUNT])
        return 0;
    return fail_doing(a->text[OPT_PAYMENT] ? "--payment" : "--hold", status, NULL);
}

/* The library's 0 is all that is left. Here that is an amount left out, and a 0 that somebody wrote is none. */
static int fill_amount(const args *a, minipay_instruction *i, const char *currency)
{
    int code = args_amount(a, OPT_AMOUNT, currency, &i->amount_minor);
    if (!code && goes_on(a) && a->text[OPT_AMOUNT] && i->amount_minor == 0)
        code = fail_usage("--amount: '%s' is nothing; without --amount it is all that is left",
                          a->text[OPT_AMOUNT]);
    return code;
}

/* `currency` is what the amount is in. */
static int fill(const args *a, db *d, minipay_instruction *i, char currency[MINIPAY_CURRENCY_SIZE])
{
    int code = request_begin(a, d, &i->id, i->actor, i->channel, i->reason);
    if (!code)
        code = args_currency(a, currency);
    if (!code)
        code = fill_sides(a, d, i);
    if (code)
        return code;
    code = fill_currency(a, d, i, currency);
    if (!code)
        code = fill_amount(a, i, currency);
    if (!code)
        code = args_time(a, OPT_EXPIRES, &i->expires_at);
    if (!code)
        code = args_copy(a, OPT_MEMO, "", i->memo, sizeof i->memo);
    if (!code)
        code = args_id(a, OPT_PROMOTION, &i->promotion_id);
    if (a->text[OPT_AUTO_TOPUP])
        i->flags |= MINIPAY_FLAG_AUTO_TOPUP;
    if (a->text[OPT_FROM_SUSPENSE])
        i->flags |= MINIPAY_FLAG_FROM_SUSPENSE;
    return code;
}

static int move(const args *a, db *d, int32_t kind)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_instruction instruction;
    minipay_instruction_init(&instruction, kind);
    int code = fill(a, d, &instruction, currency);
    return code ? code : request_send(a, d, call_execute, &instruction, currency);
}

int cmd_pay(const args *a, db *d)
{
    return move(a, d, a->text[OPT_AUTHORIZE] ? MINIPAY_KIND_AUTHORIZE : MINIPAY_KIND_PAY);
}

/* All others are of one kind. */
#define COMMAND(name, kind)                                                                             \
    int cmd_##name(const args *a, db *d)                                                                \
    {                                                                                                   \
        return move(a, d, kind);                                                                        \
    }

COMMAND(topup, MINIPAY_KIND_TOPUP)
COMMAND(transfer, MINIPAY_KIND_TRANSFER)
COMMAND(transfer_reverse, MINIPAY_KIND_REVERSAL)
COMMAND(withdraw, MINIPAY_KIND_WITHDRAW)
COMMAND(capture, MINIPAY_KIND_CAPTURE)
COMMAND(void, MINIPAY_KIND_VOID)
COMMAND(refund, MINIPAY_KIND_REFUND)
COMMAND(hold, MINIPAY_KIND_HOLD)
COMMAND(hold_capture, MINIPAY_KIND_HOLD_CAPTURE)
COMMAND(hold_void, MINIPAY_KIND_HOLD_VOID)
COMMAND(credit, MINIPAY_KIND_CREDIT)
COMMAND(debit, MINIPAY_KIND_DEBIT)
COMMAND(freeze, MINIPAY_KIND_FREEZE)
COMMAND(unfreeze, MINIPAY_KIND_UNFREEZE)
COMMAND(close, MINIPAY_KIND_CLOSE)
