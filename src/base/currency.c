/* SPDX-License-Identifier: Apache-2.0 */
#include "minipay/values.h"

#include "base/currency.h"
#include "base/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ISO 4217 list one (active codes); the number of minor digits. In the order of the codes. */
typedef struct currency_row {
    char code[4];
    int8_t exponent;
} currency_row;

static const currency_row currencies[] = {
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"AOA", 2}, {"ARS", 2}, {"AUD", 2}, {"AWG", 2},
    {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2}, {"BND", 2},
    {"BOB", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2}, {"BZD", 2}, {"CAD", 2},
    {"CDF", 2}, {"CHF", 2}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CRC", 2}, {"CUP", 2}, {"CVE", 2},
    {"CZK", 2}, {"DJF", 0}, {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EGP", 2}, {"ERN", 2}, {"ETB", 2},
    {"EUR", 2}, {"FJD", 2}, {"FKP", 2}, {"GBP", 2}, {"GEL", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2},
    {"GNF", 0}, {"GTQ", 2}, {"GYD", 2}, {"HKD", 2}, {"HNL", 2}, {"HTG", 2}, {"HUF", 2}, {"IDR", 2},
    {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"IRR", 2}, {"ISK", 0}, {"JMD", 2}, {"JOD", 3}, {"JPY", 0},
    {"KES", 2}, {"KGS", 2}, {"KHR", 2}, {"KMF", 0}, {"KPW", 2}, {"KRW", 0}, {"KWD", 3}, {"KYD", 2},
    {"KZT", 2}, {"LAK", 2}, {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2}, {"LYD", 3}, {"MAD", 2},
    {"MDL", 2}, {"MGA", 2}, {"MKD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MRU", 2}, {"MUR", 2},
    {"MVR", 2}, {"MWK", 2}, {"MXN", 2}, {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2},
    {"NOK", 2}, {"NPR", 2}, {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2},
    {"PKR", 2}, {"PLN", 2}, {"PYG", 0}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0},
    {"SAR", 2}, {"SBD", 2}, {"SCR", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SLE", 2},
    {"SOS", 2}, {"SRD", 2}, {"SSP", 2}, {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2}, {"THB", 2},
    {"TJS", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2}, {"TRY", 2}, {"TTD", 2}, {"TWD", 2}, {"TZS", 2},
    {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"UYU", 2}, {"UZS", 2}, {"VED", 2}, {"VES", 2}, {"VND", 0},
    {"VUV", 0}, {"WST", 2}, {"XAF", 0}, {"XCD", 2}, {"XOF", 0}, {"XPF", 0}, {"YER", 2}, {"ZAR", 2},
    {"ZMW", 2}, {"ZWG", 2},
};

/* Codes compare as such numbers. */
static uint32_t number_of(const char code[4])
{
    const unsigned char *c = (const unsigned char *)code;
    return (uint32_t)c[0] << 16 | (uint32_t)c[1] << 8 | c[2];
}

int32_t minipay_currency_exponent(const char *currency)
{
    size_t low = 0, high = sizeof currencies / sizeof *currencies;
    if (!currency || strnlen(currency, sizeof currencies[0].code) != sizeof currencies[0].code - 1)
        return -1;
    uint32_t wanted = number_of(currency);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t found = number_of(currencies[middle].code);
        if (found == wanted)
            return currencies[middle].exponent;
        *(found < wanted ? &low : &high) = found < wanted ? middle + 1 : middle;
    }
    return -1;
}

bool mpi_currency_valid(const char currency[4])
{
    return currency[3] == 0 && minipay_currency_exponent(currency) >= 0;
}

bool mpi_currency_take(char asked[4], const char found[4])
{
    if (!asked[0])
        memcpy(asked, found, sizeof currencies[0].code);
    return memcmp(asked, found, sizeof currencies[0].code) == 0;
}

/* A decimal split into its digits (without the point) and the power of ten that they are scaled by. */
typedef struct decimal {
    char digits[64];
    int count;
    long scale;
    bool negative;
} decimal;

static bool read_exponent(const char *text, decimal *d)
{
    char *end;
    if (*text == 0)
        return true;
    if ((*text != 'e' && *text != 'E') || !text[1] || strlen(text) > 5)
        return false;
    long exponent = strtol(text + 1, &end, 10);
    d->scale += exponent;
    return *end == 0 && text[1] != ' ';
}

static bool read_decimal(const char *text, decimal *d)
{
    bool point = false, any = false;
    memset(d, 0, sizeof *d);
    d->negative = *text == '-';
    for (text += d->negative; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        any = true;
        d->scale -= point;
        if (d->count == 0 && *text == '0')
            continue;
        if (d->count == (int)sizeof d->digits)
            return false;
        d->digits[d->count++] = *text;
    }
    return any && read_exponent(text, d);
}

static bool to_minor(const decimal *d, long scale, int64_t *amount)
{
    int64_t value = 0;
    int count = d->count;
    for (; scale < 0 && count > 0 && d->digits[count - 1] == '0'; scale++)
        count--;
    if (count == 0)
        scale = 0;
    if (scale < 0 || scale > 19)
        return false;
    for (long i = 0; i < count + scale; i++) {
        int64_t next = i < count ? d->digits[i] - '0' : 0;
        if (!mpi_money_multiply(value, 10, &value) || !mpi_money_subtract(value, next, &value))
            return false;
    }
    if (!d->negative && !mpi_money_subtract(0, value, &value))
        return false;
    *amount = value;
    return true;
}

minipay_status minipay_money_parse(const char *text, const char *currency, int64_t *amount_minor)
{
    decimal d;
    if (!text || !currency || !amount_minor)
        return MINIPAY_INVALID_ARGUMENT;
    int32_t exponent = minipay_currency_exponent(currency);
    if (exponent < 0)
        return MINIPAY_INVALID_CURRENCY;
    if (!read_decimal(text, &d) || !to_minor(&d, d.scale + exponent, amount_minor))
        return MINIPAY_INVALID_AMOUNT;
    return MINIPAY_OK;
}

minipay_status minipay_money_format(int64_t amount_minor, const char *currency, char text[32])
{
    char digits[24];
    if (!currency || !text)
        return MINIPAY_INVALID_ARGUMENT;
    int32_t exponent = minipay_currency_exponent(currency);
    if (exponent < 0)
        return MINIPAY_INVALID_CURRENCY;
    int count = snprintf(digits, sizeof digits, "%0*llu", exponent + 1,
                         (unsigned long long)mpi_money_size(amount_minor));
    char *out = text;
    if (amount_minor < 0)
        *out++ = '-';
    for (int i = 0; i < count; i++) {
        int whole_left = count - exponent - i;
        if (whole_left == 0)
            *out++ = '.';
        else if (i && whole_left > 0 && whole_left % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = 0;
    return MINIPAY_OK;
}
