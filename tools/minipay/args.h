/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_ARGS_H
#define MINIPAY_TOOL_ARGS_H

/* The options that subcommands share, and their values. */

#include "minipay/types.h"

#include <stdbool.h>

struct db;

enum {
    OPT_DB,
    OPT_JSON,
    OPT_ID,
    OPT_MEMBER,
    OPT_TO,
    OPT_MERCHANT,
    OPT_OWNER,
    OPT_ACCOUNT,
    OPT_PAYMENT,
    OPT_AMOUNT,
    OPT_CURRENCY,
    OPT_NAME,
    OPT_EMAIL,
    OPT_REGION,
    OPT_TIER,
    OPT_COMPANY,
    OPT_BANK,
    OPT_NUMBER,
    OPT_HOLDER,
    OPT_FEE_BPS,
    OPT_CYCLE,
    OPT_AUTO_TOPUP,
    OPT_FROM_SUSPENSE,
    OPT_MEMO,
    OPT_ACTOR,
    OPT_CHANNEL,
    OPT_REASON,
    OPT_THROUGH,
    OPT_BEFORE,
    OPT_COUNT,
    OPT_OUTCOMES,
    OPT_FILE,
    OPT_BUDGET,
    OPT_AUTHORIZE,
    OPT_CHECKPOINT,
    OPT_OUT,
    OPT_FIXED_FEE,
    OPT_LEAST_FEE,
    OPT_MOST_FEE,
    OPT_WEEKLY,
    OPT_MONTHLY,
    OPT_PROMOTION,
    OPT_DISCOUNT,
    OPT_DISCOUNT_BPS,
    OPT_LARGEST,
    OPT_FUND,
    OPT_SHARE,
    OPT_WITHDRAWN,
    OPT_STATE,
    OPT_FROM,
    OPT_TRANSFER,
    OPT_HOLD,
    OPT_EXPIRES,
    OPT_EFFECTIVE,
    OPT_STARTS,
    OPT_ENDS,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_ATOMIC,
    OPT_KEY,
    OPT_AFTER,
    OPT_VERSION,
    OPT_END
};

typedef struct args {
    const char *text[OPT_END]; /* NULL: not given */
    char *const *words;        /* what is no option */
    int word_count;
} args;

#define OPT_BIT(option) (UINT64_C(1) << (option))

typedef struct command {
    const char *name;    /* "member register" */
    const char *summary; /* one line */
    int (*run)(const args *a, struct db *d);
    int opens; /* how --db is opened before `run`: DB_* of open.h */
    uint64_t required;
    uint64_t optional;
    const char *words; /* "FILE", or NULL when it takes none */
    int least, most;   /* how many words */
    uint64_t kept;     /* of `optional`: what is changed when it is given, and else stays as it is */
} command;

/* Reads what follows the command's name. Ends the program with 2 when it is wrong, with 0 after --help. */
void args_parse(const command *c, int count, char **words, args *a);

/* An id as the command prints it, or as the database's views do: without dashes. */
bool args_read_id(const char *text, minipay_id *id);

/* Values. Each answers 0, or says what is wrong and answers the exit code; what is not given becomes
 * the fallback, none, or "". */
int args_id(const args *a, int option, minipay_id *id);
int args_id_text(const char *name, const char *text, minipay_id *id);
int args_amount(const args *a, int option, const char *currency, int64_t *amount_minor);
int args_number(const args *a, int option, int64_t least, int64_t most, int64_t fallback,
                int64_t *number);
int args_currency(const args *a, char currency[MINIPAY_CURRENCY_SIZE]);
int args_date(const args *a, int option, int32_t *date);
int args_time(const args *a, int option, int64_t *at);
int args_copy(const args *a, int option, const char *fallback, char *out, size_t size);

bool args_json(const args *a);

#endif
