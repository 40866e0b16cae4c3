# SPDX-License-Identifier: Apache-2.0
"""What the tests of the `minipay` command share."""
import csv
import itertools
import json
import os
import sqlite3
import subprocess

TOOL = os.environ["MINIPAY_TOOL"]
SOURCE = os.environ["MINIPAY_SOURCE_DIR"]
DATA = os.path.join(SOURCE, "tests", "data")
EXAMPLE = os.path.join(SOURCE, "examples", "data", "paysim-day.csv")
HEADER = "step,action,amount,nameOrig,oldBalanceOrig,newBalanceOrig,nameDest,oldBalanceDest,newBalanceDest\n"


def call(*arguments, **options):
    """Runs the tool: its exit code, stdout and stderr."""
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True, check=False, **options)


def run(*arguments):
    """The same, for what must succeed: its stdout."""
    done = call(*arguments)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    return done.stdout


def run_json(*arguments):
    return json.loads(run(*arguments, "--json"))


def books(database):
    return run("books", "--db", database)


def outcomes(path):
    with open(path, encoding="utf-8") as text:
        return list(csv.DictReader(text))


def example_rows(count, path):
    """The first rows of the example, in a file of their own."""
    with open(EXAMPLE, encoding="utf-8") as whole, open(path, "w", encoding="utf-8") as part:
        part.writelines(itertools.islice(whole, count + 1))
    return path


def row_counts(database):
    with sqlite3.connect(database) as db:
        tables = [name for name, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in sorted(tables)}


def row(step, kind, amount, payer, payee, before_payer=0, before_payee=0):
    return f"{step},{kind},{amount},{payer},{before_payer},0,{payee},{before_payee},0\n"


def write(path, text):
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return path
