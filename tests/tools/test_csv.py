#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input: a clear error that names file, line and field, and nothing is changed or made; odd but valid input is
read as what it says."""
import lzma
import os

from tool import HEADER, books, call, outcomes, row, row_counts, run, run_json, write

GOOD = row(1, "CASH_IN", "10.00", "C1", "M1", "5.00")


def bad_row(**changes):
    fields = dict(zip(HEADER.strip().split(","), GOOD.strip().split(",")))
    fields.update(changes)
    return ",".join(fields.values()) + "\n"


def without_column(name):
    place = HEADER.strip().split(",").index(name)
    return "".join(",".join(f for i, f in enumerate(line.split(",")) if i != place) + "\n"
                   for line in (HEADER.strip(), GOOD.strip()))


WHOLE = (HEADER + GOOD * 3).encode()
PACKED = lzma.compress((HEADER + GOOD * 20000).encode())
DAMAGED = PACKED[:200] + bytes([PACKED[200] ^ 0x55]) + PACKED[201:]

# what it is: (content, what the error must name)
REFUSED = {
    "an empty file": (b"", ["line 1", "empty"]),
    "binary garbage": (bytes(range(256)) * 40, ["line "]),
    "a NUL byte": (WHOLE.replace(b"C1", b"C\0"), ["line 2", "nameOrig", "NUL"]),
    "no header": (GOOD, ["line 1", "step"]),
    "a column twice": (HEADER.replace("newBalanceOrig", "amount") + GOOD, ["line 1", "amount", "twice"]),
    "a last line that is cut": (WHOLE[:-20], ["line 4", "nameOrig", "missing"]),
    "a line that is too short": (HEADER + GOOD + "1,CASH_IN\n", ["line 3", "amount"]),
    "a line that is too long": (HEADER + GOOD + GOOD.strip() + ",7\n", ["line 3", "more fields"]),
    "an unknown type": (HEADER + bad_row(action="GIFT"), ["line 2", "action", "GIFT"]),
    "a type in lower case": (HEADER + bad_row(action="cash_in"), ["line 2", "action"]),
    "three decimals": (HEADER + GOOD + bad_row(amount="1.234"), ["line 3", "amount", "two decimals"]),
    "a number beyond 64 bits": (HEADER + bad_row(amount="1e400"), ["line 2", "amount", "1e400", "too large"]),
    "a cent beyond 64 bits": (HEADER + bad_row(amount="92233720368547758.08"), ["line 2", "amount", "too large"]),
    "many digits": (HEADER + GOOD + bad_row(amount="-" + "9" * 90), ["line 3", "amount", "too large"]),
    "an opening balance beyond 64 bits": (HEADER + bad_row(oldBalanceOrig="1e30"), ["line 2", "oldBalanceOrig", "large"]),
    "an amount below the cent by its exponent": (HEADER + bad_row(amount="1.5E-2"), ["line 2", "amount"]),
    "an empty amount": (HEADER + bad_row(amount=""), ["line 2", "amount", "empty"]),
    "spaces before an amount": (HEADER + bad_row(amount=" 1.00"), ["line 2", "amount"]),
    "spaces behind an amount": (HEADER + bad_row(amount="1.00 "), ["line 2", "amount"]),
    "grouping in an amount": (HEADER + bad_row(amount='"1,000.00"'), ["line 2", "amount"]),
    "a plus sign": (HEADER + bad_row(amount="+1.00"), ["line 2", "amount"]),
    "a hexadecimal amount": (HEADER + bad_row(amount="0x10"), ["line 2", "amount"]),
    "not a number": (HEADER + bad_row(amount="nan"), ["line 2", "amount"]),
    "a bad opening balance": (HEADER + bad_row(oldBalanceOrig="lots"), ["line 2", "oldBalanceOrig"]),
    "step 0": (HEADER + bad_row(step="0"), ["line 2", "step"]),
    "a negative balance": (HEADER + bad_row(oldBalanceOrig="-5.00"), ["line 2", "oldBalanceOrig", "below zero"]),
    "a step with decimals": (HEADER + bad_row(step="1.0"), ["line 2", "step"]),
    "a step below zero": (HEADER + bad_row(step="-1"), ["line 2", "step"]),
    "an endless step": (HEADER + bad_row(step="9" * 40), ["line 2", "step"]),
    "an empty name": (HEADER + bad_row(nameOrig=""), ["line 2", "nameOrig"]),
    "a name that is too long": (HEADER + bad_row(nameOrig="C" + "1" * 200), ["line 2", "nameOrig", "longer"]),
    "a payer who is no member": (HEADER + bad_row(nameOrig="M7"), ["line 2", "nameOrig", "M7"]),
    "a target of no known sort": (HEADER + bad_row(nameDest="X7"), ["line 2", "nameDest", "X7"]),
    "a transfer to a merchant": (HEADER + bad_row(action="TRANSFER"), ["line 2", "nameDest", "M1"]),
    "a name that is not UTF-8": (WHOLE.replace(b"C1", b"C\xff"), ["line 2", "nameOrig", "UTF-8"]),
    "quotation marks that stay open": (HEADER + GOOD + '1,"CASH_IN,1.00\n' + GOOD, ["line ", "quotation"]),
    "a quotation mark inside a field": (HEADER + bad_row(nameDest='M"1'), ["line 2", "nameDest", "quotation"]),
    "a line of ten megabytes": (HEADER + "1," + "x" * 10000000 + "\n", ["line 2", "longer"]),
    "a header of ten megabytes": ("x" * 10000000, ["line 1", "longer"]),
    "NUL bytes behind the rows": (HEADER + GOOD + "\0" * 100, ["line 3", "step", "NUL"]),
    "nothing but a byte order mark": ("\ufeff", ["line 1", "empty"]),
    "a .xz of nothing": (lzma.compress(b""), ["line 1", "empty"]),
    "a .xz that is cut in its head": (PACKED[:10], [".xz", "cut short"]),
    "both spellings of a column": (HEADER.replace("newBalanceOrig", "type") + GOOD, ["line 1", "type", "twice"]),
    "no step": (HEADER + bad_row(step=""), ["line 2", "step"]),
    "an endless line": (HEADER + "1," + "x" * 200000 + "\n", ["line 2", "longer"]),
    "a truncated .xz": (PACKED[: len(PACKED) // 2], [".xz", "cut short"]),
    "a damaged .xz": (DAMAGED, [".xz", "damaged"]),
    "rubbish behind the .xz": (PACKED + b"rubbish!", [".xz"]),
    "UTF-16": ((HEADER + GOOD).encode("utf-16"), ["line 1", "UTF-8, not UTF-16"]),
    "semicolons": ((HEADER + GOOD).replace(",", ";"), ["line 1", "step", "separated by commas"]),
    "lines that end with CR alone": ((HEADER + GOOD * 2).replace("\n", "\r") + bad_row(step="x"), ["line 4", "step"]),
    "CR LF": ((HEADER + GOOD * 2 + bad_row(step="x")).replace("\n", "\r\n"), ["line 4", "step"]),
    "what would command a terminal": (HEADER + bad_row(amount="\x1b[2J\x07\u202e"), ["line 2", "amount", "'?[2J??'"]),
    "a bad last line of many": (HEADER + GOOD * 5000 + bad_row(amount="x"), ["line 5002", "amount"]),
}
for column in ("step", "action", "amount", "nameOrig", "oldBalanceOrig", "nameDest", "oldBalanceDest"):
    REFUSED[f"no column {column}"] = (without_column(column), ["line 1", column, "no such column"])

# what it is: content that says GOOD once
ACCEPTED = {
    "plain": HEADER + GOOD,
    "no line end at the end": (HEADER + GOOD).rstrip("\n"),
    "CRLF": (HEADER + GOOD).replace("\n", "\r\n"),
    "CR": (HEADER + GOOD).replace("\n", "\r"),
    "a byte order mark": "\ufeff" + HEADER + GOOD,
    "quotation marks": "".join(",".join(f'"{f}"' for f in line.split(",")) + "\n"
                               for line in (HEADER.strip(), GOOD.strip())),
    "the other spelling": HEADER.replace("action", "type").replace("oldBalanceOrig", "oldbalanceOrg") + GOOD,
    "columns in another order": "".join(",".join(reversed(line.strip().split(","))) + "\n" for line in (HEADER, GOOD)),
    "more columns": HEADER.strip() + ",colour\n" + GOOD.strip() + ',"blue, or so"\n',
    "one decimal": HEADER + bad_row(amount="10.0"),
    "an exponent": HEADER + bad_row(amount="1E1"),
    "zeros behind the cents": HEADER + bad_row(amount="10.0000"),
    "empty lines": HEADER + "\n\n" + GOOD + "\n",
    ".xz under another name": lzma.compress((HEADER + GOOD).encode()),
    ".xz in two parts": lzma.compress(HEADER.encode()) + lzma.compress(GOOD.encode()),
}


def refused(claim, content, names):
    path = write("bad.csv", content)
    done = call("replay", path, "--db", "new.db", "--outcomes", "new.csv", "--json")
    assert done.returncode == 1, (claim, done)
    assert done.stdout == "" and done.stderr.count("\n") == 1, (claim, done)
    assert done.stderr.startswith("minipay: bad.csv: "), (claim, done.stderr)
    for name in names:
        assert name in done.stderr, (claim, name, done.stderr)
    made = [name for name in os.listdir() if name.startswith("new")]
    assert not made, (claim, made)


def bad_files_are_refused_and_nothing_is_made():
    for claim, (content, names) in REFUSED.items():
        refused(claim, content, names)


def bad_files_leave_a_database_as_it_was():
    run_json("replay", write("good.csv", HEADER + GOOD), "--db", "stands.db", "--outcomes", "stands.csv")
    before, counts = books("stands.db"), row_counts("stands.db")
    for claim in ("an unknown type", "a bad last line of many", "a truncated .xz", "an empty file"):
        path = write("bad.csv", REFUSED[claim][0])
        done = call("replay", path, "--db", "stands.db", "--outcomes", "stands.csv")
        assert done.returncode == 1, (claim, done)
        assert len(outcomes("stands.csv")) == 1, claim
    assert books("stands.db") == before
    assert row_counts("stands.db") == counts


def odd_but_valid_files_are_read_as_what_they_say():
    wanted = None
    for number, (claim, content) in enumerate(ACCEPTED.items()):
        database = f"odd{number}.db"
        summary = run_json("replay", write("odd.csv", content), "--db", database, "--outcomes", "odd.out")
        assert (summary["rows"], summary["accepted"]) == (1, 1), (claim, summary)
        found = books(database)
        wanted = wanted or found
        assert found == wanted, claim
        assert outcomes("odd.out") == [{"row": "1", "status": "accepted", "reason": ""}], claim


def only_a_header_is_a_day_without_rows():
    summary = run_json("replay", write("header.csv", HEADER), "--db", "header.db", "--outcomes", "header.out")
    assert (summary["rows"], summary["accepted"], summary["refused"]) == (0, 0, 0), summary
    assert summary["audit_clean"] and outcomes("header.out") == []


def amounts_that_a_wallet_refuses_are_rows_all_the_same():
    lines = [bad_row(amount=amount) for amount in ("-5", "0", "181.0", "1.9E7", "0.01")]
    run_json("replay", write("amounts.csv", HEADER + "".join(lines)), "--db", "amounts.db", "--outcomes", "amounts.out")
    assert [o["status"] for o in outcomes("amounts.out")] == ["refused", "refused", "accepted", "accepted", "accepted"]
    assert [o["reason"] for o in outcomes("amounts.out")][:2] == ["invalid_amount", "invalid_amount"]
    wallets = run("wallet", "list", "--db", "amounts.db")
    assert "1,900,018,601" in wallets, wallets


def files_that_cannot_be_read_are_named():
    os.mkdir("folder.csv")
    for path, why in (("nowhere.csv", "No such file"), ("folder.csv", "not a regular file"), ("/dev/null", "regular")):
        done = call("replay", path, "--db", "new.db")
        assert done.returncode == 1 and path in done.stderr and why in done.stderr, done
        assert not os.path.exists("new.db"), path
    done = call("replay", "", "--db", "new.db")
    assert (done.returncode, done.stderr) == (1, "minipay: the name of the file is empty\n"), done
    done = call("replay", write("good.csv", HEADER + GOOD), "--db", "folder.csv")
    assert (done.returncode, done.stderr) == (1, "minipay: folder.csv: is not a regular file\n"), done
    done = call("replay", write("good.csv", HEADER + GOOD), "--db", "new.db", "--outcomes", "no/such/folder.csv")
    assert done.returncode == 1 and "no/such/folder.csv" in done.stderr and not os.path.exists("new.db"), done


def what_is_read_or_opened_is_never_written_over():
    def same(name):
        with open(name, "rb") as file:
            return file.read()

    write("input.csv", HEADER + GOOD)
    os.link("input.csv", "other-name.csv")
    run_json("replay", "input.csv", "--db", "kept.db")
    os.symlink("kept.db", "link.db")
    files = {name: same(name) for name in ("input.csv", "kept.db", "kept.db.key", "kept.db.bank")}
    for out, lost in (("input.csv", "input.csv"), ("other-name.csv", "input.csv"), ("kept.db", "kept.db"),
                      ("link.db", "kept.db"), ("./kept.db.key", "kept.db.key"), ("kept.db.bank", "kept.db.bank")):
        done = call("replay", "input.csv", "--db", "kept.db", "--outcomes", out)
        assert (done.returncode, done.stdout, done.stderr) == (
            2, "", f"minipay: --outcomes: '{lost}' would be written over\n"), done
        done = call("checkpoint", "--db", "kept.db", "--out", out)
        assert done.returncode == (0 if out.endswith("csv") else 2), done
        if out.endswith("csv"):
            write("input.csv", HEADER + GOOD)
        assert {name: same(name) for name in files} == files, out
    done = call("replay", "input.csv", "--db", "fresh.db", "--outcomes", "./fresh.db")
    assert (done.returncode, done.stderr) == (2, "minipay: --outcomes: 'fresh.db' would be written over\n"), done
    assert not os.path.exists("fresh.db"), done


def outcomes_stand_until_there_are_new_ones():
    run_json("replay", write("first.csv", HEADER + GOOD), "--db", "first.db", "--outcomes", "stand.csv")
    write("second.db", b"no database")
    write("second.db.key", bytes(32))
    done = call("replay", "first.csv", "--db", "second.db", "--outcomes", "stand.csv")
    assert done.returncode == 15 and len(outcomes("stand.csv")) == 1, done
    run_json("replay", write("first.csv", HEADER), "--db", "first.db", "--outcomes", "stand.csv")
    assert outcomes("stand.csv") == []
    full = call("replay", "first.csv", "--db", "first.db", "--outcomes", "/dev/full")
    assert full.returncode == 1 and "/dev/full: cannot be written" in full.stderr, full


def names_cannot_command_a_terminal():
    run_json("replay", write("esc.csv", HEADER + bad_row(nameOrig="C\x1b[2J안녕")), "--db", "esc.db")
    shown = run("wallet", "list", "--db", "esc.db")
    assert "\x1b" not in shown and "C?[2J안녕" in shown, shown
    assert run_json("wallet", "list", "--db", "esc.db")["name"] == "C\x1b[2J안녕"


for test in (bad_files_are_refused_and_nothing_is_made, bad_files_leave_a_database_as_it_was,
             odd_but_valid_files_are_read_as_what_they_say, only_a_header_is_a_day_without_rows,
             amounts_that_a_wallet_refuses_are_rows_all_the_same, files_that_cannot_be_read_are_named,
             what_is_read_or_opened_is_never_written_over, outcomes_stand_until_there_are_new_ones,
             names_cannot_command_a_terminal):
    test()
    print("ok", test.__name__)
