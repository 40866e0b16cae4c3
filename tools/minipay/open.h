/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_OPEN_H
#define MINIPAY_TOOL_OPEN_H

/* An installation on one file F: SQLite at F, the scripted bank at F.bank, the master key in F.key. F or F.bank
 * that is lost is never made anew in its place. */

#include "minipay/minipay.h"

#include <stdbool.h>

/* With ".bank" it fits into the bank's configuration. */
enum { DB_PATH_SIZE = 1008 };

typedef struct db {
    minipay *pay;
    minipay_bank bank;   /* the handle's; for what only the bank knows */
    int64_t virtual_now; /* what the library reads as the time; 0: the system's clock */
    minipay_host host;
    uint8_t key[32];
    minipay_id operation_id; /* that a changing command made because it was given none */
    bool is_new;             /* the file was not there before */
    char path[DB_PATH_SIZE];
} db;

enum {
    DB_EXISTING, /* F must be there */
    DB_EXAMINED, /* the same; a damaged F is only looked at, also without its bank */
    DB_NEW_TOO,  /* F is made, and a key for it, when it is not */
    DB_LATER     /* not at once: the command opens it itself */
};

/* `virtual_now` as in the struct. Answers 0, or says what is wrong and answers the exit code. The struct
 * must stay where it is until db_close. */
int db_open(db *d, const char *path, int which, int64_t virtual_now);

/* NULL-safe in its parts: a db that failed to open, or is all zero, may be closed. */
void db_close(db *d);

/* Finds a member by id, or by e-mail when the text holds an '@'. */
int db_member(db *d, const char *option, const char *text, minipay_id *id);

#endif
