/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "minipay/values.h"

#include <stdint.h>
#include <string.h>

/* What a person types: ids, amounts, currencies. What is read is written again in a form that reads the
 * same. */

static void try_id(const char *text)
{
    char written[37];
    minipay_id id, again;
    memset(&id, 0xa5, sizeof id);
    minipay_id untouched = id;
    if (minipay_id_parse(text, &id) != MINIPAY_OK) {
        CHECK(memcmp(&id, &untouched, sizeof id) == 0);
        return;
    }
    minipay_id_format(&id, written);
    CHECK(strlen(written) == 36 && strlen(text) == 36);
    CHECK(minipay_id_parse(written, &again) == MINIPAY_OK);
    CHECK(memcmp(&id, &again, sizeof id) == 0);
}

static void without_commas(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != ',')
            *to++ = *from;
    }
    *to = 0;
}

static void try_money(const char *text, const char *currency)
{
    char written[32];
    int64_t amount_minor = 77, again = 0;
    int32_t exponent = minipay_currency_exponent(currency);
    CHECK(exponent >= -1 && exponent <= 4);
    minipay_status status = minipay_money_parse(text, currency, &amount_minor);
    if (status != MINIPAY_OK) {
        CHECK(amount_minor == 77);
        return;
    }
    CHECK(exponent >= 0);
    CHECK(minipay_money_format(amount_minor, currency, written) == MINIPAY_OK);
    CHECK(strnlen(written, sizeof written) < sizeof written);
    without_commas(written);
    CHECK(minipay_money_parse(written, currency, &again) == MINIPAY_OK);
    CHECK(again == amount_minor);
}

static void try_numbers(const uint8_t *bytes, size_t count)
{
    char written[32];
    int64_t number = 0, again = 0;
    memcpy(&number, bytes, count < sizeof number ? count : sizeof number);
    CHECK(minipay_money_format(number, "KWD", written) == MINIPAY_OK);
    without_commas(written);
    CHECK(minipay_money_parse(written, "KWD", &again) == MINIPAY_OK && again == number);
    minipay_time_format(number, written);
    CHECK(strnlen(written, sizeof written) < sizeof written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char *const currencies[] = {"KRW", "USD", "KWD", "CLF"};
    char text[256];
    minipay_id named;
    size_t length = count < sizeof text ? count : sizeof text - 1;
    memcpy(text, bytes, length);
    text[length] = 0;
    try_id(text);
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        try_money(text, currencies[i]);
    try_money("1", text);
    try_numbers(bytes, count);
    minipay_id_from_name(count, text, &named);
    return 0;
}
