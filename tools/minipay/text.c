/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include "minipay/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_EPOCH = 719468 };

void text_count(uint64_t number, char out[TEXT_SIZE])
{
    char digits[TEXT_SIZE];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (int i = 0; i < count; i++) {
        *out++ = digits[i];
        if ((count - i) % 3 == 1 && i + 1 < count)
            *out++ = ',';
    }
    *out = 0;
}

void text_money(int64_t amount_minor, const char *currency, char out[TEXT_SIZE])
{
    char text[MINIPAY_MONEY_TEXT_SIZE];
    if (minipay_money_format(amount_minor, currency, text) == MINIPAY_OK)
        snprintf(out, TEXT_SIZE, "%s", text);
    else
        snprintf(out, TEXT_SIZE, "%" PRId64, amount_minor);
}

void text_date(int32_t date, char out[TEXT_SIZE])
{
    if (date)
        snprintf(out, TEXT_SIZE, "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);
    else
        snprintf(out, TEXT_SIZE, "-");
}

void text_time(int64_t at, char out[TEXT_SIZE])
{
    char text[MINIPAY_TIME_TEXT_SIZE];
    minipay_time_format(at, text);
    char *fraction = strchr(text, '.');
    if (fraction)
        memcpy(fraction, "Z", 2);
    snprintf(out, TEXT_SIZE, "%s", text[0] ? text : "-");
}

void sum_add(int64_t *sum, int64_t amount_minor)
{
    if (__builtin_add_overflow(*sum, amount_minor, sum))
        *sum = amount_minor < 0 ? INT64_MIN : INT64_MAX;
}

bool text_set(char *out, size_t size, const char *in)
{
    size_t length = strlen(in);
    if (length >= size)
        return false;
    memset(out, 0, size);
    memcpy(out, in, length + 1);
    return true;
}

/* Reads one character; 0 at the end and for what is not UTF-8. */
static uint32_t next_character(const char **text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)*text;
    int more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : *at >= 0xe0 && *at < 0xf0 ? 2 : 3;
    if (*at >= 0xf5 || (*at >= 0x80 && *at < 0xc2))
        return 0;
    uint32_t character = more ? *at & (0x3fu >> more) : *at;
    for (int i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (at[i] & 0x3fu);
    }
    if (character < least[more] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
        return 0;
    *text += character ? more + 1 : 0;
    return character;
}

static bool is_wide(uint32_t character)
{
    return (character >= 0x1100 && character <= 0x115f) ||
           (character >= 0x2e80 && character <= 0xa4cf) ||
           (character >= 0xac00 && character <= 0xd7a3) ||
           (character >= 0xf900 && character <= 0xfaff) ||
           (character >= 0xff00 && character <= 0xff60) ||
           (character >= 0x1f300 && character <= 0x1f64f) ||
           (character >= 0x1f680 && character <= 0x1f6ff) ||
           (character >= 0x1f900 && character <= 0x1f9ff) ||
           (character >= 0x20000 && character <= 0x3fffd);
}

int text_width(const char *text)
{
    int width = 0;
    for (uint32_t character; (character = next_character(&text));)
        width += is_wide(character) ? 2 : 1;
    return width;
}

size_t text_break(const char *text, int width)
{
    const char *at = text, *end = text, *space = NULL;
    int used = 0;
    for (uint32_t character; (character = next_character(&at)); end = at) {
        used += is_wide(character) ? 2 : 1;
        if (used > width && end > text)
            return (size_t)((space ? space : end) - text);
        if (character == ' ' && end > text)
            space = end;
    }
    return (size_t)(end - text);
}

/* Neither a control character nor one that turns the direction of what follows. */
static bool is_shown(uint32_t character)
{
    bool turns =
        (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
    return character >= 0x20 && (character < 0x7f || character > 0x9f) && !turns;
}

void text_plain(const char *in, char *out, size_t size)
{
    size_t used = 0;
    while (*in) {
        const char *at = in;
        uint32_t character = next_character(&in);
        bool is_good = is_shown(character);
        size_t length = is_good ? (size_t)(in - at) : 1;
        if (used + length >= size)
            break;
        if (is_good)
            memcpy(out + used, at, length);
        else
            out[used] = '?';
        used += length;
        if (in == at)
            in++;
    }
    out[used] = 0;
}

bool text_is_utf8(const char *text)
{
    while (next_character(&text)) {
    }
    return *text == 0;
}

bool id_is_none(const minipay_id *id)
{
    static const minipay_id none;
    return memcmp(id, &none, sizeof none) == 0;
}

int32_t date_of_day(int32_t day)
{
    int32_t era = (day + DAYS_TO_EPOCH) / DAYS_PER_ERA;
    int32_t in_era = day + DAYS_TO_EPOCH - era * DAYS_PER_ERA;
    int32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int32_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int32_t from_march = (5 * in_year + 2) / 153;
    int32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (era * 400 + year + (month <= 2)) * 10000 + month * 100 + in_year -
           (153 * from_march + 2) / 5 + 1;
}

int32_t day_of_date(int32_t date)
{
    int32_t month = date / 100 % 100, year = date / 10000 - (month <= 2);
    int32_t era = year / 400, in_era_year = year % 400;
    int32_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date % 100 - 1;
    return era * DAYS_PER_ERA + in_era_year * 365 + in_era_year / 4 - in_era_year / 100 + in_year -
           DAYS_TO_EPOCH;
}

bool date_parse(const char *text, int32_t *date)
{
    size_t length = strlen(text);
    bool dashed = length == 10 && text[4] == '-' && text[7] == '-';
    int32_t value = 0;
    if (length != 8 && !dashed)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (dashed && (i == 4 || i == 7))
            continue;
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    if (value < 19700101 || value / 100 % 100 < 1 || value / 100 % 100 > 12 ||
        date_of_day(day_of_date(value)) != value)
        return false;
    *date = value;
    return true;
}

/* ---- times ---- */

/* Takes so many digits, and what must stand behind them. */
static bool take_number(const char **text, int digits, char behind, int32_t most, int32_t *number)
{
    int32_t value = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        value = value * 10 + (**text - '0');
    }
    if (behind && *(*text)++ != behind)
        return false;
    *number = value;
    return value <= most;
}

/* ".25" -> 250000; nothing is 0. */
static bool take_fraction(const char **text, int32_t *microseconds)
{
    int32_t value = 0, digits = 0;
    *microseconds = 0;
    if (**text != '.')
        return true;
    for ((*text)++; **text >= '0' && **text <= '9'; (*text)++, digits++) {
        if (digits == 6)
            return false;
        value = value * 10 + (**text - '0');
    }
    for (int i = digits; i < 6; i++)
        value *= 10;
    *microseconds = value;
    return digits > 0;
}

/* "Z", or "+09:00" as minutes. */
static bool take_zone(const char *text, int32_t *minutes)
{
    int32_t sign = *text == '-' ? -1 : 1, hours = 0, rest = 0;
    *minutes = 0;
    if (strcmp(text, "Z") == 0)
        return true;
    if (*text != '+' && *text != '-')
        return false;
    text++;
    if (!take_number(&text, 2, ':', 14, &hours) || !take_number(&text, 2, 0, 59, &rest) || *text)
        return false;
    *minutes = sign * (hours * 60 + rest);
    return true;
}

bool time_parse(const char *text, int64_t *at)
{
    char day[11] = {0};
    int32_t date, hours, minutes, seconds = 0, fraction = 0, zone;
    if (strlen(text) < 17 || text[10] != 'T')
        return false;
    memcpy(day, text, 10);
    text += 11;
    if (!date_parse(day, &date) || !take_number(&text, 2, ':', 23, &hours) ||
        !take_number(&text, 2, 0, 59, &minutes))
        return false;
    if (*text == ':' &&
        (text++, !take_number(&text, 2, 0, 59, &seconds) || !take_fraction(&text, &fraction)))
        return false;
    if (!take_zone(text, &zone))
        return false;
    int64_t minute = (int64_t)day_of_date(date) * 1440 + hours * 60 + minutes - zone;
    int64_t found = (minute * 60 + seconds) * INT64_C(1000000) + fraction;
    if (found <= 0)
        return false;
    *at = found;
    return true;
}
