/* SPDX-License-Identifier: Apache-2.0 */
#include "minipay/sys/host.h"

#include "base/hash.h"

#include <string.h>
#include <time.h>

/* The system's own clock and entropy. */

static int64_t system_now(void *impl)
{
    struct timespec at;
    (void)impl;
    clock_gettime(CLOCK_REALTIME, &at);
    return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static void system_entropy(void *impl, uint8_t *bytes, uint32_t count)
{
    (void)impl;
    mpi_random(bytes, count);
}

void minipay_host_init(minipay_host *host)
{
    if (!host)
        return;
    memset(host, 0, sizeof *host);
    host->version = MINIPAY_HOST_VERSION;
    host->now = system_now;
    host->entropy = system_entropy;
}
