#!/usr/bin/env python3
"""pyang judges the changes of codegen/tests/compare/cases.txt too: `--check-update-from`, RFC 7950 section 11.

usage: compare.py CASES.txt

A case for each pair of texts, `ok NAME` or `FAIL NAME: why`: pyang finds an error where a change is `breaking`, and none
where all are compatible. Where it judges otherwise the case has a line `pyang: why`; one that is not needed fails.
"""

import os
import subprocess
import sys
import tempfile

HEADER = 'module m {{ yang-version 1.1; namespace "urn:m"; prefix m; revision {};\n{}}}\n'


def read(path):
    cases = []
    for line in open(path, encoding="utf-8"):
        mark, _, rest = line.rstrip("\n").partition(" ")
        if mark == "==":
            cases.append({"name": rest, "-": "", "+": "", "breaking": 0, "pyang:": None})
        elif cases and mark in ("-", "+"):
            cases[-1][mark] += rest + "\n"
        elif cases and mark == "breaking":
            cases[-1]["breaking"] += 1
        elif cases and mark == "pyang:":
            cases[-1]["pyang:"] = rest
    return cases


def write(folder, text, revision):
    text = text if text.startswith("module ") else HEADER.format(revision, text)
    path = os.path.join(folder, text.split()[1] + ".yang")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def main():
    pyang = os.path.join(os.path.dirname(sys.executable), "pyang")
    for case in read(sys.argv[1]):
        with tempfile.TemporaryDirectory() as old, tempfile.TemporaryDirectory() as new:
            before, after = write(old, case["-"], "2025-01-01"), write(new, case["+"], "2026-01-01")
            run = subprocess.run(
                [pyang, "--check-update-from", before, "-P", old, "-p", new, after],
                capture_output=True, text=True, check=False,
            )
        found = ": error: " in run.stderr or "Traceback" in run.stderr
        agrees = found == (case["breaking"] > 0)
        name = f"pyang/section-11/{case['name']}"
        if agrees == (case["pyang:"] is None):
            print(f"ok {name}")
        elif agrees:
            print(f"FAIL {name}: it agrees; take the `pyang:` line out")
        else:
            print(f"FAIL {name}: {run.stderr.strip()[-200:] or 'it finds nothing'}")


main()
