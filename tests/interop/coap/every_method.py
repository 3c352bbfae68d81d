"""Each method of the datastore and of the event stream, by aiocoap and by libcoap's coap-client: a mock of ietf-system,
whose whole datastore may come and go, is the server (the demo device keeps its sensors)."""

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path

import cbor2
from aiocoap import Context, Message, numbers

from cbor_sequence import items, sequence
from device import DATA, IDENTIFIERS, INSTANCES, Case, Device, equal, sids

NAMES = 341

# Notifications, which ietf-system has none of.
LAMP = """module lamp {
  yang-version 1.1; namespace "urn:lamp"; prefix l;
  notification broken { leaf bulb { type uint8; } }
  notification mended { leaf bulb { type uint8; } }
}
"""


class Aiocoap:
    """Asks by aiocoap: the code as text, the options, the payload."""

    name = "aiocoap"

    def __init__(self, uri):
        self.uri = uri

    def ask(self, method, path, payload=b"", content_format=None, accept=None, if_match=None):
        return asyncio.run(self.asked(method, path, payload, content_format, accept, if_match))

    async def asked(self, method, path, payload, content_format, accept, if_match):
        context = await Context.create_client_context()
        code = getattr(numbers.codes.Code, "iPATCH" if method == "ipatch" else method.upper())
        message = Message(code=code, uri=self.uri + path, payload=payload, content_format=content_format, accept=accept)
        if if_match is not None:
            message.opt.if_match = [if_match]
        answer = await asyncio.wait_for(context.request(message).response, 20)
        await context.shutdown()
        return answer.code.dotted, answer.payload, answer.opt.etag


class Libcoap:
    """Asks by coap-client."""

    name = "libcoap"

    def __init__(self, uri):
        self.uri = uri

    def ask(self, method, path, payload=b"", content_format=None, accept=None, if_match=None):
        with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as out:
            arguments = ["-m", method]
            if content_format is not None:
                arguments += ["-t", str(content_format)]
            if accept is not None:
                arguments += ["-A", str(accept)]
            if if_match is not None:
                arguments += ["-O", f"1,0x{if_match.hex()}"]
            if payload:
                file.write(payload)
                file.flush()
                arguments += ["-f", file.name]
            done = subprocess.run(
                ["coap-client-notls", "-v", "7", "-B", "20", "-o", out.name, *arguments, self.uri + path],
                capture_output=True, timeout=40, check=False,
            )
            said = (done.stdout + done.stderr).decode(errors="replace")
            answers = re.findall(r"v:1 t:ACK c:(\d\.\d\d) i:\w+ \{\w*\} \[(.*?)\]", said)
            assert answers, said
            code, options = answers[-1]
            etag = re.search(r"ETag:0x(\w+)", options)
            return code, open(out.name, "rb").read(), bytes.fromhex(etag.group(1)) if etag else None


def cases(client, device):
    sid, name = sids(), client.name
    system = sid["/ietf-system:system"]
    contact, hostname = (sid[f"/ietf-system:system/{leaf}"] - system for leaf in ("contact", "hostname"))
    document = {system: {contact: "noc", hostname: "lamp-7"}}

    def get(path="/c?c=c", **options):
        code, payload, etag = client.ask("get", path, **options)
        equal(code, "2.05")
        return cbor2.loads(payload), etag

    with Case(f"{name} DELETE /c is 2.02, and nothing is left"):
        equal(client.ask("delete", "/c")[0], "2.02")
        equal(get()[0], {})
    with Case(f"{name} POST /c of a document creates it: 2.01"):
        equal(client.ask("post", "/c", sequence(document), DATA)[0], "2.01")
        equal(get()[0], document)
    with Case(f"{name} POST /c where there is one is 4.09"):
        equal(client.ask("post", "/c", sequence(document), DATA)[0], "4.09")
    with Case(f"{name} PUT /c replaces all of it: 2.04"):
        equal(client.ask("put", "/c", sequence({system: {hostname: "lamp-8"}}), DATA)[0], "2.04")
        equal(get()[0], {system: {hostname: "lamp-8"}})
    with Case(f"{name} GET /c with Accept {NAMES} answers names"):
        equal(get(accept=NAMES)[0], {"ietf-system:system": {"hostname": "lamp-8"}})
    with Case(f"{name} PUT /c with names"):
        named = {"ietf-system:system": {"hostname": "lamp-9"}}
        equal(client.ask("put", "/c", sequence(named), NAMES)[0], "2.04")
        equal(get()[0], {system: {hostname: "lamp-9"}})
    with Case(f"{name} iPATCH by several identifiers, one of them null"):
        changes = sequence({system + contact: "noc"}, {system + hostname: None})
        equal(client.ask("ipatch", "/c", changes, INSTANCES)[0], "2.04")
        equal(get()[0], {system: {contact: "noc"}})
    with Case(f"{name} FETCH of what is there, what is not, and what nobody knows"):
        asked = sequence(system + contact, system + hostname, 59_999)
        code, payload, _ = client.ask("fetch", "/c", asked, IDENTIFIERS)
        equal((code, items(payload)), ("2.05", [{system + contact: "noc"}, None, None]))
    with Case(f"{name} PUT with the ETag of GET ?c=c passes, and once"):
        etag = get()[1]
        equal(client.ask("put", "/c", sequence(document), DATA, if_match=etag)[0], "2.04")
        equal(client.ask("put", "/c", sequence({}), DATA, if_match=etag)[0], "4.12")
        equal(client.ask("delete", "/c", if_match=etag)[0], "4.12")
        equal(get()[0], document)
    with Case(f"{name} POST calls an rpc"):
        restart = sid["/ietf-system:system-restart"]
        code, payload, _ = client.ask("post", "/c", sequence({restart: None}), INSTANCES)
        equal((code, items(payload)), ("2.04", [{restart: None}]))
    with Case(f"{name} GET /s has the newest notification first, FETCH /s those that are wanted"):
        for line in ("/lamp:broken bulb=1", "/lamp:mended bulb=1", "/lamp:broken bulb=2"):
            device.types(line, "raised")
        newest = items(client.ask("get", "/s")[1])[:3]
        broken, mended = list(newest[0])[0], list(newest[1])[0]
        equal([list(event)[0] for event in newest], [broken, mended, broken])
        equal([list(event[broken].values()) for event in (newest[0], newest[2])], [[2], [1]])
        code, payload, _ = client.ask("fetch", "/s", sequence(mended), IDENTIFIERS)
        equal((code, items(payload)[0]), ("2.05", newest[1]))
        assert all(list(event) == [mended] for event in items(payload)), "others, too"
    for method, path in (("patch", "/c"), ("put", "/s"), ("ipatch", "/s"), ("delete", "/s")):
        with Case(f"{name} {method} {path} is 4.05"):
            equal(client.ask(method, path, sequence({}), DATA)[0], "4.05")


def main():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "lamp.yang").write_text(LAMP)
        serving = ("--path", folder, "--module", "ietf-system", "--module", "lamp")
        for client in (Aiocoap, Libcoap):
            with Device("127.0.0.1", *serving) as device:
                cases(client(device.uri), device)


main()
