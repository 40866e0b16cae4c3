/* SPDX-License-Identifier: Apache-2.0 */
#include "fail.h"

#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_SIZE = 2048 };

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list arguments)
{
    char text[SENTENCE_SIZE], plain[SENTENCE_SIZE];
    vsnprintf(text, sizeof text, format, arguments);
    text_plain(text, plain, sizeof plain);
    fflush(stdout);
    fprintf(stderr, "minipay: %s\n", plain);
}

__attribute__((format(printf, 1, 2))) static void say_all(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

int(fail_own)(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    return EXIT_OWN;
}

int(fail_usage)(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    return EXIT_USAGE;
}

int exit_of(minipay_status status)
{
    return status == MINIPAY_OK ? EXIT_DONE : EXIT_STATUS + minipay_status_class(status);
}

int fail_doing(const char *what, minipay_status status, const minipay_error *error)
{
    const char *field = "", *sentence = minipay_status_text(status);
    if (error && error->status == status) {
        field = error->field;
        sentence = error->message[0] ? error->message : sentence;
    }
    say_all("%s%s%s: %s%s%s", what, what[0] ? ": " : "", minipay_status_name(status), field,
            field[0] ? ": " : "", sentence);
    return exit_of(status);
}

int(fail_status)(minipay_status status, const minipay_error *error)
{
    return fail_doing("", status, error);
}
