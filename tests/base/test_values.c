/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "base/id.h"
#include "base/money.h"
#include "base/text.h"
#include "base/time.h"
#include "minipay/minipay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Money, ids, time and text as values. */

#define ASSERT_STATUS(found, expected)                                                                  \
    assert_string_equal(minipay_status_name(found), minipay_status_name(expected))

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

static uint64_t seed = 20261123;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* Any size of number is as likely as any other. */
static int64_t draw_amount(void)
{
    uint64_t bits = draw() >> (draw() % 64);
    int64_t amount;
    memcpy(&amount, &bits, sizeof amount);
    return draw() % 2 ? amount : (int64_t)(0 - bits);
}

/* ---- money as text, against decimals written digit by digit ---------------------------------------------- */

static const struct {
    const char *currency;
    int exponent;
} currencies[] = {{"KRW", 0}, {"JPY", 0}, {"VND", 0}, {"USD", 2},
                  {"EUR", 2}, {"KWD", 3}, {"BHD", 3}, {"TND", 3}};

enum { CURRENCIES = sizeof currencies / sizeof *currencies };

/* The decimal of a 128-bit count of minor units, grouped or not. */
static void write_decimal(wide amount, int exponent, bool grouped, char *text)
{
    char digits[64], turned[96];
    int count = 0, used = 0;
    uwide rest = amount < 0 ? (uwide)-amount : (uwide)amount;
    while (rest || count <= exponent) {
        digits[count++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    for (int i = 0; i < count; i++) {
        if (i == exponent && exponent > 0)
            turned[used++] = '.';
        if (grouped && i > exponent && (i - exponent) % 3 == 0)
            turned[used++] = ',';
        turned[used++] = digits[i];
    }
    if (amount < 0)
        turned[used++] = '-';
    for (int i = 0; i < used; i++)
        text[i] = turned[used - 1 - i];
    text[used] = 0;
}

static void money_text_goes_there_and_back_for_every_exponent(void **state)
{
    char plain[96], grouped[96], written[MINIPAY_MONEY_TEXT_SIZE];
    (void)state;
    for (int i = 0; i < 40000; i++) {
        int c = (int)(draw() % CURRENCIES);
        int64_t amount = i < 2 ? (i ? INT64_MAX : INT64_MIN) : i < 5 ? i - 3 : draw_amount(), read = 0;
        write_decimal(amount, currencies[c].exponent, false, plain);
        write_decimal(amount, currencies[c].exponent, true, grouped);
        ASSERT_STATUS(minipay_money_format(amount, currencies[c].currency, written), MINIPAY_OK);
        assert_string_equal(written, grouped);
        ASSERT_STATUS(minipay_money_parse(plain, currencies[c].currency, &read), MINIPAY_OK);
        assert_true(read == amount);
    }
}

static void exponents_are_isos(void **state)
{
    (void)state;
    for (int i = 0; i < CURRENCIES; i++)
        assert_int_equal(minipay_currency_exponent(currencies[i].currency), currencies[i].exponent);
    static const char *const none[] = {"", "KR", "krw", "KRWW", "XYZ", "K W", "???"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(minipay_currency_exponent(none[i]), -1);
}

static void money_beyond_64_bits_or_finer_than_the_minor_unit_is_refused(void **state)
{
    static const struct {
        const char *text, *currency;
    } refused[] = {
        {"9223372036854775808", "KRW"},
        {"-9223372036854775809", "KRW"},
        {"92233720368547758.08", "USD"},
        {"-92233720368547758.09", "USD"},
        {"9223372036854775.808", "KWD"},
        {"99999999999999999999999999999999", "KRW"},
        {"1.5", "KRW"},
        {"0.001", "USD"},
        {"1.0001", "KWD"},
        {"1e-3", "USD"},
        {"1E19", "KRW"},
        {"1e9999999999", "KRW"},
        {"", "KRW"},
        {"-", "KRW"},
        {"+1", "KRW"},
        {" 1", "KRW"},
        {"1 ", "KRW"},
        {"1,000", "KRW"},
        {"1..0", "USD"},
        {".", "USD"},
        {"1e", "USD"},
        {"1e+", "USD"},
        {"--1", "KRW"},
        {"0x10", "KRW"},
        {"nan", "KRW"},
        {"inf", "KRW"},
        {"1e1e1", "KRW"},
        {"\xef\xbc\x91", "KRW"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        int64_t amount = 77;
        minipay_status status = minipay_money_parse(refused[i].text, refused[i].currency, &amount);
        if (status != MINIPAY_INVALID_AMOUNT)
            print_error("\"%s\"\n", refused[i].text);
        ASSERT_STATUS(status, MINIPAY_INVALID_AMOUNT);
        assert_int_equal(amount, 77);
    }
    int64_t amount = 77;
    ASSERT_STATUS(minipay_money_parse("1", "XYZ", &amount), MINIPAY_INVALID_CURRENCY);
    char text[MINIPAY_MONEY_TEXT_SIZE] = "as it was";
    ASSERT_STATUS(minipay_money_format(1, "XYZ", text), MINIPAY_INVALID_CURRENCY);
    assert_string_equal(text, "as it was");
}

/* mantissa × 10^power, against the 128-bit product. */
static void powers_of_ten_are_exact_or_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[64];
        int c = (int)(draw() % CURRENCIES), power = (int)(draw() % 25) - 6;
        int64_t mantissa = (int64_t)(draw() % 100000), read = -1;
        wide exact = mantissa;
        bool fits = true;
        for (int shift = power + currencies[c].exponent; shift > 0; shift--)
            exact *= 10;
        for (int shift = power + currencies[c].exponent; shift < 0; shift++) {
            fits = fits && exact % 10 == 0;
            exact /= 10;
        }
        fits = fits && exact <= INT64_MAX;
        snprintf(text, sizeof text, "%lld%c%d", (long long)mantissa, draw() % 2 ? 'e' : 'E', power);
        minipay_status status = minipay_money_parse(text, currencies[c].currency, &read);
        if (status != (fits ? MINIPAY_OK : MINIPAY_INVALID_AMOUNT))
            print_error("%s %s\n", text, currencies[c].currency);
        ASSERT_STATUS(status, fits ? MINIPAY_OK : MINIPAY_INVALID_AMOUNT);
        assert_true(read == (fits ? (int64_t)exact : -1));
    }
}

/* ---- arithmetic, against 128 bits ------------------------------------------------------------------------ */

static bool fits(wide exact)
{
    return exact >= INT64_MIN && exact <= INT64_MAX;
}

static void compare(bool done, int64_t result, wide exact)
{
    assert_int_equal(done, fits(exact));
    assert_true(result == (fits(exact) ? (int64_t)exact : 77));
}

static void sums_and_products_are_exact_or_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        int64_t a = draw_amount(), b = i % 10 ? draw_amount() : (i % 20 ? INT64_MIN : INT64_MAX);
        int64_t sum = 77, difference = 77, product = 77;
        bool done = mpi_money_add(a, b, &sum);
        compare(done, sum, (wide)a + b);
        done = mpi_money_subtract(a, b, &difference);
        compare(done, difference, (wide)a - b);
        done = mpi_money_multiply(a, b, &product);
        compare(done, product, (wide)a * b);
    }
    assert_true(mpi_money_size(INT64_MIN) == (uint64_t)INT64_MAX + 1);
}

static void shares_are_rounded_half_away_from_zero(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        int64_t amount = draw_amount();
        int32_t points = (int32_t)(draw() % 10001);
        wide twice = (wide)amount * points * 2;
        wide expected = (twice < 0 ? twice - 10000 : twice + 10000) / 20000;
        assert_true(mpi_money_share(amount, points) == (int64_t)expected);
    }
}

static void parts_are_exact_at_the_whole_and_never_go_back(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        int64_t whole = (int64_t)(draw() >> (1 + draw() % 62)),
                denominator = 1 + (int64_t)(draw() % 1000);
        int64_t last = 0;
        for (int64_t numerator = 0; numerator <= denominator; numerator += 1 + (int64_t)(draw() % 97)) {
            int64_t part = mpi_money_part(whole, numerator, denominator);
            wide expected = ((wide)whole * numerator * 2 + denominator) / (2 * (wide)denominator);
            assert_true(part == (int64_t)expected);
            assert_true(part >= last && part <= whole);
            last = part;
        }
        assert_true(mpi_money_part(whole, denominator, denominator) == whole);
    }
}

/* Rows that somebody changed by hand hold any figures. */
static void shares_and_parts_of_impossible_figures_are_the_nearest_that_fit(void **state)
{
    int64_t found = 77;
    (void)state;
    assert_true(mpi_money_share(INT64_MAX, INT32_MAX) == INT64_MAX);
    assert_true(mpi_money_share(INT64_MAX, INT32_MIN) == INT64_MIN);
    assert_true(mpi_money_share(INT64_MIN, INT32_MIN) == INT64_MAX);
    assert_true(mpi_money_share(100, 20000) == 200);
    assert_true(mpi_money_part(INT64_MAX, INT64_MAX, 1) == INT64_MAX);
    assert_true(mpi_money_part(INT64_MIN, INT64_MAX, 1) == INT64_MIN);
    assert_true(mpi_money_part(INT64_MIN, INT64_MIN, INT64_MAX) == INT64_MAX);
    assert_true(mpi_money_part(100, 1, 0) == 0);
    assert_true(mpi_money_part(100, 1, INT64_MIN) == 0);
    assert_false(mpi_money_round_up(100, 10, 0, &found));
    assert_false(mpi_money_round_up(100, 10, INT64_MIN, &found));
    assert_false(mpi_money_round_up(-5, 0, 10, &found));
    assert_true(found == 77);
}

static void rounding_up_finds_the_next_unit_or_refuses(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        int64_t amount = (int64_t)(draw() >> (1 + draw() % 62)), minimum = (int64_t)(draw() % 20000);
        int64_t unit = 1 + (int64_t)(draw() % 20000), found = 77;
        wide least = amount > minimum ? amount : minimum;
        wide expected = (least + unit - 1) / unit * unit;
        bool done = mpi_money_round_up(amount, minimum, unit, &found);
        compare(done, found, expected);
    }
}

/* ---- ids ------------------------------------------------------------------------------------------------- */

static void ids_go_there_and_back_and_nothing_else_is_one(void **state)
{
    static const char *const broken[] = {
        "",
        "0",
        "019ab000-0000-7000-8000-00000000000",
        "019ab000-0000-7000-8000-0000000000001",
        "019ab000+0000-7000-8000-000000000001",
        "019ab000-0000-7000-8000-00000000000g",
        "019ab00000007000800000000000000100000",
        "{019ab000-0000-7000-8000-0000000001}",
        " 19ab000-0000-7000-8000-000000000001",
        "019ab0000-000-7000-8000-000000000001",
    };
    (void)state;
    for (int i = 0; i < 5000; i++) {
        minipay_id id, read, upper;
        char text[MINIPAY_ID_TEXT_SIZE];
        for (int b = 0; b < 16; b++)
            id.bytes[b] = (uint8_t)draw();
        minipay_id_format(&id, text);
        assert_int_equal(strlen(text), 36);
        ASSERT_STATUS(minipay_id_parse(text, &read), MINIPAY_OK);
        assert_memory_equal(&read, &id, sizeof id);
        for (char *c = text; *c; c++)
            *c = (char)(*c >= 'a' && *c <= 'f' ? *c - 'a' + 'A' : *c);
        ASSERT_STATUS(minipay_id_parse(text, &upper), MINIPAY_OK);
        assert_memory_equal(&upper, &id, sizeof id);
    }
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        minipay_id id;
        memset(&id, 0x77, sizeof id);
        ASSERT_STATUS(minipay_id_parse(broken[i], &id), MINIPAY_INVALID_ID);
        assert_int_equal(id.bytes[0], 0x77);
    }
}

static void made_ids_carry_their_time_and_rise(void **state)
{
    static const uint8_t high[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};
    minipay_id early, late, next;
    (void)state;
    mpi_id_make(UINT64_C(0x019ab0000000), high, &early);
    mpi_id_make(UINT64_C(0x019ab0000001), (const uint8_t[10]){0}, &late);
    assert_true(mpi_id_compare(&early, &late) < 0);
    assert_int_equal(early.bytes[6] >> 4, 7);
    assert_int_equal(early.bytes[8] >> 6, 2);
    assert_memory_equal(early.bytes, "\x01\x9a\xb0\0\0\0", 6);
    next = early;
    for (int i = 0; i < 1000; i++) {
        minipay_id before = next;
        mpi_id_increment(&next);
        assert_true(mpi_id_compare(&before, &next) < 0);
        assert_int_equal(next.bytes[6] >> 4, 7);
        assert_int_equal(next.bytes[8] >> 6, 2);
    }
}

static void derived_and_named_ids_are_always_the_same_and_all_different(void **state)
{
    minipay_id a, b, parent;
    (void)state;
    mpi_id_make(5, (const uint8_t[10]){1}, &parent);
    mpi_id_derive(&parent, "topup", &a);
    mpi_id_derive(&parent, "topup", &b);
    assert_memory_equal(&a, &b, sizeof a);
    mpi_id_derive(&parent, "order", &b);
    assert_memory_not_equal(&a, &b, sizeof a);
    minipay_id_from_name(1000, "row 1", &a);
    minipay_id_from_name(1000, "row 1", &b);
    assert_memory_equal(&a, &b, sizeof a);
    minipay_id_from_name(1000, "row 2", &b);
    assert_memory_not_equal(&a, &b, sizeof a);
    minipay_id_from_name(1001, "row 1", &b);
    assert_true(mpi_id_compare(&a, &b) < 0);
    assert_int_equal(a.bytes[6] >> 4, 8);
}

/* ---- time ------------------------------------------------------------------------------------------------ */

static void dates_are_the_c_librarys(void **state)
{
    (void)state;
    for (int i = 0; i < 50000; i++) {
        int64_t seconds = (int64_t)(draw() % UINT64_C(253000000000));
        int32_t offset = (int32_t)(draw() % 1681) - 840;
        time_t local = (time_t)(seconds + (int64_t)offset * 60);
        struct tm parts;
        if (local < 0)
            continue;
        gmtime_r(&local, &parts);
        int32_t expected = (parts.tm_year + 1900) * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday;
        assert_int_equal(mpi_date_of(seconds * 1000000 + 999999, offset), expected);
        assert_int_equal(mpi_date_to_days(expected), local / 86400);
        assert_int_equal(mpi_date_from_days((int32_t)(local / 86400)), expected);
        assert_true(mpi_date_valid(expected));
        int64_t begins, ends;
        mpi_day_of(seconds * 1000000, offset, &begins, &ends);
        assert_true(begins <= seconds * 1000000 && seconds * 1000000 + 999999 < ends);
        assert_int_equal(mpi_date_of(ends - 1, offset), expected);
        assert_int_equal(mpi_date_of(ends, offset), mpi_date_from_days((int32_t)(local / 86400) + 1));
        if (begins > 0) {
            assert_int_equal(mpi_date_of(begins, offset), expected);
            assert_true(mpi_date_of(begins - 1, offset) < expected);
        }
    }
}

static void dates_that_are_none(void **state)
{
    static const int32_t none[] = {0,        20261301, 20260001,  20260100, 20260132, 20260431,
                                   20260229, 21000229, -20260101, 2026,     202601011};
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(mpi_date_valid(none[i]));
    assert_true(mpi_date_valid(20240229));
    assert_true(mpi_date_valid(20000229));
}

static void times_are_written_to_the_microsecond(void **state)
{
    char text[MINIPAY_TIME_TEXT_SIZE];
    (void)state;
    minipay_time_format(INT64_C(1763886908123456), text);
    assert_string_equal(text, "2025-11-23T08:35:08.123456Z");
    minipay_time_format(1, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000001Z");
    minipay_time_format(0, text);
    assert_string_equal(text, "");
}

/* ---- text ------------------------------------------------------------------------------------------------ */

/* A decoder of its own: the code point, or -1. */
static int32_t decode(const uint8_t *at, size_t left, size_t *length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = at[0];
    *length = lead < 0x80 ? 1 : lead >= 0xf0 && lead < 0xf8 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : 2;
    if (lead >= 0xf8 || (lead >= 0x80 && lead < 0xc0) || *length > left)
        return -1;
    uint32_t point = *length == 1 ? lead : lead & (0x7fu >> *length);
    for (size_t i = 1; i < *length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return -1;
        point = point << 6 | (at[i] & 0x3f);
    }
    bool good = point >= least[*length] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    return good ? (int32_t)point : -1;
}

static bool is_valid(const char *text, size_t size)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t i = 0, length;
    while (i < size && at[i]) {
        if (decode(at + i, size - i, &length) < 0)
            return false;
        i += length;
    }
    if (i >= size)
        return false;
    for (; i < size; i++) {
        if (at[i])
            return false;
    }
    return true;
}

static void text_is_judged_as_by_a_decoder(void **state)
{
    static const uint8_t likely[] = {0,    0,    'a',  'z',  0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2,
                                     0xdf, 0xe0, 0xed, 0xef, 0x9f, 0xa0, 0xf0, 0xf4, 0x8f, 0x90};
    int good = 0;
    (void)state;
    for (int i = 0; i < 300000; i++) {
        char text[6];
        for (size_t b = 0; b < sizeof text; b++)
            text[b] = (char)likely[draw() % sizeof likely];
        for (size_t b = draw() % 7; b < sizeof text; b++)
            text[b] = 0;
        bool expected = is_valid(text, sizeof text);
        good += expected;
        assert_int_equal(mpi_text_valid(text, sizeof text), expected);
    }
    assert_true(good > 1000);
}

static void copying_fills_with_zeros_and_cuts(void **state)
{
    char text[6];
    (void)state;
    memset(text, 'x', sizeof text);
    mpi_text_copy(text, sizeof text, "ab");
    assert_memory_equal(text, "ab\0\0\0", 6);
    mpi_text_copy(text, sizeof text, "abcdefgh");
    assert_string_equal(text, "abcde");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_text_goes_there_and_back_for_every_exponent),
        cmocka_unit_test(exponents_are_isos),
        cmocka_unit_test(money_beyond_64_bits_or_finer_than_the_minor_unit_is_refused),
        cmocka_unit_test(powers_of_ten_are_exact_or_refused),
        cmocka_unit_test(sums_and_products_are_exact_or_refused),
        cmocka_unit_test(shares_are_rounded_half_away_from_zero),
        cmocka_unit_test(parts_are_exact_at_the_whole_and_never_go_back),
        cmocka_unit_test(shares_and_parts_of_impossible_figures_are_the_nearest_that_fit),
        cmocka_unit_test(rounding_up_finds_the_next_unit_or_refuses),
        cmocka_unit_test(ids_go_there_and_back_and_nothing_else_is_one),
        cmocka_unit_test(made_ids_carry_their_time_and_rise),
        cmocka_unit_test(derived_and_named_ids_are_always_the_same_and_all_different),
        cmocka_unit_test(dates_are_the_c_librarys),
        cmocka_unit_test(dates_that_are_none),
        cmocka_unit_test(times_are_written_to_the_microsecond),
        cmocka_unit_test(text_is_judged_as_by_a_decoder),
        cmocka_unit_test(copying_fills_with_zeros_and_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
