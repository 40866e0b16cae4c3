#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line from a merchant's terms to the statement of a payout: authorise, capture, void, promotions,
preview, retry, holidays, slips."""
import json
import os
import subprocess

TOOL = os.environ["MINIPAY_TOOL"]


def run(*words, code=0):
    done = subprocess.run([TOOL, *words[:2], "--db", "p.db", *words[2:]], capture_output=True, text=True, check=False)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done.stdout


def one(*words, code=0):
    return json.loads(run(*words, "--json", code=code).splitlines()[0])


def all_of(*words):
    return [json.loads(line) for line in run(*words, "--json").splitlines()]


def says(*words, code):
    done = subprocess.run([TOOL, *words, "--db", "p.db"], capture_output=True, text=True, check=False)
    assert done.returncode == code and done.stdout == "" or code > 10, (words, done)
    return done.stderr


def plain(command, *words, code=0):
    """A command of one word."""
    done = subprocess.run([TOOL, command, "--db", "p.db", *words, "--json"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == code, (command, words, done.returncode, done.stderr)
    return json.loads(done.stdout.splitlines()[0]) if done.stdout else None


plain("init")
run("policy", "set", "weekend_days=0")
run("member", "register", "--name", "Kim", "--email", "kim@example.kr")
run("wallet", "open", "--member", "kim@example.kr")
run("bank", "link", "--owner", "kim@example.kr", "--bank", "004", "--number", "110-1", "--holder", "Kim")
plain("topup", "--member", "kim@example.kr", "--amount", "100000")

# terms in versions; what is not named stays
shop = one("merchant", "register", "--name", "Shop", "--fee-bps", "100", "--fixed-fee", "10", "--cycle-days", "0")["id"]
run("bank", "link", "--owner", shop, "--bank", "004", "--number", "REFUSE-1", "--holder", "Shop")
run("merchant", "terms", shop, "--weekly", "1")
terms = one("merchant", "get", shop)
assert (terms["cycle"], terms["cycle_day"], terms["terms_version"]) == ("weekly", 1, 2), terms
assert (terms["fee_basis_points"], terms["fixed_fee_minor"]) == (100, 10), terms
run("merchant", "terms", shop, "--weekly", "1", "--monthly", "2", code=2)
run("merchant", "terms", shop, "--cycle-days", "0")
assert one("merchant", "get", shop)["cycle"] == "days"

# a promotion, an authorisation, a capture of a part, and the rest void
event = one("promotion", "register", "--name", "Event", "--fund", "5000", "--discount", "1000",
            "--merchant-share-bps", "3000")["id"]
buy = ("--member", "kim@example.kr", "--merchant", shop, "--amount", "10000")
payment = plain("pay", *buy, "--authorize", "--promotion", event)["id"]
assert one("promotion", "get", event)["used_minor"] == 1000
assert one("wallet", "get", "--member", "kim@example.kr")["held_minor"] == 9000
assert plain("capture", "--payment", payment, "--amount", "4000")["amount_minor"] == 4000
assert plain("void", "--payment", payment)["amount_minor"] == 5400
plain("capture", "--payment", payment, code=12)
slip = one("slip", "get", payment)
assert (slip["state"], slip["captured_minor"], slip["fee_minor"]) == ("paid", 4000, 50), slip
assert [s["id"] for s in all_of("slip", "list", "--member", "kim@example.kr")] == [payment]
assert [s["id"] for s in all_of("slip", "list", "--merchant", shop, "--count", "5")] == [payment]
run("slip", "list", code=2)

# an amount of what is not there has no currency: nothing is sent, and the id stays free for what is meant
late, nowhere = "0192f3a4-0000-7000-8000-0000000000bb", "0192f3a4-0000-7000-8000-0000000000cc"
for command, other in (("refund", "--payment"), ("capture", "--payment")):
    assert f"{other}: slip_not_found" in says(command, other, nowhere, "--amount", "100", "--id", late, code=12)
    run("operation", "get", command, late, code=12)
assert one("promotion", "list")["used_minor"] == 400

# terms, promotions, rules and authorisations say from when on and until when they hold
kiosk = one("merchant", "register", "--name", "Kiosk")["id"]
run("merchant", "terms", kiosk, "--fee-bps", "900", "--effective-at", "2099-01-01T00:00:00+09:00")
assert one("merchant", "get", kiosk)["fee_basis_points"] == 50
answer = one("merchant", "terms", kiosk, "--fee-bps", "70")
assert (answer["effective_at"], answer["behind_planned_terms"]) == ("2098-12-31T15:00:00.000000Z", True), answer
text = " ".join(run("merchant", "terms", kiosk, "--fee-bps", "60").split())
assert "in force from 2098-12-31T15:00:00Z Not earlier: other terms are agreed already" in text, text
assert one("merchant", "get", kiosk)["fee_basis_points"] == 50
stall = one("merchant", "register", "--name", "Stall")["id"]
answer = one("merchant", "terms", stall, "--fee-bps", "70")
assert answer["effective_at"] <= one("merchant", "get", stall)["effective_at"] and not answer["behind_planned_terms"]
answer = one("merchant", "terms", stall, "--fee-bps", "80", "--effective-at", "2099-01-01T00:00:00+09:00")
assert (answer["effective_at"], answer["behind_planned_terms"]) == ("2098-12-31T15:00:00.000000Z", False), answer
assert "Not earlier" not in run("merchant", "terms", stall, "--fee-bps", "90", "--effective-at", "2099-02-01T00:00Z")
later = one("promotion", "register", "--name", "Later", "--fund", "5000", "--discount", "1000",
            "--starts-at", "2098-12-31T15:00:00.5Z", "--ends-at", "2099-01-01T00:00Z")["id"]
dates = one("promotion", "get", later)
assert (dates["starts_at"], dates["ends_at"]) == ("2098-12-31T15:00:00.500000Z", "2099-01-01T00:00:00.000000Z"), dates
assert "not_found" in says("pay", *buy, "--promotion", later, code=12)
assert "invalid_time: ends_at" in says("promotion", "register", "--name", "Never", "--fund", "5", "--discount", "1",
                                       "--starts-at", "2099-01-02T00:00Z", "--ends-at", "2099-01-01T00:00Z", code=11)
short = plain("pay", *buy, "--authorize", "--expires-at", "2099-06-30T12:00:00Z")["id"]
assert one("slip", "get", short)["expires_at"] == "2099-06-30T12:00:00.000000Z"
plain("void", "--payment", short)
assert "invalid_time: expires_at" in says("pay", *buy, "--expires-at", "2099-06-30T12:00:00Z", code=11)
assert [s["id"] for s in all_of("slip", "list", "--merchant", shop, "--since", slip["made_at"])][-1] == payment
assert payment not in [s["id"] for s in all_of("slip", "list", "--merchant", shop, "--until", slip["made_at"])]
for option in (("slip", "list", "--member", "kim@example.kr", "--since"), ("merchant", "terms", shop, "--effective-at"),
               ("promotion", "register", "--name", "x", "--fund", "1", "--starts-at"),
               ("policy", "set", "refund_days=30", "--effective-at")):
    assert says(*option, "soon", code=2) == f"minipay: {option[-1]}: 'soon' is not a time such as 2026-11-23T08:35:00Z\n"
version = one("policy", "set", "refund_days=30", "--effective-at", "2099-01-01T00:00:00Z")
assert version["effective_at"] == "2099-01-01T00:00:00.000000Z", version
assert one("policy", "get", "refund_days")["value"] == 0

# a version of the rules says who published it and why, and is one however often it is sent
by = "0192f3a4-0000-7000-8000-0000000000aa"
mended = ("policy", "set", "refund_days=14", "--id", by, "--actor", "kim", "--reason", "the letter")
first = one(*mended)
assert one(*mended) == first and first["id"] == by, first
assert "id_reused: rules" in says("policy", "set", "refund_days=15", "--id", by, code=11)
versions = all_of("policy", "list")
assert [v["version"] for v in versions] == list(range(first["version"], 0, -1)), versions
assert (versions[0]["state"], versions[0]["actor"], versions[0]["reason"]) == ("in force", "kim", "the letter"), versions
assert versions[1]["version"] == version["version"] and versions[1]["state"] == "replaced", versions
assert one("policy", "get", "refund_days")["value"] == 14
assert one("policy", "get", "refund_days", "--version", str(version["version"]))["value"] == 30
assert one("policy", "get", "refund_days", "--version", "1")["value"] == 0
assert "not_found: version" in says("policy", "get", "refund_days", "--version", "99", code=12)

# what follows a payment is in its currency
run("wallet", "open", "--member", "kim@example.kr", "--currency", "USD")
run("wallet", "credit", "--member", "kim@example.kr", "--currency", "USD", "--amount", "20", "--reason", "gift")
abroad = one("merchant", "register", "--name", "Abroad", "--currency", "USD")["id"]
dollars = plain("pay", "--member", "kim@example.kr", "--merchant", abroad, "--amount", "12", "--currency", "USD")["id"]
assert plain("refund", "--payment", dollars, "--amount", "5.25")["amount_minor"] == 525

# a preview is what the run then does; a refused payout is tried again
day = slip["business_date"]
line, total = all_of("settle", "preview", "--through", day)
assert line["net_minor"] == total["payout_minor"] == 4000 - 50 - 120, (line, total)
done = one("settle", "run", "--through", day)
assert (done["net_minor"], done["refused"], done["paid_minor"]) == (total["net_minor"], 1, 0), done
again = one("bank", "link", "--owner", shop, "--bank", "004", "--number", "110-2", "--holder", "Shop")["id"]
run("merchant", "terms", shop, "--account", again)
retried = one("settle", "retry", day)
assert (retried["paid_minor"], retried["retry_of"]) == (total["payout_minor"], done["id"]), retried
assert len(all_of("settle", "list")) == 2
behind = all_of("settle", "statement", one("settle", "lines", day)["id"])
assert [(e["kind"], e["amount_minor"], e["slip_id"]) for e in behind] == [("capture", 4000, payment)], behind

# the calendar
run("settle", "holiday", "2026-12-25", "--name", "Christmas")
run("settle", "holiday", "2026-13-25", "--name", "Nothing", code=2)
assert all_of("settle", "holidays") == [{"date": "2026-12-25", "name": "Christmas"}]
run("settle", "holiday", "2026-12-25", "--withdrawn")
assert all_of("settle", "holidays") == []

run("merchant", "deactivate", shop)
plain("pay", *buy, code=12)
run("merchant", "reactivate", shop)
plain("pay", *buy)

# what became due since is paid by the same command again; under its id a run stays what it was
unlinked = one("merchant", "register", "--name", "Unlinked")["id"]
plain("pay", "--member", "kim@example.kr", "--merchant", unlinked, "--amount", "100")
ahead = all_of("settle", "preview", "--through", "2099-12-31")
assert len(ahead) == 3, ahead
far = one("settle", "run", "--through", "2099-12-31", "--id", "01990000-0000-7000-8000-000000000001")
assert (far["due_date"], far["lines"]) == (day, 1) and far["paid_minor"] > 0, far  # tomorrow's is not brought forward
assert one("settle", "run", "--through", "2099-12-31", "--id", far["id"]) == far
left = all_of("settle", "preview", "--through", "2099-12-31")
assert len(left) == 2 and left[0]["payout_minor"] == ahead[-1]["payout_minor"] - far["payout_minor"], left
plain("pay", *buy)
first, second = one("settle", "run", "--through", day), one("settle", "run", "--through", day)
assert first["id"] not in (second["id"], done["id"]) and first["paid_minor"] == far["paid_minor"], first
assert second["lines"] == 0 and one("settle", "get", day)["id"] == first["id"]

# a currency that is said with it is the payment's
won = plain("pay", *buy)["id"]
assert "currency_mismatch" in says("refund", "--payment", won, "--amount", "1.00", "--currency", "USD", code=12)
assert "currency_mismatch" in says("refund", "--payment", dollars, "--amount", "5", "--currency", "KRW", code=12)
assert one("slip", "get", won)["refunded_minor"] == 0
assert one("slip", "get", dollars)["refunded_minor"] == 525
text = subprocess.run([TOOL, "refund", "--db", "p.db", "--payment", dollars, "--amount", "1"], capture_output=True,
                      text=True, check=True).stdout
assert text.endswith("done: 1.00 USD\n"), text
kept = plain("pay", "--member", "kim@example.kr", "--merchant", abroad, "--amount", "2", "--currency", "USD",
             "--authorize")["id"]
assert "currency_mismatch" in says("capture", "--payment", kept, "--currency", "KRW", code=12)
assert "currency_mismatch" in says("void", "--payment", kept, "--currency", "KRW", code=12)

# no amount is all that is left; an amount of nothing is not
for word, what in (("capture", kept), ("refund", won)):
    for nothing in ("0", "0.00", "-0"):
        assert "--amount: '%s' is nothing; without --amount it is all that is left" % nothing in says(
            word, "--payment", what, "--amount", nothing, code=2)
    told = " ".join(subprocess.run([TOOL, word, "--help"], capture_output=True, text=True, check=True).stdout.split())
    assert "all that is left" in told and "that of the operation that this goes on with" in told, told
assert one("slip", "get", kept)["captured_minor"] == 0
assert plain("capture", "--payment", kept)["amount_minor"] == 200
assert plain("refund", "--payment", won)["amount_minor"] == 10000
assert plain("audit")["clean"]
print("ok")
