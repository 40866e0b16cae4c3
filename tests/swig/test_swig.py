#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The API binds as it stands: each SWIG that is installed wraps every public header for Python and for Go
without a warning, and day.py does a day's business through the raw wrapper for Python."""
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ["MINIPAY_SOURCE_DIR"])
LIBRARY = Path(os.environ["MINIPAY_LIBRARY"])
INCLUDE = ROOT / "include"
PYTHON = Path(sysconfig.get_path("include"))


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True, **more)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def swigs():
    """version -> program, of every swig on the path."""
    found = {}
    for folder in os.environ["PATH"].split(os.pathsep):
        program = shutil.which("swig", path=folder)
        version = program and re.search(r"SWIG Version (\S+)", run(program, "-version"))
        if version:
            found.setdefault(version[1], program)
    return found


def headers():
    """Every public header, behind those that it includes: SWIG does not follow #include."""
    order = []

    def add(path):
        if path in order:
            return
        for name in re.findall(r'#include "(minipay/[^"]+)"', path.read_text()):
            add(INCLUDE / name)
        order.append(path)

    for path in sorted(INCLUDE.rglob("*.h")):
        add(path)
    return order


def declared():
    names = set()
    for path in headers():
        names |= set(re.findall(r"^MINIPAY_API\s+[^;()]*?(\w+)\s*\(", path.read_text(), re.M))
    return names


def wrap(swig, folder, *language):
    folder.mkdir(parents=True, exist_ok=True)
    listed = "".join(f'%include "{path.relative_to(INCLUDE)}"\n' for path in headers())
    (folder / "headers.i").write_text(listed)
    (folder / "trampoline.h").write_text("" if "-go" in language else (HERE / "trampoline.h").read_text())
    said = run(swig, "-Wall", "-Wextra", "-Werror", *language, f"-I{INCLUDE}", f"-I{folder}",
               "-outdir", folder, "-o", folder / "wrap.c", HERE / "minipay.i")
    assert not said, said
    wrapped = (folder / "wrap.c").read_text()
    missing = sorted(name for name in declared() if not re.search(rf"\b{name}\(", wrapped))
    assert not missing, f"not wrapped: {missing}"


def build(folder):
    flags = ["-std=c11", "-fPIC", f"-I{INCLUDE}", f"-I{HERE}", f"-I{PYTHON}"]
    compiler = os.environ.get("CC", "cc")
    run(compiler, *flags, "-O0", "-c", folder / "wrap.c", "-o", folder / "wrap.o")
    run(compiler, *flags, "-Wall", "-Wextra", "-Werror", "-c", HERE / "trampoline.c", "-o", folder / "trampoline.o")
    run(compiler, "-shared", folder / "wrap.o", folder / "trampoline.o", LIBRARY,
        f"-Wl,-rpath,{LIBRARY.parent}", "-o", folder / "_minipay_raw.so")


def main():
    programs = swigs()
    if not programs or not (PYTHON / "Python.h").is_file():
        print("skipped: needs swig and python3-dev (apt-get install swig python3-dev)")
        return 77
    for version, program in programs.items():
        place = Path(version)
        wrap(program, place / "go", "-go", "-cgo", "-intgosize", "64")
        wrap(program, place / "python", "-python", "-threads")
        build(place / "python")
        print(f"SWIG {version}:", run(sys.executable, HERE / "day.py", place / "day.db",
                                      env={**os.environ, "PYTHONPATH": str(place / "python")}).strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
