/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_JSON_H
#define MINIPAY_TOOL_JSON_H

/* JSON as the command line prints it: one object a line, amounts as integers in minor units. */

#include "minipay/books.h"

#include <jansson.h>

/* Prints the object on a line of stdout and lets it go. NULL: it could not be made, since a text is
 * not UTF-8 or memory ran out. Answers the exit code. */
int json_print(json_t *object);

/* What is kept of an operation. 0, or says why it cannot be shown and answers the exit code. */
int json_document(const minipay_operation *operation, json_t **document);

json_t *json_id(const minipay_id *id); /* null for none */
json_t *json_time(int64_t at);         /* null for 0 */
json_t *json_date(int32_t date);       /* "2026-11-23"; null for 0 */

#endif
