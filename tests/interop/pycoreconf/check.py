"""pycoreconf decodes what we encode, and the reverse, for the types that it gets right: documents that we wrote, and 1 000
random instances of each of several models (the example `instances` of comi-tests makes and decodes them in bulk).

pycoreconf wants .sid files with a type for each leaf: they are made here from ours and from pyang's reading of the
module. Left out, because pycoreconf encodes them otherwise than RFC 9254: decimal64, bits, empty, instance-identifier,
unions but of strings, anydata, lists without keys, nodes of another module than their parent (tag 47).
"""

import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pycoreconf
from pyang import context, repository

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "coap"))
from device import COMI, ROOT, Case, equal  # noqa: E402

INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}

# Models of which there are random instances, and how many of each.
MODELS = ("acme-valve", "acme-thermostat", "ietf-system", "lwm2m-device-3", "lwm2m-server-1")
COUNT = 1000

# Instance documents of the module, RFC 7951.
DOCUMENTS = {
    "strings and integers": {"acme-valve:valve": {"name": "kitchen", "target": 40, "trim": -7}},
    "enumeration": {"acme-valve:valve": {"mode": "service"}},
    "identityref": {"acme-valve:valve": {"medium": "acme-valve:drinking-water"}},
    "binary": {"acme-valve:valve": {"pairing-key": "AAECAwQFBgcICQoLDA0ODw=="}},
    "leaf-list": {"acme-valve:valve": {"contact": ["ann", "bob"]}},
    "nested container": {"acme-valve:valve": {"travel": {"minimum": 5, "maximum": 95}}},
    "presence container": {"acme-valve:valve": {"lock": {"reason": "service"}}},
    "list with two keys": {
        "acme-valve:valve": {
            "calibration": [
                {"direction": "opening", "step": 1, "pulses": 1000},
                {"direction": "closing", "step": 10, "pulses": 4000000000},
            ]
        }
    },
    "list entry with a boolean": {
        "acme-valve:valve": {"schedule": [{"name": "night", "at": "22:15", "target": 5, "enabled": False}]}
    },
    "leafref to a string": {"acme-valve:valve": {"active-schedule": "night"}},
    "empty strings and strings beyond ASCII": {"acme-valve:valve": {"lock": {"reason": ""}, "name": "Küche ☂"}},
    "the least and the greatest integers": {"acme-valve:valve": {"trim": -20, "target": 0, "rest-position": 100}},
    "state": {"acme-valve:valve": {"position": 24, "target": 255 - 155}},
    "everything": {
        "acme-valve:valve": {
            "name": "cellar",
            "medium": "acme-valve:gas",
            "mode": "manual",
            "target": 100,
            "trim": 20,
            "contact": ["x"],
            "rest-position": 0,
            "travel": {"minimum": 0, "maximum": 100},
        }
    },
}


def base(type_statement):
    """The built-in type behind typedefs."""
    while getattr(type_statement, "i_typedef", None) is not None:
        type_statement = type_statement.i_typedef.search_one("type")
    return type_statement


def python_type(leaf):
    """pycoreconf's word for a leaf's type."""
    found = base(leaf.search_one("type"))
    if found.arg == "enumeration":
        return {str(enum.i_value): enum.arg for enum in found.search("enum")}
    return found.arg if found.arg in INTEGERS | {"string", "boolean", "binary", "identityref"} else "string"


def typed_sid_file(name, folder, types=None):
    """Our .sid file with types and keys added; the types are told in `types`, too."""
    path = next(path for path in ROOT.glob(f"yang/*/{name}.yang")).with_suffix("")
    library = context.Context(repository.FileRepository(str(ROOT / "yang"), use_env=False))
    module = library.add_module(name, path.with_suffix(".yang").read_text())
    library.validate()
    file = json.loads(path.with_suffix(".sid").read_text())
    items = file["ietf-sid-file:sid-file"]["item"]
    sids = {item["identifier"]: int(item["sid"]) for item in items if item["namespace"] == "data"}
    types, keys = {} if types is None else types, {}

    def visit(node, at):
        if node.keyword not in ("choice", "case"):
            at += f"/{name}:{node.arg}" if not at else f"/{node.arg}"
        if node.keyword in ("leaf", "leaf-list"):
            types[at] = python_type(node)
        if node.keyword == "list" and getattr(node, "i_key", None):
            keys[str(sids[at])] = [sids[f"{at}/{key.arg}"] for key in node.i_key]
        for child in getattr(node, "i_children", ()):
            visit(child, at)

    for child in module.i_children:
        visit(child, "")
    for item in items:
        if item["identifier"] in types:
            item["type"] = types[item["identifier"]]
    file["ietf-sid-file:sid-file"]["key-mapping"] = keys
    written = Path(folder) / f"{name}.sid"
    written.write_text(json.dumps(file))
    return str(written)


def comi(command, text, *arguments):
    done = subprocess.run([COMI, command, *arguments, "-"], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


def simple(document):
    """The document with identities in their simple form, as we write those of the leaf's own module (RFC 7951 section
    6.8 permits both); pycoreconf knows the qualified form alone."""
    valve = dict(document["acme-valve:valve"])
    if "medium" in valve:
        valve["medium"] = valve["medium"].removeprefix("acme-valve:")
    return {"acme-valve:valve": valve}


def qualified(name, types, value, at=""):
    """A document with its identities in their qualified form."""
    if isinstance(value, dict):
        return {key: qualified(name, types, inner, f"{at}/{key}") for key, inner in value.items()}
    if isinstance(value, list):
        return [qualified(name, types, inner, at) for inner in value]
    return f"{name}:{value}" if types.get(at) == "identityref" and ":" not in value else value


def instances(arguments, text=None):
    """The lines of the program `instances`."""
    command = ["cargo", "run", "--quiet", "--locked", "-p", "comi-tests", "--example", "instances", "--", *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.splitlines()


def generated(name, folder):
    """Random instances of a module, both ways."""
    types = {}
    model = pycoreconf.CORECONFModel([typed_sid_file(name, folder, types)])
    models = str(next(ROOT.glob(f"yang/*/{name}.yang")).parent)
    lines = [line.split(" ", 1) for line in instances(["encoded", models, str(COUNT), name])]
    documents = [json.loads(document) for _, document in lines]
    with Case(f"pycoreconf decodes what we encode: {len(lines)} random instances of {name}"):
        equal(len(lines), COUNT)
        for (digits, _), document in zip(lines, documents):
            equal(json.loads(model.decode_to_json(bytes.fromhex(digits))), qualified(name, types, document))
    with Case(f"we decode what pycoreconf encodes: {len(lines)} random instances of {name}"):
        encoded = [model.encode(qualified(name, types, document)).hex() for document in documents]
        decoded = instances(["decode", models, name], "".join(digits + "\n" for digits in encoded))
        for line, document in zip(decoded, documents, strict=True):
            equal(json.loads(line), document)


def main():
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        model = pycoreconf.CORECONFModel([typed_sid_file("acme-valve", folder)])
        for name, document in DOCUMENTS.items():
            with Case(f"pycoreconf decodes what we encode: {name}"):
                encoded = bytes.fromhex(comi("encode", json.dumps(document), "--to", "hex").strip())
                equal(json.loads(model.decode_to_json(encoded)), document)
            with Case(f"we decode what pycoreconf encodes: {name}"):
                encoded = model.encode(document)
                equal(json.loads(comi("decode", encoded.hex(), "--from", "hex")), simple(document))
        for name in MODELS:
            generated(name, folder)


main()
