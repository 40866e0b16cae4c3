/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_REPLAY_H
#define MINIPAY_TOOL_REPLAY_H

/* Replays a PaySim file through the library: every name a member or merchant, every row an operation
 * under an id that derives from it, on a clock that moves only when nothing else can proceed. The same
 * file again, or again after a crash, ends in the same books. Another file goes on with the members and
 * merchants that it names, on days of its own. One replay at a time: a second one is refused at once (busy). */

#include "open.h"
#include "tally.h"

typedef struct replay_request {
    const char *file;
    const char *db;
    const char *outcomes; /* NULL: not written */
    int32_t fee_basis_points;
} replay_request;

/* Checks the whole file, then opens `d` and replays into it; `d` stays open for the report. Answers 0,
 * or says what is wrong and answers the exit code. */
int replay(const replay_request *request, db *d, tally *t);

#endif
