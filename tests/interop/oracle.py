"""Verdicts of slow oracles, kept in tests/oracle/NAME.jsonl: a line for each input, sorted by the input's name.

A verdict is kept under the SHA-256 of all that it depends on: the oracle with its version and options, the input, and
the texts that the input refers to. A run asks for what is new or has changed, and again for a seeded share of what is
known: where an answer differs from the one kept, the file is wrong and the run fails. `tests/corpus/oracle.rs` reads
the same files with the same keys.

Only facts are kept: verdicts and hashes, no text of a module or of a tree.
"""

import hashlib
import json
import os
import random
import re

ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", ".."))
REFERS = re.compile(rb"^[ \t]*(?:import|include|belongs-to)[ \t]+[\"']?([A-Za-z_][A-Za-z0-9_.-]*)", re.M)


def short_hash(data):
    """The first 16 hexadecimal digits of the SHA-256: enough to tell texts apart that nobody forges."""
    return hashlib.sha256(data).hexdigest()[:16]


class Texts:
    """The modules of one or more folders, read once."""

    def __init__(self, *folders):
        self.of = {}
        for folder in reversed(folders):
            for name in os.listdir(folder):
                if name.endswith(".yang"):
                    with open(os.path.join(folder, name), "rb") as file:
                        self.of[name[: -len(".yang")]] = file.read()

    def closure(self, name):
        """The module and everything it refers to that is here, by name; lines that only look like imports do no harm."""
        found, open_ = {}, [name]
        while open_:
            name = open_.pop()
            if name in self.of and name not in found:
                found[name] = self.of[name]
                open_ += [match.decode() for match in REFERS.findall(found[name])]
        return dict(sorted(found.items()))


def key(program, name, texts):
    """The key of a verdict of a program (with version and options) on an input, and on texts by name."""
    digest = hashlib.sha256(f"{program}\0{name}\0".encode())
    for name, text in texts.items():
        digest.update(f"{name}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()[:32]


class Oracle:
    """The verdicts of one program on one set of inputs."""

    def __init__(self, name, program, share=0.05, seed=None):
        self.path = os.path.join(ROOT, "tests", "oracle", name + ".jsonl")
        self.program, self.share = program, share
        self.seed = seed if seed is not None else os.environ.get("COMI_SEED") or str(random.randrange(1 << 32))
        self.random = random.Random(self.seed)
        self.kept, self.asked, self.wrong = {}, 0, []
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as file:
                for line in file:
                    verdict = json.loads(line)
                    self.kept[verdict["name"]] = verdict
        self.seen = {}

    def verdict(self, name, texts, ask):
        """The facts that `ask()` gives on an input, kept or asked for. `texts`: what they depend on, by name."""
        own = key(self.program, name, texts)
        kept = self.kept.get(name)
        known = kept is not None and kept["key"] == own
        if known and self.random.random() >= self.share:
            self.seen[name] = kept
            return kept["facts"]
        self.asked += 1
        facts = ask()
        if known and facts != kept["facts"]:
            self.wrong.append(f"{name}: kept {kept['facts']}, now {facts}")
        self.seen[name] = {"name": name, "key": own, "facts": facts}
        return facts

    def close(self, complete=True):
        """Writes what has been seen; inputs that are gone are forgotten where all were looked at."""
        all_ = self.seen if complete else {**self.kept, **self.seen}
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path, "w", encoding="utf-8") as file:
            for name in sorted(all_):
                file.write(json.dumps(all_[name], separators=(",", ":"), sort_keys=True) + "\n")
        print(f"-- {os.path.basename(self.path)}: {self.asked} of {len(self.seen)} asked (seed {self.seed})", flush=True)
