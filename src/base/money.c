/* SPDX-License-Identifier: Apache-2.0 */
#include "base/money.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

bool mpi_money_add(int64_t a, int64_t b, int64_t *result)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *result = sum;
    return true;
}

bool mpi_money_subtract(int64_t a, int64_t b, int64_t *result)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return false;
    *result = difference;
    return true;
}

bool mpi_money_multiply(int64_t a, int64_t b, int64_t *result)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *result = product;
    return true;
}

uint64_t mpi_money_size(int64_t amount_minor)
{
    return amount_minor < 0 ? 0 - (uint64_t)amount_minor : (uint64_t)amount_minor;
}

static int64_t divide_half_away(wide dividend, wide divisor)
{
    wide half = divisor / 2;
    wide quotient = dividend < 0 ? -((-dividend + half) / divisor) : (dividend + half) / divisor;
    return quotient > INT64_MAX ? INT64_MAX : quotient < INT64_MIN ? INT64_MIN : (int64_t)quotient;
}

bool mpi_money_is_share(int32_t basis_points)
{
    return basis_points >= 0 && basis_points <= 10000;
}

int64_t mpi_money_share(int64_t amount_minor, int32_t basis_points)
{
    return divide_half_away((wide)amount_minor * basis_points, 10000);
}

int64_t mpi_money_part(int64_t amount_minor, int64_t numerator, int64_t denominator)
{
    return denominator <= 0 ? 0 : divide_half_away((wide)amount_minor * numerator, denominator);
}

bool mpi_money_round_up(int64_t amount_minor, int64_t minimum, int64_t unit, int64_t *result)
{
    int64_t least = amount_minor > minimum ? amount_minor : minimum;
    int64_t over;
    if (unit <= 0 || least <= 0 || !mpi_money_add(least, unit - 1, &over))
        return false;
    *result = over - over % unit;
    return true;
}

int64_t mpi_money_wrap_add(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

int64_t mpi_money_rest(int64_t whole, int64_t part)
{
    int64_t rest = 0;
    mpi_money_subtract(whole, part, &rest);
    return rest;
}

int64_t mpi_money_wrap_subtract(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* ---- sums of any number ---------------------------------------------------------------------------------- */

static wide whole(const mpi_money_sum *sum)
{
    return (wide)((unsigned_wide)(uint64_t)sum->high << 64 | sum->low);
}

static void set(mpi_money_sum *sum, wide value)
{
    sum->low = (uint64_t)value;
    sum->high = (int64_t)(value >> 64);
}

void mpi_money_sum_add(mpi_money_sum *sum, int64_t amount_minor)
{
    set(sum, whole(sum) + amount_minor);
}

void mpi_money_sum_subtract(mpi_money_sum *sum, int64_t amount_minor)
{
    set(sum, whole(sum) - amount_minor);
}

void mpi_money_sum_join(mpi_money_sum *sum, const mpi_money_sum *other, bool subtracted)
{
    set(sum, subtracted ? whole(sum) - whole(other) : whole(sum) + whole(other));
}

bool mpi_money_sum_equal(const mpi_money_sum *a, const mpi_money_sum *b)
{
    return a->high == b->high && a->low == b->low;
}

int64_t mpi_money_sum_shown(const mpi_money_sum *sum)
{
    wide value = whole(sum);
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
}
