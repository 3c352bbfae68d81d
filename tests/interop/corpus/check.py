#!/usr/bin/env python3
"""Real modules: pyang and yanglint against ours. usage: check.py [--full] [--corpus-only]

Two sets: `../shared/corpus/yang` where it is there, and the modules that pyang's package ships. Verdicts are kept in
tests/oracle (see oracle.py): those of the corpus are what `cargo test -p comi-tests --test corpus` holds ours against,
so here they are only renewed and a share of them is checked; --full asks for all of them again. Of pyang's modules each
is compared here:
  corpus/pyang/NAME      we accept what pyang accepts and print its tree, in each of the kept forms
  corpus/kept/ORACLE     the verdicts that were asked for again are those that were kept
"""

import os
import re
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

import oracle
import pyang_facts

ROOT = oracle.ROOT
DIFFERENCES = os.path.join(ROOT, "tests", "corpus", "differences.md")
PACKAGE = [os.path.join(sysconfig.get_path("data"), "share", "yang", "modules", folder) for folder in ("ietf", "iana")]
YANGLINT = "yanglint 2.1.30 -i -i; 1"


def corpus():
    """The corpus' folder, beside the repository or beside the folder it is in; None where it is not there."""
    for up in ("..", "../.."):
        folder = os.path.normpath(os.path.join(ROOT, up, "shared", "corpus", "yang"))
        if os.path.isdir(folder):
            return folder
    return None


def listed():
    """The modules whose trees are listed as different."""
    with open(DIFFERENCES, encoding="utf-8") as file:
        text = file.read()
    section = text.split("\n## Trees", 1)[1]
    return set(re.findall(r"^\| *([a-z0-9-]+) *\|", section, re.M))


def yanglint(name, folder):
    """What yanglint makes of a module: accepted or not."""
    command = ["yanglint", "-i", "-i", "-p", folder, os.path.join(folder, name + ".yang")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return {"accepts": True}
    said = [line for line in done.stderr.splitlines() if line.startswith("libyang err : ")]
    why = said[0].removeprefix("libyang err : ") if said else "no reason given"
    return {"accepts": False, "why": re.sub(r" *\(.*", "", why)[:100]}


def ours(name, folders, options):
    """The exit status and text of `comi yang tree`."""
    command = [os.environ["COMI"], "yang", "tree", os.path.join(folders[0], name + ".yang"), *options]
    for folder in folders:
        command += ["--path", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def compare(name, facts, folders, allowed):
    """Why ours is not what pyang's facts say; None where it is."""
    status, whole, said = ours(name, folders, [])
    if (status == 0) != facts["accepts"]:
        first = said.strip().splitlines()[:1]
        return f"pyang {'accepts' if facts['accepts'] else 'refuses'} it, we don't agree: {first}"
    if not facts["accepts"] or allowed:
        return None
    for form, expected in facts["trees"].items():
        option, _, value = form.partition(" ")
        text = whole if option == "whole" else ours(name, folders, ["--" + option, value])[1]
        if oracle.short_hash(text.encode()) != expected:
            return f"the tree differs (comi yang tree, form `{form}`)"
    return None


def case(name, why):
    print(f"ok {name}" if why is None else f"FAIL {name}: {why}", flush=True)


def finish(kept, name):
    kept.close()
    case(f"corpus/kept/{name}", "; ".join(kept.wrong[:3]) if kept.wrong else None)


def main(arguments):
    share = 1.0 if "--full" in arguments else 0.05
    lines = listed()
    folder = corpus()
    if folder is None:
        print("-- ../shared/corpus/yang is not there: only pyang's own modules are looked at")
    else:
        texts = oracle.Texts(folder)
        kept = oracle.Oracle("corpus-pyang", pyang_facts.PROGRAM, share)
        for name in sorted(texts.of):
            # A module that became listed is asked for its lines.
            program_texts = texts.closure(name)
            if name in lines and "lines" not in kept.kept.get(name, {}).get("facts", {}):
                kept.kept.pop(name, None)
            kept.verdict(name, program_texts, lambda name=name: pyang_facts.facts(name, texts.of, [folder], name in lines))
        finish(kept, "corpus-pyang")
        kept = oracle.Oracle("corpus-yanglint", YANGLINT, share)
        for name in sorted(texts.of):
            kept.verdict(name, texts.closure(name), lambda name=name: yanglint(name, folder))
        finish(kept, "corpus-yanglint")
    if "--corpus-only" in arguments:
        return
    texts = oracle.Texts(*PACKAGE)
    kept = oracle.Oracle("package-pyang", pyang_facts.PROGRAM, share)
    known = {
        name: kept.verdict(name, texts.closure(name), lambda name=name: pyang_facts.facts(name, texts.of, PACKAGE, False))
        for name in sorted(texts.of)
    }
    finish(kept, "package-pyang")
    folder_of = lambda name: [f for f in PACKAGE if os.path.exists(os.path.join(f, name + ".yang"))]
    with ThreadPoolExecutor(2) as pool:
        def one(name):
            own = folder_of(name)
            return compare(name, known[name], own + [f for f in PACKAGE if f not in own], name in lines)
        for name, why in zip(known, pool.map(one, known)):
            case(f"corpus/pyang/{name}", why)


if __name__ == "__main__":
    main(sys.argv[1:])
