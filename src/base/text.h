/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_TEXT_H
#define MPI_BASE_TEXT_H

#include "minipay/types.h"

#include <stdbool.h>

/* Are `count` bytes all zero? */
bool mpi_bytes_are_zero(const void *bytes, size_t count);

/* Is `text`, an array of `size` bytes, UTF-8 that ends with a NUL and is zero behind it? */
bool mpi_text_valid(const char *text, size_t size);

/* Is there one '@' with something on either side, and neither a space nor a control character of ASCII? */
bool mpi_text_is_email(const char *text);

/* Copies and fills with zeros; what does not fit is cut. */
void mpi_text_copy(char *target, size_t size, const char *source);

/* Where the last `count` characters of UTF-8 text begin; the text itself when it has no more. */
const char *mpi_text_last(const char *text, int count);

/* Lower case of ASCII letters, in place. */
void mpi_text_lower(char *text);

/* `count` bytes as 2 × count lower-case hexadecimal digits and a NUL. */
void mpi_text_hex(const void *bytes, size_t count, char *text);

/* The `count` bytes that 2 × count lower-case digits stand for; false when there is another character. */
bool mpi_text_unhex(const char *text, size_t count, void *bytes);

#endif
