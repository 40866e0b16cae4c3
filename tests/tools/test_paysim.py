#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays PaySim files and compares outcomes and balances with a reference in whole cents: a wallet never goes
below zero, and the first sight of a name opens its wallet with the printed old balance. Then the same once more from
the tables alone, by SQL: journal, slips, orders, payouts, and the bank's own database."""
import collections
import csv
import json
import lzma
import os
import sqlite3
from decimal import Decimal

from tool import DATA, outcomes, run, run_json

FEE_BASIS_POINTS = 50


def cents(text):
    return int((Decimal(text) * 100).to_integral_exact())


class Reference:
    """What must come out of a file."""

    def __init__(self, path):
        self.balances, self.openings, self.statuses = {}, {}, []
        self.moved = collections.Counter()  # kind: accepted amounts
        self.taken = collections.Counter()  # merchant's name: accepted payments
        self.fees = 0
        with lzma.open(path, "rt") as text:
            for row in csv.DictReader(text):
                self.take(row)

    def see(self, name, before):
        if name.startswith("C") and name not in self.balances:
            self.balances[name] = self.openings[name] = before

    def take(self, row):
        kind, amount = row.get("action") or row["type"], cents(row["amount"])
        payer, payee = row["nameOrig"], row["nameDest"]
        self.see(payer, cents(row.get("oldBalanceOrig") or row["oldbalanceOrg"]))
        self.see(payee, cents(row.get("oldBalanceDest") or row["oldbalanceDest"]))
        change = amount if kind == "CASH_IN" else -amount
        accepted = amount > 0 and self.balances[payer] + change >= 0 and (kind != "TRANSFER" or payer != payee)
        self.statuses.append("accepted" if accepted else "refused")
        if "isUnauthorizedOverdraft" in row:
            assert accepted == (row["isUnauthorizedOverdraft"] == "0"), row
        if not accepted:
            return
        self.balances[payer] += change
        self.moved[kind] += amount
        if kind == "TRANSFER":
            self.balances[payee] += amount
        if kind == "PAYMENT":
            self.taken[payee] += amount
            self.fees += (amount * FEE_BASIS_POINTS + 5000) // 10000


def tables_agree(database, wanted):
    db, bank = sqlite3.connect(database), sqlite3.connect(database + ".bank")

    def one(sql, *values):
        return db.execute(sql, values).fetchone()[0] or 0

    def of_bank(sql):
        return bank.execute(sql).fetchone()[0] or 0

    openings = sum(wanted.openings.values())
    withdrawn = wanted.moved["CASH_OUT"] + wanted.moved["DEBIT"]
    paid, collected = wanted.moved["PAYMENT"], openings + wanted.moved["CASH_IN"]

    # The journal: each account's rows add up to its balance, and the balances to nothing.
    wrong = db.execute("""
        WITH leg(account_id, amount) AS (
            SELECT debit_account, amount_minor FROM journal UNION ALL SELECT credit_account, -amount_minor FROM journal)
        SELECT count(*) FROM balance JOIN account USING (account_id) LEFT JOIN
            (SELECT account_id, sum(amount) AS total FROM leg GROUP BY account_id) USING (account_id)
        WHERE posted_minor <> coalesce(total, 0)
            * iif(kind IN ('corporate', 'transit', 'receivable', 'promotion_expense', 'bank_fee', 'adjustment'), 1, -1)
        """).fetchone()[0]
    assert wrong == 0, f"{wrong} balances differ from their journal rows"
    balance = dict(db.execute("SELECT kind, sum(posted_minor) FROM account JOIN balance USING (account_id)"
                              " GROUP BY kind"))
    assert balance["wallet"] == sum(wanted.balances.values())
    assert balance.get("payable", 0) == balance.get("transit", 0) == 0
    assert balance.get("fee_income", 0) == wanted.fees
    assert balance["corporate"] == balance["wallet"] + wanted.fees
    assert one("SELECT sum(held_minor) + sum(incoming_minor) FROM balance") == 0

    # Documents: what was accepted is done, what was refused is not, and none is left open.
    for table in ("topup", "withdrawal", "slip", "transfer", "bank_order", "settlement_run", "settlement_line"):
        assert one(f"SELECT count(*) FROM {table} WHERE state NOT IN ('done', 'rejected')") == 0, table
    done = "WHERE state = 'done'"
    assert one(f"SELECT sum(amount_minor) FROM topup {done}") == collected
    assert one(f"SELECT sum(amount_minor) FROM withdrawal {done}") == withdrawn
    assert one(f"SELECT sum(amount_minor) FROM slip {done}") == paid
    assert one(f"SELECT sum(fee_minor) FROM slip {done}") == wanted.fees
    assert one("SELECT sum(amount_minor) FROM journal WHERE kind = 'transfer'") == wanted.moved["TRANSFER"]
    slips = dict(db.execute(f"SELECT hex(merchant_id), sum(amount_minor) FROM slip {done} GROUP BY 1"))
    assert sorted(slips.values()) == sorted(wanted.taken.values())

    # Payouts: each merchant's slips, less the fee, and no merchant twice for one day.
    lines = dict(db.execute("SELECT hex(merchant_id), sum(gross_minor) FROM settlement_line GROUP BY 1"))
    assert lines == slips
    assert one(f"SELECT sum(payout_minor) FROM settlement_line {done}") == paid - wanted.fees
    assert one("SELECT count(*) FROM (SELECT 1 FROM settlement_line GROUP BY run_id, merchant_id"
               " HAVING count(*) > 1)") == 0

    # The bank's own word: the orders that we have as done, each moved once, and the balance they leave.
    ours = db.execute("SELECT reference, direction, amount_minor FROM bank_order WHERE state = 'done' ORDER BY 1")
    theirs = bank.execute("SELECT reference, direction, amount_minor FROM movement ORDER BY 1")
    assert ours.fetchall() == theirs.fetchall(), "orders and the bank's movements differ"
    assert of_bank("SELECT sum(amount_minor) FROM movement WHERE direction = 'collect'") == collected
    assert of_bank("SELECT sum(amount_minor) FROM movement WHERE direction = 'pay_out'") \
        == withdrawn + paid - wanted.fees
    assert of_bank("SELECT balance_minor FROM corporate_account") == balance["corporate"]


def check(name):
    path = os.path.join(DATA, name)
    wanted = Reference(path)
    database = name + ".db"
    summary = run_json("replay", path, "--db", database, "--outcomes", "out.csv")
    assert summary["audit_clean"] and summary["rows"] == len(wanted.statuses), summary
    assert summary["accepted"] == wanted.statuses.count("accepted")
    assert sum(summary["refused_by_reason"].values()) == summary["refused"]
    found = outcomes("out.csv")
    assert [int(row["row"]) for row in found] == list(range(1, len(found) + 1))
    assert [row["status"] for row in found] == wanted.statuses, "outcomes differ"
    assert all((row["reason"] == "") == (row["status"] == "accepted") for row in found)
    wallets = [json.loads(line) for line in run("wallet", "list", "--db", database, "--json").splitlines()]
    assert {w["name"]: w["balance_minor"] for w in wallets} == wanted.balances, "balances differ"
    tables_agree(database, wanted)
    print(f"{name}: {len(found)} outcomes, {len(wallets)} balances, {summary['operations_per_second']} rows/s")


for data_file in ("kaggle-head-5k.csv.xz", "sim-200k.csv.xz"):
    check(data_file)
