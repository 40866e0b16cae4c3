#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command shows and takes: amounts in their own currency, ids as the file spells them, members of every region,
money by region that adds up, and a usage line for every group."""
import csv
import json
import os
import re
import sqlite3
import uuid

from tool import HEADER, SOURCE, call, row, run, run_json, write

DB = ("--db", "shown.db")
USD = ("--currency", "USD")
REGIONS = os.path.join(SOURCE, "examples", "data", "regions.csv")


def lines(*words):
    return [json.loads(line) for line in run(*words, *DB, "--json").splitlines()]


def join(name, region=()):
    email = f"{name.lower()}@example.kr"
    member = run_json("member", "register", *DB, "--name", name, "--email", email, *region)["id"]
    for currency in ("KRW", "USD"):
        run("wallet", "open", *DB, "--member", member, "--currency", currency)
    run("bank", "link", *DB, "--owner", member, "--bank", "004", "--number", f"110-{name}", "--holder", name)
    return member


def do(*words):
    return run_json(*words, *DB)["id"]


def a_day_in_dollars(kim, lee):
    """Every kind of operation that says an amount."""
    run("policy", "set", *DB, "topup_minimum=1", "topup_unit=1", *USD)
    shop = do("merchant", "register", "--name", "Shop", "--fixed-fee", "0.10", *USD)
    run("bank", "link", *DB, "--owner", shop, "--bank", "004", "--number", "220-1", "--holder", "Shop")
    of_kim, to_lee, at_shop = ("--member", kim, *USD), ("--to", lee), ("--merchant", shop)
    do("topup", *of_kim, "--amount", "1000")
    do("wallet", "credit", *of_kim, "--amount", "70", "--reason", "goodwill")
    do("wallet", "debit", *of_kim, "--amount", "7", "--reason", "mistake")
    sent = do("transfer", *of_kim, *to_lee, "--amount", "20")
    do("transfer", *of_kim, *to_lee, "--amount", "5.50")
    do("transfer", "reverse", "--transfer", sent, "--reason", "mistake")
    hold = do("wallet", "hold", *of_kim, *to_lee, "--amount", "30")
    do("wallet", "capture", "--hold", hold, "--amount", "12")
    do("wallet", "void", "--hold", hold)
    fund = do("promotion", "register", "--name", "Spring", "--fund", "50", "--discount", "1", *USD)
    do("refund", "--payment", do("pay", *of_kim, *at_shop, "--amount", "40", "--promotion", fund), "--amount", "10")
    asked = do("pay", *of_kim, *at_shop, "--amount", "60", "--authorize")
    do("capture", "--payment", asked, "--amount", "35")
    do("void", "--payment", asked)
    do("withdraw", *of_kim, "--amount", "25")
    do("merchant", "terms", shop, "--least-fee", "0.20")
    do("settle", "run", "--through", "2999-12-31", *USD)
    return shop


def minor_figures(document):
    return {name[:-len("_minor")]: value for name, value in document.items() if name.endswith("_minor")}


def every_amount_is_shown_in_its_own_currency():
    kinds = ("topup credit debit transfer reversal hold hold_capture hold_void promotion pay refund authorize capture void"
             " withdraw merchant merchant_change order settlement").split()
    seen = 0
    for kind in kinds:
        found = lines("operation", "list", kind)
        assert found, kind
        for operation in found:
            text = run("operation", "get", *DB, kind, operation["id"])
            for name, minor in minor_figures(operation["document"]).items():
                shown = re.search(rf"^ +{name} +(.*)$", text, re.M)
                assert shown and shown[1] == f"{minor / 100:,.2f} USD", (kind, name, minor, text)
                seen += 1
    assert seen > 40, seen


def an_id_is_taken_as_the_file_spells_it(kim, shop):
    with sqlite3.connect("shown.db") as db:
        (member, currency), = db.execute("SELECT member_id, currency FROM wallet_balance WHERE currency = 'USD'"
                                         " AND member_id = ?", (uuid.UUID(kim).hex,))
        slip, = db.execute("SELECT slip_id FROM slip_status LIMIT 1").fetchone()
    assert run_json("wallet", "get", *DB, "--member", member, "--currency", currency)["member_id"] == kim
    assert run_json("merchant", "get", *DB, uuid.UUID(shop).hex.upper())["id"] == shop
    assert run_json("slip", "get", *DB, slip)["id"] == str(uuid.UUID(slip))
    path = write("hex.csv", f"from,to,amount\n{member},lee@example.kr,1\n")
    assert "1" in run("transfer", "batch", path, *DB, *USD)
    for wrong in (member[:-1], member + "0", member[:-1] + "g"):
        refused = call("member", "get", *DB, wrong)
        assert refused.returncode == 2 and "is not an id" in refused.stderr, refused


def a_refused_topup_says_the_unit_and_the_minimum(kim):
    for amount, said in (("15000", "not_in_units: a multiple of 10,000 KRW is needed"),
                         ("9000", "below_minimum: 10,000 KRW or more is needed")):
        refused = call("topup", *DB, "--member", kim, "--amount", amount)
        assert refused.returncode == 12 and said in refused.stderr, refused
    identity = str(uuid.uuid4())
    for version in range(2):  # the rule that refused, whatever is in force later
        refused = call("topup", *DB, "--member", kim, "--amount", "15000", "--id", identity)
        assert "a multiple of 10,000 KRW" in refused.stderr, (version, refused)
        run("policy", "set", *DB, "topup_unit=7000")
    run("policy", "set", *DB, "topup_unit=10000")


def all_members_are_listed_or_a_regions(everybody):
    taken = call("member", "register", *DB, "--name", "Again", "--email", "kim@example.kr")
    assert taken.returncode == 12, taken  # leaves an operation, and no member
    listed = lines("member", "list")
    assert {m["id"]: m["region"] for m in listed} == everybody and len(listed) == len(everybody), listed
    for region in {*everybody.values()}:
        of_region = lines("member", "list", "--region", region)
        assert {m["id"] for m in of_region} == {m for m, code in everybody.items() if code == region}, region
    assert run("member", "list", *DB).count("@example.kr") == len(everybody)


def money_by_region_adds_up(everybody):
    for currency in ("KRW", "USD"):
        report = run_json("report", *DB, "--currency", currency)
        wallets = [w for w in lines("wallet", "list") if w["currency"] == currency]
        for region in report["regions"]:
            made_up = (region["topped_up_minor"] - region["withdrawn_minor"] - region["paid_minor"]
                       + region["refunded_minor"] + region["other_minor"])
            members = [w for w in wallets if everybody[w["member_id"]] == region["region"]]
            assert made_up == region["balance_minor"] == sum(w["balance_minor"] for w in members), (currency, region)
        assert sum(r["balance_minor"] for r in report["regions"]) == report["bank"]["members_minor"], report
    in_dollars = {r["region"]: r for r in run_json("report", *DB, *USD)["regions"]}
    kims, lees = in_dollars["1100000000"], in_dollars[""]
    back = 1000 - 100 * 10 // 40  # a quarter of the payment, and of what the promotion took off it
    assert (kims["refunded_minor"], kims["withdrawn_minor"], kims["topped_up_minor"]) == (back, 2500, 100000), kims
    assert lees["other_minor"] == lees["balance_minor"] == 550 + 1200 + 100, lees
    text = run("report", *DB, *USD)
    table = text[text.index("MONEY BY REGION"):text.index("SETTLEMENT BY MERCHANT")]
    figures = {}
    for line in table.splitlines():
        found = re.match(r"  (\S.*?) +((?:-?[\d,.]+ +){3}-?[\d,.]+)$", line)
        if found:
            figures[found[1]] = [round(float(figure.replace(",", "")) * 100) for figure in found[2].split()]
    assert {"Seoul", "(none)", "All"} <= set(figures), table
    for topped_up, withdrawn, paid_and_sent, balance in figures.values():
        assert topped_up - withdrawn - paid_and_sent == balance, table
    assert "Balance = topped up - withdrawn - paid and sent" in table, table


def a_group_tells_its_usage():
    for group in ("wallet", "member", "settle"):
        text = run(group, "--help")
        assert text.startswith(f"Usage: minipay {group} COMMAND --db FILE [OPTION...]\n"), text
        assert f"minipay {group} COMMAND --help" in text, text
        asked = call(group)
        assert asked.returncode == 2 and f"Usage: minipay {group} COMMAND" in asked.stderr, asked


def options_say_what_is_so_of_every_command_that_has_them():
    help_of = {words: " ".join(run(*words.split(), "--help").split()) for words in
               ("refund", "capture", "void", "policy set", "settle run", "topup", "merchant register")}
    for words, text in help_of.items():
        assert "default: the member)" not in text, words
        assert "--actor=TEXT Who asks (default: the member, where there is one)" in text, (words, text)
    for words in ("refund", "capture", "void"):
        assert "--payment=UUID The payment that this goes on with" in help_of[words], help_of[words]


def the_regions_are_those_of_the_example_data():
    with open(REGIONS, encoding="utf-8") as text:
        wanted = {r["code"]: r["name_en"] for r in csv.DictReader(text)}
    assert len(wanted) == 17
    names = [f"C{number}" for number in range(400)]
    path = write("all.csv", HEADER + "".join(row(1, "CASH_IN", "1.00", name, "B1") for name in names))
    report = run_json("replay", path, "--db", "regions.db")
    assert {r["region"]: r["name"] for r in report["regions"]} == wanted


run("init", *DB)
KIM, LEE = join("Kim", ("--region", "1100000000")), join("Lee")
EVERYBODY = {KIM: "1100000000", LEE: "", join("Choi", ("--region", "5000000000")): "5000000000"}
SHOP = a_day_in_dollars(KIM, LEE)
every_amount_is_shown_in_its_own_currency()
an_id_is_taken_as_the_file_spells_it(KIM, SHOP)
a_refused_topup_says_the_unit_and_the_minimum(KIM)
all_members_are_listed_or_a_regions(EVERYBODY)
money_by_region_adds_up(EVERYBODY)
a_group_tells_its_usage()
options_say_what_is_so_of_every_command_that_has_them()
the_regions_are_those_of_the_example_data()
