/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_REPORT_H
#define MINIPAY_TOOL_REPORT_H

#include "figures.h"
#include "open.h"
#include "tally.h"

#include <stdbool.h>

/* The day's report: read from the books, and, of a replay, what became of its rows (`t`, else NULL).
 * Answers 0, EXIT_OWN when the audit is not clean, or another exit code. */
int report(db *d, const char *currency, const tally *t, bool as_json);

/* The same in steps, for who wants the figures too: what happened, and the proof: the bank's word beside the
 * books, and the audit's verdict. */
void report_print_days(db *d, const figures *f, const tally *t);
void report_print_proof(const figures *f);

#endif
