#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the ledger: every figure beside another of the same minutes, several runs in turn, medians with spread.

Called by scripts/bench ledger. Programs come from BENCH_BIN, files go to BENCH_WORK, data comes from BENCH_DATA.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

BIN, WORK, DATA = (os.environ[name] for name in ("BENCH_BIN", "BENCH_WORK", "BENCH_DATA"))
BATCH = "8190"
# What is best for the work, on both sides: single commits write few pages, batches write them whole.
PAGES_OF_SINGLE, PAGES_OF_BATCHES = "4096", "16384"


def run(program, *words):
    done = subprocess.run([os.path.join(BIN, program), *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{program} {' '.join(words)}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def place(name):
    return os.path.join(WORK, name)


def page_size(batch):
    return PAGES_OF_BATCHES if batch == BATCH else PAGES_OF_SINGLE


def library(wallets, transfers, batch, threads):
    return lambda: run("bench_ledger", "transfers", place("ledger.db"), wallets, transfers, batch, threads,
                       page_size(batch))["value"]


def by_hand(accounts, transfers, batch, columns):
    return lambda: run("bench_hand", place("hand.db"), accounts, transfers, batch, columns, page_size(batch))["value"]


def replay():
    for ending in ("", "-wal", "-shm", "-lock", ".key", ".bank", ".bank-wal", ".bank-shm", ".bank-lock"):
        if os.path.exists(place("replay.db" + ending)):
            os.unlink(place("replay.db" + ending))
    return run("minipay", "replay", os.path.join(DATA, "sim-200k.csv.xz"), "--db", place("replay.db"),
               "--json")["operations_per_second"]


def audit():
    return run("bench_ledger", "audit", place("ledger.db"))["value"]


class Figures:
    def __init__(self, runs):
        self.runs, self.values, self.results = runs, {}, []

    def measure(self, what):
        """Runs every measurement in turn, so that all meet the same moods of the machine."""
        for turn in range(self.runs):
            for name, one in what.items():
                print(f"\r{turn + 1}/{self.runs} {name:<24}", end="", file=sys.stderr, flush=True)
                self.values.setdefault(name, []).append(one())
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)

    def median(self, name):
        return statistics.median(self.values[name])

    def tell(self, name, unit, beside=None, least=None, most=None, of=None):
        """`of`: the ratio is of each turn's pair, and the median of those."""
        value = self.median(name)
        ratio = None
        if of:
            ratio = statistics.median(a / b for a, b in zip(self.values[name], self.values[of]))
        self.results.append({"name": name.split("/")[0], "value": round(value, 2), "unit": unit, "beside": beside,
                             "ratio": round(ratio, 3) if ratio is not None else None})
        low, high = min(self.values[name]), max(self.values[name])
        judged = ratio if ratio is not None else value
        wanted = f">= {least:,}" if least is not None else f"<= {most:,}" if most is not None else ""
        good = (least is None or judged >= least) and (most is None or judged <= most)
        shown = f"{ratio:.2f} x {beside}" if ratio is not None else ""
        print(f"{name.split('/')[0]:<14} {value:>12,.0f} {unit:<15} {low:>11,.0f} .. {high:<11,.0f} {shown:<26}"
              f" {wanted:<12} {'ok' if good else 'short'}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench ledger")
    parser.add_argument("--json", metavar="OUT", help="write the results to this file too")
    parser.add_argument("--runs", type=int, default=5, help="runs of each measurement, in turn (default: 5)")
    options = parser.parse_args()
    f = Figures(options.runs)
    print(f"{'':<14} {'median':>12} {'unit':<15} {'lowest':>11} .. {'highest':<11} {'ratio':<26} {'wanted':<12}")
    f.measure({"hand_single": by_hand("10000", "8000", "1", "own"), "single": library("10000", "8000", "1", "1"),
               "threads8": library("10000", "40000", "1", "8"), "threads64": library("10000", "100000", "1", "64")})
    f.tell("single", "transfers/s", "hand-tuned", 0.8, of="hand_single")
    f.tell("threads8", "transfers/s", "single", 3.5, of="single")
    f.tell("threads64", "transfers/s", "single", 10, of="single")
    for name, accounts in (("batch_10k", "10000"), ("batch_100k", "100000")):
        f.measure({name + "_hand": by_hand(accounts, "1000000", BATCH, "own"),
                   name: library(accounts, "1000000", BATCH, "1"),
                   name + "_bare": by_hand(accounts, "1000000", BATCH, "floor")})
        f.tell(name, "transfers/s", "hand-tuned", 0.6, of=name + "_hand")
        f.values[name + "_floor"] = f.values[name]
        f.tell(name + "_floor", "transfers/s", "ledger-floor", 0.5, of=name + "_bare")
    # What follows is asked of the file that the last of these runs wrote, opened afresh.
    f.measure({"audit": audit})
    f.tell("audit", "rows/s", least=500000)
    f.measure({"replay": replay})
    f.tell("replay", "operations/s", least=20000)
    run("bench_ledger", "lengthen", place("ledger.db"), "100000", "1000100")
    pages = [run("bench_ledger", "history", place("ledger.db"), "1000000") for _ in range(f.runs)]
    f.values["history"], f.values["near"] = [p["value"] for p in pages], [p["near_us"] for p in pages]
    f.tell("history", "us a page", "the 10th entry", most=1.5, of="near")
    touched = run("bench_ledger", "touch", place("touch.db"), "1000000")
    f.values["wallets_1m"] = [touched["resident_kib"] / 1024]
    f.tell("wallets_1m", "MiB resident", most=128)
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"results": f.results}, out, indent=1)
            out.write("\n")


main()
