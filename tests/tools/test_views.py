#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The views that a person finds in the file say what the API says: balances, histories with their running balance,
the states of slips, the company's accounts."""
import json
import lzma
import os
import re
import sqlite3
import uuid

from tool import DATA, call, example_rows, run, run_json, write


def lines(*words):
    return [json.loads(line) for line in run(*words, "--json").splitlines()]


def ask(database, question, *values):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        found = [dict(row) for row in db.execute(question, values)]
    db.close()
    return found


def bare(identity):
    """An id as the file has it: hexadecimal digits alone."""
    return uuid.UUID(identity).hex


def at_random(database, count, what):
    """The busiest and the idlest of them, and some between."""
    found = ask(database, f"SELECT {what} AS it, count(*) AS n FROM wallet_history GROUP BY 1 ORDER BY n DESC, 1")
    return [row["it"] for row in found[:count] + found[len(found) // 2:][:count] + found[-count:]]


def wallet_balance_is_what_the_wallets_have(database):
    seen = {(row["member_id"], row["currency"]): row for row in ask(database, "SELECT * FROM wallet_balance")}
    wallets = lines("wallet", "list", "--db", database)
    assert len(seen) == len(wallets) > 2, (len(seen), len(wallets))
    for wallet in wallets:
        row = seen[bare(wallet["member_id"]), wallet["currency"]]
        told = (wallet["balance_minor"], wallet["held_minor"], wallet["incoming_minor"], wallet["available_minor"],
                wallet["state"])
        assert (row["posted_minor"], row["held_minor"], row["incoming_minor"], row["available_minor"],
                row["state"]) == told, (row, wallet)
        assert row["purse"] == "cash", row


def whole_history(database, member, currency):
    entries, before = [], ()
    while True:
        page = lines("wallet", "history", "--db", database, "--member", str(uuid.UUID(member)), "--currency", currency,
                     "--count", "1000", *before)
        entries += page
        if len(page) < 1000:
            return entries
        before = ("--before", str(page[-1]["sequence"]))


def same_entry(row, entry):
    return (row["sequence"], row["kind"], row["amount_minor"], row["balance_minor"], row["operation_id"],
            row["booked_at"], row["business_date"]) == (
        entry["sequence"], entry["kind"], entry["amount_minor"], entry["balance_minor"], bare(entry["operation_id"]),
        entry["booked_at"][:19] + "Z", int(entry["business_date"].replace("-", "")))


def wallet_history_is_the_history_in_its_order(database):
    members = set(at_random(database, 8, "member_id"))
    for member in members:
        for currency in ("KRW", "USD"):
            rows = ask(database, "SELECT * FROM wallet_history WHERE member_id = ? AND currency = ? "
                       "ORDER BY sequence DESC", member, currency)
            if not rows:
                continue
            entries = whole_history(database, member, currency)
            assert len(rows) == len(entries), (member, len(rows), len(entries))
            assert all(map(same_entry, rows, entries)), [p for p in zip(rows, entries) if not same_entry(*p)][:1]
    assert len(members) > 1, members


def the_running_balance_is_the_sum_of_what_came_before(database):
    wrong = ask(database, """
        SELECT * FROM (SELECT *, sum(amount_minor) OVER (PARTITION BY member_id, currency ORDER BY sequence) AS running
                       FROM wallet_history) WHERE running <> balance_minor""")
    assert wrong == [], wrong[:1]
    wrong = ask(database, """
        SELECT b.member_id, b.currency, posted_minor, coalesce(sum(amount_minor), 0) AS added
        FROM wallet_balance b LEFT JOIN wallet_history h USING (member_id, currency)
        GROUP BY b.member_id, b.currency HAVING added <> posted_minor""")
    assert wrong == [], wrong[:1]


def slip_status_is_what_the_slips_say(database):
    rows = ask(database, "SELECT * FROM slip_status ORDER BY slip_id")
    seen = {}
    for merchant in {row["merchant_id"] for row in rows}:
        for slip in lines("slip", "list", "--db", database, "--merchant", str(uuid.UUID(merchant)), "--count", "1000"):
            seen[bare(slip["id"])] = slip
    assert len(rows) == len(seen) > 0, (len(rows), len(seen))
    for row in rows:
        slip = seen[row["slip_id"]]
        date = int(slip["business_date"].replace("-", "")) if slip["business_date"] else 0
        assert (row["status"], row["amount_minor"], row["captured_minor"], row["fee_minor"], row["refunded_minor"],
                row["currency"], row["member_id"], row["business_date"]) == (
            slip["state"], slip["amount_minor"], slip["captured_minor"], slip["fee_minor"], slip["refunded_minor"],
            slip["currency"], bare(slip["member_id"]), date), (row, slip)
    return {row["status"] for row in rows}


def company_balance_is_what_the_bank_and_the_fees_are(database):
    rows = {row["kind"]: row["posted_minor"]
            for row in ask(database, "SELECT * FROM company_balance WHERE currency = 'KRW'")}
    report = run_json("report", "--db", database)
    assert rows["corporate"] == report["bank"]["books_minor"], (rows, report["bank"])
    told = {}
    for line in run("books", "--db", database).splitlines():
        if re.match(r"account - \w+ KRW ", line):
            told[line.split()[2]] = int((re.findall(r" posted_minor=(-?\d+)", line) or [0])[0])
    assert rows == told and len(rows) > 1, (rows, told)


def ask_all(database):
    for claim in (wallet_balance_is_what_the_wallets_have, wallet_history_is_the_history_in_its_order,
                  the_running_balance_is_the_sum_of_what_came_before,
                  company_balance_is_what_the_bank_and_the_fees_are):
        claim(database)
        print("ok", database, claim.__name__)
    states = slip_status_is_what_the_slips_say(database)
    print("ok", database, "slip_status_is_what_the_slips_say", sorted(states))
    return states


# ---- a day, and one by hand in which everything comes ----

def change(*words, code=0):
    done = call(*words, "--db", "hand.db", "--json")
    assert done.returncode == code, (words, done)
    return json.loads(done.stdout)["id"]


def by_hand():
    run("init", "--db", "hand.db")
    who = {}
    for name, number in (("kim", "110-1"), ("lee", "110-2"), ("late", "LOST-3")):
        who[name] = change("member", "register", "--name", name, "--email", name + "@example.com")
        change("wallet", "open", "--member", who[name])
        change("bank", "link", "--owner", who[name], "--bank", "004", "--number", number, "--holder", name)
    kim, lee, late = who["kim"], who["lee"], who["late"]
    change("wallet", "open", "--member", kim, "--currency", "USD")
    change("wallet", "credit", "--member", kim, "--currency", "USD", "--amount", "12.34", "--reason", "gift")
    change("topup", "--member", kim, "--amount", "200000")
    change("withdraw", "--member", kim, "--amount", "7000")
    sent = change("transfer", "--member", kim, "--to", lee, "--amount", "30000")
    change("transfer", "reverse", "--transfer", sent, "--reason", "wrong")
    change("transfer", "--member", kim, "--to", lee, "--amount", "20000")
    hold = change("wallet", "hold", "--member", kim, "--to", lee, "--amount", "5000")
    change("wallet", "capture", "--hold", hold, "--amount", "2000")
    shop = change("merchant", "register", "--name", "Shop", "--fee-bps", "150", "--cycle-days", "0")
    change("bank", "link", "--owner", shop, "--bank", "004", "--number", "220-1", "--holder", "Shop")
    buy = ("--member", kim, "--merchant", shop, "--amount", "10000")
    change("pay", *buy)
    change("refund", "--payment", change("pay", *buy), "--amount", "4000")
    change("refund", "--payment", change("pay", *buy))
    change("pay", "--member", lee, "--merchant", shop, "--amount", "9000000", code=12)
    change("pay", "--member", late, "--merchant", shop, "--amount", "500", "--auto-topup", code=14)
    change("pay", *buy, "--authorize")
    change("void", "--payment", change("pay", *buy, "--authorize"))
    change("capture", "--payment", change("pay", *buy, "--authorize"), "--amount", "2500")
    whole = change("pay", *buy, "--authorize")
    change("capture", "--payment", whole)
    part = change("pay", *buy, "--authorize")
    change("capture", "--payment", part, "--amount", "3000")
    change("void", "--payment", part)
    again = change("pay", *buy, "--authorize")
    change("capture", "--payment", again)
    change("refund", "--payment", again)
    change("wallet", "freeze", "--member", lee, "--reason", "court order")


def an_older_file():
    """One of schema 1, as the first call migrates it."""
    for name in ("day.db", "day.db.bank"):
        with lzma.open(os.path.join(DATA, "schema-1", name + ".xz")) as packed:
            write("one." + name, packed.read())
    write("one.day.db.key", b"minipay schema 1 test key 012345")
    os.chmod("one.day.db.key", 0o600)
    run("wallet", "list", "--db", "one.day.db")
    return "one.day.db"


run("replay", example_rows(6000, "day.csv"), "--db", "day.db")
assert {"paid"} <= ask_all("day.db")
assert {"paid"} <= ask_all(an_older_file())
by_hand()
assert ask_all("hand.db") == {"paid", "refused", "waiting", "refunded", "authorized", "partly_captured", "voided"}
assert run_json("audit", "--db", "hand.db")["clean"] is True
