#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""House rules that a compiler does not check. Prints one line a fault; ends with 1 if there is any.

Reads the checkout it stands in. `CC` is the C compiler; `MINIPAY_LIBRARY` is libminipay.so, and without
it the exported symbols are not compared.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CC = os.environ.get("CC", "cc")

# Floors, top to bottom. Folders of one row do not know each other.
FLOORS = [
    {"gateway"}, {"api"}, {"query"}, {"settlement"}, {"transfer", "payment"}, {"wallet"}, {"banking"},
    {"membership", "governance"}, {"saga"}, {"event"}, {"ledger"}, {"policy"}, {"store"}, {"record"}, {"base"},
]
FLOOR = {folder: height for height, row in enumerate(reversed(FLOORS)) for folder in row}
CONTEXTS = {"membership", "banking", "wallet", "transfer", "payment", "settlement"}

# Foreign headers, and the only folder that may include each.
OWNERS = {"sqlite3.h": "store/sqlite", "sodium.h": "base"}

LONGEST_FILE = 800
LONGEST_FUNCTION = 70
WIDEST_LINE = 112  # comments; code is narrower, as clang-format writes it
CODE_FOLDERS = ["include", "src", "tools", "tests", "examples", "bench", "fuzz", "scripts", "cmake", "bindings", ".ci"]
NEEDS_SPDX = {".c", ".h", ".map", ".py", ".sh", ".cmake", ".in", ".go", ".i", ".yml", ".yaml", ""}

FORBIDDEN = {
    r"(?:time|localtime|gmtime|gettimeofday|rand|srand|random|srandom|drand48)": "time and chance come from the host",
    r"(?:getenv|secure_getenv|setenv|putenv)": "settings come from the caller",
    r"(?:printf|vprintf|puts|putchar|perror|fputs|fprintf|vfprintf|syslog)": "the library prints nothing",
    r"(?:pthread_create|thrd_create|fork|vfork|system|popen|exit|_exit)": "the library starts and ends nothing",
    r"(?:sprintf|vsprintf|strcpy|strcat|stpcpy|strtok|gets|atoi|atol|atoll|alloca)": "unbounded or unchecked",
}

# Arithmetic with amounts: (behind one, before one). A pointer's star has no space behind it, a sign neither.
AMOUNT = r"(?:\([\w ]+\))?(?:\w+(?:\[[^\]]*\])?(?:->|\.))*\w*_minor\b"
ARITHMETIC = (r"_minor(?:\[[^\]]*\])?\s*(?:[+\-*]=?(?!>)|\+\+|--)", rf"[\w\])]\s+[+\-*]=?\s+{AMOUNT}")
ARITHMETIC_ALLOWED = "src/base/money.c"

# Structs of the adapters' contracts without a size of their own: the version of their vtable speaks for them.
FENCED_BY_VTABLE = {"minipay_field", "minipay_index", "minipay_table", "minipay_schema", "minipay_write", "minipay_scan",
                    "minipay_storage_capabilities", "minipay_bank_capabilities"}
PLAIN_VALUES = {"minipay_id"}

# Words of work that is not done, and of the place where it was done.
UNFINISHED = r"\b(?:TO" r"DO|FIX" r"ME|stu" r"b|place" r"holder)s?\b"
ELSEWHERE = r"/wor" r"k/"

faults = []


def fault(path, line, text):
    faults.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def files(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and "node_modules" not in path.parts:
                yield path


def c_files(*folders):
    return (path for path in files(*folders) if path.suffix in {".c", ".h"})


def without_comments(text, strings=False):
    """Blanks out comments (and with `strings` the inside of literals); line numbers stay."""
    def blank(match):
        found = match.group(0)
        if found[0] == "/" or strings:
            kept = found[0] if found[0] != "/" else " "
            return kept + re.sub(r"[^\n]", " ", found[1:-1]) + (kept if len(found) > 1 else "")
        return found
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def folder_of(path):
    """src/store/sqlite/x.c -> store/sqlite"""
    return path.relative_to(ROOT / "src").parent.as_posix()


def check_floors():
    for path in c_files("src"):
        folder = folder_of(path)
        floor = folder.split("/")[0]
        if floor not in FLOOR:
            fault(path, 1, f"folder '{folder}' has no floor in tests/tidy/tidy.py")
            continue
        code = without_comments(path.read_text())
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', code, re.M):
            reason = include_fault(path, folder, match[1], match[2])
            if reason:
                fault(path, line_of(code, match.start(1)), f"includes {match[2]}: {reason}")


def include_fault(path, folder, quote, name):
    if name in OWNERS and not folder == OWNERS[name]:
        return f"only {OWNERS[name]}/ may"
    if quote == "<":
        return None
    if name.startswith("minipay/"):
        return None if (ROOT / "include" / name).is_file() else "there is no such public header"
    target = next((p for p in (path.parent / name, ROOT / "src" / name) if p.is_file()), None)
    if target is None:
        return "not found; public headers are minipay/..., others are relative to src/"
    other = folder_of(target.resolve())
    if other == folder:
        return None
    mine, theirs = folder.split("/")[0], other.split("/")[0]
    if theirs not in FLOOR:
        return f"folder '{other}' has no floor"
    if mine == "gateway":
        return "the gateway sees only include/minipay/"
    if mine == theirs:
        return "a folder does not look into its own subfolders" if other.startswith(folder + "/") else None
    if FLOOR[theirs] >= FLOOR[mine]:
        return f"'{theirs}' is not on a lower floor than '{mine}'"
    if mine in CONTEXTS and theirs in CONTEXTS and target.name != "port.h":
        return "a context reaches another through its port.h only"
    return None


def check_sizes():
    for path in c_files("include", "src", "tools", "tests", "examples", "bench", "fuzz"):
        text = path.read_text()
        lines = text.count("\n")
        if lines > LONGEST_FILE:
            fault(path, 1, f"{lines} lines; a file stops at {LONGEST_FILE}")
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > WIDEST_LINE:
                fault(path, number, f"{len(line)} characters; a line stops at {WIDEST_LINE}")
        for name, first, last in functions(text):
            if last - first + 1 > LONGEST_FUNCTION:
                fault(path, first, f"{name} has {last - first + 1} lines; a function stops at {LONGEST_FUNCTION}")


def functions(text):
    """(name, first line, last line) of each function: a brace at the outermost level behind a ')'."""
    code = without_comments(text, strings=True)
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.M)
    code = re.sub(r'extern " *" \{', lambda m: " " * len(m[0]), code)
    depth = start = 0
    head = None
    for match in re.finditer(r"[{};]", code):
        if match[0] == "{":
            if depth == 0:
                before = code[start:match.start()]
                head = before if before.rstrip().endswith(")") else None
                opened = start + len(before) - len(before.lstrip())
            depth += 1
        elif match[0] == "}":
            depth = max(depth - 1, 0)
            if depth == 0 and head:
                name = re.search(r"(\w+)\s*\(", head)
                yield name[1] if name else "?", line_of(code, opened), line_of(code, match.start())
                head = None
        if depth == 0:
            start = match.end()


def check_licence():
    own = [path for path in files(*CODE_FOLDERS) if path.suffix in NEEDS_SPDX and "corpus" not in path.parts]
    own += [ROOT / name for name in ("CMakeLists.txt", ".clang-format", ".clang-tidy", ".editorconfig")]
    for path in own:
        with path.open(errors="replace") as stream:
            first = stream.readline()
            if first.startswith("#!"):
                first = stream.readline()
        if "SPDX-License-Identifier: Apache-2.0" not in first:
            fault(path, 1, "the first line must be the SPDX line (the second, behind #!)")


def check_words():
    for path in c_files("src", "include"):
        code = without_comments(path.read_text(), strings=True)
        for match in re.finditer(r"\b(?:float|double|long double)\b", code):
            fault(path, line_of(code, match.start()), "no floating point")
        if path.is_relative_to(ROOT / "include"):
            continue
        for names, why in FORBIDDEN.items():
            for match in re.finditer(rf"(?<![\w.>])({names})\s*\(", code):
                fault(path, line_of(code, match.start()), f"{match[1]}(): {why}")
        for match in re.finditer(r"\b(?:stdout|stderr)\b", code):
            fault(path, line_of(code, match.start()), f"{match[0]}: the library prints nothing")


def check_amounts():
    for path in c_files("src"):
        if path.relative_to(ROOT).as_posix() == ARITHMETIC_ALLOWED:
            continue
        code = without_comments(path.read_text(), strings=True)
        for pattern in ARITHMETIC:
            for match in re.finditer(pattern, code):
                fault(path, line_of(code, match.start()), f"'{' '.join(match[0].split())}': only {ARITHMETIC_ALLOWED} "
                      "computes with amounts")


def check_loose_ends():
    own = [ROOT / name for name in ("CMakeLists.txt", "CMakePresets.json", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    own += [path for path in files(*CODE_FOLDERS, "docs") if path.suffix not in {".xz", ".csv", ".db"}]
    for path in own:
        text = path.read_text(errors="replace") if path.is_file() else ""
        for match in re.finditer(ELSEWHERE, text):
            fault(path, line_of(text, match.start()), "names a place outside the repository")
        for match in re.finditer(UNFINISHED, text, re.I) if path.suffix != ".md" else ():
            fault(path, line_of(text, match.start()), f"'{match[0]}': finish it, or say what is true now")


def check_documents():
    """What the documents name is there, and every folder of src and every decision is named."""
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *files("docs")]
    for path in documents:
        text = path.read_text() if path.is_file() else ""
        for match in re.finditer(r"`((?:src|include|docs|tests|tools|examples|scripts|cmake|bench)/[\w/.-]*)`", text):
            if not (ROOT / match[1]).exists() and not match[1].startswith("bench/"):
                fault(path, line_of(text, match.start()), f"{match[1]} is not there")
        for match in re.finditer(r"\]\(([^):#]+)\)", text):
            if not (path.parent / match[1]).exists():
                fault(path, line_of(text, match.start()), f"{match[1]} is not there")
    examples = "".join(path.read_text() for path in c_files("examples"))
    for path in documents:
        text = path.read_text() if path.is_file() else ""
        for match in re.finditer(r"^```c\n(.*?)^```", text, re.M | re.S):
            if match[1] not in examples:
                fault(path, line_of(text, match.start()), "these lines are in no program of examples/, so nobody builds them")
    index = ROOT / "docs/decisions/README.md"
    for path in files("docs/decisions"):
        if path != index and f"({path.name})" not in index.read_text():
            fault(path, 1, "docs/decisions/README.md does not list it")
    architecture = ROOT / "docs/ARCHITECTURE.md"
    known = set(re.findall(r"\w+", architecture.read_text())) if architecture.is_file() else set()
    for folder in sorted({folder_of(path).split("/")[0] for path in c_files("src")} - known):
        fault(architecture, 1, f"src/{folder} is not on the map")


def kept_files():
    """What the repository keeps; in a copy without git, all that is there but what was built."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, text=True, capture_output=True, check=False)
        if listing.returncode == 0:
            return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not path.relative_to(ROOT).parts[0].startswith("build")]


def check_debris():
    """Databases are made by programs; what a test needs of them stands packed in tests/data."""
    for path in kept_files():
        if path.is_relative_to(ROOT / "tests/data"):
            continue
        with path.open("rb") as file:
            database = b"SQLite format 3\0" in file.read(100)
        if database or re.search(r"\.(?:db|bank|sqlite3?|key)$|-(?:wal|shm|journal|lock)$", path.name):
            fault(path, 1, "a program left it here")


def check_umbrella():
    """A program that includes minipay.h has everything."""
    whole = ROOT / "include/minipay/minipay.h"
    included = re.findall(r'#include "([^"]+)"', whole.read_text())
    for path in c_files("include"):
        if path != whole and path.relative_to(ROOT / "include").as_posix() not in included:
            fault(path, 1, "minipay.h does not include it")


def public_structs():
    """(path, line, name, members) of each struct that a public header defines."""
    for path in c_files("include"):
        code = without_comments(path.read_text())
        for match in re.finditer(r"^typedef struct (\w+) \{(.*?)^\}", code, re.M | re.S):
            members = [" ".join(member.split()) for member in match[2].split(";")]
            yield path, line_of(code, match.start()), match[1], [member for member in members if member]


def check_public_structs():
    inits = {match[1]: path for path in c_files("include") for match in
             re.finditer(r"\bminipay_(\w+)_init\(minipay_\1 \*", without_comments(path.read_text()))}
    known = set()
    for path, line, name, members in public_structs():
        known.add(name.removeprefix("minipay_"))
        for text in struct_faults(path.parent.name == "sys", name, members, inits):
            fault(path, line, f"{name} {text}")
    for name, path in inits.items():
        if name not in known:
            fault(path, 1, f"minipay_{name}_init has no struct minipay_{name}")
    for match in re.finditer(r"\bminipay_(\w+)_init\(", "".join(p.read_text() for p in c_files("include"))):
        if match[1] not in inits:
            fault(ROOT / "include/minipay/minipay.h", 1, f"minipay_{match[1]}_init does not set up a minipay_{match[1]}")


def check_sizes_are_promised():
    """Every public struct stands in the table of sizes, and the names that are exported have the soname's number."""
    table = ROOT / "tests/api/test_struct_sizes.c"
    promised = set(re.findall(r"\bSIZE\((\w+),", table.read_text())) if table.is_file() else set()
    for path, line, name, _ in public_structs():
        if name not in promised:
            fault(path, line, f"{name} is not in tests/api/test_struct_sizes.c")
    number = re.search(r"set\(MINIPAY_SOVERSION (\d+)\)", (ROOT / "CMakeLists.txt").read_text())
    export_map = ROOT / "src/minipay.map"
    if export_map.is_file() and not (number and f"MINIPAY_{number[1]} {{" in export_map.read_text()):
        fault(export_map, 1, "the node has not the number of MINIPAY_SOVERSION in CMakeLists.txt")


def struct_faults(for_adapters, name, members, inits):
    if name in PLAIN_VALUES or for_adapters and (members[0] == "uint32_t version" or name in FENCED_BY_VTABLE):
        return
    if members[0] != "uint32_t struct_size":
        yield "does not begin with uint32_t struct_size"
    if not for_adapters and name.removeprefix("minipay_") not in inits:
        yield "has no function that sets it up"
    for member in members:
        if re.search(r"[*(]|\bunion\b|:", member):
            yield f"holds a pointer, a union or a bit-field: {member}"


def check_enums():
    for path in c_files("include"):
        code = without_comments(path.read_text())
        for match in re.finditer(r"\benum \{(.*?)\}", code, re.S):
            for value in match[1].split(","):
                if value.strip() and "=" not in value:
                    fault(path, line_of(code, match.start()), f"{value.strip()}: the value is not written out")


def check_public_headers():
    cxx = os.environ.get("CXX") or ("clang++" if "clang" in Path(CC).name else "g++")
    for path in c_files("include"):
        code = without_comments(path.read_text())
        for match in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+\w+\(", code, re.M):
            fault(path, line_of(code, match.start()), "no function-like macros in public headers")
        name = path.relative_to(ROOT / "include").as_posix()
        for compiler, language, standard in ((CC, "c", "c11"), (cxx, "c++", "c++17")):
            command = [compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                       "-fsyntax-only", "-I", str(ROOT / "include"), "-"]
            result = subprocess.run(command, input=f'#include "{name}"\n', text=True, capture_output=True)
            if result.returncode:
                fault(path, 1, f"does not compile alone as {standard}:\n{result.stderr.strip()}")


def declared():
    """Name -> header, of everything that is declared MINIPAY_API."""
    names = {}
    for path in c_files("include"):
        for match in re.finditer(r"^MINIPAY_API\s+[^;()]*?(\w+)\s*\(", without_comments(path.read_text()), re.M):
            names[match[1]] = path
    return names


def check_exports():
    library = os.environ.get("MINIPAY_LIBRARY")
    if not library:
        return
    listing = subprocess.run(["nm", "-D", "--defined-only", library], text=True, capture_output=True, check=True)
    exported = {line.split()[2].split("@")[0] for line in listing.stdout.splitlines() if line.split()[1] != "A"}
    names = declared()
    for name in sorted(names.keys() - exported):
        fault(names[name], 1, f"{name} is declared MINIPAY_API but libminipay.so does not export it")
    for name in sorted(exported - names.keys()):
        fault(ROOT / "src/minipay.map", 1, f"{name} is exported but no public header declares it")


def check_status_list():
    header, source = ROOT / "include/minipay/status.h", ROOT / "src/base/status.c"
    enum = re.search(r"enum \{(.*?)\};", without_comments(header.read_text()), re.S)[1]
    code = without_comments(source.read_text())
    for name in re.findall(r"\b(MINIPAY_\w+)\s*=", enum):
        count = len(re.findall(rf"\{{\s*{name}\s*,", code))
        if count != 1:
            fault(source, 1, f"{name} stands {count} times in the list of statuses, not once")
    kinds = without_comments((ROOT / "include/minipay/types.h").read_text())
    for name in re.findall(r"\b(MINIPAY_KIND_\w+)\s*=", kinds):
        if len(re.findall(rf"\[{name}\]\s*=", code)) != 1:
            fault(source, 1, f"{name} has no name in the list of kinds")


CHECKS = [check_floors, check_sizes, check_licence, check_words, check_amounts, check_loose_ends, check_documents,
          check_debris, check_umbrella, check_public_structs, check_sizes_are_promised, check_enums,
          check_public_headers, check_exports, check_status_list]


def main():
    for check in CHECKS:
        before = len(faults)
        check()
        print(f"{check.__name__.removeprefix('check_'):15} {'ok' if len(faults) == before else 'FAILED'}")
    for line in faults:
        print(line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
