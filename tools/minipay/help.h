/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_HELP_H
#define MINIPAY_TOOL_HELP_H

/* What a command's --help tells beside its summary and its options; "" for most. Static storage. */
const char *help_detail(const char *command);

#endif
