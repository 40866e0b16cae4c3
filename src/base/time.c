/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "base/money.h"
#include "base/text.h"

#include <stdio.h>

enum { US_PER_SECOND = 1000000, DAYS_PER_ERA = 146097 };

/* 9999-12-31T23:59:59.999999Z */
static const int64_t last_shown = INT64_C(253402300799999999);

const int64_t mpi_time_last = INT64_C(253370764799999999);

const int64_t mpi_time_leap = INT64_C(315576000000000); /* ten years of 365.25 days */

int64_t mpi_time_of_host(const minipay_host *host)
{
    int64_t now = host->now(host->impl);
    return now < 0 ? 0 : now > mpi_time_last ? mpi_time_last : now;
}

int32_t mpi_date_from_days(int32_t days)
{
    int32_t shifted = days + 719468;
    int32_t era = shifted / DAYS_PER_ERA;
    int32_t day_of_era = shifted - era * DAYS_PER_ERA;
    int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t month_index = (5 * day_of_year + 2) / 153;
    int32_t day = day_of_year - (153 * month_index + 2) / 5 + 1;
    int32_t month = month_index < 10 ? month_index + 3 : month_index - 9;
    int32_t year = year_of_era + era * 400 + (month <= 2);
    return year * 10000 + month * 100 + day;
}

int32_t mpi_date_to_days(int32_t date)
{
    int32_t year = date / 10000, month = date / 100 % 100, day = date % 100;
    year -= month <= 2;
    int32_t era = year / 400;
    int32_t year_of_era = year - era * 400;
    int32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - 719468;
}

bool mpi_date_valid(int32_t date)
{
    return date >= 19700101 && date <= 99991231 && mpi_date_from_days(mpi_date_to_days(date)) == date;
}

enum { SECONDS_PER_DAY = 86400 };

static int64_t day_number(int64_t at, int32_t offset_minutes)
{
    int64_t within = at < 0 ? 0 : at > last_shown ? last_shown : at;
    return (within / US_PER_SECOND + (int64_t)offset_minutes * 60) / SECONDS_PER_DAY;
}

int32_t mpi_date_of(int64_t at, int32_t offset_minutes)
{
    return mpi_date_from_days((int32_t)day_number(at, offset_minutes));
}

void mpi_day_of(int64_t at, int32_t offset_minutes, int64_t *begins_at, int64_t *ends_at)
{
    int64_t begins = day_number(at, offset_minutes) * SECONDS_PER_DAY - (int64_t)offset_minutes * 60;
    *begins_at = begins * US_PER_SECOND;
    *ends_at = (begins + SECONDS_PER_DAY) * US_PER_SECOND;
}

int64_t mpi_time_after_ms(int64_t at, int64_t ms)
{
    int64_t us, after;
    return mpi_money_multiply(ms, 1000, &us) && mpi_money_add(at, us, &after) ? after : INT64_MAX;
}

void minipay_time_format(int64_t at, char text[32])
{
    if (!text)
        return;
    if (at <= 0) {
        text[0] = 0;
        return;
    }
    at = at > last_shown ? last_shown : at;
    int32_t date = mpi_date_of(at, 0);
    int32_t second = (int32_t)(at / US_PER_SECOND % 86400);
    char written[80];
    snprintf(written, sizeof written, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", date / 10000,
             date / 100 % 100, date % 100, second / 3600, second / 60 % 60, second % 60,
             (int)(at % US_PER_SECOND));
    mpi_text_copy(text, 32, written);
}
