#!/usr/bin/env python3
"""pyang writes .sid files, in the version and so in the layout that runs this.

usage: pyang_files.py OUT FOLDER MODULE ...

For the n-th module: OUT/MODULE.sid, from 1000000 + 10000 n on. Every second one is "finalized" (where the version
knows that), every third is written a second time by an update of the first.
"""

import contextlib
import io
import os
import sys

from pyang import context, plugin, repository
from pyang.plugins import sid


def load(folder, module):
    ctx = context.Context(repository.FileRepository(folder, use_env=False))
    path = os.path.join(folder, module + ".yang")
    with open(path, encoding="utf-8") as file:
        parsed = ctx.add_module(path, file.read())
    ctx.validate()
    return parsed


def write(folder, module, number):
    parsed, made = load(folder, module), sid.SidFile()
    made.sid_file_created = True
    made.range = f"{1000000 + 10000 * number}:10000"
    if number % 2 and hasattr(made, "finalize_sid"):
        made.finalize_sid, made.is_consistent = True, False
    made.process_sid_file(parsed)
    if number % 3 == 0:
        again = sid.SidFile()
        again.input_file_name, again.update, again.is_consistent = made.output_file_name, True, False
        again.process_sid_file(load(folder, module))
    os.rename(made.output_file_name, module + ".sid")


def main(out, folder, modules):
    plugin.init([])
    folder = os.path.abspath(folder)
    os.makedirs(out, exist_ok=True)
    os.chdir(out)
    for number, module in enumerate(modules):
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it talks
                write(folder, module, number)
        except Exception as problem:  # whatever ends pyang: the module is left out
            print(f"{module}: {problem!r}")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
