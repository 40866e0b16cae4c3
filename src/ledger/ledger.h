/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_LEDGER_LEDGER_H
#define MPI_LEDGER_LEDGER_H

/* The books: accounts, and the journal of postings between them.
 *
 * A posting moves an amount from one account to another; both sides are in one journal row, keyed by
 * (operation, leg). Balances are in each account's natural sign: what the company has (assets) and
 * spends rises with a debit, what it owes (liabilities), earns and owns rises with a credit.
 *
 * Linked accounts (wallets, payables) keep, in each journal row, the balance after it and the row before
 * it; the balance keeps the last row: history is a walk back along the account. Summed accounts (all
 * others, which many postings share) carry neither. */

#include "policy/policy.h"

/* What is known of a kind of account. */
enum {
    MPI_RISES_WITH_DEBIT = 1, /* the company has or spends it; else it owes or earns it */
    MPI_LINKED = 2,
    MPI_HAS_FLOOR = 4, /* somebody's money: what is not there cannot be taken */
    MPI_AT_BANK = 8    /* what the bank has, less what is on its way out: it must cover all the others */
};

/* Every kind of account: its number, which hashes cover (2, 4 and 8 are no kind's), its name, which rows keep,
 * what is known of it. A new one is a line at the end. */
#define MPI_ACCOUNT_KINDS(KIND)                                                                         \
    KIND(WALLET, 0, "wallet", MPI_LINKED | MPI_HAS_FLOOR)                                               \
    KIND(PAYABLE, 1, "payable", MPI_LINKED)                                                             \
    KIND(SUSPENSE, 3, "suspense", MPI_HAS_FLOOR)                                                        \
    KIND(FEE_INCOME, 5, "fee_income", 0)                                                                \
    KIND(CORPORATE, 6, "corporate", MPI_RISES_WITH_DEBIT | MPI_AT_BANK)                                 \
    KIND(TRANSIT, 7, "transit", MPI_RISES_WITH_DEBIT | MPI_AT_BANK)                                     \
    KIND(PROMOTION_EXPENSE, 9, "promotion_expense", MPI_RISES_WITH_DEBIT)                               \
    KIND(BANK_FEE, 10, "bank_fee", MPI_RISES_WITH_DEBIT)                                                \
    KIND(ADJUSTMENT, 11, "adjustment", MPI_RISES_WITH_DEBIT)

#define MPI_ACCOUNT_NUMBER(kind, number, name, known) MPI_ACCOUNT_##kind = (number),
typedef enum mpi_account_kind {
    MPI_ACCOUNT_KINDS(MPI_ACCOUNT_NUMBER) MPI_ACCOUNT_COUNT /* behind the last number */
} mpi_account_kind;

#define MPI_CASH "cash"

enum { MPI_STATE_OPEN = 0, MPI_STATE_FROZEN = 1, MPI_STATE_CLOSED = 2 };

/* Who an account belongs to and what is allowed on it. The first four fields are the key. */
typedef struct mpi_account {
    minipay_id owner_id; /* a member, a merchant; none for the company's own */
    int32_t kind;
    char purse[8]; /* wallets: "cash"; "" for all others */
    char currency[4];
    int64_t account_id;
    int32_t state; /* MPI_STATE_* */
    int32_t tier;
    int64_t terms_version;
    int64_t opened_at;
    minipay_id opened_by; /* the operation */
    int32_t owner_state;  /* 0: active; 1: the member is deactivated */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_account;

/* What is on it. available = posted - held. Proven by the journal. */
typedef struct mpi_balance {
    int64_t account_id;
    int64_t posted_minor;
    int64_t held_minor;
    int64_t incoming_minor;
    int64_t last_sequence; /* of the account's newest journal row; 0 for summed accounts */
    int64_t day_out_minor;
    int64_t month_out_minor;
    int32_t day; /* the business date that day_out and month_out speak of */
} mpi_balance;

typedef struct mpi_journal {
    int64_t sequence;
    minipay_id operation_id;
    int32_t leg;
    int32_t kind;
    int64_t debit_account;
    int64_t credit_account;
    int64_t amount_minor;
    int64_t debit_balance_minor;
    int64_t credit_balance_minor;
    int64_t debit_previous;
    int64_t credit_previous;
    int64_t booked_at;
    int32_t business_date;
    int32_t policy_version;
    int64_t fingerprint; /* of the operation's request */
    int64_t reverses;    /* the sequence that this row undoes, or 0 */
    char actor[MINIPAY_ACTOR_SIZE];
    char channel[MINIPAY_CHANNEL_SIZE];
} mpi_journal;

typedef struct mpi_counter {
    char name[16];
    int64_t value;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_counter;

/* The next number under a name, from 1; and the newest, 0 when there is none. */
minipay_status mpi_counter_next(mpi_unit *unit, mpi_table *counters, const char *name, int64_t *number,
                                minipay_error *error);
minipay_status mpi_counter_newest(mpi_unit *unit, mpi_table *counters, const char *name, int64_t *number,
                                  minipay_error *error);

extern const mpi_record mpi_account_record;
extern const mpi_record mpi_balance_record;
extern const mpi_record mpi_journal_record;
extern const mpi_record mpi_counter_record;

enum { MPI_ACCOUNT_BY_NUMBER = 0 };    /* mpi_account_record's index on account_id */
enum { MPI_JOURNAL_BY_OPERATION = 0 }; /* mpi_journal_record's index on (operation_id, leg) */

/* Is it (MPI_RISES_WITH_DEBIT and so on) known of the kind? */
bool mpi_account_is(int32_t kind, uint32_t known);

/* Does a posting of this kind count towards the daily and monthly limits of the wallet it debits? */
bool mpi_kind_counts(int32_t kind);

typedef struct mpi_ledger {
    mpi_table *accounts, *balances, *journal, *counters, *holds;
    mpi_policy *policy;
} mpi_ledger;

void mpi_ledger_set_up(mpi_ledger *ledger, mpi_store *store, mpi_policy *policy);

/* The account under (owner, kind, purse, currency), or MINIPAY_NOT_FOUND. */
minipay_status mpi_ledger_find(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *key,
                               const mpi_account **account, minipay_error *error);

/* Brings up to MPI_WARM_LARGEST accounts and their balances near the processor. */
void mpi_ledger_warm(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *const *keys, uint32_t count);

/* Opens the account of `wanted` with a zero balance; its number and time are filled in here.
 * MINIPAY_WALLET_EXISTS. */
minipay_status mpi_ledger_open(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *wanted,
                               const mpi_account **account, minipay_error *error);

/* The company's own account of a kind, opened at first use. */
minipay_status mpi_ledger_own(mpi_ledger *ledger, mpi_unit *unit, int32_t kind, const char currency[4],
                              const mpi_account **account, minipay_error *error);

/* What to book. Text is copied. */
typedef struct mpi_posting {
    minipay_id operation_id;
    int32_t leg;
    int32_t kind;
    const mpi_account *debit;
    const mpi_account *credit;
    int64_t amount_minor;
    int64_t fingerprint;
    const mpi_journal *reversed; /* the row that this posting undoes, or NULL */
    const mpi_rules *rules;
    const char *actor;
    const char *channel;
    bool looked_up; /* the caller knows that (operation, leg) is free */
    bool unlimited; /* money that goes back: no limit refuses it, but states do */
    bool forced;    /* moved by a bank, or granted before: no limit or state but CLOSED refuses it */
} mpi_posting;

/* May the wallet spend the amount now? MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED, LIMIT_OPERATION,
 * INSUFFICIENT_FUNDS, LIMIT_DAILY, LIMIT_MONTHLY, in this order. */
minipay_status mpi_ledger_may_spend(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                    const mpi_rules *rules, int64_t amount_minor, minipay_error *error);

/* Does the amount fit into the wallet? AMOUNT_OVERFLOW, LIMIT_HOLDING. */
minipay_status mpi_ledger_may_receive(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                      const mpi_rules *rules, int64_t amount_minor,
                                      minipay_error *error);

/* Books it, or refuses: MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED, ID_REUSED, LIMIT_OPERATION,
 * INSUFFICIENT_FUNDS, LIMIT_DAILY, LIMIT_MONTHLY, LIMIT_HOLDING, AMOUNT_OVERFLOW, in this order. A
 * refused posting changes nothing. */
minipay_status mpi_ledger_post(mpi_ledger *ledger, mpi_unit *unit, const mpi_posting *posting,
                               int64_t *sequence, minipay_error *error);

/* Reserves room for money that a bank is asked for, or gives it back (amount below zero). Reserving may
 * refuse as a credit would. */
minipay_status mpi_ledger_reserve(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                  const mpi_rules *rules, int64_t amount_minor, minipay_error *error);

/* Counts money that is set aside towards the daily and monthly limits, as if it were spent on the date.
 * False: it overflows. */
bool mpi_balance_count(mpi_balance *balance, int32_t date, int64_t amount_minor);

/* Takes back what was counted on a date, as far as its day and month have not ended. */
void mpi_balance_give_back(mpi_balance *balance, int32_t date, int64_t amount_minor);

minipay_status mpi_ledger_balance(mpi_ledger *ledger, mpi_unit *unit, int64_t account_id,
                                  const mpi_balance **balance, minipay_error *error);

/* The journal row of (operation, leg), or MINIPAY_NOT_FOUND. */
minipay_status mpi_ledger_row(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *operation_id,
                              int32_t leg, mpi_journal *row, minipay_error *error);

/* The same on a snapshot. */
minipay_status mpi_ledger_row_seen(mpi_view *view, const minipay_id *operation_id, int32_t leg,
                                   mpi_journal *row, minipay_error *error);

#endif
