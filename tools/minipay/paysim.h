/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_PAYSIM_H
#define MINIPAY_TOOL_PAYSIM_H

/* A stream of PaySim rows from a CSV file, plain or .xz, in either spelling of its header. Columns are
 * found by name, in any order; others are passed over. Money is read exactly: a cent is a won. */

#include <stdbool.h>
#include <stdint.h>

enum { PAYSIM_CASH_IN, PAYSIM_CASH_OUT, PAYSIM_DEBIT, PAYSIM_TRANSFER, PAYSIM_PAYMENT, PAYSIM_KINDS };

enum { PAYSIM_NAME_SIZE = 96, PAYSIM_STEP_LARGEST = 1000000 };

typedef struct paysim_row {
    uint64_t number; /* from 1 in the order of the file */
    int32_t step;
    int32_t kind;
    int64_t amount;
    int64_t old_origin; /* balances printed before the row; 0 for a name that is no member's */
    int64_t old_target;
    char origin[PAYSIM_NAME_SIZE];
    char target[PAYSIM_NAME_SIZE];
} paysim_row;

/* Takes a row; anything but 0 stops the reading and is its answer. */
typedef int (*paysim_take)(void *context, const paysim_row *row);

typedef struct paysim paysim;

/* Opens FILE; NULL, said on stderr, when it cannot be read. */
paysim *paysim_open(const char *path);

/* Reads from the first row to the last. A fault is said on stderr, with file, line and field, and
 * answers EXIT_OWN. `take` may be NULL: then the file is only checked. */
int paysim_read(paysim *p, paysim_take take, void *context);

/* Rows read by the last paysim_read. */
uint64_t paysim_rows(const paysim *p);

/* What the file is, of the rows that the last paysim_read read: the same for the same rows, whatever the
 * file's name, packing, spelling of its header, order of its columns and ends of its lines. */
uint64_t paysim_identity(const paysim *p);

void paysim_close(paysim *p);

/* "CASH_IN". */
const char *paysim_kind_name(int32_t kind);

/* A member's name begins with C. */
bool paysim_is_member(const char *name);

#endif
