#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every rule of tidy.py is broken once, in a copy of the checkout, and must be noticed."""
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"

# What is written where, and what tidy.py must say of it.
BREACHES = [
    ("src/base/a.c", '#include "ledger/up.h"', "is not on a lower floor"),
    ("src/wallet/a.c", '#include "banking/inner.h"', "through its port.h only"),
    ("src/transfer/a.c", '#include "payment/port.h"', "is not on a lower floor"),
    ("src/store/a.c", '#include "store/sqlite/inner.h"', "into its own subfolders"),
    ("src/gateway/a.c", '#include "base/up.h"', "sees only include/minipay/"),
    ("src/attic/a.c", "", "has no floor"),
    ("src/base/a.c", '#include "base/nowhere.h"', "not found"),
    ("src/base/a.c", '#include "minipay/nowhere.h"', "no such public header"),
    ("src/store/a.c", "#include <sqlite3.h>", "only store/sqlite/ may"),
    ("src/ledger/a.c", "#include <sodium.h>", "only base/ may"),
    ("src/base/a.c", "\n" * 800, "a file stops at"),
    ("src/base/a.c", "int f(void)\n{\n" + "\n" * 68 + "    return 0;\n}", "f has 72 lines"),
    ("src/base/a.c", "/* " + "word " * 22 + "*/", "115 characters; a line stops at"),
    ("src/base/a.c", "struct s {\n    double amount;\n};", "no floating point"),
    ("include/minipay/a.h", "typedef float minipay_rate;", "no floating point"),
    ("src/base/a.c", "long f(void) { return time(0); }", "time(): time and chance"),
    ("src/base/a.c", "int f(void) { return rand(); }", "rand(): time and chance"),
    ("src/base/a.c", 'char *f(void) { return getenv("A"); }', "getenv(): settings"),
    ("src/base/a.c", 'void f(void) { printf("a"); }', "printf(): the library prints nothing"),
    ("src/base/a.c", "void *f(void) { return stderr; }", "stderr: the library prints nothing"),
    ("include/minipay/a.h", "#define MINIPAY_TWICE(a) ((a) + (a))", "no function-like macros"),
    ("include/minipay/a.h", "uint32_t minipay_a(void);", "does not compile alone as c11"),
    ("include/minipay/a.h", "typedef struct class { int a; } class;", "does not compile alone as c++17"),
    ("include/minipay/a.h", "MINIPAY_API int\nminipay_never_written(void);", "does not export it"),
    ("src/wallet/a.c", "int64_t f(struct w *w) { return w->posted_minor - w->held_minor; }", "computes with amounts"),
    ("src/wallet/a.c", "int64_t f(struct w *w, int64_t a) { return a + w->sums[1].posted_minor; }", "computes with"),
    ("src/wallet/a.c", "void f(struct w *w) { w->posted_minor += 1; }", "computes with amounts"),
    ("src/base/a.c", "int64_t f(int64_t amount_minor) { return 2 * (int64_t)amount_minor; }", "computes with amounts"),
    ("src/base/a.c", "/* TO" "DO: the rest */", "finish it"),
    ("docs/a.md", "as in /wor" "k/notes", "outside the repository"),
    ("docs/a.md", "the step is in `src/payment/away.c`", "src/payment/away.c is not there"),
    ("docs/decisions/0099-a.md", "", "does not list it"),
    ("tests/a.db.bank", "", "a program left it here"),
    ("a.db-lock", "", "a program left it here"),
    ("docs/a.bin", "SQLite format 3\0", "a program left it here"),
    ("README.md", "```c\nint never_built(void);\n```", "are in no program of examples/"),
    ("docs/ARCHITECTURE.md", "base ledger", "src/wallet is not on the map"),
    ("include/minipay/a.h", "", "minipay.h does not include it"),
    ("include/minipay/a.h", "typedef struct minipay_a {\n    int32_t b;\n} minipay_a;", "does not begin with"),
    ("include/minipay/a.h", "typedef struct minipay_a {\n    uint32_t struct_size;\n} minipay_a;", "sets it up"),
    ("include/minipay/a.h", "typedef struct minipay_a {\n    uint32_t struct_size;\n    char *b;\n} minipay_a;",
     "a pointer"),
    ("include/minipay/sys/a.h", "typedef struct minipay_a {\n    uint32_t struct_size;\n    int b : 3;\n} minipay_a;",
     "a bit-field"),
    ("include/minipay/a.h", "MINIPAY_API void minipay_a_init(minipay_a *a);", "has no struct"),
    ("include/minipay/a.h", "typedef struct minipay_a {\n    uint32_t struct_size;\n} minipay_a;",
     "minipay_a is not in tests/api/test_struct_sizes.c"),
    ("src/minipay.map", "MINIPAY_99 {", "the node has not the number"),
    ("include/minipay/a.h", "enum {\n    MINIPAY_A = 1,\n    MINIPAY_B\n};", "MINIPAY_B: the value is not written"),
    ("src/base/status.c", "{MINIPAY_CLOSED, 1}, {MINIPAY_CLOSED, 2}", "MINIPAY_CLOSED stands 2 times"),
    ("src/base/status.c", '[MINIPAY_KIND_PAY] = "pay"', "MINIPAY_KIND_TOPUP has no name"),
    ("src/base/status.c", "{MINIPAY_CLOSED, 1}", "MINIPAY_BUSY stands 0 times"),
]

# What looks like a breach and is none.
INNOCENT = [
    ("src/wallet/a.c", '#include "banking/port.h"\n#include "store/sqlite/inner.h"\n#include "minipay/status.h"'),
    ("src/base/a.c", "/* double time() */\nconst char *f = \"float rand()\";"),
    ("src/wallet/a.c", "void f(int64_t *amount_minor, long *held_minor) { *amount_minor = -*held_minor; }"),
    ("src/wallet/a.c", "int f(struct w *w) { return g(&w->held_minor, -w->held_minor) > w->now - w->at; }"),
    ("src/base/a.c", "struct h { long (*time)(void); };\nlong f(struct h *h) { return h->time(); }"),
]


def load(root):
    spec = importlib.util.spec_from_file_location("tidy", root / "tests/tidy/tidy.py")
    tidy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tidy)
    return tidy


def checkout(root):
    """As little of a checkout as tidy.py needs, with nothing in it to complain of."""
    for name in ("tests/tidy/tidy.py", "CMakeLists.txt", ".clang-format", ".clang-tidy", ".editorconfig",
                 "include/minipay/types.h", "include/minipay/status.h", "src/base/status.c"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name in ("ledger/up.h", "base/up.h", "banking/inner.h", "banking/port.h", "payment/port.h",
                 "store/sqlite/inner.h", "wallet/inner.h"):
        (root / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "src" / name).write_text(SPDX)
    (root / "docs/decisions").mkdir(parents=True)
    (root / "docs/decisions/README.md").write_text("")
    (root / "include/minipay/minipay.h").write_text(
        SPDX + '#include "minipay/types.h"\n#include "minipay/status.h"\n')


def faults_of(name, text, spdx=SPDX):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        checkout(root)
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(spdx + text + "\n")
        tidy = load(root)
        checks = [check for check in tidy.CHECKS if check.__name__ != "check_public_headers" or name[0] == "i"]
        for check in checks:
            check()
        return [line for line in tidy.faults if line.startswith(name)]


def main():
    missed = 0
    if not os.environ.get("MINIPAY_LIBRARY"):
        sys.exit("MINIPAY_LIBRARY must name libminipay.so: run this through ctest")
    for name, text, expected in BREACHES:
        found = faults_of(name, text)
        if not any(expected in line for line in found):
            missed += 1
            print(f"not noticed: {name}: {text.strip()[:60]!r}, expected '{expected}', found {found}")
    if not any("SPDX" in line for line in faults_of("src/base/a.c", "", spdx="")):
        missed += 1
        print("not noticed: a file without its SPDX line")
    for name, text in INNOCENT:
        found = faults_of(name, text)
        if found:
            missed += 1
            print(f"wrongly accused: {found}")
    print(f"{len(BREACHES) + 1} breaches, {len(INNOCENT)} innocents, {missed} wrong")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
