#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays PaySim files and compares outcomes and balances with a reference in whole cents: a wallet never goes
below zero, and the first sight of a name opens its wallet with the printed old balance."""
import csv
import json
import lzma
import os
import subprocess
import sys
from decimal import Decimal

TOOL = os.environ["MINIPAY_TOOL"]
DATA = os.path.join(os.environ["MINIPAY_SOURCE_DIR"], "tests", "data")


def cents(text):
    return int((Decimal(text) * 100).to_integral_exact())


def reference(path):
    balances, outcomes = {}, []
    with lzma.open(path, "rt") as text:
        for row in csv.DictReader(text):
            kind = row.get("action") or row["type"]
            amount = cents(row["amount"])
            payer, payee = row["nameOrig"], row["nameDest"]
            for name, columns in ((payer, ("oldBalanceOrig", "oldbalanceOrg")),
                                  (payee, ("oldBalanceDest", "oldbalanceDest"))):
                if name.startswith("C") and name not in balances:
                    balances[name] = cents(next(row[c] for c in columns if c in row))
            change = amount if kind == "CASH_IN" else -amount
            accepted = amount > 0 and balances[payer] + change >= 0 and (kind != "TRANSFER" or payer != payee)
            if accepted:
                balances[payer] += change
                if kind == "TRANSFER":
                    balances[payee] += amount
            outcomes.append("accepted" if accepted else "refused")
            if "isUnauthorizedOverdraft" in row:
                assert accepted == (row["isUnauthorizedOverdraft"] == "0"), row
    return balances, outcomes


def run(*arguments):
    done = subprocess.run([TOOL, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    return done.stdout


def check(name):
    path = os.path.join(DATA, name)
    balances, outcomes = reference(path)
    database = name + ".db"
    summary = json.loads(run("replay", path, "--db", database, "--outcomes", "out.csv", "--json"))
    assert summary["audit_clean"] and summary["rows"] == len(outcomes), summary
    with open("out.csv") as text:
        found = [row["status"] for row in csv.DictReader(text)]
    assert found == outcomes, "outcomes differ"
    wallets = [json.loads(line) for line in run("wallet", "list", "--db", database, "--json").splitlines()]
    assert {w["name"]: w["balance_minor"] for w in wallets} == balances, "balances differ"
    print(f"{name}: {len(outcomes)} outcomes, {len(balances)} balances")


for data_file in ("kaggle-head-5k.csv.xz", "sim-200k.csv.xz"):
    check(data_file)
sys.exit(0)
