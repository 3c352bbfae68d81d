#!/usr/bin/env python3
"""pyang's `--ietf` and our `--lint ietf` over the same modules.

usage: guidelines.py COMI FOLDER ...      (folders of .yang files; each finds its imports in all of them)

A case for each module that one of the two finds something in, `ok NAME` or `FAIL NAME: what differs`. What is
counted is how often each guideline is broken: pyang's line is where the argument ends, ours where the statement begins.
Guidelines that only one of the two has are listed here.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter

# pyang's codes and our names; what has no name here is no guideline (XPath, for one).
CODES = {
    "LINT_BAD_MODULENAME_PREFIX_N": "module-name",
    "LINT_BAD_NAMESPACE_VALUE": "namespace",
    "LINT_BAD_REVISION": "submodule-revision",
    "LINT_EXPLICIT_DEFAULT": "explicit-default",
    "LINT_TOP_MANDATORY": "mandatory-top-level",
    "LONG_IDENTIFIER": "identifier-length",
    "IETF_MISSING_RFC8174": "key-words",
    "IETF_MISSING_RFC_TEXT": "rfc-text",
    "IETF_MISSING_TRUST_LEGAL_PROVISIONING": "copyright",
    "UNEXPECTED_KEYWORD_CANONICAL": "canonical-order",
    "UNEXPECTED_KEYWORD_CANONICAL_v1.1": "canonical-order",
    # The statement that stands before one that is required; that one is told as well, by both.
    "UNEXPECTED_KEYWORD_CANONICAL_1": None,
}
# Sentences of RFC 8407 that pyang does not check, with --ietf.
OURS = {
    "augment-of-own", "empty-text", "empty-type", "identifier-letters", "import-once", "import-reference",
    "key-condition", "key-first", "no-deviation", "pattern-quotes", "xpath-axis", "xpath-function",
}
# Findings of ours alone, by message, where the two read the same guideline differently.
DIFFERENT = re.compile(
    # RFC 8407 section 4.4 has it in its table, pyang has not.
    "^`ordered-by system`"
    # RFC 7950 section 14: `enum-stmt` and `bit-stmt` begin with `if-feature`; pyang has it behind.
    "|^`if-feature` stands behind `(value|position)`$"
)


def ours(comi, files, paths):
    run = subprocess.run(
        [comi, "yang", "check", "--lint", "ietf", "--format", "json"] + [f"--path={path}" for path in paths] + files,
        capture_output=True, text=True, check=False,
    )
    found = {}
    for item in json.loads(run.stdout)["diagnostics"]:
        name = re.search(r"guideline `([^`]*)`", item["rule"] or "")
        if name and name[1] not in OURS and not DIFFERENT.search(item["message"]):
            found.setdefault(os.path.basename(item["file"]), []).append(name[1])
    return found


def missing(message):
    """The guideline that a missing statement breaks."""
    statement, wanted = re.search(r'statement "([^"]*)" \w+ have a "([^"]*)"', message).groups()
    if statement in ("module", "submodule"):
        return "module-header"
    if statement == "revision":
        return "revision-reference"
    return "enum-description" if statement in ("enum", "bit") else "description"


def theirs(files, paths):
    pyang = os.path.join(os.path.dirname(sys.executable), "pyang")
    template = "{file}|{line}|{code}|{msg}"
    found = {}
    run = subprocess.run(
        [pyang, "--ietf", "--path", os.pathsep.join(paths), "--msg-template", template] + files,
        capture_output=True, text=True, check=False,
    )
    for line in run.stderr.splitlines():
        where, _, code, message = (line.split("|", 3) + ["", "", ""])[:4]
        name = missing(message) if code.startswith("LINT_MISSING") else CODES.get(code)
        # What pyang's package has of imported modules was not asked for.
        if name and where in files:
            found.setdefault(os.path.basename(where), []).append(name)
    return found


def main():
    comi, paths = sys.argv[1], sys.argv[2:]
    files = sorted(os.path.join(path, name) for path in paths for name in os.listdir(path) if name.endswith(".yang"))
    us, them = ours(comi, files, paths), theirs(files, paths)
    for file in files:
        name = os.path.basename(file)
        mine, other = Counter(us.get(name, [])), Counter(them.get(name, []))
        if not mine and not other:
            continue
        if mine == other:
            print(f"ok pyang/ietf/{name}")
        else:
            print(f"FAIL pyang/ietf/{name}: only ours {dict(mine - other)}, only pyang's {dict(other - mine)}")


main()
