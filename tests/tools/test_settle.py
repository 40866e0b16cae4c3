#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Refused payouts on the command line: how they are tried again, what tells of it, and what a run that is not there is
answered with."""
import json

from tool import call, run, run_json

NOBODY = "018f2c9e-7f3a-7cc4-9b1d-2f60a1b2c3d4"


def lines(*words):
    return [json.loads(line) for line in run(*words, *DB, "--json").splitlines()]


def link(owner, number):
    return run_json("bank", "link", *DB, "--owner", owner, "--bank", "004", "--number", number, "--holder", "A")["id"]


def shop(number):
    """A merchant with an account, and 5,000 won to be paid."""
    merchant = run_json("merchant", "register", *DB, "--name", "Shop", "--fee-bps", "0", "--cycle-days", "0")["id"]
    link(merchant, number)
    paid = run_json("pay", *DB, "--member", "kim@example.kr", "--merchant", merchant, "--amount", "5000")["id"]
    return merchant, run_json("slip", "get", *DB, paid)["business_date"]


def settle(day):
    return run_json("settle", "run", *DB, "--through", day)


def retry(what):
    return run_json("settle", "retry", *DB, what)


def told_of_retry(what):
    """What a retry says for a person, its space closed up."""
    return " ".join(run("settle", "retry", *DB, what).split())


def a_business():
    run("init", *DB)
    run("policy", "set", *DB, "weekend_days=0")
    run("member", "register", *DB, "--name", "Kim", "--email", "kim@example.kr")
    run("wallet", "open", *DB, "--member", "kim@example.kr")
    link("kim@example.kr", "110-1")
    run("topup", *DB, "--member", "kim@example.kr", "--amount", "100000")


def a_run_that_is_not_there_is_not_found():
    for command in ("get", "lines", "retry"):
        for what, named in ((NOBODY, NOBODY), ("2030-01-01", "2030-01-01 in KRW")):
            before = run("books", *DB)
            for form in ((), ("--json",)):
                done = call("settle", command, *DB, what, *form)
                assert (done.returncode, done.stdout) == (12, ""), (command, done)
                assert done.stderr == f"minipay: not_found: there is no settlement run {named}\n", (command, done)
            assert run("books", *DB) == before, (command, what)


def lines_tell_what_paid_them_again():
    _, day = shop("REFUSE-1")
    first = settle(day)
    second = retry(first["id"])
    third = retry(second["id"])
    (one,), (two,), (three,) = (lines("settle", "lines", r["id"]) for r in (first, second, third))
    assert [(line["retries_id"], line["retried_by"]) for line in (one, two, three)] == [
        (None, two["id"]), (one["id"], three["id"]), (two["id"], None)]
    text = run("settle", "lines", *DB, second["id"])
    assert "Retries" in text and "Retried by" in text and one["id"] in text and three["id"] in text, text
    assert max(map(len, text.splitlines())) <= 80, text


def left_alone(retried):
    return retried["lines"], retried["retried_before"], retried["in_later_run"], retried["retried_by"]


def a_retry_with_nothing_to_do_says_why():
    merchant, day = shop("REFUSE-2")
    first = settle(day)
    second = retry(first["id"])
    assert left_alone(second) == (1, 0, 0, None) and second["refused"] == 1, second
    assert left_alone(retry(first["id"])) == (0, 1, 0, second["id"])
    told = told_of_retry(first["id"])
    wanted = f"nothing to retry other runs have all that was refused retried before 1, by {second['id']}"
    assert wanted in told and "later run" not in told, told
    run("merchant", "terms", *DB, merchant, "--account", link(merchant, "110-2"))
    later = settle(day)
    assert later["paid_minor"] == 5000, later
    assert left_alone(retry(second["id"])) == (0, 0, 1, None)
    told = told_of_retry(second["id"])
    assert "nothing to retry other runs have all that was refused in a later run 1" in told and "retried before" not in told, told
    assert left_alone(retry(later["id"])) == (0, 0, 0, None)
    assert "nothing to retry no payout of that run was refused" in told_of_retry(later["id"])


def a_refused_retry_is_paid_by_a_retry_of_its_own_run():
    merchant, day = shop("REFUSE-3")
    first = settle(day)
    second = retry(first["id"])
    run("merchant", "terms", *DB, merchant, "--account", link(merchant, "110-2"))
    assert retry(first["id"])["paid_minor"] == 0
    paid = retry(second["id"])
    assert (paid["paid_minor"], paid["retry_of"]) == (5000, second["id"]), paid
    assert f"retried before 1, by {paid['id']}" in told_of_retry(second["id"])


def a_preview_names_no_line():
    _, day = shop("110-4")
    line, whole = lines("settle", "preview", "--through", day)
    assert (line["id"], whole["id"], line["net_minor"]) == (None, None, 5000), line
    text = run("settle", "preview", *DB, "--through", day)
    assert "Shop" in text and "Line" not in text and "00000000-" not in text, text


for number, claim in enumerate((a_run_that_is_not_there_is_not_found, lines_tell_what_paid_them_again,
                                a_retry_with_nothing_to_do_says_why, a_refused_retry_is_paid_by_a_retry_of_its_own_run,
                                a_preview_names_no_line)):
    DB = ("--db", f"{number}.db")
    a_business()
    claim()
    assert run_json("audit", *DB)["clean"]
    print("ok", claim.__name__)
