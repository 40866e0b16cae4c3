/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include "minipay/values.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

enum { NAME_WIDTH = 18, FACT_SIZE = 512 };

void fact_text(const char *name, const char *text)
{
    char plain[FACT_SIZE];
    text_plain(text, plain, sizeof plain);
    if (plain[0])
        printf("  %-*s %s\n", NAME_WIDTH, name, plain);
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
