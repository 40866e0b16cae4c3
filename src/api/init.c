/* SPDX-License-Identifier: Apache-2.0 */
#include "minipay/minipay.h"

#include <string.h>

/* The init functions of public structs: all zero, and the size. In the order of the alphabet. */

#define INIT(name)                                                                                      \
    void minipay_##name##_init(minipay_##name *made)                                                    \
    {                                                                                                   \
        if (!made)                                                                                      \
            return;                                                                                     \
        memset(made, 0, sizeof *made);                                                                  \
        made->struct_size = sizeof *made;                                                               \
    }

INIT(audit_check)
INIT(balance)
INIT(bank_account)
INIT(batch_outcome)
INIT(batch_request)
INIT(checkpoint)
INIT(corporate_account)
INIT(corporate_position)
INIT(credential)
INIT(credential_request)
INIT(difference)
INIT(entry)
INIT(holiday)
INIT(holiday_request)
INIT(link_request)
INIT(member)
INIT(member_change)
INIT(member_request)
INIT(memo)
INIT(merchant)
INIT(merchant_change)
INIT(merchant_request)
INIT(operation)
INIT(order)
INIT(order_query)
INIT(outcome)
INIT(policy_request)
INIT(policy_version)
INIT(posting)
INIT(promotion)
INIT(promotion_request)
INIT(reconcile_request)
INIT(reconciliation)
INIT(retry_request)
INIT(settlement)
INIT(settlement_line)
INIT(settlement_request)
INIT(slip)
INIT(slip_query)
INIT(statement_entry)
INIT(unlink_request)
INIT(wallet)
INIT(wallet_request)

void minipay_instruction_init(minipay_instruction *instruction, int32_t kind)
{
    if (!instruction)
        return;
    memset(instruction, 0, sizeof *instruction);
    instruction->struct_size = sizeof *instruction;
    instruction->kind = kind;
}

void minipay_config_init(minipay_config *config)
{
    if (!config)
        return;
    memset(config, 0, sizeof *config);
    config->struct_size = sizeof *config;
    minipay_host_init(&config->host);
}
