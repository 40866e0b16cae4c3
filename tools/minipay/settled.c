/* SPDX-License-Identifier: Apache-2.0 */
#include "settled.h"

#include "minipay/values.h"
#include "text.h"

#include <stdio.h>

void settlement_id(const char *currency, int32_t date, minipay_id *id)
{
    char name[64];
    snprintf(name, sizeof name, "settlement:%s:%d", currency, date);
    minipay_id_from_name((uint64_t)day_of_date(date) * 86400000, name, id);
}
