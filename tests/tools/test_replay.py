#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a replay promises: again it changes nothing; killed at any moment and begun again it ends in the same books;
days are settled when they end, however the file's steps are ordered."""
import datetime
import json
import lzma
import os
import random
import shutil
import signal
import subprocess
import time

from tool import EXAMPLE, HEADER, TOOL, books, example_rows, outcomes, row, row_counts, run, run_json, write


def replay(path, database, out):
    return run_json("replay", path, "--db", database, "--outcomes", out)


def replaying_again_changes_nothing():
    path = example_rows(4000, "again.csv")
    first = replay(path, "again.db", "first.csv")
    before, counts = books("again.db"), row_counts("again.db")
    second = replay(path, "again.db", "second.csv")
    assert books("again.db") == before
    after = row_counts("again.db")
    assert after == counts, {t: (counts.get(t), after[t]) for t in after if after[t] != counts.get(t)}
    with open("first.csv", "rb") as one, open("second.csv", "rb") as two:
        assert one.read() == two.read()
    for figure in ("rows", "accepted", "refused", "refused_by_reason", "by_kind", "audit_clean"):
        assert first[figure] == second[figure], figure


def kill_after(seconds, *arguments):
    """True when the process was still at work."""
    child = subprocess.Popen([TOOL, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    return child.wait() == -signal.SIGKILL


def killed_at_random_moments_it_ends_in_the_same_books():
    seed = int(os.environ.get("MINIPAY_SEED", time.time_ns() % 1000000))
    print("seed", seed, "(MINIPAY_SEED gives it again)")
    dice = random.Random(seed)
    path = example_rows(6000, "kill.csv")
    began = time.monotonic()
    replay(path, "whole.db", "whole.csv")
    lasts = time.monotonic() - began
    wanted = books("whole.db")
    kills = 0
    for life in range(6):
        database = f"killed{life}.db"
        for _ in range(1 + life % 3):
            kills += kill_after(dice.uniform(0.01, lasts), "replay", path, "--db", database)
        replay(path, database, "killed.csv")
        assert books(database) == wanted, f"seed {seed}, {database}"
        assert outcomes("killed.csv") == outcomes("whole.csv"), f"seed {seed}, {database}"
    print(kills, "kills")
    assert kills > 0


def payment(step, number=1):
    return row(step, "PAYMENT", "1.00", f"C{number}", f"M{number}", 100)


def settled_dates(database):
    found = [line.split("through_date=")[1].split()[0]
             for line in books(database).splitlines() if line.startswith("operation settlement ")]
    return sorted(found)


def days_are_settled_when_they_end():
    cases = {
        "one day, settled at its end": ([1, 24], ["20260101"]),
        "a new day settles the one before": ([1, 24, 25], ["20260101", "20260102"]),
        "a day without rows is settled with the last one before it": ([1, 100], ["20260101", "20260105"]),
        "steps that go back settle nothing twice": ([30, 2, 30, 3, 49], ["20260102", "20260103"]),
    }
    for number, (claim, (steps, dates)) in enumerate(cases.items()):
        path = write("days.csv", HEADER + "".join(payment(step) for step in steps))
        summary = replay(path, f"days{number}.db", "days.out")
        assert settled_dates(f"days{number}.db") == dates, (claim, settled_dates(f"days{number}.db"))
        assert summary["settlement"]["slips"] == len(steps) == summary["accepted"], claim
        assert summary["settlement"]["paid_out_minor"] == sum(100 - 1 for _ in steps), (claim, summary)
        assert summary["audit_clean"], claim


def books_start_matched_and_every_row_is_what_it_says():
    lines = [
        row(1, "CASH_IN", "5.00", "C1", "M9", "10.00"),      # from a merchant or agent: a top-up
        row(1, "CASH_OUT", "3.00", "C1", "M9"),
        row(1, "CASH_OUT", "50.00", "C2", "C3", "7.00", "9.00"),  # C3 is seen here first
        row(2, "DEBIT", "1.00", "C1", "B1"),
        row(2, "TRANSFER", "4.00", "C1", "C3"),
        row(2, "TRANSFER", "4.00", "C1", "C1"),
        row(2, "PAYMENT", "0.00", "C1", "M1"),
        row(3, "PAYMENT", "2.00", "C1", "M1", "999.00"),     # only the first sight opens
        row(3, "CASH_IN", "1.9E1", "C4", "M1", "0.00"),      # nothing to open with
    ]
    path = write("kinds.csv", HEADER + "".join(lines))
    replay(path, "kinds.db", "kinds.out")
    assert [(o["status"], o["reason"]) for o in outcomes("kinds.out")] == [
        ("accepted", ""), ("accepted", ""), ("refused", "insufficient_funds"), ("accepted", ""), ("accepted", ""),
        ("refused", "self_transfer"), ("refused", "invalid_amount"), ("accepted", ""), ("accepted", "")]
    wallets = [line.split() for line in run("wallet", "list", "--db", "kinds.db").splitlines()[2:]]
    assert {w[0]: w[2] for w in wallets} == {"C1": "500", "C2": "700", "C3": "1,300", "C4": "1,900"}, wallets
    report = run_json("report", "--db", "kinds.db")
    assert report["bank"]["bank_minor"] == report["bank"]["books_minor"] == 500 + 700 + 1300 + 1900 + 1, report["bank"]
    assert report["bank"]["not_explained_minor"] == 0


def packed(text):
    return lzma.compress(text.encode())


def the_same_rows_under_any_name_are_the_same_file():
    text = open(example_rows(300, "plain.csv"), encoding="utf-8").read()
    replay("plain.csv", "same.db", "same.csv")
    before, counts = books("same.db"), row_counts("same.db")
    quoted = "".join(",".join(f'"{field}"' for field in line.split(",")) + "\n" for line in text.splitlines())
    copies = {"other.csv": text, "packed.csv.xz": packed(text), "packed.csv": packed(text),
              "windows.csv": "\ufeff" + text.replace("\n", "\r\n"), "quoted.csv": quoted,
              "published.csv": text.replace("action", "type", 1).replace("oldBalanceOrig", "oldbalanceOrg", 1)}
    os.mkdir("elsewhere")
    for name, content in copies.items():
        summary = replay(write(os.path.join("elsewhere", name), content), "same.db", "again.csv")
        assert books("same.db") == before and row_counts("same.db") == counts, name
        assert summary["known_members"] == 0, name
        assert outcomes("again.csv") == outcomes("same.csv"), name


def balances(database):
    return {w["name"]: w["balance_minor"] for w in map(json.loads, run(
        "wallet", "list", "--db", database, "--json").splitlines())}


FIRST = HEADER + (row(1, "TRANSFER", "1.00", "C1", "C2", "10.00", "20.00")     # this row both files have
                  + row(2, "PAYMENT", "2.00", "C1", "M1", "9.00")
                  + row(3, "CASH_IN", "1.00", "C3", "B1", "0.00")              # C3 begins with nothing
                  + row(30, "PAYMENT", "1.00", "C2", "M1", "21.00"))
SECOND = HEADER + (row(1, "TRANSFER", "1.00", "C1", "C2", "10.00", "20.00")
                   + row(2, "CASH_IN", "3.00", "C4", "B1", "5.00")
                   + row(3, "CASH_OUT", "90.00", "C3", "B1", "100.00")         # what it prints he does not have
                   + row(25, "PAYMENT", "4.00", "C4", "M1", "8.00")
                   + row(26, "PAYMENT", "4.00", "C4", "M2", "4.00"))


def a_second_file_goes_on_with_the_members_of_the_first():
    first, second = write("first.csv", FIRST), write("second.csv", SECOND)
    one = replay(first, "both.db", "one.csv")
    assert (one["openings"]["accepted"], one["known_members"]) == (2, 0), one
    assert balances("both.db") == {"C1": 700, "C2": 2000, "C3": 100}
    two = replay(second, "both.db", "two.csv")
    assert [o["status"] for o in outcomes("two.csv")] == ["accepted", "accepted", "refused", "accepted", "accepted"]
    assert balances("both.db") == {"C1": 600, "C2": 2100, "C3": 100, "C4": 0}
    assert (two["openings"]["accepted"], two["known_members"]) == (1, 3), two
    assert two["audit_clean"] and two["bank"]["merchants_minor"] == 0, "every payment of both files is settled"
    assert two["settlement"]["slips"] == 4 and two["first_date"] == "2026-01-01", two
    assert settled_dates("both.db") == ["20260101", "20260102", "20260104", "20260105"], settled_dates("both.db")
    before, counts = books("both.db"), row_counts("both.db")
    for path, summary, said in ((first, one, "one.csv"), (second, two, "two.csv")):
        again = replay(path, "both.db", "again.csv")
        assert books("both.db") == before and row_counts("both.db") == counts, path
        assert outcomes("again.csv") == outcomes(said), path
        for figure in ("accepted", "refused", "openings", "known_members"):
            assert again[figure] == summary[figure], (path, figure)


def a_second_file_does_not_change_the_terms_of_a_merchant():
    run("replay", write("first.csv", FIRST), "--db", "terms.db", "--fee-bps", "100")
    text = run("replay", write("second.csv", SECOND), "--db", "terms.db", "--fee-bps", "200")
    assert "3 members were in the books already" in text, text
    fees = {m["name"]: m["fee_basis_points"] for m in map(json.loads, run(
        "merchant", "list", "--db", "terms.db", "--json").splitlines())}
    assert fees == {"M1": 100, "M2": 200}, fees


def a_second_file_killed_at_random_moments_ends_in_the_same_books():
    dice = random.Random(int(os.environ.get("MINIPAY_SEED", time.time_ns() % 1000000)))
    first = example_rows(1000, "days.csv")
    lines = open(EXAMPLE, encoding="utf-8").readlines()
    second = write("more.csv", "".join(lines[:1] + lines[700:3000]))
    replay(first, "base.db", "base.csv")
    began = time.monotonic()
    for name in ("undisturbed.db", "cut.db"):
        for end in ("", ".key", ".bank"):
            shutil.copy("base.db" + end, name + end)
    replay(second, "undisturbed.db", "whole.csv")
    lasts = time.monotonic() - began
    for _ in range(4):
        kill_after(dice.uniform(0.01, lasts), "replay", second, "--db", "cut.db")
    replay(second, "cut.db", "killed.csv")
    assert books("cut.db") == books("undisturbed.db")
    assert outcomes("killed.csv") == outcomes("whole.csv")


def a_database_without_a_booking_is_as_good_as_none():
    path = write("first.csv", FIRST)
    replay(path, "none.db", "none.csv")
    run("init", "--db", "begun.db")
    run("audit", "--db", "begun.db")
    replay(path, "begun.db", "begun.csv")
    assert books("begun.db") == books("none.db")
    assert outcomes("begun.csv") == outcomes("none.csv")


def a_database_of_today_gets_the_days_of_the_file_behind_today():
    run("init", "--db", "today.db")
    run("member", "register", "--db", "today.db", "--name", "Kim", "--email", "kim@example.com")
    summary = replay(write("first.csv", FIRST), "today.db", "today.csv")
    assert summary["settlement"]["slips"] == 2 and summary["bank"]["merchants_minor"] == 0, summary
    first, last = (datetime.date.fromisoformat(summary[name]) for name in ("first_date", "last_date"))
    assert last - first == datetime.timedelta(days=1), (first, last)
    assert first > datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).date(), first


for claim in (the_same_rows_under_any_name_are_the_same_file, a_second_file_goes_on_with_the_members_of_the_first,
              a_second_file_does_not_change_the_terms_of_a_merchant,
              a_second_file_killed_at_random_moments_ends_in_the_same_books,
              a_database_without_a_booking_is_as_good_as_none,
              a_database_of_today_gets_the_days_of_the_file_behind_today, replaying_again_changes_nothing,
              killed_at_random_moments_it_ends_in_the_same_books,
              days_are_settled_when_they_end, books_start_matched_and_every_row_is_what_it_says):
    claim()
    print("ok", claim.__name__)
