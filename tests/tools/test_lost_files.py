#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files of an installation that are gone or cut to nothing: no command makes one anew in the place of what was there, and
each says what is missing. What was killed while it was made can still be begun."""
import glob
import os
import resource
import shutil

from tool import EXAMPLE, call, run, run_json

WRITES = (("init",), ("run",), ("audit",), ("wallet", "list"), ("books",), ("replay", EXAMPLE),
          ("topup", "--member", "kim@example.kr", "--amount", "10000"))


def names_of(database):
    return sorted(glob.glob(database + "*"))


def make(database):
    """An installation in which a bank has moved 50,000 for Kim."""
    for name in names_of(database):
        os.unlink(name)
    run("init", "--db", database)
    begin(database)


def begin(database):
    run("member", "register", "--db", database, "--name", "Kim", "--email", "kim@example.kr")
    of_kim = ("--db", database, "--member", "kim@example.kr")
    run("wallet", "open", *of_kim)
    run("bank", "link", "--db", database, "--owner", "kim@example.kr", "--bank", "004", "--number", "110-222-333", "--holder", "Kim")
    run("topup", *of_kim, "--amount", "50000")


def expect_refused(database, commands, *said):
    """Each answers with 15 and these words, and makes and changes no file but one of locks."""
    before = {name: os.path.getsize(name) for name in names_of(database)}
    for command in commands:
        done = call(*command, "--db", database)
        assert done.returncode == 15 and done.stdout == "", (command, done)
        assert "corrupt" in done.stderr and all(word in done.stderr for word in said), (command, done.stderr)
        after = {name: os.path.getsize(name) for name in names_of(database) if not name.endswith(("-lock", "-shm", "-wal"))}
        assert after == {name: size for name, size in before.items() if name in after}, (command, before, after)


def a_database_cut_to_nothing_or_gone_is_refused_by_every_command():
    for size in (0, 1, None):
        make("cut.db")
        shutil.move("cut.db", "kept.db")
        if size is not None:
            with open("cut.db", "wb") as file:
                file.write(b"S" * size)
        expect_refused("cut.db", WRITES, "cut.db", "copy")
        shutil.move("kept.db", "cut.db")
        assert run_json("audit", "--db", "cut.db")["clean"], size


def a_bank_that_moved_money_tells_of_the_database_that_is_gone():
    make("told.db")
    os.unlink("told.db")
    os.unlink("told.db-lock")
    expect_refused("told.db", WRITES, "told.db", "told.db.bank")
    with open("told.db", "wb"):
        pass
    expect_refused("told.db", WRITES, "told.db", "told.db.bank")


def a_bank_that_is_gone_is_not_made_again():
    for ends in ((".bank",), (".bank", ".bank-lock")):
        make("bank.db")
        for end in ends:
            os.unlink("bank.db" + end)
        commands = [command for command in WRITES if command != ("audit",)]
        expect_refused("bank.db", commands, "bank.db.bank", "copy")
        assert run_json("audit", "--db", "bank.db")["clean"], "the books prove themselves without the bank"
        assert not os.path.exists("bank.db.bank")


def an_empty_file_alone_is_begun_by_init_only():
    with open("empty.db", "wb"):
        pass
    for command in (("wallet", "list"), ("audit",)):
        done = call(*command, "--db", "empty.db")
        assert done.returncode == 1 and "minipay init --db empty.db" in done.stderr, (command, done)
    assert names_of("empty.db") == ["empty.db"] and os.path.getsize("empty.db") == 0
    assert run_json("init", "--db", "empty.db")["created"]
    begin("empty.db")
    assert run_json("audit", "--db", "empty.db")["clean"]


def key_and_bank_alone_can_be_begun():
    """What a kill between the steps of the making leaves."""
    run("init", "--db", "whole.db")
    for ends in ((".key",), (".key", ".bank"), (".key", ".bank", ".bank-lock")):
        for name in names_of("part.db"):
            os.unlink(name)
        for end in ends:
            shutil.copy("whole.db" + end, "part.db" + end)
        run("init", "--db", "part.db")
        begin("part.db")
        assert run_json("audit", "--db", "part.db")["clean"], ends


def killed_while_it_is_made_it_can_be_begun():
    """The system kills who writes behind the limit: the longer the limit, the later."""
    died = 0
    for limit in (0, 16, 31, 32, 100, 4096, 8192, 8200, 16384, 20000, 24576, 32768, 65536, 131072, 262144, 1 << 20, 1 << 26):
        for name in names_of("killed.db"):
            os.unlink(name)
        first = call("init", "--db", "killed.db", preexec_fn=lambda to=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (to, to)))
        died += first.returncode < 0
        run("init", "--db", "killed.db")
        begin("killed.db")
        assert run_json("audit", "--db", "killed.db")["clean"], limit
    assert died > 8 and first.returncode == 0, (died, first)


a_database_cut_to_nothing_or_gone_is_refused_by_every_command()
a_bank_that_moved_money_tells_of_the_database_that_is_gone()
a_bank_that_is_gone_is_not_made_again()
an_empty_file_alone_is_begun_by_init_only()
key_and_bank_alone_can_be_begun()
killed_while_it_is_made_it_can_be_begun()
