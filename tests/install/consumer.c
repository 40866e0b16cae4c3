/* SPDX-License-Identifier: Apache-2.0 */
#include <minipay/minipay.h>
#include <stdio.h>

int main(void)
{
    return puts(minipay_version()) < 0;
}
