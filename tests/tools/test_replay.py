#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a replay promises: again it changes nothing; killed at any moment and begun again it ends in the same books;
days are settled when they end, however the file's steps are ordered."""
import os
import random
import signal
import subprocess
import time

from tool import HEADER, TOOL, books, example_rows, outcomes, row, row_counts, run, run_json, write


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


for claim in (replaying_again_changes_nothing, killed_at_random_moments_it_ends_in_the_same_books,
              days_are_settled_when_they_end, books_start_matched_and_every_row_is_what_it_says):
    claim()
    print("ok", claim.__name__)
