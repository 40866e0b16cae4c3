#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Members, their PINs, their bank accounts and the bank's statement on the command line."""
import contextlib
import json
import os
import pty
import re
import sqlite3
import subprocess

from tool import TOOL, books, call, run, run_json

DB = ("--db", "people.db")


def lines(*words):
    return [json.loads(line) for line in run(*words, *DB, "--json").splitlines()]


def join(name, region):
    email = f"{name.lower()}@example.com"
    member = run_json("member", "register", *DB, "--name", name, "--email", email, "--region", region)["id"]
    run("wallet", "open", *DB, "--member", member)
    return member


def an_id_that_is_used_again_names_the_field_as_the_request_does(kim):
    identity = "019fee00-0000-7000-8000-000000000001"
    for words, changed, field in (
            (("member", "register", "--name", "Choi", "--email", "choi@example.com"), ("--email", "x@y.kr"), "email"),
            (("bank", "link", "--owner", kim, "--bank", "004", "--holder", "Kim", "--number", "110-77"),
             ("--number", "110-78"), "account_number")):
        run(*words, *DB, "--id", identity)
        again = call(*words[:-2], *changed, *DB, "--id", identity)
        assert again.returncode == 11 and again.stderr.startswith(f"minipay: id_reused: {field}: "), again
        identity = identity[:-1] + "2"


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


def a_password_is_set_and_tried_as_a_pin_is(lee):
    def password(command, secret, *more):
        return call("member", command, lee, *DB, *more, input=secret)

    none = call("member", "verify-password", lee, *DB, input="anything at all")
    assert none.returncode == 12 and none.stderr.startswith("minipay: not_found: "), none
    assert password("set-password", "correct horse 말\n").returncode == 0
    assert password("verify-password", "correct horse 말").stdout == "right\n"
    wrong = password("verify-password", "correct horse\n", "--json")
    assert wrong.returncode == 12 and json.loads(wrong.stdout)["status"] == "credential_wrong", wrong
    assert "horse" not in wrong.stdout + wrong.stderr, wrong
    assert password("verify-pin", "4711").returncode == 12, "a password is no PIN"
    short = password("set-password", "short\n")
    assert short.returncode == 11 and "invalid_text" in short.stderr and "short\n" not in short.stderr, short
    long = password("set-password", "x" * 200 + "\n")
    assert long.returncode == 11 and "invalid_text" in long.stderr, long
    empty = password("set-password", "")
    assert (empty.returncode, empty.stderr) == (
        1, "minipay: the password is read from standard input, which is at its end\n"), empty
    assert "--password" not in run("member", "set-password", "--help")
    nobody = call("member", "set-password", "no@example.com", *DB, input="correct horse\n")
    assert nobody.returncode == 12 and "member_not_found" in nobody.stderr, nobody


def credentials_are_shown_without_the_secret(kim, lee):
    one, = lines("member", "credentials", lee)
    assert (one["credential"], one["wrong_tries"], one["locked_until"]) == ("password", 1, None), one
    locked, = lines("member", "credentials", kim)
    assert locked["credential"] == "pin" and locked["locked_until"] > locked["set_at"], locked
    text = run("member", "credentials", kim, *DB)
    assert "pin" in text and "Locked until" in text and "4711" not in text, text
    nobody = call("member", "credentials", "no@example.com", *DB)
    assert nobody.returncode == 12 and "member_not_found" in nobody.stderr, nobody


def what_is_typed_on_a_terminal_is_not_shown(lee):
    main, end = pty.openpty()
    child = subprocess.Popen([TOOL, "member", "verify-password", lee, *DB], stdin=end, stdout=subprocess.PIPE,
                             stderr=end)
    shown = b""
    while not shown.endswith(b"password: "):
        shown += os.read(main, 1)
    os.write(main, "correct horse 말\n".encode())
    assert child.communicate()[0] == b"right\n" and child.returncode == 0
    os.close(end)
    try:
        while chunk := os.read(main, 4096):
            shown += chunk
    except OSError:
        pass  # the other end is closed
    assert b"horse" not in shown, shown


def accounts_are_listed_and_unlinked(kim):
    first, second = lines("bank", "list", "--owner", kim)
    assert first["number"] == "***-***-0001" and first["first"] and not second["first"], (first, second)
    run("bank", "unlink", *DB, "--owner", kim, "--account", first["id"])
    assert [a["first"] for a in lines("bank", "list", "--owner", kim)] == [True]
    gone, = lines("bank", "get", first["id"])
    assert (gone["state"], gone["id"]) == ("unlinked", first["id"]), gone
    assert "unlinked" in run("bank", "get", *DB, first["id"])
    none = call("bank", "get", *DB, kim)
    assert none.returncode == 12 and "account_not_found" in none.stderr, none
    again = call("bank", "unlink", *DB, "--owner", kim, "--account", first["id"])
    assert again.returncode == 12 and "account_not_found" in again.stderr, again
    assert "110-1" not in run("bank", "list", *DB, "--owner", kim)


def an_account_number_of_any_characters_is_shown(lee):
    linked = run_json("bank", "link", *DB, "--owner", lee, "--bank", "004", "--number", "계좌가나다라", "--holder", "Lee")
    assert "***-***-가나다라" in [a["number"] for a in lines("bank", "list", "--owner", lee)]
    document = run_json("operation", "get", *DB, "link", linked["id"])["document"]
    assert document["masked_number"] == "***-***-가나다라", document
    assert "***-***-가나다라" in books("people.db")
    return linked["id"]


def a_document_that_cannot_be_shown_is_said_to_be_so(lee, account):
    """Not left out: whoever reads it would take the rest for the whole."""
    with contextlib.closing(sqlite3.connect("people.db")) as db:
        shown, = db.execute("SELECT masked_number FROM bank_account WHERE masked_number LIKE '%가나다라'").fetchone()
        spoil = "UPDATE bank_account SET masked_number = CAST(? AS TEXT) WHERE CAST(masked_number AS BLOB) = ?"
        db.execute(spoil, (b"***-***-\xec", shown.encode()))
        db.commit()
        for words in (("operation", "list", "link", "--count", "99", "--json"), ("books",),
                      ("operation", "get", "link", account, "--json"), ("operation", "get", "link", account),
                      ("bank", "list", "--owner", lee, "--json")):
            done = call(*words, *DB)
            assert done.returncode == 1 and account not in done.stdout, (words, done)
            assert re.fullmatch(r"minipay: .*cannot be shown.*UTF-8.*\n", done.stderr), (words, done.stderr)
        db.execute(spoil, (shown.encode(), b"***-***-\xec"))
        db.commit()
    assert account in run("operation", "list", "link", *DB, "--count", "99")


def orders_and_the_corporate_account_are_shown(kim):
    refused = call("topup", *DB, "--member", kim, "--amount", "20000")
    assert refused.returncode == 12, refused
    orders = lines("bank", "orders", "--owner", kim)
    assert sorted(o["state"] for o in orders) == ["done", "rejected"], orders
    rejected, = lines("bank", "orders", "--state", "rejected")
    assert rejected["verdict"] == "refused" and rejected["amount_minor"] == 20000, rejected
    assert "499" in run("bank", "orders", *DB)
    assert lines("bank", "order", rejected["id"]) == lines("bank", "order", rejected["operation_id"]) == [rejected]
    text = run("bank", "order", *DB, rejected["id"])
    assert "The bank refused the order." in text and "20,000 KRW" in text and "refused: 499 not processed" in text, text
    none = call("bank", "order", *DB, kim)
    assert (none.returncode, none.stderr) == (12, "minipay: not_found: id: There is nothing under this id.\n"), none
    wrong = call("bank", "order", *DB, "7")
    assert wrong.returncode == 2 and wrong.stderr.startswith("minipay: order: '7' is not an id such as"), wrong
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
    assert lines("bank", "reconciliation", counts["id"]) == [counts, difference]
    none = call("bank", "reconciliation", *DB, difference["order_id"])
    assert (none.returncode, none.stderr) == (12, "minipay: not_found: id: There is nothing under this id.\n"), none
    text = run("bank", "reconcile", *DB, "--from", "0")
    assert re.search(r"other amount +1\n", text) and "9,000" in text, text
    assert run_json("audit", *DB)["clean"] is True


run("init", *DB)
people = join("Kim", "11"), join("Lee", "11")
for number in ("110-0001", "REFUSE-2"):
    run("bank", "link", *DB, "--owner", people[0], "--bank", "004", "--number", number, "--holder", "Kim")
members_are_listed_by_region_and_changed(*people)
a_deactivated_member_is_refused_until_he_is_reactivated(people[0])
a_pin_comes_from_standard_input_and_locks(people[0])
a_password_is_set_and_tried_as_a_pin_is(people[1])
credentials_are_shown_without_the_secret(*people)
what_is_typed_on_a_terminal_is_not_shown(people[1])
accounts_are_listed_and_unlinked(people[0])
orders_and_the_corporate_account_are_shown(people[0])
a_document_that_cannot_be_shown_is_said_to_be_so(people[1], an_account_number_of_any_characters_is_shown(people[1]))
reconciliation_shows_what_the_bank_has_otherwise()
an_id_that_is_used_again_names_the_field_as_the_request_does(people[1])
print("ok")
