/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "commands.h"
#include "fail.h"
#include "paysim.h"
#include "replay.h"
#include "report.h"
#include "text.h"
#include "wallet.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef MINIPAY_EXAMPLE_DATA
#define MINIPAY_EXAMPLE_DATA ""
#endif

enum { HISTORY = 8 };

static const char EXAMPLE[] = "paysim-day.csv";

/* From where the program lies: installed, and in a build tree. */
static const char *const near[] = {"../share/minipay/", "../../examples/data/", "../examples/data/"};

static bool program_folder(char folder[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length <= 0)
        return false;
    folder[length] = 0;
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    return slash != NULL;
}

static bool example_in(const char *folder, const char *below, char path[PATH_MAX])
{
    char wanted[PATH_MAX];
    int length = snprintf(wanted, sizeof wanted, "%s/%s%s", folder, below, EXAMPLE);
    return length > 0 && length < PATH_MAX && realpath(wanted, path) && access(path, R_OK) == 0;
}

static bool find_example(char path[PATH_MAX])
{
    char folder[PATH_MAX];
    if (MINIPAY_EXAMPLE_DATA[0] && example_in(MINIPAY_EXAMPLE_DATA, "", path))
        return true;
    if (!program_folder(folder))
        return false;
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        if (example_in(folder, near[i], path))
            return true;
    }
    return false;
}

static int choose_file(const args *a, char path[PATH_MAX])
{
    if (a->text[OPT_FILE])
        return text_set(path, PATH_MAX, a->text[OPT_FILE]) ? 0
                                                           : fail_usage("--file: the path is too long");
    if (find_example(path))
        return 0;
    return fail_own("%s is not where it was installed; name a PaySim file with --file", EXAMPLE);
}

/* Before anything is said or made. */
static int check_file(const char *path)
{
    paysim *file = paysim_open(path);
    int code = file ? paysim_read(file, NULL, NULL) : EXIT_OWN;
    paysim_close(file);
    return code;
}

static int choose_db(const args *a, char path[PATH_MAX])
{
    char folder[PATH_MAX - sizeof "/day.db"];
    const char *where = getenv("TMPDIR");
    if (a->text[OPT_DB])
        return text_set(path, PATH_MAX, a->text[OPT_DB]) ? 0 : fail_usage("--db: the path is too long");
    if (!where || !where[0])
        where = "/tmp";
    int length = snprintf(folder, sizeof folder, "%s/minipay-demo-XXXXXX", where);
    if (length < 0 || (size_t)length >= sizeof folder || !mkdtemp(folder))
        return fail_own("no folder for the demo's database can be made in %s", where);
    snprintf(path, PATH_MAX, "%s/day.db", folder);
    return 0;
}

static void tell_beginning(const char *file, const char *path)
{
    printf("MiniPay %s: a prepaid-money business, replayed.\n\n"
           "  People join and link a bank account. They top up their wallets from it, pay\n"
           "  merchants, send money to each other and withdraw to the bank. Every top-up and\n"
           "  withdrawal goes through the bank before the books say so; every payment leaves\n"
           "  a slip; every night the slips are settled and each merchant is paid. What a\n"
           "  wallet does not hold is refused. At the end the bank is asked what it has, and\n"
           "  the books are proven from their stored rows alone.\n\n"
           "  Operations   %s\n"
           "  Database     %s (SQLite)\n"
           "  Bank         %s.bank\n\n",
           minipay_version(), file, path, path);
    fflush(stdout);
}

static int tell_wallet(db *d, const figures *f)
{
    minipay_member member;
    minipay_member_init(&member);
    if (id_is_none(&f->liveliest))
        return 0;
    if (minipay_member_get(d->pay, &f->liveliest, &member, NULL) != MINIPAY_OK)
        return 0;
    printf("\nONE MEMBER'S WALLET: %s, NEWEST FIRST\n\n", member.name);
    return wallet_history(d, &f->liveliest, f->currency, HISTORY);
}

static void tell_end(const char *path, bool is_ours)
{
    const char *program = program_invocation_name;
    printf("\nLook further:\n\n"
           "  %s wallet list --db %s\n"
           "  %s --help\n\n"
           "Change one won behind its back (with the shell of the Debian package sqlite3), and\n"
           "see the audit name the row:\n\n"
           "  sqlite3 %s \\\n"
           "    \"UPDATE journal SET amount_minor = amount_minor + 1\n"
           "     WHERE sequence = (SELECT max(sequence) FROM journal)\"\n"
           "  %s audit --db %s\n\n",
           program, path, program, path, program, path);
    if (is_ours)
        printf("These files are yours now; rm -r %.*s removes them.\n\n",
               (int)(strrchr(path, '/') - path), path);
}

static int tell(db *d, const tally *t)
{
    figures f;
    int code = figures_read(d, "KRW", &f);
    if (!code) {
        report_print_days(d, &f, t);
        code = tell_wallet(d, &f);
    }
    if (!code)
        report_print_proof(&f);
    if (!code && !f.clean)
        code = EXIT_OWN;
    figures_free(&f);
    return code;
}

int cmd_demo(const args *a, db *d)
{
    char file[PATH_MAX], path[PATH_MAX];
    tally t;
    int code = choose_file(a, file);
    if (!code)
        code = check_file(file);
    if (!code)
        code = choose_db(a, path);
    if (code)
        return code;
    replay_request request = {.file = file, .db = path, .fee_basis_points = 50};
    if (!args_json(a))
        tell_beginning(file, path);
    code = replay(&request, d, &t);
    if (!code)
        code = args_json(a) ? report(d, "KRW", &t, true) : tell(d, &t);
    if (!code && !args_json(a))
        tell_end(path, !a->text[OPT_DB]);
    return code;
}
