/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include "minipay/values.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 18, LINE_WIDTH = 80, FACT_SIZE = 512 };

void fact_text(const char *name, const char *text)
{
    char plain[FACT_SIZE];
    const char *rest = plain;
    text_plain(text, plain, sizeof plain);
    while (*rest) {
        size_t size = text_break(rest, LINE_WIDTH - NAME_WIDTH - 3);
        printf("  %-*s %.*s\n", NAME_WIDTH, rest == plain ? name : "", (int)size, rest);
        rest += size;
        rest += strspn(rest, " ");
    }
}

void fact_format(const char *name, const char *format, ...)
{
    char text[FACT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fact_text(name, text);
}

void fact_id(const char *name, const minipay_id *id)
{
    char text[MINIPAY_ID_TEXT_SIZE];
    minipay_id_format(id, text);
    fact_text(name, id_is_none(id) ? "-" : text);
}

void fact_money(const char *name, int64_t amount_minor, const char *currency)
{
    char text[TEXT_SIZE];
    text_money(amount_minor, currency, text);
    fact_format(name, "%s %s", text, currency);
}

void fact_count(const char *name, uint64_t number)
{
    char text[TEXT_SIZE];
    text_count(number, text);
    fact_text(name, text);
}

void fact_time(const char *name, int64_t at)
{
    char text[TEXT_SIZE];
    text_time(at, text);
    fact_text(name, text);
}

void fact_date(const char *name, int32_t date)
{
    char text[TEXT_SIZE];
    text_date(date, text);
    fact_text(name, text);
}
