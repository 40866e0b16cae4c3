#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Transfers one by one and from a file, reversals, holds and balances at a time on the command line; bad input is
refused with a sentence that names what is wrong."""
import datetime
import json
import lzma
import os
import re

from tool import books, call, run, run_json, write

DB = ("--db", "t.db")
KIM, LEE = "kim@example.com", "lee@example.com"
NOBODY = "018f2c9e-7f3a-7cc4-9b1d-2f60a1b2c3d4"


def lines(*words, code=0):
    done = call(*words, *DB, "--json")
    assert done.returncode == code, (words, done)
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(code, said, *words):
    """A call that ends so, says exactly that, prints nothing and changes nothing."""
    before = books("t.db")
    done = call(*words, *DB)
    assert (done.returncode, done.stderr) == (code, "minipay: " + said + "\n"), (words, done)
    assert books("t.db") == before, words
    return done


def balance(who):
    return run_json("wallet", "get", *DB, "--member", who)["balance_minor"]


def a_business():
    run("init", *DB)
    for who in (KIM, LEE):
        run("member", "register", *DB, "--name", who[:3], "--email", who)
        run("wallet", "open", *DB, "--member", who)
        run("wallet", "open", *DB, "--member", who, "--currency", "USD")
        run("bank", "link", *DB, "--owner", who, "--bank", "004", "--number", "110-" + who[:3], "--holder", who[:3])
    run("topup", *DB, "--member", KIM, "--amount", "100000")
    run("wallet", "credit", *DB, "--member", KIM, "--amount", "50.00", "--currency", "USD", "--reason", "gift")


# ---- reversal ----

def a_transfer_is_undone_once_and_in_full():
    sent = run_json("transfer", *DB, "--member", KIM, "--to", LEE, "--amount", "5000")["id"]
    done = run_json("transfer", "reverse", *DB, "--transfer", sent, "--reason", "wrong person")
    assert (done["kind"], done["state"], done["amount_minor"]) == ("reversal", "done", 5000), done
    assert (balance(KIM), balance(LEE)) == (100000, 0)
    again = call("transfer", "reverse", *DB, "--transfer", sent, "--reason", "once more")
    assert again.returncode == 12, again
    assert again.stderr == "minipay: already_reversed: This operation has been reversed already.\n", again
    dollars = run_json("transfer", *DB, "--member", KIM, "--to", LEE, "--amount", "12.50", "--currency", "USD")["id"]
    assert "12.50 USD" in run("transfer", "reverse", *DB, "--transfer", dollars, "--reason", "no")


def a_reversal_that_cannot_be_is_refused():
    missing = call("transfer", "reverse", *DB, "--transfer", NOBODY)
    assert missing.returncode == 2 and "--reason is missing" in missing.stderr, missing
    refused(2, "--transfer: 'x' is not an id such as 018f2c9e-7f3a-7cc4-9b1d-2f60a1b2c3d4",
            "transfer", "reverse", "--transfer", "x", "--reason", "r")
    unknown = call("transfer", "reverse", *DB, "--transfer", NOBODY, "--reason", "r")
    assert unknown.returncode == 12 and "not_found" in unknown.stderr, unknown


# ---- holds ----

def held_money_is_captured_in_parts_and_the_rest_is_free_again():
    hold = run_json("wallet", "hold", *DB, "--member", KIM, "--to", LEE, "--amount", "30000",
                    "--expires-at", "2099-12-31T23:59:59+09:00")["id"]
    document = run_json("operation", "get", *DB, "hold", hold)["document"]
    wanted = datetime.datetime(2099, 12, 31, 14, 59, 59, tzinfo=datetime.timezone.utc)
    assert document["expires_at"] == int(wanted.timestamp()) * 1000000, document
    wallet = run_json("wallet", "get", *DB, "--member", KIM)
    assert (wallet["held_minor"], wallet["available_minor"]) == (30000, 70000), wallet
    assert run_json("wallet", "capture", *DB, "--hold", hold, "--amount", "10000")["amount_minor"] == 10000
    assert run_json("wallet", "void", *DB, "--hold", hold)["amount_minor"] == 20000
    assert (balance(KIM), balance(LEE)) == (90000, 10000)
    closed = call("wallet", "capture", *DB, "--hold", hold)
    assert closed.returncode == 12 and "hold_closed" in closed.stderr, closed
    dollars = run_json("wallet", "hold", *DB, "--member", KIM, "--to", LEE, "--amount", "3", "--currency", "USD")["id"]
    part = run_json("wallet", "capture", *DB, "--hold", dollars, "--amount", "1.25")
    assert part["amount_minor"] == 125, "an amount is read in the currency of the hold"
    other = call("wallet", "capture", *DB, "--hold", dollars, "--amount", "1", "--currency", "KRW")
    assert other.returncode == 12 and "currency_mismatch" in other.stderr, other
    nothing = call("wallet", "capture", *DB, "--hold", dollars, "--amount", "0.00")
    assert nothing.returncode == 2 and "without --amount it is all that is left" in nothing.stderr, nothing
    assert "all that is left" in run("wallet", "capture", "--help")
    other = call("wallet", "void", *DB, "--hold", dollars, "--currency", "KRW")
    assert other.returncode == 12 and "currency_mismatch" in other.stderr, other
    assert run_json("wallet", "void", *DB, "--hold", dollars)["amount_minor"] == 175


def a_hold_for_nobody_is_a_legal_freeze_of_a_part():
    hold = run_json("wallet", "hold", *DB, "--member", KIM, "--amount", "1000")["id"]
    for_nobody = call("wallet", "capture", *DB, "--hold", hold)
    assert for_nobody.returncode == 12 and "hold_closed" in for_nobody.stderr, for_nobody
    run("wallet", "void", *DB, "--hold", hold)


def the_report_counts_what_goes_between_wallets_once_and_by_its_kind():
    told = run_json("report", *DB)["booked"]
    for kind, amount in (("transfer", 5000), ("reversal", 5000), ("hold_capture", 10000)):
        assert told[kind] == {"count": 1, "amount_minor": amount}, told


def holds_that_cannot_be_are_refused():
    late = call("wallet", "hold", *DB, "--member", KIM, "--to", LEE, "--amount", "1", "--expires-at",
                "2001-01-01T00:00:00Z")
    assert late.returncode == 12 and "hold_expired" in late.stderr, late
    for text in ("tomorrow", "2099-01-01", "2099-01-01T00:00:00", "2099-02-30T00:00:00Z", "2099-01-01T24:00:00Z",
                 "2099-01-01T00:60:00Z", "2099-01-01T00:00:61Z", "2099-01-01T00:00:00.1234567Z", "2099-01-01 00:00:00Z",
                 "2099-01-01T00:00:00.Z", "2099-01-01T00:00:00+9", "2099-01-01T00:00:00+15:00", "2099-01-01T00:00:00Zz",
                 "1960-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2099-1-1T00:00:00Z", ""):
        refused(2, f"--expires-at: '{text}' is not a time such as 2026-11-23T08:35:00Z",
                "wallet", "hold", "--member", KIM, "--amount", "1", "--expires-at", text)
    unknown = call("wallet", "void", *DB, "--hold", NOBODY)
    assert unknown.returncode == 12 and "hold_not_found" in unknown.stderr, unknown


# ---- balance at a time ----

def the_balance_at_a_time_is_that_of_the_history():
    entries = lines("wallet", "history", "--member", KIM, "--count", "100")
    assert len(entries) > 3, entries
    for entry in entries:
        then = run_json("wallet", "balance-at", *DB, "--member", KIM, entry["booked_at"])
        assert then["at"] == entry["booked_at"] and then["currency"] == "KRW", then
        same = [e["balance_minor"] for e in entries if e["booked_at"] == entry["booked_at"]]
        assert then["balance_minor"] == same[0], (then, same)
    assert run("wallet", "balance-at", *DB, "--member", KIM, "2020-01-01T00:00:00Z") == \
        "0 KRW at 2020-01-01T00:00:00Z\n"
    refused(2, "'now' is not a time such as 2026-11-23T08:35:00Z", "wallet", "balance-at", "now", "--member", KIM)
    nobody = call("wallet", "balance-at", *DB, "--member", NOBODY, "2020-01-01T00:00:00Z")
    assert nobody.returncode == 12 and "wallet_not_found" in nobody.stderr, nobody


# ---- a file of transfers ----

FILE = f"""from,to,amount,memo
{KIM},{LEE},100,"for you, with thanks"
{LEE},{KIM},99999999,
{KIM},{LEE},"50",안녕
"""


def each_row_goes_for_itself_and_the_file_again_changes_nothing():
    path = write("each.csv", FILE)
    before = balance(KIM), balance(LEE)
    batch = "019ab000-0000-7000-8000-0000000000b1"
    *rows, whole = lines("transfer", "batch", path, "--id", batch, code=12)
    assert [(r["row"], r["state"], r["status"]) for r in rows] == [
        (1, "done", "ok"), (2, "rejected", "insufficient_funds"), (3, "done", "ok")], rows
    assert whole == {"batch": batch, "atomic": False, "rows": 3, "repeated": 0, "done": 2, "moved_minor": 150,
                     "currency": "KRW"}
    assert (balance(KIM), balance(LEE)) == (before[0] - 150, before[1] + 150)
    stands = books("t.db")
    assert lines("transfer", "batch", path, "--id", batch, code=12) == [*rows, whole]
    assert books("t.db") == stands
    text = call("transfer", "batch", path, *DB, "--id", batch)
    assert text.stdout.startswith(f"batch {batch}: 2 of 3 transfers done, 150 KRW moved\n"), text
    assert "insufficient_funds" in text.stdout and text.stdout.count("done") == 1, text


def an_atomic_batch_makes_all_rows_or_none():
    path = write("atomic.csv", FILE)
    before = balance(KIM), balance(LEE)
    *rows, whole = lines("transfer", "batch", path, "--atomic", code=12)
    assert [r["status"] for r in rows] == ["batch_refused", "insufficient_funds", "batch_refused"], rows
    assert (whole["atomic"], whole["done"], whole["moved_minor"]) == (True, 0, 0), whole
    assert (balance(KIM), balance(LEE)) == before
    text = call("transfer", "batch", path, *DB, "--atomic")
    assert "rejected: none of 3 transfers is made" in text.stdout and "99,999,999" in text.stdout, text
    path = write("atomic.csv", FILE.replace("99999999", "1"))
    assert lines("transfer", "batch", path, "--atomic")[-1]["done"] == 3
    assert (balance(KIM), balance(LEE)) == (before[0] - 149, before[1] + 149)
    refused(2, "--atomic and --auto-topup: all or none takes no transfer that may wait for a bank",
            "transfer", "batch", path, "--atomic", "--auto-topup")


def what_is_missing_is_topped_up_first():
    path = write("topup.csv", f"from,to,amount\n{LEE},{KIM},{balance(LEE) + 5}\n")
    row, whole = lines("transfer", "batch", path, "--auto-topup")
    assert (row["topup_minor"], whole["done"]) == (10000, 1), row


def rows_may_bring_their_ids_and_columns_stand_in_any_order():
    identity = "019ab000-0000-7000-8000-0000000000c7"
    content = f"ID,Amount,note,TO,member\r\n{identity},7,x,{LEE},{KIM}\r\n"
    for number, packed in enumerate((content.encode(), b"\xef\xbb\xbf" + content.encode(),
                                     lzma.compress(content.encode()))):
        row, whole = lines("transfer", "batch", write(f"ids{number}.csv", packed))
        assert (row["id"], row["status"], whole["done"]) == (identity, "ok", 1), row
    stands = books("t.db")
    other, _ = lines("transfer", "batch", write("ids.csv", content.replace(",7,", ",8,")), code=11)
    assert other["status"] == "id_reused" and books("t.db") == stands, other


def a_transfer_that_several_rows_name_is_counted_once():
    one, two = "019ab000-0000-7000-8000-0000000000d1", "019ab000-0000-7000-8000-0000000000d2"
    row = f"{KIM},{LEE},11,{one}\n"
    before = balance(KIM)
    path = write("twice.csv", "from,to,amount,id\n" + row + f"{KIM},{LEE},3,{two}\n" + row)
    *rows, whole = lines("transfer", "batch", path)
    assert [(r["id"], r["status"]) for r in rows] == [(one, "ok"), (two, "ok"), (one, "ok")], rows
    assert (whole["rows"], whole["repeated"], whole["done"], whole["moved_minor"]) == (3, 1, 2, 14), whole
    assert balance(KIM) == before - 14
    said = run("transfer", "batch", path, *DB)
    assert said.endswith(": 2 of 2 transfers done, 14 KRW moved; 1 row repeats an earlier one\n"), said
    # The same id for another transfer repeats nothing; a repeated row of it does.
    path = write("mixed.csv", "from,to,amount,id\n" + row + row.replace(",11,", ",12,") * 2 + row)
    *rows, whole = lines("transfer", "batch", path, code=11)
    assert [r["status"] for r in rows] == ["ok", "id_reused", "id_reused", "ok"], rows
    assert (whole["rows"], whole["repeated"], whole["done"], whole["moved_minor"]) == (4, 2, 1, 11), whole
    said = call("transfer", "batch", path, *DB).stdout
    assert ": 1 of 2 transfers done, 11 KRW moved; 2 rows repeat earlier ones\n" in said, said


def a_file_whose_last_line_has_no_end_may_be_cut_and_moves_nothing():
    head = "from,to,amount\n"
    whole = head + f"{KIM},{LEE},1\n{KIM},{LEE},10000\n"
    for ends in ("\n", "\r\n", "\r"):
        content = whole.replace("\n", ends)
        cut = content[:-len(ends)]
        for number, bad in enumerate((cut, cut[:-2], lzma.compress(cut.encode()))):
            path = write(f"cut{number}.csv", bad)
            for how in ((), ("--atomic",)):
                refused(1, f"cut{number}.csv: line 3: the last line has no line end: the file may have been cut short",
                        "transfer", "batch", path, *how)
    assert "without a line end" in " ".join(run("transfer", "batch", "--help").split())
    before = balance(KIM)
    assert lines("transfer", "batch", write("crlf.csv", (head + f"{KIM},{LEE},1\n").replace("\n", "\r\n")))[-1]["done"] == 1
    assert balance(KIM) == before - 1


def more_rows_than_a_call_takes_go_in_several():
    count = 8190 + 3
    path = write("many.csv", "from,to,amount\n" + f"{KIM},{LEE},1\n" * count)
    before = balance(KIM)
    assert lines("transfer", "batch", path)[-1]["done"] == count
    assert balance(KIM) == before - count
    refused(1, f"many.csv: {count} rows; all or none goes with at most 8190", "transfer", "batch", path, "--atomic")


def bad_files_are_named_by_line_and_field_and_nothing_is_moved():
    head, good = "from,to,amount,memo,id\n", f"{KIM},{LEE},1,,\n"
    cases = {
        "": "line 1: the file is empty",
        head: "there is no row behind the header",
        f"to,amount\n{LEE},1\n": "line 1: from: the header has no such column, nor member",
        f"from,amount\n{KIM},1\n": "line 1: to: the header has no such column",
        f"from,to\n{KIM},{LEE}\n": "line 1: amount: the header has no such column",
        f"from,member,to,amount\n{KIM},{KIM},{LEE},1\n": "line 1: member: the header names this column twice",
        head + good + f"{KIM},{LEE}\n": "line 3: amount: is missing: the line has 2 fields where the header has 5",
        head + f"{KIM},{LEE},1,,,\n": "line 2: the line has more fields than the header, which has 5",
        head + f"{KIM},{LEE},1.5,,\n": "line 2: amount: '1.5' is not an amount in KRW",
        head + f"{KIM},{LEE},-1,,\n": "line 2: amount: '-1' is not above zero",
        head + f"{KIM},{LEE},0,,\n": "line 2: amount: '0' is not above zero",
        head + f"{KIM},{LEE},1e40,,\n": "line 2: amount: '1e40' is not an amount in KRW",
        head + f"{KIM},{LEE},,,\n": "line 2: amount: is empty",
        head + f"Kim,{LEE},1,,\n": "line 2: from: 'Kim' is neither a member's id nor an e-mail address",
        head + f"{KIM},no@example.com,1,,\n": "line 2: to: 'no@example.com': There is no such member.",
        head + f"{KIM},{LEE},1,,7\n": "line 2: id: '7' is not an id",
        head + f"{KIM},{LEE},1,{'m' * 128},\n": "line 2: memo: is longer than 127 bytes",
        head + f"{KIM},{LEE},1,a\"b,\n": "line 2: memo: a quotation mark stands where none may",
        head + f"{KIM},{LEE},1,\"ab\n": "line 2: memo: the quotation marks are not closed",
        (head + good).encode() + f"{KIM},{LEE},1,".encode() + b"\xff,\n": "line 3: memo: the text is not UTF-8",
        head + f"{KIM},{LEE},1,a\0b,\n": "line 2: memo: there is a NUL byte",
        lzma.compress((head + good * 2000).encode())[:-20]: "line 2001, or before: the .xz data is cut short",
    }
    for content, said in cases.items():
        path = write("bad.csv", content)
        refused(1, "bad.csv: " + said, "transfer", "batch", path)
    os.mkdir("folder")
    refused(1, "folder: is not a regular file", "transfer", "batch", "folder")
    refused(1, "none.csv: cannot be opened: No such file or directory", "transfer", "batch", "none.csv")


def a_credit_out_of_suspense_takes_no_more_than_is_there():
    words = ("wallet", "credit", *DB, "--member", LEE, "--amount", "1", "--reason", "found")
    before = balance(LEE)
    done = call(*words, "--from-suspense")
    assert done.returncode == 12 and done.stderr.startswith("minipay: insufficient_funds: "), done
    run(*words)
    assert balance(LEE) == before + 1


def operations_are_listed_and_shown():
    listed = lines("operation", "list", "transfer", "--count", "3")
    assert len(listed) == 3 and all(o["kind"] == "transfer" for o in listed), listed
    assert {"done", "rejected"} == {o["state"] for o in listed}, listed
    behind = lines("operation", "list", "transfer", "--count", "2", "--after", listed[0]["id"])
    assert behind == listed[1:], behind
    one = run_json("operation", "get", *DB, "transfer", listed[1]["id"])
    assert {**one, "memo": ""} == {**listed[1], "memo": ""} and one["document"]["amount_minor"] > 0, one
    text = run("operation", "get", *DB, "transfer", listed[1]["id"])
    assert text.startswith(f"transfer {listed[1]['id']} done\n") and "currency" in text, text
    assert ("memo " in text) == (one["memo"] != "") and "memo" not in listed[1], text
    sent = run_json("transfer", *DB, "--member", KIM, "--to", LEE, "--amount", "1", "--memo", "dinner, thanks")["id"]
    assert run_json("operation", "get", *DB, "transfer", sent)["memo"] == "dinner, thanks"
    assert re.search(r"^ +memo +dinner, thanks$", run("operation", "get", *DB, "transfer", sent), re.M)
    topup = lines("operation", "list", "topup", "--count", "1")[0]
    assert run_json("operation", "get", *DB, "topup", topup["id"]) == topup
    refused(12, "not_found: There is nothing under this id.", "operation", "get", "topup", NOBODY)
    refused(2, "'gift' is no kind of operation, such as topup, transfer, pay, order or settlement",
            "operation", "list", "gift")


a_business()
for claim in (a_transfer_is_undone_once_and_in_full, a_reversal_that_cannot_be_is_refused,
              held_money_is_captured_in_parts_and_the_rest_is_free_again,
              the_report_counts_what_goes_between_wallets_once_and_by_its_kind,
              a_hold_for_nobody_is_a_legal_freeze_of_a_part, holds_that_cannot_be_are_refused,
              the_balance_at_a_time_is_that_of_the_history,
              each_row_goes_for_itself_and_the_file_again_changes_nothing, an_atomic_batch_makes_all_rows_or_none,
              what_is_missing_is_topped_up_first, rows_may_bring_their_ids_and_columns_stand_in_any_order,
              bad_files_are_named_by_line_and_field_and_nothing_is_moved, a_credit_out_of_suspense_takes_no_more_than_is_there,
              operations_are_listed_and_shown,
              a_transfer_that_several_rows_name_is_counted_once,
              a_file_whose_last_line_has_no_end_may_be_cut_and_moves_nothing,
              more_rows_than_a_call_takes_go_in_several):
    claim()
    print("ok", claim.__name__)
assert run_json("audit", *DB)["clean"] is True
