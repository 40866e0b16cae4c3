#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every exit code of the table that `minipay --help` prints, from calls that produce it."""
import json
import os
import re
import sqlite3
import subprocess

from tool import TOOL, call, run, run_json, write

DB = ("--db", "codes.db")


def documented():
    table = run("--help").split("Exit codes:\n")[1]
    return {int(code) for code in re.findall(r"^ +(\d+)  ", table, re.MULTILINE)}


def member(name, number):
    email = f"{name}@example.com"
    run("member", "register", *DB, "--name", name, "--email", email)
    run("wallet", "open", *DB, "--member", email)
    run("bank", "link", *DB, "--owner", email, "--bank", "004", "--number", number, "--holder", name)
    return email


def done_is_0():
    answer = call("topup", *DB, "--member", KIM, "--amount", "10000", "--json")
    assert json.loads(answer.stdout)["state"] == "done", answer
    return answer


def a_failure_of_its_own_is_1():
    answer = call("replay", write("cut.csv", "step,action\n1"), "--db", "none.db")
    assert "cut.csv: line 1" in answer.stderr, answer
    return answer


def an_output_that_cannot_be_written_is_1():
    with open("/dev/full", "w", encoding="utf-8") as full:
        answer = subprocess.run([TOOL, "wallet", "list", *DB], stdout=full, stderr=subprocess.PIPE, text=True,
                                check=False)
    assert answer.stderr == "minipay: standard output cannot be written\n", answer
    return answer


def a_wrong_command_line_is_2():
    return call("topup", *DB, "--member", KIM)


def a_call_to_be_fixed_is_11():
    answer = call("topup", *DB, "--member", KIM, "--amount", "0")
    assert answer.stderr.startswith("minipay: invalid_amount: amount_minor: "), answer
    return answer


def a_refusal_is_12():
    answer = call("withdraw", *DB, "--member", KIM, "--amount", "999999999")
    assert answer.stderr.startswith("minipay: insufficient_funds: "), answer
    return answer


def what_may_be_tried_again_is_13():
    holder = sqlite3.connect("codes.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    answer = call("topup", *DB, "--member", KIM, "--amount", "10000")
    holder.execute("ROLLBACK")
    holder.close()
    assert answer.stderr.startswith("minipay: codes.db: busy: "), answer
    return answer


def an_answer_that_a_bank_owes_is_14_until_it_is_known():
    before = run_json("wallet", "get", *DB, "--member", LATE)["balance_minor"]
    answer = call("topup", *DB, "--member", LATE, "--amount", "10000", "--json")
    first = json.loads(answer.stdout)
    assert first["state"] == "running" and first["id"] in answer.stderr, answer
    words = ("topup", *DB, "--member", LATE, "--amount", "10000", "--id", first["id"])
    for _ in range(1000):
        run("run", *DB)
        again = call(*words)
        if again.returncode != 14:
            break
    assert again.returncode == 0 and " done: 10,000 KRW" in again.stdout, again
    assert run_json("wallet", "get", *DB, "--member", LATE)["balance_minor"] == before + 10000
    return answer


def an_operation_that_waits_for_a_person_is_14_too():
    run("policy", "set", *DB, "bank_deadline_ms=1")
    first = run_json_of(14, "topup", *DB, "--member", LOST, "--amount", "10000")
    for _ in range(1000):
        run("run", *DB)
        answer = call("topup", *DB, "--member", LOST, "--amount", "10000", "--id", first["id"])
        if " parked" in answer.stdout:
            break
    assert answer.stderr.startswith("minipay: bank_unknown: "), answer
    run("policy", "set", *DB, "bank_deadline_ms=86400000")
    return answer


def run_json_of(code, *words):
    answer = call(*words, "--json")
    assert answer.returncode == code, answer
    return json.loads(answer.stdout)


def a_batch_ends_with_its_gravest_row():
    head = "from,to,amount\n"
    cases = ((f"{KIM},{LATE},1\n", 0), (f"{KIM},{LATE},1\n{KIM},{LATE},99999999\n", 12))
    for rows, code in cases:
        assert call("transfer", "batch", write("b.csv", head + rows), *DB).returncode == code, rows
    path = write("b.csv", head + f"{KIM},{LATE},99999999\n{LOST},{KIM},1\n{KIM},{LATE},1\n")
    answer = call("transfer", "batch", path, *DB, "--auto-topup")
    assert "waits for the bank" in answer.stdout and "1 of 3 transfers done" in answer.stdout, answer
    return answer


def a_payout_without_an_answer_is_14():
    shop = run_json("merchant", "register", *DB, "--name", "Shop", "--cycle-days", "0")["id"]
    run("bank", "link", *DB, "--owner", shop, "--bank", "004", "--number", "LOST-2", "--holder", "Shop")
    run("pay", *DB, "--member", KIM, "--merchant", shop, "--amount", "100")
    answer = call("settle", "run", *DB, "--through", "2099-12-31")
    assert "running" in answer.stdout and "1 open" in answer.stdout, answer
    return answer


def an_installation_that_is_not_sound_is_15():
    write("sound.db.key", bytes(32))
    return call("wallet", "list", "--db", write("sound.db", b"Dear diary,\n" * 999))


def a_database_without_its_key_is_15():
    run("init", "--db", "keyless.db")
    os.rename("keyless.db.key", "elsewhere.key")
    return call("wallet", "list", "--db", "keyless.db")


run("init", *DB)
KIM, LATE, LOST = member("kim", "110-1"), member("late", "UNKNOWN-1"), member("lost", "LOST-1")
run("policy", "set", *DB, "bank_retry_first_ms=1", "bank_retry_largest_ms=1")
PRODUCED = {
    done_is_0: 0, a_failure_of_its_own_is_1: 1, an_output_that_cannot_be_written_is_1: 1, a_wrong_command_line_is_2: 2,
    a_call_to_be_fixed_is_11: 11, a_refusal_is_12: 12, what_may_be_tried_again_is_13: 13,
    an_answer_that_a_bank_owes_is_14_until_it_is_known: 14, an_operation_that_waits_for_a_person_is_14_too: 14,
    a_batch_ends_with_its_gravest_row: 14, a_payout_without_an_answer_is_14: 14,
    an_installation_that_is_not_sound_is_15: 15, a_database_without_its_key_is_15: 15,
}
for claim, wanted in PRODUCED.items():
    made = claim()
    assert made.returncode == wanted, (claim.__name__, made)
    assert (made.stderr == "") == (wanted == 0) or claim is a_batch_ends_with_its_gravest_row, made
    print("ok", claim.__name__)
assert documented() == set(PRODUCED.values()), documented()
assert run_json("audit", *DB)["clean"] is True
