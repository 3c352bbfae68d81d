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

    # Said behind each name.
    over = ""

    def __init__(self, name):
        self.name = name + Case.over

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            print(f"ok {self.name}", flush=True)
        elif issubclass(kind, Exception):
            words = f"{kind.__name__} {error}".replace("\n", " ")
            print(f"FAIL {self.name}: {words}", flush=True)
        return kind is None or issubclass(kind, Exception)


def over_tcp(uri):
    """The URI, with the scheme of CoAP over TCP if the suite was started with the word `tcp`; cases say so."""
    if "tcp" not in sys.argv[1:]:
        return uri
    Case.over = ", over TCP"
    return uri.replace("coap:", "coap+tcp:", 1)


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
    """`comi serve` on a free port of the loopback: the demo device, or a mock of what the arguments say."""

    def __init__(self, host="127.0.0.1", *serving):
        self.host, self.serving = host, serving

    def __enter__(self):
        self.process = subprocess.Popen(
            [COMI, "serve", "--listen", f"{self.host}:0", *self.serving],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True,
        )
        for line in self.process.stdout:
            uri = re.search(r"coap://[0-9.:\[\]]+:(\d+)", line)
            if uri:
                self.port = int(uri.group(1))
                self.uri = uri.group(0)
                return self
        raise RuntimeError("comi serve printed no URI")

    def types(self, line, until):
        """Types a line for a mock's hardware, and waits for what it prints."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        while not (said := self.process.stdout.readline()).startswith(until):
            if not said:
                raise RuntimeError(f"comi serve ended before it printed {until}")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
