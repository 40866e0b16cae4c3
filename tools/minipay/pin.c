/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* A member's PIN. It comes from standard input, never from the command line, which others can see. */

static bool hide_typing(struct termios *before)
{
    struct termios hidden;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, before) != 0)
        return false;
    hidden = *before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs("PIN: ", stderr);
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
}

/* One line, without its end. What is too long for any secret is left too long, and is refused. */
static int read_secret(char secret[MINIPAY_SECRET_SIZE])
{
    struct termios before;
    char line[MINIPAY_SECRET_SIZE + 2] = {0};
    bool hidden = hide_typing(&before);
    bool got = fgets(line, sizeof line, stdin) != NULL;
    if (hidden) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputs("\n", stderr);
    }
    line[strcspn(line, "\r\n")] = 0;
    memset(secret, 0, MINIPAY_SECRET_SIZE);
    memcpy(secret, line, strnlen(line, MINIPAY_SECRET_SIZE));
    explicit_bzero(line, sizeof line);
    return got ? 0 : fail_own("the PIN is read from standard input, which is at its end");
}

static minipay_status call_credential_set(minipay *pay, const void *requests, uint32_t count,
                                          minipay_outcome *outcomes, minipay_error *error)
{
    (void)count;
    return minipay_credential_set(pay, requests, outcomes, error);
}

int cmd_member_set_pin(const args *a, db *d)
{
    minipay_credential_request request;
    minipay_credential_request_init(&request);
    request.credential = MINIPAY_CREDENTIAL_PIN;
    int code = request_id(a, d, &request.id);
    if (!code)
        code = request_stamp(a, request.actor, request.channel, request.reason);
    if (!code)
        code = db_member(d, "member", a->words[0], &request.member_id);
    if (!code)
        code = read_secret(request.secret);
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

int cmd_member_verify_pin(const args *a, db *d)
{
    minipay_id id;
    minipay_error error;
    char secret[MINIPAY_SECRET_SIZE + 1] = {0};
    minipay_error_init(&error);
    int code = db_member(d, "member", a->words[0], &id);
    if (!code)
        code = read_secret(secret);
    if (!code) {
        minipay_status status =
            minipay_credential_verify(d->pay, &id, MINIPAY_CREDENTIAL_PIN, secret, &error);
        code = say_verdict(a, status, &error);
    }
    explicit_bzero(secret, sizeof secret);
    return code;
}
