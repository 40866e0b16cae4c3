/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_SOURCE_H
#define MINIPAY_TOOL_SOURCE_H

/* The bytes of a file, unpacked when its content (whatever its name) is .xz. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct source source;

/* NULL when it cannot be opened, and `why` says so. */
source *source_open(const char *path, char *why, size_t size);

/* Reads up to `size` bytes; 0 at the end, -1 when `why` says what is wrong. */
long source_read(source *s, uint8_t *bytes, size_t size, char *why, size_t why_size);

/* Goes back to the first byte. */
bool source_rewind(source *s, char *why, size_t size);

bool source_is_xz(const source *s);

void source_close(source *s);

#endif
