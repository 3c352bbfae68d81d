#!/usr/bin/env python3
"""OMA's registry, `../shared/corpus/oma` where it is there: what `comi lwm2m import` and `export` make of every object.

One process of pyang and one of lxml read all modules and definitions. Cases, a line each:
  oma/pyang/MODULE    pyang 2.7.1 --lint finds nothing to say of the module
  oma/schema/ID       the exported definition is valid against OMA's schema (LWM2M-v1_1.xsd of the registry)
  oma/meaning/ID      it says the same as the registry's: ids, names, operations, types, ranges, units, descriptions
What pyang accepted is kept in tests/oracle/oma-pyang.txt, by the hash of definition and module: what
`cargo test -p comi-tests --test oma` makes must be what was judged here.
"""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from lxml import etree

ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
WORK = os.path.join(ROOT, "target", "interop", "oma")
KEPT = os.path.join(ROOT, "tests", "oracle", "oma-pyang.txt")
REVISION = "2026-11-26"


def corpus():
    """The registry's folder; None where it is not there."""
    for up in ("..", "../.."):
        folder = os.path.normpath(os.path.join(ROOT, up, "shared", "corpus", "oma"))
        if os.path.isdir(folder):
            return folder
    return None


def case(name, why=None):
    print(f"ok {name}" if why is None else f"FAIL {name}: {why}", flush=True)


def comi(*arguments):
    done = subprocess.run([os.environ["COMI"], "lwm2m", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"comi lwm2m {arguments[0]}: {done.stderr[-2000:]}")


def words(text):
    return " ".join((text or "").split())


def facts(path):
    """What a definition says, spaces and line ends aside."""
    thing = ElementTree.parse(path).getroot().find("Object")

    def of(element, *names):
        return {name: words(element.findtext(name)) for name in names}

    items = thing.find("Resources")
    head = of(thing, "Name", "Description1", "ObjectID", "ObjectURN", "MultipleInstances", "Mandatory", "Description2")
    head |= {name: words(thing.findtext(name)) or "1.0" for name in ("LWM2MVersion", "ObjectVersion")}
    parts = ("Name", "Operations", "MultipleInstances", "Mandatory", "Type", "RangeEnumeration", "Units", "Description")
    return head, [(item.get("ID"), of(item, *parts)) for item in items]


def difference(ours, theirs):
    """The first thing that two definitions say differently; None where there is none."""
    (head, items), (their_head, their_items) = ours, theirs
    if head != their_head:
        return next(f"{name}: {head[name]!r}, not {their_head[name]!r}" for name in head if head[name] != their_head[name])
    if [number for number, _ in items] != [number for number, _ in their_items]:
        return "other resources"
    for (number, own), (_, their) in zip(items, their_items):
        for name, text in own.items():
            if text != their[name]:
                return f"resource {number}, {name}: {text!r}, not {their[name]!r}"
    return None


def pyang(modules):
    """What pyang says of each module, by file."""
    found = {}
    folders = ":".join([os.path.join(WORK, "yang"), os.path.join(ROOT, "yang", "lwm2m")])
    command = [os.path.join(os.path.dirname(sys.executable), "pyang"), "--lint", "-p", folders, *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in done.stderr.splitlines():
        found.setdefault(os.path.basename(line.split(":", 1)[0]), line.split(": ", 1)[-1])
    return found


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def main():
    folder = corpus()
    if folder is None:
        case("oma/skipped, since ../shared/corpus/oma is not there")
        return
    shutil.rmtree(WORK, ignore_errors=True)
    yang, exported = os.path.join(WORK, "yang"), os.path.join(WORK, "xml")
    comi("import", "--revision", REVISION, "--sid-range", "1000000:100000", "--out", yang, folder)
    modules = sorted(glob.glob(os.path.join(yang, "*.yang")))
    comi("export", "--out", exported, *modules)
    said = pyang(modules)
    kept = []
    for module in modules:
        name = os.path.basename(module)
        number = re.search(r"-(\d+)\.yang$", name)[1]
        case(f"oma/pyang/{name[:-5]}", said.get(name))
        if name not in said:
            kept.append(f"{digest(os.path.join(folder, number + '.xml'))} {digest(module)} {name[:-5]}\n")
    with open(KEPT, "w", encoding="utf-8") as file:
        file.writelines(kept)
    schema = etree.XMLSchema(etree.parse(os.path.join(folder, "LWM2M-v1_1.xsd")))
    for path in sorted(glob.glob(os.path.join(exported, "*.xml"))):
        name = os.path.basename(path)
        document = etree.parse(path)
        case(f"oma/schema/{name[:-4]}", None if schema.validate(document) else str(schema.error_log.last_error))
        case(f"oma/meaning/{name[:-4]}", difference(facts(path), facts(os.path.join(folder, name))))


if __name__ == "__main__":
    main()
