/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_AHEAD_H
#define MINIPAY_TOOL_AHEAD_H

#include "paysim.h"

/* paysim_read, with a thread that reads, unpacks and parses the next rows while `take` is busy with these.
 * `take` is called by the caller's thread, in the order of the file. */
int paysim_read_ahead(paysim *p, paysim_take take, void *context);

#endif
