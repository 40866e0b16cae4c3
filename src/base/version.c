/* SPDX-License-Identifier: Apache-2.0 */
#include "minipay/values.h"

const char *minipay_version(void)
{
    return "0.1.0";
}
