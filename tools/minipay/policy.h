/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_POLICY_H
#define MINIPAY_TOOL_POLICY_H

#include <stdbool.h>
#include <stdint.h>

/* What a rule's value is: an amount in a currency, or a plain number; one for each tier, or one for all. */
bool rule_is_amount(int32_t rule);
bool rule_has_tiers(int32_t rule);

#endif
