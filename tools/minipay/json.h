/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_JSON_H
#define MINIPAY_TOOL_JSON_H

/* JSON as the command line prints it: one object a line, amounts as integers in minor units. */

#include "minipay/types.h"

#include <jansson.h>

/* Prints the object on a line of stdout and lets it go. NULL means that memory ran out. Answers the exit
 * code. */
int json_print(json_t *object);

json_t *json_id(const minipay_id *id); /* null for none */
json_t *json_time(int64_t at);         /* null for 0 */
json_t *json_date(int32_t date);       /* "2026-11-23"; null for 0 */

#endif
