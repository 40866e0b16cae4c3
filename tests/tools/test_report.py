#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `minipay report` counts is what was done: operations by kind, money by region, payments by merchant, and what
settlement has made of them."""
import json
import re

from tool import call, run, run_json

DB = ("--db", "r.db")
KIM = "kim@example.kr"


def lines(*words):
    return [json.loads(line) for line in run(*words, *DB, "--json").splitlines()]


def do(*words):
    return run_json(*words, *DB)["id"]


def link(owner, number):
    return do("bank", "link", "--owner", owner, "--bank", "004", "--number", number, "--holder", "Any")


def a_business():
    run("init", *DB)
    run("policy", "set", *DB, "weekend_days=0")
    do("member", "register", "--name", "Kim", "--email", KIM)
    do("wallet", "open", "--member", KIM)
    link(KIM, "110-1")
    do("topup", "--member", KIM, "--amount", "1000000")


def report():
    """The report, whose regions add up to the balances whatever was done."""
    told = run_json("report", *DB)
    for region in told["regions"]:
        assert region["balance_minor"] == (region["topped_up_minor"] - region["withdrawn_minor"] - region["paid_minor"]
                                           + region["refunded_minor"] + region["other_minor"]), region
    assert sum(r["balance_minor"] for r in told["regions"]) == told["bank"]["members_minor"], told
    assert told["bank"]["members_minor"] == sum(w["balance_minor"] for w in lines("wallet", "list")), told
    assert told["audit_clean"] and told["bank"]["not_explained_minor"] == 0, told
    return told


def of_merchant(name):
    """Payments, paid, refunded, fee and paid out, as the table has them."""
    table = run("report", *DB).split("SETTLEMENT BY MERCHANT")[1]
    found = re.search(rf"^  {name} +([-\d, ]+)$", table, re.MULTILINE)
    return [int(figure.replace(",", "")) for figure in re.split(" +", found[1].strip())] if found else None


def a_withdrawal_that_the_bank_refused_is_not_withdrawn():
    bad = link(KIM, "REFUSE334")
    for amount in ("5000", "7000"):
        refused = call("withdraw", *DB, "--member", KIM, "--account", bad, "--amount", amount)
        assert refused.returncode == 12 and "bank_refused" in refused.stderr, refused
    told = report()
    assert told["booked"] == {"topup": {"count": 1, "amount_minor": 1000000}}, told["booked"]
    (region,) = told["regions"]
    assert (region["withdrawn_minor"], region["other_minor"]) == (0, 0), region
    do("withdraw", "--member", KIM, "--amount", "300")
    told = report()
    assert told["booked"]["withdraw"] == {"count": 1, "amount_minor": 300} and len(told["booked"]) == 2, told["booked"]
    assert told["regions"][0]["withdrawn_minor"] == 300, told["regions"]


def a_top_up_on_the_way_is_a_top_up():
    do("member", "register", "--name", "Lee", "--email", "lee@example.kr")
    do("wallet", "open", "--member", "lee@example.kr")
    link("lee@example.kr", "110-2")
    before = report()["booked"]
    do("transfer", "--member", "lee@example.kr", "--to", KIM, "--amount", "10000", "--auto-topup")
    booked = report()["booked"]
    assert booked["transfer"] == {"count": 1, "amount_minor": 10000}, booked
    assert booked["topup"]["count"] == before["topup"]["count"] + 1, (before, booked)


def a_payment_is_one_however_often_it_is_captured():
    shop = do("merchant", "register", "--name", "Shop", "--cycle-days", "0")
    link(shop, "110-9")
    payment = do("pay", "--member", KIM, "--merchant", shop, "--amount", "9000", "--authorize")
    captures = [do("capture", "--payment", payment, "--amount", "3000") for _ in range(3)]
    do("refund", "--payment", payment, "--amount", "500")
    told = report()["booked"]
    assert "pay" not in told and told["capture"] == {"count": 3, "amount_minor": 9000}, told
    entries = {e["operation_id"]: e["kind"] for e in lines("wallet", "history", "--member", KIM)}
    for capture in captures:
        assert run_json("operation", "get", *DB, entries[capture], capture)["id"] == capture, entries
        assert f"\nposting {capture} 00 capture " in run("books", *DB), capture
    assert of_merchant("Shop") == [1, 9000, 500, 0, 0]
    day = run_json("slip", "get", *DB, payment)["business_date"]
    do("settle", "run", "--through", day)
    (line,) = lines("settle", "lines", day)
    assert line["slips"] == 1 and of_merchant("Shop") == [1, 9000, 500, line["fee_minor"], line["payout_minor"]], line
    do("pay", "--member", KIM, "--merchant", shop, "--amount", "100")
    assert report()["booked"]["pay"] == {"count": 1, "amount_minor": 100}
    assert of_merchant("Shop")[:3] == [2, 9100, 500]


def a_payment_that_a_promotion_bears_is_one_too():
    shop = do("merchant", "register", "--name", "Gifts", "--cycle-days", "0")
    event = do("promotion", "register", "--name", "Event", "--fund", "5000", "--discount", "1000",
               "--merchant-share-bps", "5000")
    do("pay", "--member", KIM, "--merchant", shop, "--amount", "1000", "--promotion", event)
    assert of_merchant("Gifts") == [1, 1000, 0, 0, 0]


def what_was_carried_is_settled_once():
    before = report()["settlement"]
    shop = do("merchant", "register", "--name", "Late", "--cycle-days", "0")
    event = do("promotion", "register", "--name", "Half", "--fund", "5000", "--discount", "50",
               "--merchant-share-bps", "5000")
    do("pay", "--member", KIM, "--merchant", shop, "--amount", "9000")
    last = do("pay", "--member", KIM, "--merchant", shop, "--amount", "3000", "--promotion", event)
    day = run_json("slip", "get", *DB, last)["business_date"]
    for _ in range(2):  # there is no account to pay to
        assert run_json("settle", "run", *DB, "--through", day)["refused"] > 0
    link(shop, "110-10")
    run("settle", "retry", *DB, day)
    told = {name: value - before[name] for name, value in report()["settlement"].items()}
    gifts = 1000 + 100  # of the other merchants, settled now too
    assert told["gross_minor"] == 12000 + gifts, told
    assert told["promotion_minor"] == 25 + 500, told
    assert told["net_minor"] == (told["gross_minor"] - told["refund_minor"] - told["fee_minor"]
                                 - told["promotion_minor"]), told


a_business()
for claim in (a_withdrawal_that_the_bank_refused_is_not_withdrawn, a_top_up_on_the_way_is_a_top_up,
              a_payment_is_one_however_often_it_is_captured, a_payment_that_a_promotion_bears_is_one_too,
              what_was_carried_is_settled_once):
    claim()
    report()
    print("ok", claim.__name__)
