#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A file that somebody damaged while it was closed: commands say which table, write nothing, and the audit gives its verdict."""
import contextlib
import os
import shutil
import sqlite3

from tool import call, run

CASES = (("policy_version", "DELETE FROM policy_version"),
         ("policy", "DELETE FROM policy_version; DELETE FROM policy_rule"),
         ("policy_rule", "DELETE FROM policy_rule"),
         ("installation", "DELETE FROM installation"),
         ("installation", "UPDATE installation SET key_check=zeroblob(32)"),
         ("tally", "DELETE FROM tally"),
         ("block", "DELETE FROM block"))


def with_file(work):
    with contextlib.closing(sqlite3.connect("damaged.db")) as db:
        return work(db)


def copy_whole():
    for end in ("-wal", "-shm"):
        if os.path.exists("damaged.db" + end):
            os.unlink("damaged.db" + end)
    shutil.copy("whole.db", "damaged.db")


run("init", "--db", "whole.db")
run("member", "register", "--db", "whole.db", "--name", "Kim", "--email", "kim@example.kr")
shutil.copy("whole.db.key", "damaged.db.key")
for table, sql in CASES:
    copy_whole()
    with_file(lambda db: db.executescript(sql))
    before = with_file(lambda db: list(db.iterdump()))
    answer = call("member", "list", "--db", "damaged.db")
    assert answer.returncode == 15 and "corrupt" in answer.stderr and table in answer.stderr, (sql, answer)
    answer = call("audit", "--db", "damaged.db")
    assert answer.returncode == 1 and table in answer.stdout, (sql, answer)
    assert with_file(lambda db: list(db.iterdump())) == before, sql
