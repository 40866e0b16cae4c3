/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_SYS_HOST_H
#define MINIPAY_SYS_HOST_H

/* The host contract: what MiniPay asks of the program it is linked into. With a host, a storage and a
 * bank of its own, a program can run a year of payments in seconds, and twice the same. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MINIPAY_LOG_DEBUG = 1, MINIPAY_LOG_INFO = 2, MINIPAY_LOG_WARNING = 3, MINIPAY_LOG_ERROR = 4 };

/* Version 1. Every method but `log` is Required; `minipay_host_init` fills in the system's own. */
typedef struct minipay_host {
    uint32_t version;
    void *impl;

    /* Microseconds since 1970 UTC, up to the end of the year 9998 and ten years beyond what was booked last:
     * further ahead, nothing is booked and calls, minipay_open among them (but not with `examine`), answer
     * MINIPAY_UNAVAILABLE, field "host", until it is right again. May stand still or go back; the library
     * never lets booked times go back, so by a clock that was ahead for a while business dates stand still
     * until it is caught up with. Where that is too long, what helps is a copy of the database from before. */
    int64_t (*now)(void *impl);

    /* Fills `bytes` with randomness fit for keys and ids. */
    void (*entropy)(void *impl, uint8_t *bytes, uint32_t count);

    /* The master key of an id, 32 bytes; the current one is id 1. MINIPAY_KEY_MISSING when the host does
     * not have it. `key` is wiped by the library after use. */
    minipay_status (*key)(void *impl, int32_t key_id, uint8_t key[32]);

    /* Optional. One line, no secret, no personal data: a WARNING for each call to a bank that fails, and
     * of each operation that is parked with NOT_BOOKED, and of what refused it. Called on the caller's
     * thread, outside any transaction. */
    void (*log)(void *impl, int32_t level, const char *line);
} minipay_host;

enum { MINIPAY_HOST_VERSION = 1 };

/* The system's clock and entropy, and no key: set `key` (and `impl` for it) before use. */
MINIPAY_API void minipay_host_init(minipay_host *host);

#ifdef __cplusplus
}
#endif
#endif
