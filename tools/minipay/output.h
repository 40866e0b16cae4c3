/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_OUTPUT_H
#define MINIPAY_TOOL_OUTPUT_H

/* Files that a command writes beside the database. */

#include <stdio.h>

/* Opens, and makes when it is not there, a file that output_begin empties. Refuses the database `db` and
 * what belongs to it, and `input` (or NULL), by whatever name. Answers 0 and the file, or the exit code. */
int output_open(const char *option, const char *path, const char *db, const char *input, FILE **out);

/* What stood in it goes only now. */
int output_begin(FILE *out, const char *path);

/* `code` is what came before: answers it, or that the file could not be written to its end. Closes it. */
int output_end(FILE *out, const char *path, int code);

#endif
