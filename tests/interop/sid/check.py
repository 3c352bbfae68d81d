#!/usr/bin/env python3
"""Our SID items, their order and our reading of .sid files against pyang's, in three versions.

usage: check.py           (COMI names the command; runs in the repository's root)

Cases, a line each, `ok NAME` or `FAIL NAME: why`:
  sid/tree/PATH          our items are those of the tree that pyang 2.7.1 makes of the module
  sid/names/PATH         they are those that its SID plugin names, choice and case taken out
  sid/order/PATH         our order is that of pyang 2.6.1, input and output left out
  sid/read/VERSION/MODULE    a .sid file that pyang wrote says the same to us
  sid/update/VERSION/MODULE  our update of it keeps every number, and every name its number
A module that names or order differ for stands in differences.md with its reason, and must leave it when it doesn't.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
WORK = os.path.join(ROOT, "target", "interop")
COMI = os.environ.get("COMI", os.path.join(ROOT, "target", "debug", "comi"))
CORPUS = os.path.join("..", "shared", "corpus", "yang")
FOLDERS = ["yang/ietf", "yang/lwm2m", "yang/example", CORPUS]
VERSIONS = ("2.5.3", "2.6.1", "2.7.1")
LXML = "6.1.3"  # pyang needs it and does not say which
# A published file that is kept as it is although it has no item for some inputs and outputs.
PUBLISHED = ("ietf-system",)


def case(name, why):
    print(f"ok {name}" if why is None else f"FAIL {name}: {why}", flush=True)


def python(version):
    """An interpreter with this version of pyang."""
    folder = os.path.join(WORK, f"pyang-{version}")
    program = os.path.join(folder, "bin", "python")
    done = os.path.join(folder, "installed.txt")
    wanted = f"pyang=={version} lxml=={LXML}"
    if not os.path.exists(done) or open(done, encoding="utf-8").read() != wanted:
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted.split()], check=True)
        with open(done, "w", encoding="utf-8") as file:
            file.write(wanted)
    return program


def comi(*arguments):
    return subprocess.run([COMI, "sid", *arguments], capture_output=True, text=True, check=False)


def digest(names):
    return hashlib.sha256("".join(f"{namespace} {name}\n" for namespace, name in names).encode()).hexdigest()[:16]


def our_items(folder):
    """Our items of the modules in a folder, in our order, by path."""
    imports = [word for other in [folder, *FOLDERS[:2]] for word in ("--path", other)]
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".yang")]
    paths = [path for path in paths if not is_submodule(path)]
    ran = comi("list", *paths, *imports, "--json")
    if ran.returncode != 0:  # one is refused: which one?
        good = []
        for path in paths:
            one = comi("list", path, *imports, "--json")
            if one.returncode == 0:
                good.append(path)
            else:
                case(f"sid/tree/{path}", "comi refuses it: " + one.stderr.strip().splitlines()[0])
        ran = comi("list", *good, *imports, "--json")
    return {
        file["file"]: [(item["namespace"], item["identifier"]) for item in file["item"]]
        for file in json.loads(ran.stdout)["files"]
    }


def is_submodule(path):
    with open(path, encoding="utf-8") as file:
        return re.search(r"^\s*(module|submodule)\s+[\w.-]+", file.read(), re.M).group(1) == "submodule"


def listed():
    """The modules of differences.md: (version, module)."""
    with open(os.path.join(HERE, "differences.md"), encoding="utf-8") as file:
        sections = re.split(r"^## pyang ([0-9.]+).*$", file.read(), flags=re.M)
    found = set()
    for version, text in zip(sections[1::2], sections[2::2]):
        found |= {(version, module) for module in re.findall(r"`([a-z0-9-]+)`", text)}
    return found


def facts(version, folders):
    ran = subprocess.run(
        [python(version), os.path.join(HERE, "pyang_names.py"), *folders], capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    for wrong in told["wrong"]:
        case(f"sid/oracle/pyang-{version}", "tests/oracle holds a verdict that is wrong: " + wrong)
    return told["answers"]


def compare_names(folders):
    newest, older, known = facts("2.7.1", folders), facts("2.6.1", folders), listed()
    rows = []
    for folder in folders:
        for path, items in our_items(folder).items():
            module = os.path.basename(path)[: -len(".yang")].split("@")[0]
            names = digest(sorted(items))
            order = digest([item for item in items if not item[1].endswith(("/input", "/output"))])
            new, old = newest[path], older[path]
            case(f"sid/tree/{path}", None if new["tree"] == names else "pyang's tree has other nodes")
            rows.append((f"sid/names/{path}", ("2.7.1", module), new.get("plugin") == names))
            rows.append((f"sid/order/{path}", ("2.6.1", module), old.get("order") == order))
    # a module of ours may restate a part of a published one, of which it has the name
    differing = {which for _, which, same in rows if not same}
    for name, which, same in rows:
        if which in known:
            why = None if which in differing else "is equal now, and listed in differences.md"
        else:
            why = None if same else "differs, and differences.md does not say why"
        case(name, why)
    seen = {which for _, which, _ in rows}
    if CORPUS in folders:
        for version, module in sorted(known - seen):
            case(f"sid/differences/{version}/{module}", "is listed, but there is no such module")


def compare_files(version, folder, modules):
    out = os.path.join(WORK, "sid", version)
    shutil.rmtree(out, ignore_errors=True)
    told = subprocess.run(
        [python(version), os.path.join(HERE, "pyang_files.py"), out, folder, *modules],
        capture_output=True, text=True, check=True).stdout
    print(told, end="")
    modules = [module for module in modules if os.path.exists(os.path.join(out, module + ".sid"))]
    theirs, ours = {}, {}
    for module in modules:
        with open(os.path.join(out, module + ".sid"), encoding="utf-8") as file:
            content = json.load(file)
        content = content.get("ietf-sid-file:sid-file", content)
        items = content.get("item") or content.get("items")
        theirs[module] = {(item["namespace"], item["identifier"]): int(item["sid"]) for item in items}
        os.symlink(os.path.join(os.path.abspath(folder), module + ".yang"), os.path.join(out, module + ".yang"))

    def read():
        ran = comi("list", out, "--items", "--json")
        files = json.loads(ran.stdout)["files"] if ran.stdout else []
        return {
            file["module"]: {(item["namespace"], item["identifier"]): int(item["sid"]) for item in file["item"]}
            for file in files
        }, ran.stderr

    ours, problem = read()
    for module in modules:
        same = ours.get(module) == theirs[module]
        case(f"sid/read/{version}/{module}", None if same else f"read otherwise {problem[:200]}")
    ran = comi("update", out, "--path", folder, "--path", "yang/ietf")
    updated, problem = read()
    for module in modules:
        before, after = theirs[module], updated.get(module, {})
        numbers = set(after.values())
        lost = [name for name, number in before.items() if number not in numbers]
        changed = [name for name, number in before.items() if after.get(name, number) != number]
        why = None
        if ran.returncode != 0:
            why = ran.stderr.strip()[-300:]
        elif lost or changed:
            why = f"lost {lost[:3]}, changed {changed[:3]}"
        case(f"sid/update/{version}/{module}", why)
    ran = comi("check", out, "--path", folder, "--path", "yang/ietf")
    case(f"sid/check/{version}", None if ran.returncode == 0 else ran.stdout[-300:] + ran.stderr[-300:])


def main():
    os.chdir(ROOT)
    folders = [folder for folder in FOLDERS if os.path.isdir(folder)]
    compare_names(folders)
    if CORPUS in folders:
        names = sorted(name[: -len(".yang")] for name in os.listdir(CORPUS) if name.endswith(".yang"))
        paths = {name: os.path.join(CORPUS, name + ".yang") for name in names}
        small = [name for name in names if os.path.getsize(paths[name]) < 60_000 and not is_submodule(paths[name])]
        folder, modules = CORPUS, small[::6]
    else:
        print("skipped: real modules, ../shared/corpus is not there")
        folder, modules = "yang/ietf", ["ietf-interfaces", "ietf-yang-library", "ietf-system", "iana-if-type"]
    for version in VERSIONS:
        compare_files(version, folder, modules)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    main()
