#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk that is really full: a replay on a small file system fails; with more room the same replay ends in the same
books. Only root can mount one; skipped otherwise."""
import contextlib
import os
import sqlite3
import subprocess
import sys

from tool import books, call, example_rows, run, run_json

SIZES = ("600k", "1400k", "2600k")


def mount(place, *options):
    done = subprocess.run(["mount", "-t", "tmpfs", *options, "none", place], capture_output=True, check=False)
    return done.returncode == 0


def fill(path):
    with open(path, "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(bytes(4096)):
            pass


def is_whole(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def a_replay_that_filled_the_disk_goes_on_with_more_room(size, rows, wanted):
    assert mount("small", "-o", f"size={size}")
    try:
        failed = call("replay", rows, "--db", "small/d.db")
        print(size, failed.returncode, failed.stderr.strip()[:200])
        assert failed.returncode != 0, size
        for name in ("small/d.db-shm", "small/d.db.bank-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.remove(name)  # as after a start of the machine
        fill("small/filler")
        looked = call("wallet", "list", "--db", "small/d.db", "--json")
        print(size, looked.returncode, looked.stderr.strip()[:200])
        assert looked.returncode == 0 or "disk_full" in looked.stderr, size
        os.remove("small/filler")
        assert mount("small", "-o", "remount,size=200m")
        for name in ("small/d.db", "small/d.db.bank"):
            assert not os.path.exists(name) or is_whole(name), (size, name)
        run("replay", rows, "--db", "small/d.db")
        assert books("small/d.db") == wanted, size
        assert run_json("audit", "--db", "small/d.db")["clean"], size
        assert is_whole("small/d.db") and is_whole("small/d.db.bank"), size
    finally:
        subprocess.run(["umount", "-l", "small"], check=True)


os.mkdir("small")
if os.geteuid() != 0 or not mount("small", "-o", "size=400k"):
    print("only root can mount a small file system: skipped")
    sys.exit(77)
subprocess.run(["umount", "small"], check=True)
ROWS = example_rows(2500, "rows.csv")
run("replay", ROWS, "--db", "whole.db")
WHOLE = books("whole.db")
print("whole", os.path.getsize("whole.db"), os.path.getsize("whole.db.bank"))
for SIZE in SIZES:
    a_replay_that_filled_the_disk_goes_on_with_more_room(SIZE, ROWS, WHOLE)
