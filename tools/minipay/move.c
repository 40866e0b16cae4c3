/* SPDX-License-Identifier: Apache-2.0 */

/* The commands that move money: each is one instruction. */

#include "commands.h"
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

/* What goes on with an earlier operation is in that one's currency, whatever the usual one is: an amount
 * of 5 is not 5 cents because nobody said USD. What cannot be found is left to the library to refuse. */
static void take_currency(const args *a, db *d, minipay_instruction *i)
{
    minipay_slip slip;
    minipay_operation found;
    minipay_slip_init(&slip);
    if (a->text[OPT_PAYMENT] && minipay_slip_get(d->pay, &i->other_id, &slip, NULL) == MINIPAY_OK)
        memcpy(i->currency, slip.currency, sizeof i->currency);
    if (!a->text[OPT_HOLD] && !a->text[OPT_TRANSFER])
        return;
    int32_t kind = a->text[OPT_HOLD] ? MINIPAY_KIND_HOLD : MINIPAY_KIND_TRANSFER;
    if (operation_find(d, kind, &i->other_id, &found, NULL) == MINIPAY_OK)
        operation_currency(&found, i->currency);
}

static int fill(const args *a, db *d, minipay_instruction *i)
{
    int code = request_begin(a, d, &i->id, i->actor, i->channel, i->reason);
    if (!code)
        code = args_currency(a, i->currency);
    if (!code)
        code = fill_sides(a, d, i);
    if (!code && !a->text[OPT_CURRENCY])
        take_currency(a, d, i);
    if (!code)
        code = args_amount(a, OPT_AMOUNT, i->currency, &i->amount_minor);
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
    minipay_instruction instruction;
    minipay_instruction_init(&instruction, kind);
    int code = fill(a, d, &instruction);
    return code ? code : request_send(a, d, call_execute, &instruction, instruction.currency);
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
