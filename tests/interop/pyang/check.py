#!/usr/bin/env python3
"""pyang reads our YANG modules and is compared with our .sid files; one process, pyang 2.7.1 as a library.

usage: check.py PATH ...      (.yang files, or folders of them)

Up to three cases for a module, a line each, `ok NAME` or `FAIL NAME: why` (the exit code tells nothing):
  pyang/language/PATH     pyang finds no error in it
  pyang/sid-names/PATH    pyang gives a SID to the same items as the .sid file beside it
  pyang/published/PATH    it says the same as the module of this name and revision that pyang's package has, prose aside
                          (only where there is one; of a module that calls itself PARTIAL, nothing but what that one says)

pyang 2.7.1 makes choice and case items and path steps, the working group decided against it (2026-04-22): both are
taken out of its names before the comparison. Its numbers are of no use then, and are not looked at.
"""

import json
import os
import re
import sys
import sysconfig

from pyang import context, error, plugin, repository
from pyang.plugins import sid

ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
PUBLISHED = [os.path.join(sysconfig.get_path("data"), "share", "yang", "modules", d) for d in ("ietf", "iana")]
PROSE = ("description", "reference", "contact", "organization", "revision", "_comment")
# Published .sid files that are kept as they are although items of the named kinds are missing from them.
PUBLISHED_WITHOUT_INPUT_OUTPUT = ("ietf-system",)


class Names(sid.SidFile):
    """The names of a module's items as pyang collects them, without choice and case."""

    def __init__(self, module):
        super().__init__()
        self.module_name = module.arg
        self.names = set()
        self.collect_module_items(module)

    def get_path(self, statement, prefix=""):
        chain = []  # the statements behind the path's steps, from the root
        node = statement
        while node.i_module is not None and node.keyword not in ("module", "submodule"):
            if node.keyword not in ("grouping", "augment"):
                chain.insert(0, node)
            node = node.parent
        steps = super().get_path(statement, prefix).split("/")[1:]
        # The target of an augment is one pseudo-step; its own path has been checked with its module.
        steps = steps[-len(chain):] if len(chain) <= len(steps) else steps
        path, inside = "", None
        for node, step in zip(chain, steps):
            if node.keyword in ("choice", "case"):
                continue
            own = node.i_module.arg
            path += "/" + (own + ":" if own != inside else "") + step.split(":")[-1]
            inside = own
        return None if statement.keyword in ("choice", "case") else path

    def merge_item(self, namespace, identifier):
        if identifier is not None:
            self.names.add((namespace, identifier))


def read(path):
    """The module, its context, and pyang's errors in it."""
    folders = [os.path.dirname(path), os.path.join(ROOT, "yang", "ietf"), os.path.join(ROOT, "yang", "lwm2m")]
    ctx = context.Context(repository.FileRepository(":".join(folders), use_env=False))
    with open(path, encoding="utf-8") as file:
        module = ctx.add_module(path, file.read())
    ctx.validate()
    errors = [
        f"{os.path.basename(pos.ref)}:{pos.line}: {error.err_to_str(tag, args)}"
        for pos, tag, args in ctx.errors
        if error.is_error(error.err_level(tag))
    ]
    return module, errors


def sid_file_names(path):
    """The items of a .sid file as (namespace, identifier)."""
    with open(path, encoding="utf-8") as file:
        content = json.load(file)["ietf-sid-file:sid-file"]
    return {(item["namespace"], item["identifier"]) for item in content["item"]}


def compare_names(module, sid_path):
    """Why the .sid file's items are not those of the module; None where they are."""
    if not os.path.exists(sid_path):
        return "no .sid file beside it"
    theirs, ours = Names(module).names, sid_file_names(sid_path)
    missing = theirs - ours
    if module.arg in PUBLISHED_WITHOUT_INPUT_OUTPUT:
        missing = {item for item in missing if not item[1].endswith(("/input", "/output"))}
    if missing:
        return "not in the .sid file: " + ", ".join(sorted(name for _, name in missing)[:5])
    if ours - theirs:
        return "pyang does not name: " + ", ".join(sorted(name for _, name in ours - theirs)[:5])
    return None


def statements(path):
    """The statements of a module, each with its depth, without prose; and its revision."""
    ctx = context.Context(repository.FileRepository(os.path.dirname(path), use_env=False))
    with open(path, encoding="utf-8") as file:
        module = ctx.add_module(path, file.read())
    lines = []

    def walk(statement, trail):
        if statement.keyword in PROSE:
            return
        argument = re.sub(r"\s+", " ", (statement.arg or "").strip())
        here = f"{trail}/{statement.raw_keyword} {argument}"
        lines.append(here)
        for substatement in statement.substmts:
            walk(substatement, here)

    walk(module, "")
    description = module.search_one("description")
    partial = description is not None and description.arg.startswith("PARTIAL")
    return lines, {revision.arg for revision in module.search("revision")}, partial


def compare_published(path):
    """Why the module differs from the published one, None where it does not, False where there is none to compare with."""
    for folder in PUBLISHED:
        published = os.path.join(folder, os.path.basename(path))
        if not os.path.exists(published):
            continue
        ours, our_revisions, partial = statements(path)
        theirs, their_revisions, _ = statements(published)
        if not our_revisions or not our_revisions <= their_revisions:
            return False
        added, left_out = set(ours) - set(theirs), set(theirs) - set(ours)
        if added:
            return "not in the published module: " + sorted(added)[0]
        if left_out and not partial:
            return "left out: " + sorted(left_out)[0]
        if not partial and ours != theirs:
            return "the statements stand in another order"
        return None
    return False


def modules(paths):
    """The .yang files that the paths name, in order."""
    for path in paths:
        if os.path.isdir(path):
            for folder, _, files in sorted(os.walk(path)):
                yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".yang"))
        else:
            yield path


def main(paths):
    ran = 0
    plugin.init([])  # teaches pyang sx:structure, among others

    def case(name, why):
        nonlocal ran
        ran += 1
        print(f"ok {name}" if why is None else f"FAIL {name}: {why}", flush=True)

    for path in modules(paths):
        module, errors = read(path)
        case(f"pyang/language/{path}", "; ".join(errors[:3]) if errors else None)
        if module is None or errors:
            continue
        case(f"pyang/sid-names/{path}", compare_names(module, path[: -len(".yang")] + ".sid"))
        published = compare_published(path)
        if published is not False:
            case(f"pyang/published/{path}", published)
    if not ran:
        print("FAIL pyang: no module found")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
