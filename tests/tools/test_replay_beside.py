#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A replay beside other processes: another replay of the same database is refused at once and loses nothing; what
another command writes meanwhile, on the clock of today, leaves no day unsettled."""
import fcntl
import subprocess

from tool import EXAMPLE, HEADER, TOOL, books, call, example_rows, outcomes, row, run, run_json, write


def start(path, database, out):
    return subprocess.Popen([TOOL, "replay", path, "--db", database, "--outcomes", out, "--json"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def settled(database):
    """Every merchant has what is his, and the books are clean."""
    assert run_json("audit", "--db", database)["clean"], database
    report = run_json("report", "--db", database)
    assert report["bank"]["merchants_minor"] == 0, (database, report["bank"])
    return report


def days(name, first_step, payments):
    """Ten members who pay three merchants; every file names them."""
    lines = [row(first_step + i // 4, "PAYMENT", "1.00", f"C{i % 10}", f"M{i % 3}", "900.00") for i in range(payments)]
    return write(name, HEADER + "".join(lines))


def another_replay_is_refused_while_one_is_under_way():
    one, two = days("one.csv", 1, 90), days("two.csv", 2, 60)
    run("replay", one, "--db", "turn.db")
    before = books("turn.db")
    with open("turn.db.key", "rb") as key:
        fcntl.flock(key, fcntl.LOCK_EX)
        for path in (one, two):
            refused = call("replay", path, "--db", "turn.db")
            assert refused.returncode == 13 and refused.stdout == "", refused
            assert "turn.db: busy: " in refused.stderr and "replay" in refused.stderr, refused
        assert books("turn.db") == before
    run("replay", two, "--db", "turn.db")
    assert settled("turn.db")["bank"]["not_explained_minor"] == 0


def of_two_at_once_each_ends_in_right_books():
    """Begun together into a database that is not there yet, and begun again by whoever was refused."""
    for turn in range(3):
        database = f"two{turn}.db"
        files = {days("left.csv", 1, 300): "left.out", days("right.csv", 1, 299): "right.out"}
        waiting = dict(files)
        for _ in range(3):
            started = [(path, start(path, database, out)) for path, out in waiting.items()]
            for path, child in started:
                said = child.communicate()[1]
                assert child.returncode in (0, 13), (database, path, child.returncode, said)
                if child.returncode == 0:
                    del waiting[path]
            if not waiting:
                break
        assert not waiting, waiting
        settled(database)
        before = books(database)
        for path, out in files.items():
            wanted = outcomes(out)
            assert all(line["status"] == "accepted" for line in wanted), (database, path)
            run("replay", path, "--db", database, "--outcomes", "again.csv")
            assert outcomes("again.csv") == wanted, (database, path)
        assert books(database) == before, database


def what_another_command_writes_meanwhile_leaves_no_day_unsettled():
    path = example_rows(6000, "beside.csv")
    run("init", "--db", "beside.db")
    child = start(path, "beside.db", "beside.out")
    meanwhile = 0
    while child.poll() is None:
        if not run("wallet", "list", "--db", "beside.db", "--json"):
            continue  # the replay has not begun its days yet: they would be put behind today
        run("member", "register", "--db", "beside.db", "--name", "Kim", "--email", f"kim{meanwhile}@example.kr")
        meanwhile += 1
    said = child.communicate()
    assert child.returncode == 0 and meanwhile > 0, (child.returncode, said, meanwhile)
    report = settled("beside.db")
    before = books("beside.db")
    run("replay", path, "--db", "beside.db", "--outcomes", "again.out")
    assert books("beside.db") == before and outcomes("again.out") == outcomes("beside.out")
    assert report["last_date"] > "2026-01-31" and report["last_date"] in said[1].replace("\n", " "), (report, said[1])


for claim in (another_replay_is_refused_while_one_is_under_way, of_two_at_once_each_ends_in_right_books,
              what_another_command_writes_meanwhile_leaves_no_day_unsettled):
    claim()
    print("ok", claim.__name__)
