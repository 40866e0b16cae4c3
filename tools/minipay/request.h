/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_REQUEST_H
#define MINIPAY_TOOL_REQUEST_H

/* What every changing command has in common: the operation's id, who asks, by which way and why; and
 * the outcome it prints. All answer 0, or say what is wrong and answer the exit code. */

#include "json.h"
#include "args.h"
#include "calls.h"
#include "open.h"

#define REQUEST_OPTIONS                                                                                 \
    (OPT_BIT(OPT_JSON) | OPT_BIT(OPT_ID) | OPT_BIT(OPT_ACTOR) | OPT_BIT(OPT_CHANNEL) |                  \
     OPT_BIT(OPT_REASON))

/* --id, or a new id of the library. */
int request_id(const args *a, db *d, minipay_id *id);

/* Says why the request failed. When it should be sent again, under an id that the user has not seen,
 * names that id. */
int request_fail(const db *d, minipay_status status, const minipay_error *error);

/* Says that an operation still waits for a bank's answer: as with a status of the class UNKNOWN, money may have
 * moved. Answers that class's exit code. */
int request_waits(const minipay_id *id);

int request_stamp(const args *a, char actor[MINIPAY_ACTOR_SIZE], char channel[MINIPAY_CHANNEL_SIZE],
                  char reason[MINIPAY_REASON_SIZE]);

/* Both. */
int request_begin(const args *a, db *d, minipay_id *id, char actor[MINIPAY_ACTOR_SIZE],
                  char channel[MINIPAY_CHANNEL_SIZE], char reason[MINIPAY_REASON_SIZE]);

/* Makes one request and prints what became of it. `currency` is NULL for what moves no money. */
int request_send(const args *a, db *d, batch_call call, const void *request, const char *currency);

/* The same, and of what is done tells more: into `object`, or where it is NULL as facts. Answers the exit
 * code. */
typedef int (*request_more)(const args *a, db *d, const minipay_outcome *outcome, json_t *object);

int request_send_more(const args *a, db *d, batch_call call, const void *request, const char *currency,
                      request_more more);

#endif
