/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_COMMANDS_H
#define MINIPAY_TOOL_COMMANDS_H

/* What commands.c's table calls, with the database open as the table says. Each answers the exit code. */

#include "args.h"
#include "open.h"

extern const command commands[];
extern const int command_count;

int cmd_init(const args *a, db *d);
int cmd_run(const args *a, db *d);

int cmd_member_register(const args *a, db *d);
int cmd_member_get(const args *a, db *d);
int cmd_member_find(const args *a, db *d);
int cmd_member_list(const args *a, db *d);
int cmd_member_update(const args *a, db *d);
int cmd_member_deactivate(const args *a, db *d);
int cmd_member_reactivate(const args *a, db *d);
int cmd_member_set_pin(const args *a, db *d);
int cmd_member_verify_pin(const args *a, db *d);
int cmd_member_set_password(const args *a, db *d);
int cmd_member_verify_password(const args *a, db *d);
int cmd_member_credentials(const args *a, db *d);

int cmd_bank_link(const args *a, db *d);
int cmd_bank_list(const args *a, db *d);
int cmd_bank_get(const args *a, db *d);
int cmd_bank_unlink(const args *a, db *d);
int cmd_bank_orders(const args *a, db *d);
int cmd_bank_order(const args *a, db *d);
int cmd_bank_reconciliation(const args *a, db *d);
int cmd_bank_reconcile(const args *a, db *d);
int cmd_bank_corporate(const args *a, db *d);

int cmd_wallet_open(const args *a, db *d);
int cmd_wallet_list(const args *a, db *d);
int cmd_wallet_get(const args *a, db *d);
int cmd_wallet_history(const args *a, db *d);
int cmd_wallet_balance_at(const args *a, db *d);
int cmd_hold(const args *a, db *d);
int cmd_hold_capture(const args *a, db *d);
int cmd_hold_void(const args *a, db *d);
int cmd_credit(const args *a, db *d);
int cmd_debit(const args *a, db *d);
int cmd_freeze(const args *a, db *d);
int cmd_unfreeze(const args *a, db *d);
int cmd_close(const args *a, db *d);
int cmd_topup(const args *a, db *d);
int cmd_transfer(const args *a, db *d);
int cmd_transfer_batch(const args *a, db *d);
int cmd_transfer_reverse(const args *a, db *d);
int cmd_withdraw(const args *a, db *d);
int cmd_pay(const args *a, db *d);
int cmd_capture(const args *a, db *d);
int cmd_void(const args *a, db *d);
int cmd_refund(const args *a, db *d);
int cmd_slip_get(const args *a, db *d);
int cmd_slip_list(const args *a, db *d);
int cmd_merchant_list(const args *a, db *d);
int cmd_merchant_terms(const args *a, db *d);
int cmd_merchant_deactivate(const args *a, db *d);
int cmd_merchant_reactivate(const args *a, db *d);
int cmd_promotion_register(const args *a, db *d);
int cmd_promotion_get(const args *a, db *d);
int cmd_promotion_list(const args *a, db *d);
int cmd_settle_preview(const args *a, db *d);
int cmd_settle_retry(const args *a, db *d);
int cmd_settle_list(const args *a, db *d);
int cmd_settle_statement(const args *a, db *d);
int cmd_settle_holiday(const args *a, db *d);
int cmd_settle_holidays(const args *a, db *d);

int cmd_merchant_register(const args *a, db *d);
int cmd_merchant_get(const args *a, db *d);

int cmd_settle_run(const args *a, db *d);
int cmd_settle_get(const args *a, db *d);
int cmd_settle_lines(const args *a, db *d);

int cmd_policy_get(const args *a, db *d);
int cmd_policy_list(const args *a, db *d);
int cmd_policy_set(const args *a, db *d);

int cmd_replay(const args *a, db *d);
int cmd_report(const args *a, db *d);
int cmd_books(const args *a, db *d);
int cmd_checkpoint(const args *a, db *d);
int cmd_checkpoint_key(const args *a, db *d);
int cmd_checkpoint_check(const args *a, db *d);
int cmd_operation_get(const args *a, db *d);
int cmd_operation_list(const args *a, db *d);
int cmd_audit(const args *a, db *d);
int cmd_demo(const args *a, db *d);

#endif
