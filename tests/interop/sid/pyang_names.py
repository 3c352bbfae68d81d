#!/usr/bin/env python3
"""What pyang says of the SID items of modules, in the version that runs this: a line of JSON on standard output.

usage: pyang_names.py [--explain MODULE] FOLDER ...

For each module, under its path, hashes of its sorted `namespace name` lines:
  plugin   as pyang's SID plugin names them; choice and case, which 2.7.1 makes items and steps, taken out
  order    as the plugin orders them for assignment, without input and output
  tree     as the tree of nodes has them that pyang made of the module: RFC 9595's path form written here, pyang's
           knowledge of YANG. Where `plugin` and `tree` differ, the plugin contradicts its own parser.
Verdicts are kept in tests/oracle (see oracle.py). --explain prints the lines of one module instead.
"""

import hashlib
import json
import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(__file__), ".."), os.path.join(os.path.dirname(__file__), "..", "pyang")]

import pyang
from oracle import ROOT, Oracle, Texts
from pyang import context, plugin, repository
from pyang.plugins import sid

import check as pyang_check

NODES = ("leaf", "leaf-list", "anyxml", "anydata", "container", "list", "notification", "rpc", "action", "input",
         "output", "choice", "case")
STRIPS_CHOICES = pyang.__version__ >= "2.7"


class PlainNames(pyang_check.Names):
    """The names as the plugin makes them."""

    get_path = sid.SidFile.get_path


def owner(statement):
    """The module that a node belongs to; a submodule's nodes belong to its module."""
    module = statement.i_module
    return module.i_including_modulename if module.keyword == "submodule" else module.arg


def tree_names(module, ctx):
    """The items by pyang's tree."""
    found = {("module", module.arg)} | {("module", include.arg) for include in module.search("include")}
    found |= {("feature", name) for name in module.i_features}
    found |= {("identity", name) for name in module.i_identities}

    def walk(node, path, inside):
        extension = node.keyword[1] if isinstance(node.keyword, tuple) else None
        if extension is None and node.keyword not in NODES or extension not in (None, "structure", "yang-data"):
            return
        # choice and case are no step (readings 8), nor is the name of yang-data, which no document holds.
        if node.keyword not in ("choice", "case") and extension != "yang-data":
            own = owner(node)
            name = node.keyword if node.keyword in ("input", "output") else node.arg
            path += "/" + (own + ":" if own != inside else "") + name
            inside = own
            if own == module.arg:
                found.add(("data", path))
        for child in getattr(node, "i_children", None) or []:
            walk(child, path, inside)

    for other in {id(other): other for other in ctx.modules.values() if other.keyword == "module"}.values():
        structures = [node for node in other.substmts if isinstance(node.keyword, tuple)]
        for node in other.i_children + [node for node in structures if node not in other.i_children]:
            walk(node, "", None)
    return found


def ordered(names):
    """In the order of the plugin, which sorts by identifier, then by namespace, descending."""
    return sorted(sorted(names, key=lambda item: item[1]), key=lambda item: item[0], reverse=True)


def digest(names):
    return hashlib.sha256("".join(f"{namespace} {name}\n" for namespace, name in names).encode()).hexdigest()[:16]


def names_of(path, folders):
    """Plugin's and tree's names of a module; None for a submodule."""
    ctx = context.Context(repository.FileRepository(":".join(folders), use_env=False))
    with open(path, encoding="utf-8") as file:
        module = ctx.add_module(path, file.read())
    ctx.validate()
    if module is None or module.keyword != "module":
        return None
    try:
        plugin_names = (pyang_check.Names if STRIPS_CHOICES else PlainNames)(module).names
    except TypeError:  # some paths end pyang 2.7.1
        plugin_names = None
    return plugin_names, tree_names(module, ctx)


def facts(path, folders):
    names = names_of(path, folders)
    if names is None:
        return {}
    plugin_names, tree = names
    told = {"tree": digest(sorted(tree))}
    if plugin_names is not None:
        without = [item for item in ordered(plugin_names) if not item[1].endswith(("/input", "/output"))]
        told.update(plugin=digest(sorted(plugin_names)), order=digest(without))
    return told


def main(folders):
    plugin.init([])
    explain = folders[folders.index("--explain") + 1] if "--explain" in folders else None
    own = [os.path.join(ROOT, "yang", name) for name in ("ietf", "lwm2m", "example")]
    oracle = Oracle(f"sid-pyang-{pyang.__version__}", f"pyang {pyang.__version__}, SID items, form 1")
    answers = {}
    for folder in (folder for folder in folders if os.path.isdir(folder)):
        search = [folder] + [other for other in own if other != os.path.normpath(os.path.join(ROOT, folder))]
        texts = Texts(*search)
        for name in sorted(name for name in os.listdir(folder) if name.endswith(".yang")):
            path, module = os.path.join(folder, name), name[: -len(".yang")]
            if explain is not None:
                if module == explain:
                    plugin_names, tree = names_of(path, search)
                    for item in sorted((plugin_names or set()) ^ tree):
                        print("plugin" if item in (plugin_names or ()) else "tree  ", *item)
                continue
            key = os.path.relpath(path, ROOT)
            answers[path] = oracle.verdict(key, texts.closure(module), lambda: facts(path, search))
    if explain is None:
        sys.stdout, out = sys.stderr, sys.stdout
        oracle.close()
        print(json.dumps({"answers": answers, "wrong": oracle.wrong}), file=out)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
