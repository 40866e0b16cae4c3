#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the inputs that fuzzing begins with: seeds.py NAME FOLDER."""
import random
import struct
import sys
from pathlib import Path

TEXTS = ["0", "1234.50", "-3", "1.9E7", "9223372036854775807", "-9223372036854775808", "0.001", "1e-2", "KRW", "USD",
         "019ab000-0000-7000-8000-000000000001", "019AB000-0000-7000-8000-00000000000F", "송금"]
RECORDS = 46


def values():
    return [text.encode() for text in TEXTS]


def record():
    """Of each record a row with a number, a text and an id in places where one of them may fit."""
    number, text, name = struct.pack("<q", 7), struct.pack("<H", 3) + b"KRW", bytes(range(16))
    made = []
    for which in range(RECORDS):
        made += [bytes([which, 0]) + form for form in (number, text, name)]
        made += [bytes([which, 0]) + name + bytes([place]) + form for place in (1, 2, 5) for form in (number, text)]
    return made


def calls():
    dice = random.Random(20261125)
    return [dice.randbytes(length) for length in (8, 60, 150, 300, 300, 500)]


folder = Path(sys.argv[2])
folder.mkdir()
for place, seed in enumerate({"values": values, "record": record, "calls": calls}[sys.argv[1]]()):
    (folder / f"{place:03}").write_bytes(seed)
