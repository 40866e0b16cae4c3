#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a command prints for a person fits 80 columns, whatever the names and amounts; what it prints for a program is
JSON, whatever the names."""
import json
import re
import unicodedata

from tool import HEADER, call, row, run, write

DB = "tables.db"
LONG = 'Kim "the \\"quoted\\\\" \u5c0f\' 김민지 of a name that is longer than most \U0001f600 {x} %s'
NAMES = {"kim": LONG, "lee": "Lee, \\u0000 </script> \u202e \U0001d11e", "wide": "이름" * 14}
numbers = iter(range(1, 1000))


def change(*words, **options):
    identity = f"019fff00-0000-7000-8000-{next(numbers):012x}"
    done = call(*words, "--db", DB, "--id", identity, "--json", **options)
    assert done.returncode == 0, (words, done)
    answer = json.loads(done.stdout)
    assert answer["id"] == identity, answer
    return identity


def a_business_of_odd_names_and_large_amounts():
    run("replay", write("day.csv", HEADER + row(1, "PAYMENT", "2.00", "C1", "M1", "9.00")
                        + row(2, "PAYMENT", "20.00", "C1", "M1", "9.00")), "--db", DB)
    it = {}
    for who, name in NAMES.items():
        it[who] = change("member", "register", "--name", name, "--email", f"{who}.of.a.long.address@mail.example.com",
                         "--region", "1100000000", "--reason", LONG)
        it[who + " account"] = change("bank", "link", "--owner", it[who], "--bank", "004", "--number", f"110-{who}",
                                      "--holder", name)
        change("wallet", "open", "--member", it[who], "--actor", "a \"b\" \\ c")
        change("topup", "--member", it[who], "--amount", "99999999999999")
    it["shop"] = change("merchant", "register", "--name", LONG, "--fee-bps", "150", "--cycle-days", "0")
    change("bank", "link", "--owner", it["shop"], "--bank", "004", "--number", "220-1", "--holder", LONG)
    it["transfer"] = change("transfer", "--member", it["kim"], "--to", it["lee"], "--amount", "1234567890123",
                            "--memo", LONG)
    it["promotion"] = change("promotion", "register", "--name", LONG, "--discount-bps", "1000", "--fund", "9" * 15)
    it["pay"] = change("pay", "--member", it["kim"], "--merchant", it["shop"], "--amount", "98765432109",
                       "--promotion", it["promotion"], "--memo", LONG)
    it["hold"] = change("wallet", "hold", "--member", it["wide"], "--to", it["lee"], "--amount", "77777777777")
    change("refund", "--payment", it["pay"], "--amount", "12345678")
    change("member", "set-pin", it["kim"], input="123456\n")
    change("settle", "holiday", "2027-03-01", "--name", LONG)
    it["run"] = change("settle", "run", "--through", "2099-12-31", "--reason", LONG)
    it["reconciliation"] = change("bank", "reconcile", "--reason", LONG)
    change("policy", "set", "limit_daily=0", "--reason", LONG, "--actor", LONG[:30])
    it["line"] = json.loads(run("settle", "lines", it["run"], "--db", DB, "--json").splitlines()[0])["id"]
    it["order"] = json.loads(run("bank", "orders", "--owner", it["kim"], "--db", DB, "--json").splitlines()[0])["id"]
    return it


def reading_commands(it):
    kim, shop = it["kim"], it["shop"]
    return [
        ["member", "get", kim], ["member", "find", "lee.of.a.long.address@mail.example.com"], ["member", "list"],
        ["member", "list", "--region", "1100000000"], ["member", "credentials", kim], ["bank", "list", "--owner", kim],
        ["bank", "get", it["kim account"]], ["bank", "orders"], ["bank", "order", it["order"]], ["bank", "corporate"],
        ["bank", "reconciliation", it["reconciliation"]], ["wallet", "list"], ["wallet", "get", "--member", kim],
        ["wallet", "history", "--member", kim], ["wallet", "history", "--member", it["wide"], "--count", "1"],
        ["wallet", "balance-at", "2099-01-01T00:00:00Z", "--member", kim], ["merchant", "list"],
        ["merchant", "get", shop], ["promotion", "list"], ["promotion", "get", it["promotion"]],
        ["slip", "get", it["pay"]], ["slip", "list", "--member", kim], ["slip", "list", "--merchant", shop],
        ["settle", "preview", "--through", "2099-12-31"], ["settle", "list"], ["settle", "get", it["run"]],
        ["settle", "lines", it["run"]], ["settle", "statement", it["line"]],
        ["settle", "holidays"], ["report"], ["audit"], ["policy", "get"], ["policy", "list"], ["run"],
        ["operation", "list", "pay"], ["operation", "list", "order"], ["operation", "get", "pay", it["pay"]],
        ["operation", "get", "transfer", it["transfer"]], ["operation", "get", "hold", it["hold"]],
        ["operation", "get", "register", kim], ["operation", "get", "promotion", it["promotion"]]]


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line if not unicodedata.combining(c))


def whatever_a_person_is_shown_fits_80_columns(it):
    for words in reading_commands(it):
        for line in run(*words, "--db", DB).splitlines():
            assert width(line) <= 80, (words, width(line), line)
            assert line == line.rstrip(), (words, line)


def an_id_is_never_broken(it):
    for words, wanted in ((["member", "list", "--region", "1100000000"], it["kim"]), (["merchant", "list"], it["shop"]),
                          (["slip", "list", "--member", it["kim"]], it["pay"]),
                          (["promotion", "list"], it["promotion"]), (["settle", "lines", it["run"]], it["line"])):
        assert wanted in run(*words, "--db", DB), words


def amounts_stand_to_the_right_with_their_currency():
    lines = run("wallet", "list", "--db", DB).splitlines()
    assert any("KRW" in line and re.search(r"\b1,234,567,890,123\b|101,234,567,890,122\b", line) for line in lines), lines
    table = run("settle", "list", "--db", DB).splitlines()
    assert "(KRW)" in table[0], table
    ends = {len(line) for line in table[2:]}
    assert len(ends) == 1, table
    run("wallet", "open", "--db", DB, "--member", "kim.of.a.long.address@mail.example.com", "--currency", "USD")
    run("topup", "--db", DB, "--member", "kim.of.a.long.address@mail.example.com", "--currency", "USD",
        "--amount", "20000.50")
    orders = run("bank", "orders", "--db", DB)
    assert "20,000.50 USD" in orders and "99,999,999,999,999 KRW" in orders and "(KRW)" not in orders, orders


def older_entries_are_found_as_the_history_says(it):
    told = run("wallet", "history", "--db", DB, "--member", it["kim"], "--count", "1").splitlines()[-1]
    before = re.search(r"--before (\d+)", told).group(1)
    whole = [json.loads(e) for e in run("wallet", "history", "--db", DB, "--member", it["kim"], "--json").splitlines()]
    rest = [json.loads(e) for e in run("wallet", "history", "--db", DB, "--member", it["kim"], "--before", before,
                                       "--json").splitlines()]
    assert rest == whole[1:] and "Older" not in run("wallet", "history", "--db", DB, "--member", it["kim"])


def whatever_a_program_is_given_is_json_with_the_names_as_they_are(it):
    found = set()

    def keep(value):
        if isinstance(value, dict):
            for each in value.values():
                keep(each)
        elif isinstance(value, list):
            for each in value:
                keep(each)
        elif isinstance(value, str):
            found.add(value)

    for words in reading_commands(it) + [["books"], ["checkpoint"], ["checkpoint", "key"]]:
        text = run(*words, "--db", DB, "--json")
        assert text.endswith("\n") or not text, words
        for line in text.splitlines() if words != ["books"] else text.split("\n")[:-1]:
            value = json.loads(line)
            assert isinstance(value, dict), (words, line)
            keep(value)
    for name in NAMES.values():
        assert name in found, name


def control_characters_in_a_name_are_refused_or_told_as_they_are():
    for place, text in enumerate(("tab\there", "line\nfeed", "bell\x07", "escape\x1b[2J", "delete\x7f", "next\x85line")):
        done = call("member", "register", "--db", DB, "--name", text, "--email", f"c{place}@example.com", "--json")
        if done.returncode == 0:
            identity = json.loads(done.stdout)["id"]
            shown = run("member", "get", identity, "--db", DB)
            assert "\x1b" not in shown and "\x07" not in shown and shown.count("\n") < 10, shown
            assert json.loads(run("member", "get", identity, "--db", DB, "--json"))["name"] == text
        else:
            assert done.returncode == 11 and "name" in done.stderr and "\x1b" not in done.stderr, done


ALL = a_business_of_odd_names_and_large_amounts()
for claim in (whatever_a_person_is_shown_fits_80_columns, an_id_is_never_broken,
              older_entries_are_found_as_the_history_says,
              whatever_a_program_is_given_is_json_with_the_names_as_they_are):
    claim(ALL)
    print("ok", claim.__name__)
for claim in (amounts_stand_to_the_right_with_their_currency,
              control_characters_in_a_name_are_refused_or_told_as_they_are):
    claim()
    print("ok", claim.__name__)
