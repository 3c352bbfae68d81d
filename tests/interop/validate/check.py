#!/usr/bin/env python3
"""`comi validate`, yanglint and yangson judge the same documents. usage: check.py [--full] [--show] [MODULE…]

Random instances of real modules that have must, when, leafrefs or unique (`comi yang sample`, with and without what it
can't tell), and each of them broken in one place: a member left out, a value changed, an entry doubled, a value taken
from elsewhere. All three judge by the same modules: MODULE and those that any of its documents names. The verdicts of
the others are kept in tests/oracle/validate-*.jsonl. Each difference must be listed in differences.md beside this file,
with its reason; where the two others agree, the reason is in the text of RFC 7950.
  validate/MODULE    we say of every document what yanglint and yangson say, but for what is listed
"""

import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
sys.path.insert(0, os.path.join(HERE, "..", "corpus"))

import check
import oracle
import second

PROGRAM = "yanglint 2.1.30 -t config; 2"
DOCUMENTS = 8
MUTANTS = 5
MODULES = """
ietf-acl-enh ietf-alarms ietf-babel ietf-detnet ietf-hardware ietf-i2nsf-ike ietf-igmp-mld-snooping ietf-ioam
ietf-ipfix-psamp ietf-ipsec-iptfs ietf-ipv4-unicast-routing ietf-ipv6-unicast-routing ietf-l2vpn-svc ietf-lmap-control
ietf-mpls ietf-msdp ietf-mud ietf-netconf-acm ietf-ospf ietf-rib-extension ietf-rip ietf-routing ietf-snmp
ietf-subscribed-notifications ietf-system ietf-tcp ietf-twamp ietf-yang-push ietf-interfaces ietf-isis
""".split()


def places(value, path=()):
    """Every member and entry of a document, by its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield (*path, place)
            yield from places(inner, (*path, place))


def mutants(document, seed):
    """The document, broken in one place each."""
    rng = random.Random(seed)
    all_ = list(places(document))
    for _ in range(MUTANTS if all_ else 0):
        changed = copy.deepcopy(document)

        def at(path):
            holder = changed
            for step in path[:-1]:
                holder = holder[step]
            return holder, path[-1]

        holder, last = at(rng.choice(all_))
        value = holder[last]
        if isinstance(holder, list) and rng.random() < 0.4:
            holder.append(copy.deepcopy(value))
        elif rng.random() < 0.2:
            other, place = at(rng.choice(all_))
            if isinstance(other[place], type(value)):
                holder[last] = copy.deepcopy(other[place])
            else:
                del holder[last]
        elif isinstance(value, bool):
            holder[last] = not value
        elif isinstance(value, int):
            holder[last] = rng.choice([value + 1, 0, value * 1000])
        elif isinstance(value, str) and rng.random() < 0.7:
            holder[last] = rng.choice([value + "x", "", "0", value[::-1]])
        else:
            del holder[last]
        yield changed


def sample(module, corpus, unchecked):
    command = [os.environ["COMI"], "yang", "sample", module, "--path", corpus, "--config", "--count", str(DOCUMENTS)]
    done = subprocess.run([*command, *(["--unchecked"] if unchecked else [])], capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if line.strip()]


def named(documents, texts, module):
    """The modules that any of the documents names."""
    names = {name for text in documents for name in re.findall(r"([A-Za-z_][\w.-]*):", text) if name in texts.of}
    names = {name for name in names if not re.search(rb"^\s*submodule\s", texts.of[name], re.M)}
    return [module, *sorted(names - {module})]


def yanglint(document, modules, corpus):
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(document)
        file.flush()
        models = [os.path.join(corpus, module + ".yang") for module in modules]
        done = subprocess.run(["yanglint", "-t", "config", "-p", corpus, *models, file.name], capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if line.startswith("libyang err : ")]
    why = re.sub(r'"[^"]*"', '""', said[0].removeprefix("libyang err : ") if said else "")[:80]
    return {"valid": True} if done.returncode == 0 else {"valid": False, "why": why}


def ours(documents, modules, corpus):
    """Whether each of the documents is valid, and what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for place, document in enumerate(documents):
            files.append(os.path.join(folder, f"{place}.json"))
            with open(files[-1], "w", encoding="utf-8") as file:
                file.write(document)
        command = [os.environ["COMI"], "validate", *files, "--type", "config", "--path", corpus, "--format", "json"]
        for module in modules:
            command += ["--module", module]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        return [(None, done.stderr[:200])] * len(documents)
    told = json.loads(done.stdout)
    return [(one["valid"], "; ".join(f"{error['message']} at {error['path']}" for error in one["errors"][:2])) for one in (told if isinstance(told, list) else [told])]


def listed():
    """The documents on which we differ for a reason that is written down: module, program and pattern of what is said."""
    with open(os.path.join(HERE, "differences.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| *`([^`]+)` *\| *(\w+) *\| *`([^`]+)` *\|", file.read(), re.M)
    return [(module, program, re.compile(why)) for module, program, why in rows]


def main(arguments):
    corpus = check.corpus()
    if corpus is None:
        check.case("validate", None)
        print("-- skipped: ../shared/corpus/yang is not there")
        return
    texts = oracle.Texts(corpus)
    share = 1.0 if "--full" in arguments else 0.05
    kept = {
        "yanglint": oracle.Oracle("validate-yanglint", PROGRAM, share),
        "yangson": oracle.Oracle("validate-yangson", second.PROGRAM, share),
    }
    allowed = listed()
    used, agreed, invalid, apart = set(), 0, 0, 0
    some = [argument for argument in arguments if not argument.startswith("-")]
    for module in some or MODULES:
        documents = []
        for kind, unchecked in (("checked", False), ("unchecked", True)):
            for place, text in enumerate(sample(module, corpus, unchecked)):
                own = json.loads(text)
                name = f"{module} {kind} {place}"
                documents.append((name, own))
                documents += [(f"{name} broken {n}", mutant) for n, mutant in enumerate(mutants(own, name))]
        documents = [(name, json.dumps(document, ensure_ascii=False)) for name, document in documents]
        modules = named([text for _, text in documents], texts, module)
        dependencies = {}
        for other in modules:
            dependencies.update(texts.closure(other))
        second_opinion = second.Model(modules, texts)

        def judge(named_document, who, ask):
            name, text = named_document
            return kept[who].verdict(name, {"the document": text.encode(), **dependencies}, lambda: ask(text))

        with ThreadPoolExecutor(2) as pool:
            first = list(pool.map(lambda one: judge(one, "yanglint", lambda text: yanglint(text, modules, corpus)), documents))
        others = [judge(one, "yangson", second_opinion.judge) for one in documents]
        wrong = []
        for (name, text), one, other, (verdict, why) in zip(documents, first, others, ours([text for _, text in documents], modules, corpus) if documents else []):
            agreed += verdict == one["valid"]
            invalid += verdict == one["valid"] and not verdict
            apart += one["valid"] != other["valid"] and other["valid"] is not None
            for program, facts in (("yanglint", one), ("yangson", other)):
                if facts["valid"] in (verdict, None):
                    continue
                said = facts.get("why", "") + " / " + why
                row = next((row for row in allowed if row[0] in (module, "any") and row[1] == program and row[2].search(said)), None)
                used.add(row)
                if row is None:
                    wrong.append(f"{name}: {program} {facts}, we {verdict} {why}")
                    if "--show" in arguments:
                        print("--", name, program, facts, verdict, why, text[:3000], flush=True)
        check.case(f"validate/{module}", "; ".join(wrong[:2]) + f" ({len(wrong)} of {len(documents)})" if wrong else (None if documents else "no document"))
    print(f"-- agreed with yanglint on {agreed} documents, {invalid} of them invalid; it and yangson differ on {apart}", flush=True)
    for row in allowed:
        if row not in used and not some:
            print(f"-- listed, but not met: {row[0]} {row[1]} {row[2].pattern}", flush=True)
    for name, verdicts in kept.items():
        verdicts.close(complete=not some)
        check.case(f"validate/kept/{name}", "; ".join(verdicts.wrong[:3]) if verdicts.wrong else None)


if __name__ == "__main__":
    main(sys.argv[1:])
