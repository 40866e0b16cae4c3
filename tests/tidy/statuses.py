#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every status that a public header names of a call must have been provoked by a test, and no call may have answered
one that its header does not name.

    statuses.py --generate FOLDER   writes statuses.h and statuses.c: each public call that answers a status, with a
                                    note of the answer. Every C test is compiled with statuses.h in front.
    statuses.py                     (ctest, behind all C tests) holds the notes against the headers

A test notes one line a call, kind and answer: "minipay_execute:topup<TAB>below_minimum<TAB>amount_minor". What a header
says is read from the comment that stands directly above a declaration, or above declarations without a blank line
between them: the names of statuses, and behind a name, in brackets, the fields that it is about: "INVALID_ID (id,
member_id: missing)". A word in brackets counts when it is a parameter of the call or a member of its request."""
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include"

# What every call on a handle may answer: minipay.h says it once for all.
OF_EVERY_HANDLE = ["INVALID_ARGUMENT", "REENTERED", "CLOSED"]
# The same for the storage, of which one status stands for all. These two never ask it.
OF_THE_STORAGE = "IO_ERROR"
WITHOUT_STORAGE = {"minipay_id_generate", "minipay_checkpoint_key"}
# What a storage may answer of itself, so any call on a handle. Others of these classes are a call's own.
OF_A_STORAGE = {"BUSY", "NO_MEMORY", "DISK_FULL", "UNAVAILABLE", "COMMIT_UNKNOWN", "IO_ERROR", "CORRUPT", "READ_ONLY"}
# Calls that make or open a handle rather than use one.
NOT_ON_A_HANDLE = {"minipay_open"}


class Call:
    def __init__(self, name, parameters, comment, header):
        self.name, self.comment, self.header = name, comment, header
        self.parameters = [re.fullmatch(r"(.*?)(\w+)(\[\d+\])?", " ".join(p.split())).groups("")
                           for p in parameters.split(",")]
        self.on_handle = any(p[:2] == ("minipay *", "pay") for p in self.parameters)

    def has(self, *wanted):
        return all(any(p[:2] == (kind, name) for p in self.parameters) for kind, name in wanted)

    def structs(self):
        return [re.sub(r"const|\*", "", kind).strip() for kind, _, _ in self.parameters if "minipay_" in kind]


def header_texts():
    return {path: path.read_text() for path in sorted(INCLUDE.rglob("*.h"))}


def calls_of(texts):
    """Every public call that answers a status, in the order of headers, with the comment above it."""
    for path, text in texts.items():
        for block in re.split(r"\n\s*\n", text):
            comment = "\n".join(re.findall(r"/\*.*?\*/", block.split("MINIPAY_API")[0], re.S))
            code = re.sub(r"/\*.*?\*/", "", block, flags=re.S)
            for match in re.finditer(r"^MINIPAY_API\s+minipay_status\s+(\w+)\(([^)]*)\);", code, re.M):
                yield Call(match[1], match[2], plain(comment), path.name)


def plain(comment):
    return re.sub(r"[ \t]*\n[ \t]*\*?[ \t]*", " ", comment)


def status_values(texts):
    enum = re.search(r"enum \{(.*?)\};", texts[INCLUDE / "minipay/status.h"], re.S)[1]
    return {name: int(value) for name, value in re.findall(r"MINIPAY_(\w+) = (\d+)", enum)}


def members_of(texts):
    """Struct -> names of its members."""
    found = {}
    for text in texts.values():
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        for match in re.finditer(r"^typedef struct (\w+) \{(.*?)^\}", code, re.M | re.S):
            found[match[1]] = set(re.findall(r"(\w+)(?:\[\w+\])?;", match[2]))
    return found


# ---- generating ---------------------------------------------------------------------------------------------------

RECORDER = r'''
/* Once a line: lines that were written are remembered by their hash, in a table that threads and forked children
 * share or inherit. No allocation: tests that make those fail come through here too. */
static _Atomic uint64_t written[8192];

static const char *place(void)
{
    return getenv("MINIPAY_STATUSES");
}

__attribute__((constructor)) static void begin(void)
{
    int file = place() ? open(place(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (file >= 0)
        close(file);
}

static bool is_new(const char *line)
{
    uint64_t hash = 1469598103934665603u;
    for (; *line; line++)
        hash = (hash ^ (uint8_t)*line) * 1099511628211u;
    for (uint32_t i = 0; i < 8192; i++) {
        uint64_t none = 0;
        _Atomic uint64_t *slot = &written[(hash + i) % 8192];
        if (atomic_compare_exchange_strong(slot, &none, hash))
            return true;
        if (none == hash)
            return false;
    }
    return false;
}

static void note(const char *call, const char *kind, minipay_status status, const minipay_error *error)
{
    char line[256];
    const char *field = error && status != MINIPAY_OK && error->status == status ? error->field : "";
    int saved = errno;
    int length = snprintf(line, sizeof line, "%s%s\t%s\t%.48s\n", call, kind, minipay_status_name(status), field);
    if (place() && is_new(line)) {
        int file = open(place(), O_WRONLY | O_APPEND | O_CLOEXEC);
        if (file >= 0) {
            (void)!write(file, line, (size_t)length);
            close(file);
        }
    }
    errno = saved;
}
'''

NOTE_OUTCOMES = '''    for (uint32_t i = 0; status == MINIPAY_OK && i < count; i++)
        note("{name}", "", outcomes[i].status, count == 1 ? error : NULL);
'''

NOTE_KINDS = '''    for (uint32_t i = 0; instructions && i < count && (status == MINIPAY_OK || count == 1); i++) {
        char kind[32];
        snprintf(kind, sizeof kind, ":%s", minipay_kind_name(instructions[i].kind));
        note("minipay_execute", kind, status == MINIPAY_OK ? outcomes[i].status : status, count == 1 ? error : NULL);
    }
'''


def generate(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    header = ["/* Made by tests/tidy/statuses.py. */", '#include "minipay/minipay.h"', ""]
    source = ["/* Made by tests/tidy/statuses.py. */", '#include "minipay/minipay.h"', ""]
    source += [f"#include <{name}.h>" for name in ("errno", "fcntl", "stdatomic", "stdbool", "stdio", "stdlib", "unistd")]
    source.append(RECORDER)
    for call in calls_of(header_texts()):
        parameters = ", ".join("".join(p[:2]) if p[0].endswith("*") else f"{p[0].strip()} {p[1]}{p[2]}"
                               for p in call.parameters)
        head = f"minipay_status noted_{call.name}({parameters})"
        header += [head + ";", f"#define {call.name} noted_{call.name}"]
        error = "error" if call.has(("minipay_error *", "error")) else "NULL"
        source += [head + ";", head, "{",
                   f"    minipay_status status = {call.name}({', '.join(p[1] for p in call.parameters)});",
                   f'    note("{call.name}", "", status, {error});']
        if call.has(("minipay_outcome *", "outcomes"), ("uint32_t ", "count")) and call.name != "minipay_execute_atomic":
            source.append(NOTE_OUTCOMES.format(name=call.name).rstrip())
            if call.name == "minipay_execute":
                source.append(NOTE_KINDS.rstrip())
        source += ["    return status;", "}", ""]
    for name, lines in (("statuses.h", header), ("statuses.c", source)):
        text = "\n".join(lines) + "\n"
        path = folder / name
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)


# ---- what is documented --------------------------------------------------------------------------------------------

def named(text, statuses, fields):
    """(status, field or "") of all that a text names."""
    for match in re.finditer(r"\b(?:MINIPAY_)?([A-Z][A-Z_]+)\b(?: \(([^()]*(?:\([^()]*\)[^()]*)*)\))?", text):
        if match[1] not in statuses:
            continue
        found = []
        for part in re.split(r"[,;]| and ", match[2] or ""):
            words = re.match(r"\s*`?(\w+)", part)
            if words and words[1] in fields:
                found.append(words[1])
        yield match[1], ""
        for field in found:
            yield match[1], field


def kind_tables(text):
    """The rows of both tables: why an outcome is refused, and why it is parked."""
    for title in ("REJECTED, for ever", "PARKED, until"):
        yield from re.split(r"\n \*\s*\n", text[text.index(title):])[1].split("\n")


def instruction_lines(text):
    """The kinds' lines of instruction.h: (kind, what stands in it)."""
    lines = []
    for row in kind_tables(text):
        begun = re.match(r" \*   ([A-Z_]+(?:, [A-Z_]+)*)  ?(.*)", row)
        if begun and not row.startswith(" *     "):
            lines.append([begun[1].split(", "), begun[2]])
        elif lines:
            lines[-1][1] += " " + row.lstrip(" *")
    for kinds, said in lines:
        for kind in kinds:
            yield kind.lower(), said


def documented(texts, statuses):
    """(call, status, field) -> header."""
    wanted = {}
    members = members_of(texts)
    calls = {call.name: call for call in calls_of(texts)}
    instruction = texts[INCLUDE / "minipay/instruction.h"]
    usage = re.search(r"Statuses of an outcome\. (.*?)\n \*\s*\n", instruction, re.S)[1]
    behind = calls["minipay_execute"].comment.split("that answers as this one does:")[1]
    for call in calls.values():
        fields = {p[1] for p in call.parameters}.union(*(members.get(struct, set()) for struct in call.structs()))
        pairs = [("OK", ""), *named(call.comment, statuses, fields)]
        if call.on_handle and call.name not in NOT_ON_A_HANDLE:
            pairs += [(status, "") for status in OF_EVERY_HANDLE]
            pairs += [(OF_THE_STORAGE, "")] if call.name not in WITHOUT_STORAGE else []
        if "nswers as minipay_execute does" in call.comment:
            pairs += named(behind, statuses, fields)
        if call.name == "minipay_execute":
            pairs += named(plain(usage), statuses, fields)
        if "what minipay_execute says of an instruction" in call.comment:
            pairs += [(status, "") for status, _ in named(plain(usage), statuses, fields)]
        for pair in pairs:
            wanted[call.name, *pair] = call.header
    for kind, said in instruction_lines(instruction):
        for status, _ in named(said, statuses, set()):
            wanted[f"minipay_execute:{kind}", status, ""] = "instruction.h"
            wanted["minipay_execute", status, ""] = "instruction.h"
    return wanted, calls


# ---- what was seen -------------------------------------------------------------------------------------------------

def noted(build):
    """(call, status, field) of all tests; and the tests whose notes are not there or older than they are."""
    seen, missing = set(), []
    for name in (build / "noted_tests.txt").read_text().split():
        notes = build / "run" / name / "statuses"
        if not notes.is_file() or notes.stat().st_mtime < (build / "tests" / name).stat().st_mtime:
            missing.append(name)
            continue
        for line in notes.read_text().splitlines():
            call, status, field = line.split("\t")
            seen.add((call, status.upper(), field))
            seen.add((call, status.upper(), ""))
    return seen, missing


def main():
    build = os.environ.get("MINIPAY_BUILD_DIR")
    texts = header_texts()
    statuses = status_values(texts)
    wanted, calls = documented(texts, statuses)
    seen, missing = noted(Path(build))
    if missing:
        print("run all tests first; these have not run as they are now:", *missing)
        return 77
    faults = []
    for call, status, field in sorted(wanted.keys() - seen):
        what = f"{status} ({field})" if field else status
        if not field or (call, status, "") in seen:
            faults.append(f"{wanted[call, status, field]}: no test makes {call} answer {what}")
    for call, status, field in sorted(seen):
        of_storage = status in OF_A_STORAGE
        on_handle = call in calls and calls[call].on_handle
        known = (call, status, "") in wanted or status == "OK" or of_storage and (on_handle or ":" in call)
        of_any_kind = statuses.get(status, 0) // 100 in (1, 3)
        if ":" in call and ("minipay_execute", status, "") in wanted and of_any_kind:
            known = True
        if not known and not field:
            faults.append(f"{calls[call.split(':')[0]].header}: {call} answered {status} in a test, which is not named there")
    print(*faults, sep="\n")
    print(f"{len(wanted)} answers are documented, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--generate"]:
        sys.exit(generate(sys.argv[2]))
    sys.exit(main())
