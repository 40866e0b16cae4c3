#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Members, their PINs, their bank accounts and the bank's statement on the command line."""
import json
import sqlite3

from tool import call, run, run_json

DB = ("--db", "people.db")


def lines(*words):
    return [json.loads(line) for line in run(*words, *DB, "--json").splitlines()]


def join(name, region):
    email = f"{name.lower()}@example.com"
    member = run_json("member", "register", *DB, "--name", name, "--email", email, "--region", region)["id"]
    run("wallet", "open", *DB, "--member", member)
    return member


def members_are_listed_by_region_and_changed(kim, lee):
    assert [m["id"] for m in lines("member", "list", "--region", "11")] == [kim, lee]
    assert lines("member", "list", "--region", "26") == []
    done = run_json("member", "update", "kim@example.com", *DB, "--region", "26", "--tier", "2", "--email", "k@example.com")
    assert done["kind"] == "member_change" and done["state"] == "done", done
    found = run_json("member", "get", kim, *DB)
    assert (found["region"], found["tier"], found["email"], found["name"]) == ("26", 2, "k@example.com", "Kim"), found
    assert "Kim" in run("member", "list", *DB, "--region", "26")
    taken = call("member", "update", lee, *DB, "--email", "K@example.com")
    assert taken.returncode == 12 and "email_taken" in taken.stderr, taken
    nothing = call("member", "update", lee, *DB)
    assert nothing.returncode == 2 and "--tier" in nothing.stderr, nothing


def a_deactivated_member_is_refused_until_he_is_reactivated(kim):
    unsaid = call("member", "deactivate", kim, *DB)
    assert unsaid.returncode == 2 and "--reason" in unsaid.stderr, unsaid
    run("member", "deactivate", kim, *DB, "--reason", "asked for it")
    refused = call("topup", *DB, "--member", kim, "--amount", "10000")
    assert refused.returncode == 12 and "member_inactive" in refused.stderr, refused
    run("member", "reactivate", kim, *DB, "--reason", "back again")
    run("topup", *DB, "--member", kim, "--amount", "10000")


def a_pin_comes_from_standard_input_and_locks(kim):
    def pin(command, secret, *more):
        return call("member", command, kim, *DB, *more, input=secret)

    assert pin("set-pin", "4711\n").returncode == 0
    assert pin("verify-pin", "4711\n").stdout == "right\n"
    assert json.loads(pin("verify-pin", "4711", "--json").stdout) == {"right": True, "status": "ok"}
    for _ in range(5):
        wrong = pin("verify-pin", "1147\n", "--json")
        assert wrong.returncode == 12 and json.loads(wrong.stdout)["status"] == "credential_wrong", wrong
        assert "1147" not in wrong.stdout + wrong.stderr, wrong
    assert "credential_locked" in pin("verify-pin", "4711\n").stderr
    assert pin("set-pin", "47\n").returncode == 11
    assert pin("set-pin", "").returncode == 1
    help_text = run("member", "set-pin", "--help")
    assert "--pin" not in help_text and "--secret" not in help_text, help_text


def accounts_are_listed_and_unlinked(kim):
    first, second = lines("bank", "list", "--owner", kim)
    assert first["number"] == "***-***-0001" and first["first"] and not second["first"], (first, second)
    run("bank", "unlink", *DB, "--owner", kim, "--account", first["id"])
    assert [a["first"] for a in lines("bank", "list", "--owner", kim)] == [True]
    again = call("bank", "unlink", *DB, "--owner", kim, "--account", first["id"])
    assert again.returncode == 12 and "account_not_found" in again.stderr, again
    assert "110-1" not in run("bank", "list", *DB, "--owner", kim)


def orders_and_the_corporate_account_are_shown(kim):
    refused = call("topup", *DB, "--member", kim, "--amount", "20000")
    assert refused.returncode == 12, refused
    orders = lines("bank", "orders", "--owner", kim)
    assert sorted(o["state"] for o in orders) == ["done", "rejected"], orders
    rejected, = lines("bank", "orders", "--state", "rejected")
    assert rejected["verdict"] == "refused" and rejected["amount_minor"] == 20000, rejected
    assert "499" in run("bank", "orders", *DB)
    assert call("bank", "orders", *DB, "--state", "lost").returncode == 2
    position = run_json("bank", "corporate", *DB)
    assert position == {"currency": "KRW", "at_bank_minor": 10000, "posted_minor": 10000, "in_transit_minor": 0,
                        "difference_minor": 0}, position
    assert "10,000 KRW" in run("bank", "corporate", *DB)


def reconciliation_shows_what_the_bank_has_otherwise():
    counts, = lines("bank", "reconcile")
    assert (counts["lines"], counts["matched"], counts["extra"]) == (1, 1, 0), counts
    counts, = lines("bank", "reconcile")
    assert counts["lines"] == 0, counts
    with sqlite3.connect("people.db.bank") as bank:
        bank.execute("UPDATE movement SET amount_minor = 9000")
    bank.close()
    counts, difference = lines("bank", "reconcile", "--from", "0")
    assert counts["different"] == 1 and difference["difference"] == "amount", (counts, difference)
    assert (difference["ordered_minor"], difference["bank_minor"]) == (10000, 9000), difference
    text = run("bank", "reconcile", *DB, "--from", "0")
    assert "other amount 1" in text and "9,000" in text, text
    assert run_json("audit", *DB)["clean"] is True


run("init", *DB)
people = join("Kim", "11"), join("Lee", "11")
for number in ("110-0001", "REFUSE-2"):
    run("bank", "link", *DB, "--owner", people[0], "--bank", "004", "--number", number, "--holder", "Kim")
members_are_listed_by_region_and_changed(*people)
a_deactivated_member_is_refused_until_he_is_reactivated(people[0])
a_pin_comes_from_standard_input_and_locks(people[0])
accounts_are_listed_and_unlinked(people[0])
orders_and_the_corporate_account_are_shown(people[0])
reconciliation_shows_what_the_bank_has_otherwise()
print("ok")
