/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_VALUES_H
#define MINIPAY_VALUES_H

/* Ids, money and time as text, and the library's version. Pure functions: they need no handle. Where a pointer
 * is NULL those that answer a status answer MINIPAY_INVALID_ARGUMENT, and the others do nothing. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "major.minor.patch" of the library that is linked. Static storage. */
MINIPAY_API const char *minipay_version(void);

/* 36 characters, lower case, and a NUL. */
MINIPAY_API void minipay_id_format(const minipay_id *id, char text[37]);

/* Reads the 36-character form, either case. MINIPAY_INVALID_ID otherwise, MINIPAY_INVALID_ARGUMENT (NULL). */
MINIPAY_API minipay_status minipay_id_parse(const char *text, minipay_id *id);

/* An id that is always the same for the same text, in the order of `time_ms` (UUID version 8: 48 bits
 * of time, then a hash). For programs whose operations have a natural name: a row of a file, a key that
 * a customer chose. */
MINIPAY_API void minipay_id_from_name(uint64_t time_ms, const char *name, minipay_id *id);

/* The number of minor digits of an ISO 4217 currency: 0 for KRW, 2 for USD, 3 for KWD. -1 when the
 * currency is not known, or NULL. */
MINIPAY_API int32_t minipay_currency_exponent(const char *currency);

/* Reads a decimal such as "1234.50", "-3" or "1.9E7" exactly into minor units. No sign but '-', no
 * grouping, no spaces. MINIPAY_INVALID_AMOUNT when it is not a number, is finer than the minor unit or
 * does not fit; MINIPAY_INVALID_CURRENCY when the currency is not known; MINIPAY_INVALID_ARGUMENT (NULL). */
MINIPAY_API minipay_status minipay_money_parse(const char *text, const char *currency,
                                               int64_t *amount_minor);

/* Writes "-1,234.50" without the currency's name. MINIPAY_INVALID_CURRENCY when it is not known,
 * MINIPAY_INVALID_ARGUMENT (NULL). */
MINIPAY_API minipay_status minipay_money_format(int64_t amount_minor, const char *currency,
                                                char text[32]);

/* Writes "2026-11-23T08:35:08.123456Z"; "" for 0, which means "never". */
MINIPAY_API void minipay_time_format(int64_t at, char text[32]);

#ifdef __cplusplus
}
#endif
#endif
