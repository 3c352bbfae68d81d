#!/usr/bin/env python3
"""pyang and yanglint read the modules of tests/conformance/yang/bad and good; one process, pyang 2.7.1 as a library.

usage: check.py      (COMI_BLESS=1 writes the table anew)

Which of the two refuses a module stands in the table tests/conformance/yang/peers.toml; a case for each module, a line
each, `ok NAME` or `FAIL NAME: why`: it is as the table says. Warnings refuse nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

from pyang import context, error, repository

ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
MODULES = os.path.join(ROOT, "tests", "conformance", "yang")
TABLE = os.path.join(MODULES, "peers.toml")
HEAD = """# Who refuses each module of bad/ and good/: pyang 2.7.1, yanglint 2.1.30 (Debian's libyang2-tools), both or neither.
# Held by tests/interop/yang/check.py, which writes it anew with COMI_BLESS=1. The words of the specification that
# decide where they differ stand at the head of each module.
"""


def folders(path):
    """Where the imports of a module are: beside it, the helpers of all, our standard modules."""
    return [os.path.dirname(path), os.path.join(MODULES, "modules"), os.path.join(ROOT, "yang", "ietf")]


def laid_out(path, folder):
    """The module, called as it says, and what it imports, in a folder of their own: both programs look around."""
    with open(path, encoding="utf-8") as file:
        named = re.search(r"^(?:sub)?module ([^ {]+)", file.read(), re.MULTILINE)
    own = path.removesuffix(".yang")
    if os.path.isdir(own):
        shutil.copytree(own, folder, dirs_exist_ok=True)
    return shutil.copy(path, os.path.join(folder, (named[1] if named else "bad") + ".yang"))


def pyang_refuses(path):
    search = repository.FileRepository(":".join(folders(path)), use_env=False, no_path_recurse=True)
    ctx = context.Context(search)
    with open(path, encoding="utf-8") as file:
        ctx.add_module(path, file.read())
    ctx.validate()
    return any(error.is_error(error.err_level(tag)) for _, tag, _ in ctx.errors)


def yanglint_refuses(path):
    search = [word for folder in folders(path) for word in ("-p", folder)]
    run = subprocess.run(["yanglint", "-D", *search, path], capture_output=True, timeout=60, check=False)
    return run.returncode != 0


def verdict(path):
    peers = (("pyang", pyang_refuses), ("yanglint", yanglint_refuses))
    with tempfile.TemporaryDirectory() as folder:
        copy = laid_out(path, folder)
        names = [name for name, refuses in peers if refuses(copy)]
    return {0: "neither", 1: names[0] if names else "", 2: "both"}[len(names)]


def main():
    found = {}
    for kind in ("bad", "good"):
        folder = os.path.join(MODULES, kind)
        names = sorted(name.removesuffix(".yang") for name in os.listdir(folder) if name.endswith(".yang"))
        found[kind] = {name: verdict(os.path.join(folder, name + ".yang")) for name in names}
    if os.environ.get("COMI_BLESS") == "1":
        with open(TABLE, "w", encoding="utf-8") as file:
            file.write(HEAD)
            for kind, verdicts in found.items():
                file.write(f"\n[{kind}]\n" + "".join(f'"{name}" = "{who}"\n' for name, who in verdicts.items()))
    with open(TABLE, "rb") as file:
        table = tomllib.load(file)
    for kind, verdicts in found.items():
        for name in sorted(verdicts.keys() | table[kind].keys()):
            case, is_now, said = f"yang/{kind}/{name}", verdicts.get(name, "no file"), table[kind].get(name, "nothing")
            print(f"ok {case}" if is_now == said else f"FAIL {case}: {is_now} refuses it, the table says {said}")
    return 0


sys.exit(main())
