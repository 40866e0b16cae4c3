/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "request.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* A member's PIN and password. They come from standard input, never from the command line, which others
 * can see. */

typedef struct sort {
    int32_t credential;
    const char *name;
} sort;

static const sort pin = {MINIPAY_CREDENTIAL_PIN, "PIN"};
static const sort password = {MINIPAY_CREDENTIAL_PASSWORD, "password"};

static bool hide_typing(const char *name, struct termios *before)
{
    struct termios hidden;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, before) != 0)
        return false;
    hidden = *before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    bool done = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
    fprintf(stderr, "%s: ", name); /* only now: what was typed before is thrown away */
    return done;
}

/* One line, without its end. What is too long for any secret is left too long, and is refused. */
static int read_secret(const char *name, char secret[MINIPAY_SECRET_SIZE])
{
    struct termios before;
    char line[MINIPAY_SECRET_SIZE + 2] = {0};
    bool hidden = hide_typing(name, &before);
    bool got = fgets(line, sizeof line, stdin) != NULL;
    if (hidden) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputs("\n", stderr);
    }
    line[strcspn(line, "\r\n")] = 0;
    memset(secret, 0, MINIPAY_SECRET_SIZE);
    memcpy(secret, line, strnlen(line, MINIPAY_SECRET_SIZE));
    explicit_bzero(line, sizeof line);
    return got ? 0 : fail_own("the %s is read from standard input, which is at its end", name);
}

static minipay_status call_credential_set(minipay *pay, const void *requests, uint32_t count,
                                          minipay_outcome *outcomes, minipay_error *error)
{
    (void)count;
    return minipay_credential_set(pay, requests, outcomes, error);
}

static int set(const args *a, db *d, const sort *which)
{
    minipay_credential_request request;
    minipay_credential_request_init(&request);
    request.credential = which->credential;
    int code = request_begin(a, d, &request.id, request.actor, request.channel, request.reason);
    if (!code)
        code = db_member(d, "member", a->words[0], &request.member_id);
    if (!code)
        code = read_secret(which->name, request.secret);
    if (!code)
        code = request_send(a, d, call_credential_set, &request, NULL);
    explicit_bzero(&request, sizeof request);
    return code;
}

static int say_verdict(const args *a, minipay_status status, const minipay_error *error)
{
    int code = EXIT_DONE;
    if (args_json(a))
        code = json_print(json_pack("{s:b,s:s}", "right", status == MINIPAY_OK, "status",
                                    minipay_status_name(status)));
    else if (status == MINIPAY_OK)
        puts("right");
    return status == MINIPAY_OK ? code : fail_status(status, error);
}

static int verify(const args *a, db *d, const sort *which)
{
    minipay_id id;
    minipay_error error;
    char secret[MINIPAY_SECRET_SIZE + 1] = {0};
    minipay_error_init(&error);
    int code = db_member(d, "member", a->words[0], &id);
    if (!code)
        code = read_secret(which->name, secret);
    if (!code) {
        minipay_status status =
            minipay_credential_verify(d->pay, &id, which->credential, secret, &error);
        code = say_verdict(a, status, &error);
    }
    explicit_bzero(secret, sizeof secret);
    return code;
}

int cmd_member_set_pin(const args *a, db *d)
{
    return set(a, d, &pin);
}

int cmd_member_set_password(const args *a, db *d)
{
    return set(a, d, &password);
}

int cmd_member_verify_pin(const args *a, db *d)
{
    return verify(a, d, &pin);
}

int cmd_member_verify_password(const args *a, db *d)
{
    return verify(a, d, &password);
}

/* ---- how they stand ---- */

typedef struct query {
    minipay_id member;
} query;

/* Both of a member, those that are set. */
static minipay_status read_credentials(db *d, void *at, void *page, uint32_t *count,
                                       minipay_error *error)
{
    const query *q = at;
    minipay_credential *found = page;
    minipay_status status = MINIPAY_OK;
    *count = 0;
    for (int32_t which = MINIPAY_CREDENTIAL_PIN; which <= MINIPAY_CREDENTIAL_PASSWORD; which++) {
        status = minipay_credential_get(d->pay, &q->member, which, &found[*count], error);
        if (status != MINIPAY_OK && status != MINIPAY_NOT_FOUND)
            break;
        *count += status == MINIPAY_OK;
    }
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

static int show_credential(db *d, const void *at, const void *item, table *t)
{
    char set_at[TEXT_SIZE], locked[TEXT_SIZE];
    const minipay_credential *c = item;
    const char *name = c->credential == MINIPAY_CREDENTIAL_PIN ? "pin" : "password";
    (void)d;
    (void)at;
    if (!t)
        return json_print(json_pack("{s:s,s:o,s:i,s:o}", "credential", name, "set_at",
                                    json_time(c->set_at), "wrong_tries", c->wrong_tries, "locked_until",
                                    json_time(c->locked_until)));
    text_time(c->set_at, set_at);
    text_time(c->locked_until, locked);
    table_cell(t, name);
    table_cell(t, set_at);
    table_count(t, (uint64_t)c->wrong_tries);
    table_cell(t, locked);
    return 0;
}

int cmd_member_credentials(const args *a, db *d)
{
    static const char *const heads[] = {"Credential", "Set at (UTC)", ">Wrong tries", "Locked until",
                                        NULL};
    static const list credentials = {heads, sizeof(minipay_credential), read_credentials,
                                     show_credential};
    query q;
    int code = db_member(d, "member", a->words[0], &q.member);
    return code ? code : list_show(d, &credentials, &q, 0, args_json(a));
}
