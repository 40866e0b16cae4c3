/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <endian.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What one would write by hand for this one task, as fast as we can: transfers between accounts in SQLite, each
 * in the journal, every commit with its block hash, balances as they are. It does nothing else: no policy, no
 * limits, no holds, no documents, no other process, one thread, and all accounts in an array.
 *
 *   bench_hand FILE ACCOUNTS TRANSFERS BATCH own|floor [PAGE_SIZE]
 *
 * `own` writes the columns of the library's tables journal, balance and block; `floor` only those that a ledger
 * cannot do without. New rows are one INSERT ... SELECT from a virtual table, balances one REPLACE ... SELECT.
 * Prints one line of JSON. */

enum { CHECKPOINT_BYTES = 64 << 20, CACHE_KIB = 65536 };

typedef struct transfer {
    uint8_t id[16];
    int64_t debit, credit, amount, debit_balance, credit_balance, debit_previous, credit_previous,
        booked_at;
    int64_t fingerprint;
} transfer;

typedef struct account {
    int64_t posted, last, day_out, month_out;
} account;

static sqlite3 *db;
static account *accounts;
static uint8_t *dirty;
static int64_t *touched;
static transfer *rows;
static int64_t row_count, touched_count, first_sequence = 1, account_count;
static bool own_columns;
static int wal_frames;

static void check(int code, const char *what)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "bench_hand: %s: %s\n", what, db ? sqlite3_errmsg(db) : "?");
    exit(1);
}

static double seconds(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static void make_id(uint64_t number, uint8_t id[16])
{
    uint64_t high = (UINT64_C(1763856000000) + number / 500) << 16 | 0x7000 | number % 500;
    uint64_t low = (mix(number) & UINT64_C(0x3fffffffffffffff)) | UINT64_C(0x8000000000000000);
    high = htobe64(high);
    low = htobe64(low);
    memcpy(id, &high, sizeof high);
    memcpy(id + sizeof high, &low, sizeof low);
}

/* ---- the virtual tables ---------------------------------------------------------------------------------- */

typedef struct cursor {
    sqlite3_vtab_cursor base;
    int64_t at;
} cursor;

typedef struct source {
    sqlite3_vtab base;
    bool journal;
} source;

static const char journal_own[] =
    "sequence,operation_id,leg,kind,debit_account,credit_account,amount_minor,"
    "debit_balance_minor,credit_balance_minor,debit_previous,credit_previous,booked_at,"
    "business_date,policy_version,fingerprint,reverses,actor,channel";
static const char journal_floor[] =
    "sequence,operation_id,debit_account,credit_account,amount_minor,"
    "debit_balance_minor,credit_balance_minor,debit_previous,credit_previous,booked_at";
static const char balance_own[] =
    "account_id,posted_minor,held_minor,incoming_minor,last_sequence,day_out_minor,month_out_minor,day";
static const char balance_floor[] = "account_id,posted_minor,held_minor,last_sequence";

static int source_connect(sqlite3 *handle, void *kind, int argc, const char *const *argv,
                          sqlite3_vtab **made, char **message)
{
    char sql[512];
    source *table = calloc(1, sizeof *table);
    (void)argc, (void)argv, (void)message;
    if (!table)
        return SQLITE_NOMEM;
    table->journal = kind != NULL;
    *made = &table->base;
    snprintf(sql, sizeof sql, "CREATE TABLE x(%s)",
             table->journal ? (own_columns ? journal_own : journal_floor)
                            : (own_columns ? balance_own : balance_floor));
    return sqlite3_declare_vtab(handle, sql);
}

static int source_best(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1000;
    return SQLITE_OK;
}

static int source_disconnect(sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}

static int source_open(sqlite3_vtab *table, sqlite3_vtab_cursor **opened)
{
    static cursor cursors[4];
    static int next;
    cursor *made = &cursors[next++ & 3];
    (void)table;
    memset(made, 0, sizeof *made);
    *opened = &made->base;
    return SQLITE_OK;
}

static int source_close(sqlite3_vtab_cursor *closed)
{
    (void)closed;
    return SQLITE_OK;
}

static int source_filter(sqlite3_vtab_cursor *at, int number, const char *name, int argc,
                         sqlite3_value **argv)
{
    (void)number, (void)name, (void)argc, (void)argv;
    ((cursor *)at)->at = 0;
    return SQLITE_OK;
}

static int source_next(sqlite3_vtab_cursor *at)
{
    ((cursor *)at)->at++;
    return SQLITE_OK;
}

static int source_eof(sqlite3_vtab_cursor *at)
{
    return ((cursor *)at)->at >= (((source *)at->pVtab)->journal ? row_count : touched_count);
}

static int source_rowid(sqlite3_vtab_cursor *at, sqlite3_int64 *rowid)
{
    *rowid = ((cursor *)at)->at;
    return SQLITE_OK;
}

static void journal_column(sqlite3_context *context, int64_t at, int number)
{
    const transfer *row = &rows[at];
    static const int own_of_floor[] = {0, 1, 4, 5, 6, 7, 8, 9, 10, 11};
    if (!own_columns)
        number = own_of_floor[number];
    switch (number) {
    case 0:
        sqlite3_result_int64(context, first_sequence + at);
        break;
    case 1:
        sqlite3_result_blob(context, row->id, 16, SQLITE_STATIC);
        break;
    case 3:
        sqlite3_result_text(context, "transfer", 8, SQLITE_STATIC);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
        sqlite3_result_int64(context, (&row->debit)[number - 4]);
        break;
    case 12:
        sqlite3_result_int64(context, 20251123);
        break;
    case 14:
        sqlite3_result_int64(context, row->fingerprint);
        break;
    case 16:
    case 17:
        sqlite3_result_text(context, "", 0, SQLITE_STATIC);
        break;
    default:
        sqlite3_result_int64(context, number == 13);
    }
}

static void balance_column(sqlite3_context *context, int64_t at, int number)
{
    const account *row = &accounts[touched[at]];
    static const int own_of_floor[] = {0, 1, 2, 4};
    if (!own_columns)
        number = own_of_floor[number];
    const int64_t values[] = {touched[at] + 1, row->posted,    0,       0, row->last,
                              row->day_out,    row->month_out, 20251123};
    sqlite3_result_int64(context, values[number]);
}

static int source_column(sqlite3_vtab_cursor *at, sqlite3_context *context, int number)
{
    if (((source *)at->pVtab)->journal)
        journal_column(context, ((cursor *)at)->at, number);
    else
        balance_column(context, ((cursor *)at)->at, number);
    return SQLITE_OK;
}

static const sqlite3_module source_module = {.xConnect = source_connect,
                                             .xBestIndex = source_best,
                                             .xDisconnect = source_disconnect,
                                             .xOpen = source_open,
                                             .xClose = source_close,
                                             .xFilter = source_filter,
                                             .xNext = source_next,
                                             .xEof = source_eof,
                                             .xColumn = source_column,
                                             .xRowid = source_rowid};

/* ---- tables ---------------------------------------------------------------------------------------------- */

static const char schema_own[] =
    "CREATE TABLE journal(sequence INTEGER PRIMARY KEY,operation_id BLOB NOT NULL,leg INTEGER NOT "
    "NULL,kind TEXT NOT "
    "NULL,debit_account INTEGER NOT NULL,credit_account INTEGER NOT NULL,amount_minor INTEGER NOT "
    "NULL,debit_balance_minor INTEGER NOT NULL,credit_balance_minor INTEGER NOT NULL,debit_previous "
    "INTEGER NOT "
    "NULL,credit_previous INTEGER NOT NULL,booked_at INTEGER NOT NULL,business_date INTEGER NOT "
    "NULL,policy_version "
    "INTEGER NOT NULL,fingerprint INTEGER NOT NULL,reverses INTEGER NOT NULL,actor TEXT NOT "
    "NULL,channel TEXT NOT "
    "NULL)STRICT;CREATE UNIQUE INDEX journal_by_operation ON journal(operation_id,leg);"
    "CREATE TABLE balance(account_id INTEGER PRIMARY KEY,posted_minor INTEGER NOT NULL,held_minor "
    "INTEGER NOT "
    "NULL,incoming_minor INTEGER NOT NULL,last_sequence INTEGER NOT NULL,day_out_minor INTEGER NOT "
    "NULL,month_out_minor INTEGER NOT NULL,day INTEGER NOT NULL)STRICT;"
    "CREATE TABLE block(number INTEGER PRIMARY KEY,first_sequence INTEGER NOT NULL,row_count INTEGER "
    "NOT "
    "NULL,closed_at INTEGER NOT NULL,tallies BLOB NOT NULL,hash BLOB NOT NULL)STRICT";

static const char schema_floor[] =
    "CREATE TABLE journal(sequence INTEGER PRIMARY KEY,operation_id BLOB NOT NULL,debit_account INTEGER "
    "NOT "
    "NULL,credit_account INTEGER NOT NULL,amount_minor INTEGER NOT NULL,debit_balance_minor INTEGER NOT "
    "NULL,credit_balance_minor INTEGER NOT NULL,debit_previous INTEGER NOT NULL,credit_previous INTEGER "
    "NOT "
    "NULL,booked_at INTEGER NOT NULL)STRICT;CREATE UNIQUE INDEX journal_by_operation ON "
    "journal(operation_id);"
    "CREATE TABLE balance(account_id INTEGER PRIMARY KEY,posted_minor INTEGER NOT NULL,held_minor "
    "INTEGER NOT "
    "NULL,last_sequence INTEGER NOT NULL)STRICT;"
    "CREATE TABLE block(number INTEGER PRIMARY KEY,first_sequence INTEGER NOT NULL,row_count INTEGER "
    "NOT "
    "NULL,closed_at INTEGER NOT NULL,tallies BLOB NOT NULL,hash BLOB NOT NULL)STRICT";

static void run(const char *sql)
{
    check(sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement = NULL;
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
    return statement;
}

static void step(sqlite3_stmt *statement, const char *what)
{
    check(sqlite3_step(statement), what);
    sqlite3_reset(statement);
}

static int count_frames(void *context, sqlite3 *handle, const char *name, int frames)
{
    (void)context, (void)handle, (void)name;
    wal_frames = frames;
    return SQLITE_OK;
}

static void open_file(const char *path, const char *page_size)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char text[1200];
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%s%s", path, endings[i]);
        unlink(text);
    }
    check(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                          NULL),
          path);
    snprintf(text, sizeof text,
             "PRAGMA page_size=%s;PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA "
             "wal_autocheckpoint=0;"
             "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-%d",
             page_size, CACHE_KIB);
    run(text);
    run(own_columns ? schema_own : schema_floor);
    check(sqlite3_create_module(db, "new_rows", &source_module, db), "module");
    check(sqlite3_create_module(db, "new_balances", &source_module, NULL), "module");
    sqlite3_wal_hook(db, count_frames, NULL);
}

/* ---- a group --------------------------------------------------------------------------------------------- */

static void apply(transfer *row, int64_t sequence)
{
    account *debit = &accounts[row->debit - 1], *credit = &accounts[row->credit - 1];
    if (__builtin_sub_overflow(debit->posted, row->amount, &row->debit_balance) ||
        row->debit_balance < 0 ||
        __builtin_add_overflow(credit->posted, row->amount, &row->credit_balance))
        exit(3);
    row->debit_previous = debit->last;
    row->credit_previous = credit->last;
    debit->posted = row->debit_balance;
    credit->posted = row->credit_balance;
    debit->last = credit->last = sequence;
    debit->day_out += row->amount;
    debit->month_out += row->amount;
    dirty[row->debit - 1] = dirty[row->credit - 1] = 1;
}

static void make_group(uint64_t done, int64_t count, int64_t now)
{
    for (int64_t i = 0; i < count; i++) {
        transfer *row = &rows[i];
        uint64_t random = mix(done + (uint64_t)i);
        int64_t payer = (int64_t)(random % (uint64_t)account_count);
        int64_t payee = (int64_t)((random >> 32) % (uint64_t)(account_count - 1));
        payee += payee >= payer;
        make_id(done + (uint64_t)i, row->id);
        row->debit = payer + 1;
        row->credit = payee + 1;
        row->amount = 1 + (int64_t)(random % 1000);
        row->booked_at = now;
        row->fingerprint = (int64_t)mix(random);
        apply(row, first_sequence + i);
    }
    row_count = count;
    touched_count = 0;
    if (count > account_count / 8) {
        for (int64_t i = 0; i < account_count; i++) {
            touched[touched_count] = i;
            touched_count += dirty[i];
        }
        memset(dirty, 0, (size_t)account_count);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t both[] = {rows[i].debit - 1, rows[i].credit - 1};
        for (int side = 0; side < 2; side++) {
            if (dirty[both[side]])
                touched[touched_count++] = both[side];
            dirty[both[side]] = 0;
        }
    }
}

static void hash_group(const uint8_t key[32], uint8_t hash[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, 32, 32);
    crypto_generichash_update(&state, hash, 32);
    crypto_generichash_update(&state, (const unsigned char *)rows,
                              (unsigned long long)row_count * sizeof *rows);
    crypto_generichash_final(&state, hash, 32);
}

static double run_all(int64_t total, int64_t batch, int page_size)
{
    static uint8_t key[32] = {7}, hash[32], tallies[32];
    char insert[512], replace[512];
    snprintf(insert, sizeof insert, "INSERT INTO journal SELECT %s FROM new_rows",
             own_columns ? journal_own : journal_floor);
    snprintf(replace, sizeof replace, "REPLACE INTO balance SELECT %s FROM new_balances",
             own_columns ? balance_own : balance_floor);
    sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT"),
                 *journal = prepare(insert), *balances = prepare(replace),
                 *block = prepare("INSERT INTO block VALUES(?,?,?,?,?,?)");
    double begun = seconds();
    int64_t number = 1;
    for (int64_t done = 0; done < total; done += row_count, first_sequence += row_count, number++) {
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        int64_t now = (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
        step(begin, "begin");
        make_group((uint64_t)done, total - done < batch ? total - done : batch, now);
        step(journal, "journal");
        step(balances, "balances");
        hash_group(key, hash);
        sqlite3_bind_int64(block, 1, number);
        sqlite3_bind_int64(block, 2, first_sequence);
        sqlite3_bind_int64(block, 3, row_count);
        sqlite3_bind_int64(block, 4, now);
        sqlite3_bind_blob(block, 5, tallies, 32, SQLITE_STATIC);
        sqlite3_bind_blob(block, 6, hash, 32, SQLITE_STATIC);
        step(block, "block");
        step(commit, "commit");
        if ((int64_t)wal_frames * page_size > CHECKPOINT_BYTES) {
            sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
            wal_frames = 0;
        }
    }
    return seconds() - begun;
}

int main(int count, char **words)
{
    if (count < 6 || count > 7 || sodium_init() < 0) {
        fprintf(stderr, "usage: bench_hand FILE ACCOUNTS TRANSFERS BATCH own|floor [PAGE_SIZE]\n");
        return 2;
    }
    account_count = strtoll(words[2], NULL, 10);
    int64_t total = strtoll(words[3], NULL, 10), batch = strtoll(words[4], NULL, 10);
    own_columns = strcmp(words[5], "own") == 0;
    const char *page_size = count == 7 ? words[6] : "4096";
    accounts = calloc((size_t)account_count, sizeof *accounts);
    dirty = calloc((size_t)account_count, 1);
    touched =
        calloc((size_t)(account_count > 2 * batch ? account_count : 2 * batch) + 1, sizeof *touched);
    rows = calloc((size_t)batch, sizeof *rows);
    if (!accounts || !dirty || !touched || !rows)
        return 1;
    for (int64_t i = 0; i < account_count; i++)
        accounts[i].posted = 1000000000;
    open_file(words[1], page_size);
    run("BEGIN");
    for (touched_count = 0; touched_count < account_count; touched_count++)
        touched[touched_count] = touched_count;
    step(prepare(
             own_columns
                 ? "REPLACE INTO balance SELECT * FROM new_balances"
                 : "REPLACE INTO balance SELECT account_id,posted_minor,held_minor,last_sequence FROM "
                   "new_balances"),
         "accounts");
    run("COMMIT");
    sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    printf("{\"value\": %.0f}\n", (double)total / run_all(total, batch, atoi(page_size)));
    return 0;
}
