"""The demo device as a process, the SIDs of its models, and how cases are counted."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COMI = os.environ.get("COMI", str(ROOT / "target/debug/comi"))

# Content formats (RFC 9254 section 9; draft-ietf-core-comi-21 section 9.2, suggested values).
DATA, IDENTIFIERS, INSTANCES = 140, 141, 142


class Case:
    """One case: `with Case("name"): …`; an exception fails it."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            print(f"ok {self.name}", flush=True)
        elif issubclass(kind, Exception):
            words = f"{kind.__name__} {error}".replace("\n", " ")
            print(f"FAIL {self.name}: {words}", flush=True)
        return kind is None or issubclass(kind, Exception)


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"got {actual!r}, expected {expected!r}")


def sids():
    """Identifier → SID of every model of the demo device."""
    found = {}
    for path in (ROOT / "yang").rglob("*.sid"):
        for item in json.loads(path.read_text())["ietf-sid-file:sid-file"]["item"]:
            key = item["identifier"]
            if item["namespace"] == "identity":
                key = f"identity {path.stem.split('@')[0]}:{key}"
            found[key] = int(item["sid"])
    return found


class Device:
    """`comi serve` on a free port of the loopback."""

    def __init__(self, host="127.0.0.1"):
        self.host = host

    def __enter__(self):
        self.process = subprocess.Popen(
            [COMI, "serve", "--listen", f"{self.host}:0"], stdout=subprocess.PIPE, stderr=sys.stderr, text=True
        )
        for line in self.process.stdout:
            uri = re.search(r"coap://[0-9.:\[\]]+:(\d+)", line)
            if uri:
                self.port = int(uri.group(1))
                self.uri = uri.group(0)
                return self
        raise RuntimeError("comi serve printed no URI")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
