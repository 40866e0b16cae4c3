#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`minipay audit` and `minipay checkpoint` at the command line: verdict, exit codes, JSON."""
import json
import lzma
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

TOOL = os.environ["MINIPAY_TOOL"]
DATA = Path(os.environ["MINIPAY_SOURCE_DIR"]) / "tests" / "data"


def run(*arguments):
    done = subprocess.run([TOOL, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def audit(database, *more):
    code, out, err = run("audit", "--db", database, "--json", *more)
    assert err == "", err
    verdict = json.loads(out)
    assert set(verdict) == {"clean", "checks"}
    assert all({"name", "ok", "detail"} <= set(check) for check in verdict["checks"])
    assert verdict["clean"] == all(check["ok"] for check in verdict["checks"])
    assert code == (0 if verdict["clean"] else 1), code
    return verdict


def failed(verdict):
    return {check["name"]: check["detail"] for check in verdict["checks"] if not check["ok"]}


def sql(database, *statements):
    with sqlite3.connect(database) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def make(database):
    lines = lzma.open(DATA / "kaggle-head-5k.csv.xz", "rt").readlines()[:200]
    Path("day.csv").write_text("".join(lines))
    code, _, err = run("replay", "day.csv", "--db", database)
    assert code == 0, err


def check_verdicts():
    assert audit("day.db")["clean"]
    safeguarding = [c for c in audit("day.db")["checks"] if c["name"] == "safeguarding"]
    assert "owed" in safeguarding[0]["detail"] and "bank" in safeguarding[0]["detail"]
    sql("day.db", "UPDATE slip SET fee_minor=fee_minor+1 WHERE id=(SELECT min(id) FROM slip)")
    verdict = audit("day.db")
    assert not verdict["clean"]
    assert "fee_minor" in failed(verdict)["document rows"], failed(verdict)
    assert "slip " in failed(verdict)["document rows"], failed(verdict)
    code, out, _ = run("audit", "--db", "day.db")
    assert code == 1 and "NOT CLEAN" in out and "fee_minor" in out
    sql("day.db", "UPDATE slip SET fee_minor=fee_minor-1 WHERE id=(SELECT min(id) FROM slip)")
    assert audit("day.db")["clean"]


def check_checkpoints():
    code, out, _ = run("checkpoint", "--db", "day.db")
    assert code == 0 and out.startswith("minipay-checkpoint 1\n")
    Path("early.txt").write_text(out)
    shutil.copy("day.db", "older.db")
    code, _, err = run("member", "register", "--db", "day.db", "--name", "New", "--email", "new@example.com")
    assert code == 0, err
    code, out, _ = run("checkpoint", "--db", "day.db", "--out", "late.txt", "--json")
    assert code == 0 and json.loads(out)["text"] == Path("late.txt").read_text()
    for name in ("early.txt", "late.txt"):
        assert audit("day.db", "--checkpoint", name)["clean"]
    shutil.copy("older.db", "day.db")
    assert audit("day.db", "--checkpoint", "early.txt")["clean"]
    verdict = audit("day.db", "--checkpoint", "late.txt")
    assert list(failed(verdict)) == ["checkpoint"], failed(verdict)
    Path("changed.txt").write_text(Path("early.txt").read_text().replace("\nmade_at 1", "\nmade_at 2"))
    assert "signature" in failed(audit("day.db", "--checkpoint", "changed.txt"))["checkpoint"]
    for name, text in (("nothing.txt", ""), ("missing.txt", None)):
        if text is not None:
            Path(name).write_text(text)
        code, _, err = run("audit", "--db", "day.db", "--checkpoint", name)
        assert code == 1 and name in err, (code, err)


def check_who_signed():
    code, key, _ = run("checkpoint", "key", "--db", "day.db")
    assert code == 0 and len(key) == 65 and int(key, 16), key
    assert json.loads(run("checkpoint", "key", "--db", "day.db", "--json")[1]) == {"public_key": key.strip()}
    for name in ("early.txt", "late.txt"):
        assert run("checkpoint", "check", name, "--key", key.strip()) == (0, "signed by the holder of this key\n", "")
    bad = "changed.txt: not signed by the holder of this key, or changed\n"
    assert run("checkpoint", "check", "changed.txt", "--key", key.strip()) == (1, "", "minipay: " + bad)
    code, out, _ = run("checkpoint", "check", "early.txt", "--key", "0" * 64, "--json")
    assert code == 1 and json.loads(out) == {"signed": False, "status": "invalid_argument"}, (code, out)
    for wrong in ("", "xyz", key.strip() + "0", "g" * 64):
        assert run("checkpoint", "check", "early.txt", "--key", wrong) == (
            2, "", f"minipay: --key: '{wrong}' is not a public key: 64 hexadecimal digits\n")
    assert run("checkpoint", "check", "missing.txt", "--key", key.strip())[0] == 1


def check_key():
    shutil.copy("day.db", "foreign.db")
    Path("foreign.db.key").write_bytes(b"x" * 32)
    os.chmod("foreign.db.key", 0o600)
    before = Path("foreign.db").read_bytes()
    code, _, err = run("audit", "--db", "foreign.db")
    assert code == 15 and "another master key" in err, (code, err)
    assert Path("foreign.db").read_bytes() == before


def check_schema_1():
    for name in ("day.db", "day.db.bank"):
        Path("one." + name).write_bytes(lzma.open(DATA / "schema-1" / (name + ".xz")).read())
    before = Path("one.day.db").read_bytes()
    Path("one.day.db.key").write_bytes(b"minipay schema 1 test key 99999_")
    os.chmod("one.day.db.key", 0o600)
    code, _, err = run("audit", "--db", "one.day.db")
    assert code == 15 and "another master key" in err, (code, err)
    assert Path("one.day.db").read_bytes() == before
    Path("one.day.db.key").write_bytes(b"minipay schema 1 test key 012345")
    assert audit("one.day.db")["clean"]


make("day.db")
check_verdicts()
check_checkpoints()
check_who_signed()
check_key()
check_schema_1()
