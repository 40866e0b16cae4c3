#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line as a person and as a script meet it: help, JSON, exit codes, and databases that cannot be used."""
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import unicodedata

from tool import EXAMPLE, HEADER, TOOL, books, call, example_rows, run, run_json, write

NOBODY = 65534


def commands():
    text = run("--help")
    return re.findall(r"^  ([a-z]+(?: [a-z-]+)?)  +[A-Z]", text, re.MULTILINE)


def every_subcommand_tells_its_options():
    found = commands()
    assert max(map(len, run("--help").splitlines())) <= 80
    for name in ("init", "member register", "bank link", "wallet list", "topup", "transfer", "withdraw",
                 "merchant register", "pay", "refund", "settle run", "report", "audit", "books", "replay", "demo"):
        assert name in found, (name, found)
    for name in found:
        text = run(*name.split(), "--help")
        assert text.startswith(f"Usage: minipay {name}"), text
        assert "--db" in text or name == "checkpoint check", name
        assert "--json" in text and "Exit codes" in text, (name, text)
        assert max(map(len, text.splitlines())) <= 80, name


def default_of(words, option):
    """What the help says of an option that is not given."""
    text = run(*words, "--help")
    doc = re.search(rf"^ +{option}=(.*?)(?=^ +-|\n\n)", text, re.MULTILINE | re.DOTALL)[1]
    found = re.search(r"\(default: ([^)]*)\)", " ".join(doc.split()))
    return found[1] if found else None


def wrong_command_lines_end_with_2_and_say_why():
    cases = [
        ([], "Usage"), (["fly"], "fly"), (["wallet"], "wallet list"), (["wallet", "fly"], "wallet fly"),
        (["wallet", "list"], "--db is missing"), (["audit", "--db", "x", "y"], "y"),
        (["audit", "--db", "x", "--fly"], "fly"), (["replay", "--db", "x"], "FILE"), (["audit", "--db", ""], "--db"),
        (["topup", "--db", "cli.db", "--member", "me", "--amount", "1"], "--member"),
        (["topup", "--db", "cli.db", "--member", "a@b", "--amount", "1.5", "--currency", "XXX"], "--currency"),
        (["settle", "run", "--db", "cli.db", "--through", "2026-02-30"], "--through"),
        (["policy", "set", "--db", "cli.db", "gravity=9"], "gravity"),
        (["topup", "--db", "x", "--member", "a@b", "--amount", "1", "--amount", "2"], "--amount is given twice"),
        (["audit", "--db", "x", "--db=x"], "--db is given twice"),
        (["audit", "--db", "x", "--json", "--json"], "--json is given twice"),
    ]
    for words, named in cases:
        done = call(*words)
        assert done.returncode == 2 and done.stdout == "" and named in done.stderr, (words, done)


def a_business():
    """A day by hand; every changing command answers JSON with the id it was given."""
    numbers = iter(range(1, 100))

    def change(*words):
        identity = f"019ab000-0000-7000-8000-{next(numbers):012x}"
        answer = run_json(*words, "--db", "cli.db", "--id", identity)
        assert answer["id"] == identity and answer["state"] == "done" and answer["status"] == "ok", answer
        return identity

    kim = change("member", "register", "--name", "김민지", "--email", "kim@example.com", "--region", "1100000000")
    change("member", "register", "--name", "Lee", "--email", "lee@example.com", "--company")
    for who in ("kim", "lee"):
        change("wallet", "open", "--member", f"{who}@example.com")
        change("bank", "link", "--owner", f"{who}@example.com", "--bank", "004", "--number", "110-" + who,
               "--holder", who)
    shop = change("merchant", "register", "--name", "Cafe", "--fee-bps", "150", "--cycle-days", "0")
    change("bank", "link", "--owner", shop, "--bank", "004", "--number", "220-1", "--holder", "Cafe")
    change("topup", "--member", kim, "--amount", "50000")
    change("transfer", "--member", kim, "--to", "lee@example.com", "--amount", "12345", "--memo", "lunch")
    payment = change("pay", "--member", "lee@example.com", "--merchant", shop, "--amount", "15000", "--auto-topup")
    change("refund", "--payment", payment, "--amount", "5000")
    change("withdraw", "--member", kim, "--amount", "1000")
    run("settle", "run", "--db", "cli.db", "--through", "2099-12-31")
    return kim, shop, payment


def reading_commands_answer_one_json_object_a_line(kim, shop):
    wallets = [json.loads(line) for line in run("wallet", "list", "--db", "cli.db", "--json").splitlines()]
    assert [(w["name"], w["currency"], w["balance_minor"], w["held_minor"]) for w in wallets] == [
        ("김민지", "KRW", 36655, 0), ("Lee", "KRW", 12345 + 10000 - 15000 + 5000, 0)], wallets
    for words in (["member", "get", kim], ["member", "find", "lee@example.com"], ["merchant", "get", shop],
                  ["member", "list", "--region", "1100000000"], ["merchant", "list"], ["settle", "list"],
                  ["bank", "list", "--owner", "lee@example.com"],
                  ["wallet", "get", "--member", kim], ["wallet", "history", "--member", kim], ["books"], ["run"],
                  ["policy", "get"], ["report"], ["audit"]):
        lines = run(*words, "--db", "cli.db", "--json").splitlines()
        assert lines and all(isinstance(json.loads(line), dict) for line in lines), words
    members = run("member", "list", "--db", "cli.db", "--json").splitlines()
    assert [json.loads(line)["name"] for line in members] == ["김민지", "Lee"], members
    runs = run_json("settle", "list", "--db", "cli.db")
    assert (runs["lines"], runs["gross_minor"], runs["paid_minor"]) == (1, 15000, 10000 - 150), runs
    audit = run_json("audit", "--db", "cli.db")
    assert audit["clean"] is True and audit["checks"]
    for check in audit["checks"]:
        assert check["ok"] is True and check["name"] and check["detail"] is not None, check


def end_of(text, word):
    """The column of a terminal in which the first line that has the word ends it; Hangul takes two columns."""
    line = next(line for line in text.splitlines() if word in line)
    before = line[:line.index(word) + len(word)]
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in before)


def tables_for_people_are_aligned_and_grouped(kim):
    for words in (["wallet", "list"], ["wallet", "history", "--member", kim], ["policy", "get"], ["audit"],
                  ["member", "list", "--region", "1100000000"], ["merchant", "list"], ["settle", "list"],
                  ["bank", "list", "--owner", kim]):
        lines = [line for line in run(*words, "--db", "cli.db").splitlines() if line.startswith("  ")]
        assert len(lines) > 2 and "─" in "".join(lines), words
        assert max(len(line) for line in lines) <= 100, words
    listing = run("wallet", "list", "--db", "cli.db")
    assert "36,655" in listing and "김민지" in listing and "KRW" in listing, listing
    assert end_of(listing, "36,655") == end_of(listing, "Balance") and end_of(listing, "open") > end_of(listing, "Available"), listing
    text = run("topup", "--db", "cli.db", "--member", kim, "--amount", "10000")
    assert re.fullmatch(r"topup [0-9a-f-]{36} done: 10,000 KRW\n", text), text


def the_same_id_changes_nothing_and_another_request_under_it_is_refused(kim):
    identity = "019ab000-0000-7000-8000-0000000000aa"
    words = ["transfer", "--db", "cli.db", "--id", identity, "--member", kim, "--to", "lee@example.com", "--amount"]
    first = run_json(*words, "100")
    before = books("cli.db")
    assert run_json(*words, "100") == first
    again = call(*words, "101")
    assert again.returncode == 11 and "id_reused" in again.stderr and "amount_minor" in again.stderr, again
    assert books("cli.db") == before


def exit_codes_follow_the_class_of_the_status(kim):
    refused = call("transfer", "--db", "cli.db", "--member", kim, "--to", "lee@example.com", "--amount", "99999999")
    assert refused.returncode == 12 and "insufficient_funds" in refused.stderr, refused
    short = call("topup", "--db", "cli.db", "--member", kim, "--amount", "50", "--json")
    assert short.returncode == 12 and json.loads(short.stdout)["status"] == "below_minimum", short
    empty = call("topup", "--db", "cli.db", "--member", kim, "--amount", "0")
    assert empty.returncode == 11 and "invalid_amount" in empty.stderr and empty.stdout == "", empty
    nobody = call("wallet", "get", "--db", "cli.db", "--member", "no@example.com")
    assert nobody.returncode == 12 and "member_not_found" in nobody.stderr, nobody
    holder = sqlite3.connect("cli.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    busy = call("topup", "--db", "cli.db", "--member", kim, "--amount", "10000")
    holder.execute("ROLLBACK")
    holder.close()
    assert busy.returncode == 13 and "busy" in busy.stderr, busy


def an_operator_corrects_freezes_and_closes_a_wallet():
    run("member", "register", "--db", "cli.db", "--name", "Choi", "--email", "choi@example.com")
    wallet = ("--db", "cli.db", "--member", "choi@example.com")
    run("wallet", "open", *wallet)
    missing = call("wallet", "credit", *wallet, "--amount", "5000")
    assert missing.returncode == 2 and "--reason" in missing.stderr, missing
    run("wallet", "credit", *wallet, "--amount", "5000", "--reason", "goodwill")
    run("wallet", "freeze", *wallet, "--reason", "court order")
    frozen = call("wallet", "debit", *wallet, "--amount", "5", "--reason", "mistake")
    assert frozen.returncode == 12 and "wallet_frozen" in frozen.stderr, frozen
    run("wallet", "unfreeze", *wallet, "--reason", "lifted")
    full = call("wallet", "close", *wallet)
    assert full.returncode == 12 and "wallet_not_empty" in full.stderr, full
    run("wallet", "debit", *wallet, "--amount", "5000", "--reason", "mistake")
    run("wallet", "close", *wallet)
    closed = call("wallet", "credit", *wallet, "--amount", "1", "--reason", "late")
    assert closed.returncode == 12 and "wallet_closed" in closed.stderr, closed


def an_audit_that_is_not_clean_ends_with_1_and_names_the_row():
    for end in ("", ".key", ".bank"):
        shutil.copy("cli.db" + end, "wrong.db" + end)
    with sqlite3.connect("wrong.db") as db:
        db.execute("UPDATE topup SET amount_minor = amount_minor + 1 WHERE amount_minor = 50000")
    done = call("audit", "--db", "wrong.db", "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["clean"] is False, done
    broken = [check["detail"] for check in json.loads(done.stdout)["checks"] if not check["ok"]]
    assert any("topup" in detail and "amount_minor" in detail for detail in broken), broken
    text = call("audit", "--db", "wrong.db")
    assert text.returncode == 1 and "NOT CLEAN" in text.stdout, text


def copy_with_key(name, content=None):
    shutil.copy("cli.db.key", name + ".key")
    if content is None:
        shutil.copy("cli.db", name)
    else:
        with open(name, "wb") as file:
            file.write(content)
    return name


def unusable_databases_are_told_apart():
    with open("cli.db", "rb") as file:
        whole = file.read()
    copy_with_key("newer.db")
    with sqlite3.connect("newer.db") as db:
        db.execute("PRAGMA user_version = 99")
    copy_with_key("other.db", b"")
    with sqlite3.connect("other.db") as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    copy_with_key("foreign.db")
    with open("foreign.db.key", "wb") as file:
        file.write(bytes(range(32)))
    copy_with_key("short.db")
    with open("short.db.key", "wb") as file:
        file.write(bytes(31))
    shutil.copy("cli.db", "keyless.db")
    cases = {
        "missing.db": (1, ["missing.db", "minipay init"]),
        "keyless.db": (15, ["keyless.db.key", "missing"]),
        "short.db": (1, ["short.db.key", "32 bytes"]),
        "foreign.db": (15, ["foreign.db", "key"]),
        "newer.db": (15, ["newer.db", "newer_version", "99"]),
        "other.db": (15, ["other.db", "not_a_database"]),
        copy_with_key("text.db", b"Dear diary,\n" * 999): (15, ["text.db", "not_a_database"]),
        copy_with_key("cut.db", whole[:20000]): (15, ["cut.db", "corrupt"]),
    }
    for name, (code, named) in cases.items():
        content = open(name, "rb").read() if os.path.exists(name) else None
        done = call("wallet", "list", "--db", name)
        assert done.returncode == code and done.stdout == "", (name, done)
        assert all(word in done.stderr for word in named), (name, done.stderr)
        assert content == (open(name, "rb").read() if os.path.exists(name) else None), name


def become_nobody():
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def a_folder_that_cannot_be_written_is_said():
    os.mkdir("locked")
    for end in ("", ".key", ".bank"):
        shutil.copy("cli.db" + end, "locked/day.db" + end)
        os.chmod("locked/day.db" + end, 0o444)
    os.chmod("locked", 0o555)
    done = call("wallet", "list", "--db", "locked/day.db", preexec_fn=become_nobody)
    os.chmod("locked", 0o755)
    assert done.returncode == 15 and "read_only" in done.stderr and "locked/day.db" in done.stderr, done
    made = call("init", "--db", "nowhere/day.db")
    assert made.returncode == 1 and "nowhere/day.db" in made.stderr, made


def replay_on_a_terminal(path):
    """What a replay writes to stderr when that is a terminal."""
    main, end = pty.openpty()
    child = subprocess.Popen([TOOL, "replay", path, "--db", "terminal.db"], stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    said = b""
    try:
        while chunk := os.read(main, 4096):
            said += chunk
    except OSError:
        pass  # the other end is closed
    assert child.wait() == 0
    return said.decode()


def of_several_that_begin_one_database_all_read_the_same_key():
    for round_ in range(20):
        database = f"begun{round_}.db"
        started = [subprocess.Popen([TOOL, "init", "--db", database], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True) for _ in range(4)]
        said = [(child.communicate()[1], child.returncode) for child in started]
        assert all(code == 0 for _, code in said), said
        run("member", "register", "--db", database, "--name", "Kim", "--email",
            "kim@example.com")
        assert sorted(name for name in os.listdir(".") if name.startswith(database + ".key")) == [database + ".key"]


def a_file_that_is_no_database_is_said_to_be_so_without_a_key_too():
    for name, content in (("diary.txt", b"Dear diary,\n" * 999), ("short.txt", b"x")):
        write(name, content)
        for command in ("wallet", "init"):
            words = [command, "list"] if command == "wallet" else [command]
            done = call(*words, "--db", name)
            assert (done.returncode, done.stdout) == (15, ""), done
            assert done.stderr == f"minipay: {name}: this file is not a database\n", done
        assert not os.path.exists(name + ".key")


def what_is_empty_and_what_is_one_is_said_so():
    run("init", "--db", "empty.db")
    for words in (["wallet", "list"], ["member", "list"], ["merchant", "list"], ["promotion", "list"],
                  ["settle", "holidays"], ["settle", "list"], ["bank", "orders"], ["operation", "list", "pay"]):
        assert run(*words, "--db", "empty.db").endswith("  (none)\n"), words
        assert run(*words, "--db", "empty.db", "--json") == "", words
    assert re.search(r"limit_daily +0 +no bound +KRW", run("policy", "get", "--db", "empty.db", "limit_daily"))
    assert "KRW, nothing booked yet\n0 wallets\n" in run("report", "--db", "empty.db")
    run("member", "register", "--db", "empty.db", "--name", "One", "--email", "one@example.com")
    run("wallet", "open", "--db", "empty.db", "--member", "one@example.com")
    run("wallet", "credit", "--db", "empty.db", "--member", "one@example.com", "--amount", "7", "--reason", "gift")
    report = run("report", "--db", "empty.db")
    assert re.search(r"KRW, business date \d{4}-\d\d-\d\d\n1 wallet\n", report), report


def progress_is_shown_on_a_terminal_only():
    path = example_rows(9000, "progress.csv")
    assert "rows/s" in replay_on_a_terminal(path)
    done = call("replay", path, "--db", "quiet.db")
    assert done.returncode == 0 and done.stderr == "", done


def demo_shows_a_day_that_adds_up():
    short = example_rows(5000, "demo.csv")
    text = run("demo", "--file", short, "--db", "demo.db")
    for part in ("OPERATIONS BY KIND", "REFUSED, BY REASON", "MONEY BY REGION", "SETTLEMENT BY MERCHANT",
                 "THE BANK ACCOUNT AGAINST THE BOOKS", "AUDIT", "Seoul", "insufficient_funds", "Clean"):
        assert part in text, part
    assert re.search(r"Difference +0\n", text) and re.search(r"Not explained +0\n", text), text
    assert max(map(len, text.splitlines())) <= 100, [line for line in text.splitlines() if len(line) > 100]
    assert os.path.exists(EXAMPLE)


def a_demo_of_a_bad_file_says_and_leaves_nothing():
    write("cut.csv", HEADER + "1,PAYMENT,1")
    os.mkdir("tmp")
    for path in ("nope.csv", "cut.csv"):
        done = call("demo", "--file", path, env={**os.environ, "TMPDIR": "tmp"})
        assert (done.returncode, done.stdout) == (1, "") and path in done.stderr, done
        assert os.listdir("tmp") == [], path
    done = call("demo", "--file", example_rows(50, "few.csv"), env={**os.environ, "TMPDIR": "tmp"})
    assert done.returncode == 0 and "rm -r tmp/minipay-demo-" in done.stdout and len(os.listdir("tmp")) == 1, done


def a_change_keeps_what_it_does_not_name_and_its_help_says_so():
    for words, named in ((["merchant", "terms"], ("--fee-bps", "--cycle-days", "--account", "--fixed-fee")),
                         (["member", "update"], ("--tier", "--name"))):
        for option in named:
            assert default_of(words, option) == "as it is", (words, option)
    for words, option, default in ((["merchant", "register"], "--fee-bps", "50"), (["policy", "get"], "--tier", "0"),
                                   (["merchant", "register"], "--fixed-fee", None),
                                   (["merchant", "register"], "--cycle-days", "1"), (["withdraw"], "--account", "the first"),
                                   (["merchant", "terms"], "--effective-at", "now"), (["demo"], "--file", None)):
        assert default_of(words, option) == default, (words, option)


assert run_json("init", "--db", "cli.db") == {"db": "cli.db", "created": True}
assert run_json("init", "--db", "cli.db") == {"db": "cli.db", "created": False}
every_subcommand_tells_its_options()
wrong_command_lines_end_with_2_and_say_why()
member, merchant, _ = a_business()
reading_commands_answer_one_json_object_a_line(member, merchant)
tables_for_people_are_aligned_and_grouped(member)
the_same_id_changes_nothing_and_another_request_under_it_is_refused(member)
exit_codes_follow_the_class_of_the_status(member)
an_operator_corrects_freezes_and_closes_a_wallet()
an_audit_that_is_not_clean_ends_with_1_and_names_the_row()
unusable_databases_are_told_apart()
a_folder_that_cannot_be_written_is_said()
of_several_that_begin_one_database_all_read_the_same_key()
a_file_that_is_no_database_is_said_to_be_so_without_a_key_too()
what_is_empty_and_what_is_one_is_said_so()
progress_is_shown_on_a_terminal_only()
demo_shows_a_day_that_adds_up()
a_demo_of_a_bad_file_says_and_leaves_nothing()
a_change_keeps_what_it_does_not_name_and_its_help_says_so()
print("ok")
