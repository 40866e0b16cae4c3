/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint.h"

#include "commands.h"
#include "fail.h"
#include "json.h"
#include "open.h"
#include "output.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int checkpoint_read(const char *path, minipay_checkpoint *checkpoint)
{
    char text[2 * MINIPAY_CHECKPOINT_TEXT_SIZE];
    minipay_error error;
    FILE *file = fopen(path, "re");
    if (!file)
        return fail_own("%s: the checkpoint cannot be read: %s", path, strerror(errno));
    size_t count = fread(text, 1, sizeof text - 1, file);
    int whole = !ferror(file);
    fclose(file);
    text[count] = 0;
    minipay_error_init(&error);
    if (!whole)
        return fail_own("%s: the checkpoint cannot be read", path);
    if (strlen(text) != count || minipay_checkpoint_parse(text, checkpoint, &error) != MINIPAY_OK)
        return fail_own("%s: %s", path, error.message[0] ? error.message : "the text is no checkpoint");
    return EXIT_DONE;
}

void checkpoint_check(minipay *pay, const minipay_checkpoint *checkpoint, minipay_audit_check *check)
{
    minipay_error error;
    minipay_error_init(&error);
    minipay_audit_check_init(check);
    minipay_status status = minipay_checkpoint_verify(pay, checkpoint, &error);
    check->ok = status == MINIPAY_OK;
    check->rows = 1;
    text_set(check->name, sizeof check->name, "checkpoint");
    if (!check->ok)
        snprintf(check->detail, sizeof check->detail, "%.48s: %.200s", error.field,
                 error.message[0] ? error.message : minipay_status_text(status));
}

static int print_json(const minipay_checkpoint *checkpoint, const char *text)
{
    return json_print(json_pack(
        "{s:o,s:I,s:I,s:o,s:s}", "installation", json_id(&checkpoint->installation_id), "block",
        (json_int_t)checkpoint->block_number, "sequence", (json_int_t)checkpoint->last_sequence,
        "made_at", json_time(checkpoint->made_at), "text", text));
}

static int write_file(const db *d, const char *path, const char *text)
{
    FILE *out;
    int code = output_open("--out", path, d->path, NULL, &out);
    if (code)
        return code;
    code = output_begin(out, path);
    if (!code)
        fputs(text, out);
    return output_end(out, path, code);
}

int cmd_checkpoint(const args *a, db *d)
{
    char text[MINIPAY_CHECKPOINT_TEXT_SIZE];
    minipay_checkpoint checkpoint;
    minipay_error error;
    int code = EXIT_DONE;
    minipay_error_init(&error);
    minipay_status status = minipay_checkpoint_make(d->pay, &checkpoint, &error);
    if (status != MINIPAY_OK)
        return fail_doing("checkpoint", status, &error);
    minipay_checkpoint_format(&checkpoint, text);
    if (a->text[OPT_OUT])
        code = write_file(d, a->text[OPT_OUT], text);
    if (code == EXIT_DONE && args_json(a))
        code = print_json(&checkpoint, text);
    else if (code == EXIT_DONE && !a->text[OPT_OUT])
        fputs(text, stdout);
    return code;
}

/* ---- who signed it ---- */

enum { KEY_BYTES = 32 };

int cmd_checkpoint_key(const args *a, db *d)
{
    uint8_t key[KEY_BYTES];
    char hex[2 * KEY_BYTES + 1];
    minipay_error error;
    minipay_error_init(&error);
    minipay_status status = minipay_checkpoint_key(d->pay, key, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    for (int i = 0; i < KEY_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", key[i]);
    if (args_json(a))
        return json_print(json_pack("{s:s}", "public_key", hex));
    puts(hex);
    return EXIT_DONE;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static int read_public_key(const char *text, uint8_t key[KEY_BYTES])
{
    bool good = strlen(text) == 2 * KEY_BYTES;
    for (int i = 0; good && i < KEY_BYTES; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        good = high >= 0 && low >= 0;
        key[i] = (uint8_t)(good ? high * 16 + low : 0);
    }
    return good ? 0
                : fail_usage("--key: '%s' is not a public key: %d hexadecimal digits", text,
                             2 * KEY_BYTES);
}

int cmd_checkpoint_check(const args *a, db *d)
{
    uint8_t key[KEY_BYTES];
    minipay_checkpoint checkpoint;
    minipay_error error;
    int code = read_public_key(a->text[OPT_KEY], key);
    (void)d;
    if (!code)
        code = checkpoint_read(a->words[0], &checkpoint);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_status status = minipay_checkpoint_check(&checkpoint, key, &error);
    if (args_json(a))
        code = json_print(json_pack("{s:b,s:s}", "signed", status == MINIPAY_OK, "status",
                                    minipay_status_name(status)));
    else if (status == MINIPAY_OK)
        puts("signed by the holder of this key");
    return status == MINIPAY_OK
               ? code
               : fail_own("%s: not signed by the holder of this key, or changed", a->words[0]);
}
