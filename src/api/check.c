/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/currency.h"
#include "base/error.h"
#include "base/id.h"
#include "base/text.h"

minipay_status mpi_check_given(const void *pointer, const char *name, minipay_error *error)
{
    return pointer ? MINIPAY_OK : mpi_fail(error, MINIPAY_INVALID_ARGUMENT, name, "%s is NULL", name);
}

minipay_status mpi_check_both(const void *first, const char *first_name, const void *second,
                              const char *second_name, minipay_error *error)
{
    return first ? mpi_check_given(second, second_name, error)
                 : mpi_check_given(first, first_name, error);
}

minipay_status mpi_check_id(const minipay_id *id, const char *field, minipay_error *error)
{
    return mpi_id_is_none(id) ? mpi_fail(error, MINIPAY_INVALID_ID, field, "%s is missing", field)
                              : MINIPAY_OK;
}

minipay_status mpi_check_text(const char *text, size_t size, bool required, const char *field,
                              minipay_error *error)
{
    if (!mpi_text_valid(text, size))
        return mpi_fail(error, MINIPAY_INVALID_TEXT, field,
                        "%s is not UTF-8 of at most %zu bytes with nothing behind its end", field,
                        size - 1);
    if (required && !text[0])
        return mpi_fail(error, MINIPAY_INVALID_TEXT, field, "%s is empty", field);
    return MINIPAY_OK;
}

minipay_status mpi_check_stamp(const char actor[MINIPAY_ACTOR_SIZE],
                               const char channel[MINIPAY_CHANNEL_SIZE],
                               const char reason[MINIPAY_REASON_SIZE], bool reason_required,
                               minipay_error *error)
{
    minipay_status status = mpi_check_text(actor, MINIPAY_ACTOR_SIZE, false, "actor", error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(channel, MINIPAY_CHANNEL_SIZE, false, "channel", error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(reason, MINIPAY_REASON_SIZE, reason_required, "reason", error);
    return status;
}

minipay_status mpi_check_currency(const char currency[4], minipay_error *error)
{
    return mpi_currency_valid(currency) ? MINIPAY_OK
                                        : mpi_fail_plain(error, MINIPAY_INVALID_CURRENCY, "currency");
}

minipay_status mpi_check_currency_text(const char *currency, minipay_error *error)
{
    return minipay_currency_exponent(currency) >= 0
               ? MINIPAY_OK
               : mpi_fail_plain(error, MINIPAY_INVALID_CURRENCY, "currency");
}
