#!/usr/bin/env python3
"""What we decode is valid for yanglint: random instances of real modules, as JSON from YANG-CBOR with SIDs.

usage: instances.py [--full]

The documents come from `cargo run -p comi-tests --example instances`: ten a module, made by `comi_codegen::sample`, read
as JSON, written as YANG-CBOR with SIDs, decoded. Each document is a fact of tests/oracle/instances-yanglint.jsonl, under
the hash of the document and of the modules that it is of; a share of the known ones is asked for again.
  corpus/instances/MODULE     yanglint finds all its documents valid: when, must, leafrefs, unique, mandatory, patterns
  corpus/instances/gone       a document whose first value is made wrong is refused, so that yanglint does look at them
"""

import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

import check
import oracle

PROGRAM = "yanglint 2.1.30 -t data; 1"
COUNT = 10
# Those of the corpus with the most data of which the generator avoids what it can't tell (must and when on what is
# always there: ietf-isis, ietf-mpls-ldp) and yanglint takes the modules (not ietf-te-types' defaults, not ietf-dots-*).
MODULES = """
ieee802-dot1q-bridge ietf-acl-enh ietf-alarms ietf-babel ietf-detnet ietf-hardware ietf-i2nsf-ike ietf-i2rs-rib
ietf-igmp-mld-snooping ietf-ioam ietf-ipfix-psamp ietf-ipsec-iptfs ietf-ipv4-unicast-routing ietf-ipv6-unicast-routing
ietf-l2-topology-state ietf-l2vpn-svc ietf-lmap-control ietf-mpls ietf-mpls-ldp-extended ietf-msdp ietf-mud
ietf-netconf-acm ietf-netconf-monitoring ietf-ospf ietf-rib-extension ietf-rip ietf-routing ietf-snmp
ietf-subscribed-notifications ietf-system ietf-tcp ietf-twamp ietf-yang-library ietf-yang-push
""".split()


def named(document, texts, module):
    """The modules that a document names, the one that it is of first: yanglint takes identities of those alone that it
    was given."""
    names = {name for name in re.findall(r"([A-Za-z_][\w.-]*):", document) if name in texts.of}
    names = {name for name in names if not re.search(rb"^\s*submodule\s", texts.of[name], re.M)}
    return [module, *sorted(names - {module})]


def ask(document, modules, corpus):
    """Whether yanglint finds a document valid, and why not."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(document)
        file.flush()
        models = [os.path.join(corpus, name + ".yang") for name in modules]
        done = subprocess.run(["yanglint", "-t", "data", "-p", corpus, *models, file.name], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return {"valid": True}
    said = [line for line in done.stderr.splitlines() if line.startswith("libyang err : ")]
    # no text of a module is kept
    return {"valid": False, "why": re.sub(r'"[^"]*"', '""', said[0].removeprefix("libyang err : ") if said else "")[:80]}


def main(arguments):
    corpus = check.corpus()
    if corpus is None:
        check.case("corpus/instances", None)
        print("-- skipped: ../shared/corpus/yang is not there")
        return
    texts = oracle.Texts(corpus)
    kept = oracle.Oracle("instances-yanglint", PROGRAM, 1.0 if "--full" in arguments else 0.05)
    command = ["cargo", "run", "--quiet", "--locked", "-p", "comi-tests", "--example", "instances", "--"]
    made = subprocess.run([*command, "decoded", corpus, str(COUNT), *MODULES], capture_output=True, text=True, check=True, cwd=check.ROOT)
    wrong, seen = {name: [] for name in MODULES}, {name: 0 for name in MODULES}
    for line in made.stdout.splitlines():
        module, seed, document = line.split(" ", 2)
        modules = named(document, texts, module)
        dependencies = {"the document": document.encode()}
        for name in modules:
            dependencies.update(texts.closure(name))
        facts = kept.verdict(f"{module} {seed}", dependencies, lambda: ask(document, modules, corpus))
        seen[module] += 1
        if not facts["valid"]:
            wrong[module].append(f"seed {seed}: {facts['why']}")
    for module in MODULES:
        short = seen[module] != COUNT and f"{seen[module]} documents"
        check.case(f"corpus/instances/{module}", "; ".join(wrong[module][:2]) or short or None)
    spoiled = ask('{"ietf-system:system": {"clock": {"timezone-utc-offset": 5000}}}', ["ietf-system"], corpus)
    check.case("corpus/instances/gone", "yanglint takes anything" if spoiled["valid"] else None)
    check.finish(kept, "instances-yanglint")


if __name__ == "__main__":
    main(sys.argv[1:])
