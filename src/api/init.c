/* SPDX-License-Identifier: Apache-2.0 */
#include "minipay/minipay.h"

#include <string.h>

/* The init functions of public structs: all zero, and the size. */

void minipay_instruction_init(minipay_instruction *instruction, int32_t kind)
{
    memset(instruction, 0, sizeof *instruction);
    instruction->struct_size = sizeof *instruction;
    instruction->kind = kind;
}

void minipay_outcome_init(minipay_outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    outcome->struct_size = sizeof *outcome;
}

void minipay_member_request_init(minipay_member_request *member_request)
{
    memset(member_request, 0, sizeof *member_request);
    member_request->struct_size = sizeof *member_request;
}

void minipay_member_init(minipay_member *member)
{
    memset(member, 0, sizeof *member);
    member->struct_size = sizeof *member;
}

void minipay_link_request_init(minipay_link_request *link_request)
{
    memset(link_request, 0, sizeof *link_request);
    link_request->struct_size = sizeof *link_request;
}

void minipay_bank_account_init(minipay_bank_account *bank_account)
{
    memset(bank_account, 0, sizeof *bank_account);
    bank_account->struct_size = sizeof *bank_account;
}

void minipay_corporate_account_init(minipay_corporate_account *corporate_account)
{
    memset(corporate_account, 0, sizeof *corporate_account);
    corporate_account->struct_size = sizeof *corporate_account;
}

void minipay_wallet_request_init(minipay_wallet_request *wallet_request)
{
    memset(wallet_request, 0, sizeof *wallet_request);
    wallet_request->struct_size = sizeof *wallet_request;
}

void minipay_wallet_init(minipay_wallet *wallet)
{
    memset(wallet, 0, sizeof *wallet);
    wallet->struct_size = sizeof *wallet;
}

void minipay_merchant_request_init(minipay_merchant_request *merchant_request)
{
    memset(merchant_request, 0, sizeof *merchant_request);
    merchant_request->struct_size = sizeof *merchant_request;
}

void minipay_merchant_init(minipay_merchant *merchant)
{
    memset(merchant, 0, sizeof *merchant);
    merchant->struct_size = sizeof *merchant;
}

void minipay_slip_init(minipay_slip *slip)
{
    memset(slip, 0, sizeof *slip);
    slip->struct_size = sizeof *slip;
}

void minipay_settlement_request_init(minipay_settlement_request *settlement_request)
{
    memset(settlement_request, 0, sizeof *settlement_request);
    settlement_request->struct_size = sizeof *settlement_request;
}

void minipay_settlement_init(minipay_settlement *settlement)
{
    memset(settlement, 0, sizeof *settlement);
    settlement->struct_size = sizeof *settlement;
}

void minipay_settlement_line_init(minipay_settlement_line *settlement_line)
{
    memset(settlement_line, 0, sizeof *settlement_line);
    settlement_line->struct_size = sizeof *settlement_line;
}

void minipay_audit_check_init(minipay_audit_check *audit_check)
{
    memset(audit_check, 0, sizeof *audit_check);
    audit_check->struct_size = sizeof *audit_check;
}

void minipay_config_init(minipay_config *config)
{
    memset(config, 0, sizeof *config);
    config->struct_size = sizeof *config;
    minipay_host_init(&config->host);
}
