/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct status_entry {
    int32_t value;
    const char *name;
    const char *text;
} status_entry;

/* The one list of statuses: value, name, sentence. In the order of the values. */
static const status_entry statuses[] = {
    {MINIPAY_OK, "ok", "Done."},
    {MINIPAY_INVALID_ARGUMENT, "invalid_argument", "An argument is outside its range."},
    {MINIPAY_INVALID_ID, "invalid_id", "An id is missing or malformed."},
    {MINIPAY_INVALID_AMOUNT, "invalid_amount", "The amount must be above zero and fit its currency."},
    {MINIPAY_INVALID_CURRENCY, "invalid_currency", "The currency is not an ISO 4217 code."},
    {MINIPAY_INVALID_TEXT, "invalid_text", "A text is missing, too long, or not UTF-8."},
    {MINIPAY_INVALID_SIZE, "invalid_size", "A struct was not set up by its init function."},
    {MINIPAY_INVALID_TIME, "invalid_time", "A time or date is outside its range."},
    {MINIPAY_ID_REUSED, "id_reused", "This id already belongs to another request."},
    {MINIPAY_BATCH_TOO_LARGE, "batch_too_large", "A call takes at most 8,190 requests."},
    {MINIPAY_REENTERED, "reentered", "A callback may not call the library back."},
    {MINIPAY_CLOSED, "closed", "The handle is closed, or belongs to the parent process."},
    {MINIPAY_NOT_SUPPORTED, "not_supported", "This installation has no adapter for that."},
    {MINIPAY_ADAPTER_INVALID, "adapter_invalid",
     "An adapter lacks a required method or has another version."},

    {MINIPAY_NOT_FOUND, "not_found", "There is nothing under this id."},
    {MINIPAY_MEMBER_NOT_FOUND, "member_not_found", "There is no such member."},
    {MINIPAY_MEMBER_INACTIVE, "member_inactive", "The member is deactivated."},
    {MINIPAY_EMAIL_TAKEN, "email_taken", "Another member has this e-mail address."},
    {MINIPAY_WALLET_NOT_FOUND, "wallet_not_found", "There is no such wallet."},
    {MINIPAY_WALLET_EXISTS, "wallet_exists", "The member already has a wallet in this currency."},
    {MINIPAY_WALLET_FROZEN, "wallet_frozen", "The wallet is frozen."},
    {MINIPAY_WALLET_CLOSED, "wallet_closed", "The wallet is closed."},
    {MINIPAY_WALLET_NOT_EMPTY, "wallet_not_empty", "A wallet is closed only at zero."},
    {MINIPAY_INSUFFICIENT_FUNDS, "insufficient_funds",
     "The money that is available for it is less than the amount."},
    {MINIPAY_SELF_TRANSFER, "self_transfer", "Payer and payee are the same wallet."},
    {MINIPAY_BELOW_MINIMUM, "below_minimum", "The amount is below the minimum."},
    {MINIPAY_NOT_IN_UNITS, "not_in_units", "The amount is not a multiple of the unit."},
    {MINIPAY_LIMIT_OPERATION, "limit_operation", "The amount is above the limit of one operation."},
    {MINIPAY_LIMIT_HOLDING, "limit_holding", "The wallet would hold more than its limit."},
    {MINIPAY_LIMIT_DAILY, "limit_daily", "The day's limit would be passed."},
    {MINIPAY_LIMIT_MONTHLY, "limit_monthly", "The month's limit would be passed."},
    {MINIPAY_CURRENCY_MISMATCH, "currency_mismatch", "It is not in the currency of what it names."},
    {MINIPAY_AMOUNT_OVERFLOW, "amount_overflow", "An amount or a sum would not fit into 64 bits."},
    {MINIPAY_ACCOUNT_NOT_FOUND, "account_not_found", "There is no such bank account."},
    {MINIPAY_ACCOUNT_EXISTS, "account_exists", "This bank account is linked already."},
    {MINIPAY_HOLDER_MISMATCH, "holder_mismatch", "The bank account belongs to another holder."},
    {MINIPAY_BANK_REFUSED, "bank_refused", "The bank refused the order."},
    {MINIPAY_MERCHANT_NOT_FOUND, "merchant_not_found", "There is no such merchant."},
    {MINIPAY_MERCHANT_INACTIVE, "merchant_inactive", "The merchant is deactivated."},
    {MINIPAY_HOLD_NOT_FOUND, "hold_not_found", "There is no such hold."},
    {MINIPAY_HOLD_CLOSED, "hold_closed", "The hold is captured or void already."},
    {MINIPAY_HOLD_EXPIRED, "hold_expired", "The hold has expired."},
    {MINIPAY_SLIP_NOT_FOUND, "slip_not_found", "There is no such slip."},
    {MINIPAY_SLIP_CLOSED, "slip_closed", "The slip's state does not allow this."},
    {MINIPAY_REFUND_EXCEEDS, "refund_exceeds", "Refunds would pass what was paid."},
    {MINIPAY_PROMOTION_EXHAUSTED, "promotion_exhausted", "The promotion's fund is used up."},
    {MINIPAY_CREDENTIAL_WRONG, "credential_wrong", "The PIN or password is wrong."},
    {MINIPAY_CREDENTIAL_LOCKED, "credential_locked", "Too many wrong tries; the credential is locked."},
    {MINIPAY_BATCH_REFUSED, "batch_refused", "Another request of the atomic batch was refused."},
    {MINIPAY_BANK_NOT_SERVED, "bank_not_served", "No bank adapter serves this bank or amount."},
    {MINIPAY_ALREADY_REVERSED, "already_reversed", "This operation has been reversed already."},
    {MINIPAY_TOO_LATE, "too_late", "Policy's time for this has passed."},
    {MINIPAY_BANK_SILENT, "bank_silent",
     "The bank gave no answer in time, and had been asked to move nothing."},
    {MINIPAY_NOT_REVERSIBLE, "not_reversible", "Only a transfer between members can be reversed."},
    {MINIPAY_NOTHING_LEFT, "nothing_left", "All that was captured is refunded already."},

    {MINIPAY_BUSY, "busy", "Another program holds the database."},
    {MINIPAY_NO_MEMORY, "no_memory", "Memory is used up."},
    {MINIPAY_DISK_FULL, "disk_full", "The disk is full."},
    {MINIPAY_UNAVAILABLE, "unavailable", "The other side cannot be reached now."},
    {MINIPAY_BEHIND, "behind",
     "An earlier instruction of this call on the same wallet still runs; send it again."},

    {MINIPAY_COMMIT_UNKNOWN, "commit_unknown",
     "Whether the commit stands is not known; ask with the same id."},
    {MINIPAY_BANK_UNKNOWN, "bank_unknown",
     "The bank was asked beyond the deadline and has not said whether it moved the money."},
    {MINIPAY_BANK_AMOUNT_DIFFERS, "bank_amount_differs",
     "The bank moved another amount than was ordered; a person decides."},
    {MINIPAY_NOT_BOOKED, "not_booked",
     "Money has moved that can neither be booked nor given back; a person decides."},

    {MINIPAY_IO_ERROR, "io_error", "Reading or writing the database failed."},
    {MINIPAY_NOT_A_DATABASE, "not_a_database", "The file is not a MiniPay database."},
    {MINIPAY_CORRUPT, "corrupt", "The database is damaged, or its keys are another installation's."},
    {MINIPAY_NEWER_VERSION, "newer_version", "The database was written by a newer version of MiniPay."},
    {MINIPAY_READ_ONLY, "read_only", "The database cannot be written."},
    {MINIPAY_KEY_MISSING, "key_missing", "The host does not supply the key."},
    {MINIPAY_INTERNAL, "internal", "MiniPay found a fault in itself."},
};

const char *const mpi_kind_names[] = {[MINIPAY_KIND_NONE] = "none",
                                      [MINIPAY_KIND_TOPUP] = "topup",
                                      [MINIPAY_KIND_TRANSFER] = "transfer",
                                      [MINIPAY_KIND_WITHDRAW] = "withdraw",
                                      [MINIPAY_KIND_PAY] = "pay",
                                      [MINIPAY_KIND_REFUND] = "refund",
                                      [MINIPAY_KIND_CREDIT] = "credit",
                                      [MINIPAY_KIND_DEBIT] = "debit",
                                      [MINIPAY_KIND_PAYOUT] = "payout",
                                      [MINIPAY_KIND_FEE] = "fee",
                                      [MINIPAY_KIND_REVERSAL] = "reversal",
                                      [MINIPAY_KIND_REGISTER] = "register",
                                      [MINIPAY_KIND_LINK] = "link",
                                      [MINIPAY_KIND_OPEN] = "open",
                                      [MINIPAY_KIND_MERCHANT] = "merchant",
                                      [MINIPAY_KIND_ORDER] = "order",
                                      [MINIPAY_KIND_SETTLEMENT] = "settlement",
                                      [MINIPAY_KIND_HOLD] = "hold",
                                      [MINIPAY_KIND_HOLD_CAPTURE] = "hold_capture",
                                      [MINIPAY_KIND_HOLD_VOID] = "hold_void",
                                      [MINIPAY_KIND_AUTHORIZE] = "authorize",
                                      [MINIPAY_KIND_CAPTURE] = "capture",
                                      [MINIPAY_KIND_VOID] = "void",
                                      [MINIPAY_KIND_FREEZE] = "freeze",
                                      [MINIPAY_KIND_UNFREEZE] = "unfreeze",
                                      [MINIPAY_KIND_CLOSE] = "close",
                                      [MINIPAY_KIND_MEMBER_CHANGE] = "member_change",
                                      [MINIPAY_KIND_CREDENTIAL] = "credential",
                                      [MINIPAY_KIND_UNLINK] = "unlink",
                                      [MINIPAY_KIND_PROMOTION] = "promotion",
                                      [MINIPAY_KIND_BATCH] = "batch",
                                      [MINIPAY_KIND_MERCHANT_CHANGE] = "merchant_change",
                                      [MINIPAY_KIND_HOLIDAY] = "holiday",
                                      [MINIPAY_KIND_POLICY] = "policy",
                                      NULL};

const char *const mpi_state_names[] = {"none", "running", "done", "rejected", "parked", NULL};

static const status_entry *find_status(minipay_status status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (statuses[i].value == status)
            return &statuses[i];
    }
    return NULL;
}

int32_t minipay_status_class(minipay_status status)
{
    return find_status(status) ? status / 100 : MINIPAY_CLASS_FATAL;
}

const char *minipay_status_name(minipay_status status)
{
    const status_entry *entry = find_status(status);
    return entry ? entry->name : "unknown_status";
}

const char *minipay_status_text(minipay_status status)
{
    const status_entry *entry = find_status(status);
    return entry ? entry->text : "This status is not in the list.";
}

static const char *name_at(const char *const *names, int32_t value)
{
    int32_t i = 0;
    while (names[i] && i != value)
        i++;
    return value >= 0 && names[i] ? names[i] : "?";
}

const char *minipay_kind_name(int32_t kind)
{
    return name_at(mpi_kind_names, kind);
}

const char *minipay_state_name(int32_t state)
{
    return name_at(mpi_state_names, state);
}

void minipay_error_init(minipay_error *error)
{
    if (!error)
        return;
    memset(error, 0, sizeof *error);
    error->struct_size = sizeof *error;
}

minipay_status(mpi_fail)(minipay_error *error, minipay_status status, const char *field,
                         const char *format, ...)
{
    if (error) {
        va_list arguments;
        error->status = status;
        snprintf(error->field, sizeof error->field, "%s", field ? field : "");
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

minipay_status(mpi_fail_plain)(minipay_error *error, minipay_status status, const char *field)
{
    return mpi_fail(error, status, field, "%s", minipay_status_text(status));
}

minipay_status mpi_check_size(const char *parameter, uint32_t struct_size, size_t expected,
                              minipay_error *error)
{
    return struct_size == expected
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_SIZE, "struct_size",
                          "%s: %u bytes where %zu are expected; was it set up by its init function?",
                          parameter, struct_size, expected);
}
