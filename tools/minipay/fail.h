/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_FAIL_H
#define MINIPAY_TOOL_FAIL_H

/* How the command line says that something went wrong: one sentence on stderr, and an exit code. */

#include "minipay/status.h"

enum {
    EXIT_DONE = 0,
    EXIT_OWN = 1,   /* the command's own failure: a bad file, books that are not clean */
    EXIT_USAGE = 2, /* the command line itself is wrong */
    EXIT_STATUS =
        10 /* plus the status's class: 11 usage, 12 rejected, 13 retryable, 14 unknown, 15 fatal */
};

int fail_own(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "minipay: insufficient_funds: amount_minor: ...". `error` may be NULL or speak of another status: then
 * the status's own sentence is said. */
int fail_status(minipay_status status, const minipay_error *error);

/* The same, naming what was being done: "minipay: member C12: email_taken: ...". */
int fail_doing(const char *what, minipay_status status, const minipay_error *error);

int exit_of(minipay_status status);

/* What clang-tidy cannot see from other files: a failure's exit code is not 0. */
#ifdef __clang_analyzer__
#define fail_own(...) (fail_own(__VA_ARGS__), EXIT_OWN)
#define fail_usage(...) (fail_usage(__VA_ARGS__), EXIT_USAGE)
#define fail_status(status, error)                                                                      \
    (fail_status(status, error), (status) == MINIPAY_OK ? EXIT_DONE : EXIT_STATUS)
#endif

#endif
