/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "commands.h"
#include "fail.h"
#include "minipay/values.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

static void print_version(FILE *out, struct argp_state *state)
{
    (void)state;
    fprintf(out, "minipay %s\n", minipay_version());
}

/* How many words of the command line name this command: 0, 1 or 2. */
static int words_named(const command *c, int count, char *const *words)
{
    size_t length = strlen(words[0]);
    if (strncmp(c->name, words[0], length) != 0)
        return 0;
    if (!c->name[length])
        return 1;
    return c->name[length] == ' ' && count > 1 && strcmp(c->name + length + 1, words[1]) == 0 ? 2 : 0;
}

static bool is_in_group(const command *c, const char *group)
{
    size_t length = strlen(group);
    return strncmp(c->name, group, length) == 0 && c->name[length] == ' ';
}

static bool is_group(const char *word)
{
    for (int i = 0; i < command_count; i++) {
        if (is_in_group(&commands[i], word))
            return true;
    }
    return false;
}

/* All commands, or those of a group. */
static void print_commands(FILE *out, const char *group)
{
    for (int i = 0; i < command_count; i++) {
        if (!group || is_in_group(&commands[i], group))
            fprintf(out, "  %-22s %s\n", commands[i].name, commands[i].summary);
    }
}

static void print_group(FILE *out, const char *group)
{
    fprintf(out, "Usage: minipay %s COMMAND --db FILE [OPTION...]\n\n", group);
    print_commands(out, group);
    fprintf(out, "\nminipay %s COMMAND --help tells a command's options; each takes --json.\n", group);
}

static void print_help(FILE *out)
{
    fprintf(out,
            "Usage: minipay COMMAND --db FILE [OPTION...]\n"
            "MiniPay %s: prepaid money, from joining to settlement.\n\n",
            minipay_version());
    print_commands(out, NULL);
    fputs("\n"
          "minipay COMMAND --help tells a command's options; minipay --version the version.\n"
          "A member is named by id or by e-mail. Times are such as 2026-11-23T08:35:00Z.\n"
          "Every changing command takes --id: the same id again changes nothing and tells\n"
          "what stands.\n\n"
          "Exit codes:\n"
          "   0  done\n"
          "   1  the command's own failure: a bad file, an audit that is not clean\n"
          "   2  a wrong command line\n"
          "  11  usage: fix the call; nothing was stored\n"
          "  12  rejected: final, no money moved\n"
          "  13  retryable: the same call with the same id, later\n"
          "  14  unknown: money may have moved; ask again with the same id\n"
          "  15  fatal: the installation or the machine is not sound\n",
          out);
}

static bool asks_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "-?") == 0 ||
           strcmp(word, "help") == 0;
}

static int run_group(int count, char **words)
{
    bool helping = count > 1 && asks_help(words[1]);
    if (count > 1 && !helping)
        return fail_usage("'%s %s' is not a command; minipay %s --help lists them", words[0], words[1],
                          words[0]);
    if (!helping)
        fail_usage("'%s' is a group of commands; which one?", words[0]);
    print_group(helping ? stdout : stderr, words[0]);
    return helping ? EXIT_DONE : EXIT_USAGE;
}

static int with_db(const command *c, const args *a)
{
    db d = {0};
    int code = 0;
    if (c->opens != DB_LATER)
        code = db_open(&d, a->text[OPT_DB], c->opens, 0);
    if (!code)
        code = c->run(a, &d);
    db_close(&d);
    return code;
}

/* The command with the most words: "transfer" is one, and so is "transfer batch". */
static const command *find_command(int count, char *const *words, int *named)
{
    const command *found = NULL;
    *named = 0;
    for (int i = 0; i < command_count; i++) {
        int more = words_named(&commands[i], count, words);
        if (more > *named) {
            *named = more;
            found = &commands[i];
        }
    }
    return found;
}

static int run_command(int count, char **words)
{
    args a;
    int named;
    const command *c = find_command(count, words, &named);
    if (c) {
        args_parse(c, count - named + 1, words + named - 1, &a);
        return with_db(c, &a);
    }
    if (is_group(words[0]))
        return run_group(count, words);
    return fail_usage("'%s' is not a command; minipay --help lists them", words[0]);
}

int main(int count, char **words)
{
    int code = EXIT_DONE;
    argp_program_version_hook = print_version;
    if (count < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (asks_help(words[1]))
        print_help(stdout);
    else if (strcmp(words[1], "--version") == 0 || strcmp(words[1], "-V") == 0)
        print_version(stdout, NULL);
    else
        code = run_command(count - 1, words + 1);
    if (fflush(stdout) != 0 || ferror(stdout))
        return code ? code : fail_own("standard output cannot be written");
    return code;
}
