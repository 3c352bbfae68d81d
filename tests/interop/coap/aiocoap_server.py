"""aiocoap as the server, `comi` as the client; with the word `tcp`, over TCP."""

import asyncio
import json
import os
import subprocess

import cbor2
from aiocoap import BAD_REQUEST, CHANGED, CONTENT, Context, Message
from aiocoap.resource import ObservableResource, Resource, Site, WKCResource

from cbor_sequence import items, sequence
from device import COMI, DATA, INSTANCES, Case, equal, over_tcp, sids

VALVE = "/acme-valve:valve"
SID = sids()
TARGET, REASON, CONTACT = (SID[f"{VALVE}/{leaf}"] for leaf in ("target", "lock/reason", "contact"))
LONG = [f"{n:02} " + "x" * 60 for n in range(4)]


class Datastore(ObservableResource):
    """Two leafs and a leaf-list, in the draft's words as aiocoap and cbor2 write them."""

    rt = "core.c.ds"

    def __init__(self):
        super().__init__()
        self.leafs = {TARGET: 7, REASON: "kitchen " * 300, CONTACT: LONG}

    async def render_fetch(self, request):
        answers = []
        for identifier in items(request.payload):
            answers.append({identifier: self.leafs[identifier]} if identifier in self.leafs else None)
        return Message(code=CONTENT, payload=sequence(*answers), content_format=INSTANCES)

    async def render_ipatch(self, request):
        for instance in items(request.payload):
            for identifier, value in instance.items():
                # Within what the model allows, so that the server is the one who refuses.
                if identifier == TARGET and value == 99:
                    error = {1024: {4: 1011, 1: 1018, 2: TARGET, 3: "too far"}}
                    return Message(code=BAD_REQUEST, payload=cbor2.dumps(error), content_format=DATA)
                if value is None:
                    self.leafs.pop(identifier, None)
                else:
                    self.leafs[identifier] = value
        self.updated_state()
        return Message(code=CHANGED)

    async def render_post(self, request):
        await asyncio.sleep(0.5)
        (instance,) = items(request.payload)
        (identifier,) = instance
        output = {SID[f"{VALVE}/move/output/duration"] - identifier: 12}
        return Message(code=CHANGED, payload=sequence({identifier: output}), content_format=INSTANCES)


class Temperature(Resource):
    async def render_get(self, request):
        return Message(code=CONTENT, payload=b"21.5", content_format=0)


class Application(Resource):
    text = b""

    async def render_get(self, request):
        return Message(code=CONTENT, payload=self.text, content_format=0)

    async def render_put(self, request):
        self.text = request.payload
        return Message(code=CHANGED)


class Stream(ObservableResource):
    """An event stream: empty, then one notification."""

    rt = "core.c.es"

    def __init__(self):
        super().__init__()
        self.events, self.observed = [], asyncio.Event()

    async def add_observation(self, request, serverobservation):
        await super().add_observation(request, serverobservation)
        self.observed.set()

    def raise_notification(self):
        stuck = SID["/acme-valve:stuck"]
        self.events.insert(0, {stuck: {SID["/acme-valve:stuck/position"] - stuck: 30}})
        self.updated_state()

    async def render_get(self, request):
        return Message(code=CONTENT, payload=sequence(*self.events), content_format=INSTANCES)


async def watching(*arguments):
    return await asyncio.create_subprocess_exec(COMI, "watch", *arguments, "--json", stdout=subprocess.PIPE)


async def comi(*arguments):
    process = await asyncio.create_subprocess_exec(
        COMI, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, error = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, out.decode(), error.decode()


async def main():
    site = Site()
    site.add_resource([".well-known", "core"], WKCResource(site.get_resources_as_linkheader))
    datastore, stream = Datastore(), Stream()
    site.add_resource(["c"], datastore)
    site.add_resource(["s"], stream)
    site.add_resource(["3303", "0", "5700"], Temperature())
    site.add_resource(["3303", "0", "5750"], Application())
    port = 20000 + os.getpid() % 20000
    target = over_tcp(f"coap://127.0.0.1:{port}")
    transports = ["tcpserver"] if target.startswith("coap+tcp:") else None
    server = await Context.create_server_context(site, bind=("127.0.0.1", port), transports=transports)

    with Case("comi discover lists aiocoap's resources"):
        code, out, error = await comi("discover", target, "--json")
        assert code == 0 and "/3303/0/5700" in [link["href"] for link in json.loads(out)], out + error
    with Case("comi get reads a leaf by name"):
        code, out, error = await comi("get", target, f"{VALVE}/target")
        assert code == 0, error
        equal(json.loads(out), {"acme-valve:target": 7})
    with Case("comi get reads a long value by Block2"):
        code, out, error = await comi("get", target, f"{VALVE}/contact", f"{VALVE}/lock/reason")
        assert code == 0 and "kitchen kitchen" in out and LONG[3] in out, out[:200] + error
    with Case("comi get of an absent node says so"):
        code, out, error = await comi("get", target, f"{VALVE}/trim")
        assert code == 1 and "not there" in error, out + error
    with Case("comi set writes a leaf"):
        code, out, error = await comi("set", target, f"{VALVE}/target", "41")
        assert code == 0, error
        equal(json.loads((await comi("get", target, f"{VALVE}/target"))[1]), {"acme-valve:target": 41})
    with Case("comi set shows a refusal with its reason and node"):
        code, out, error = await comi("set", target, f"{VALVE}/target", "99")
        assert code == 1 and "too far" in error and f"{VALVE}/target" in error, out + error
    with Case("comi call waits for a separate response"):
        code, out, error = await comi("call", target, f"{VALVE}/move", "position=30")
        assert code == 0 and "12" in out, out + error
    with Case("comi get reads an LwM2M resource"):
        code, out, error = await comi("get", target, "/3303/0/5700")
        equal((code, out.strip()), (0, "21.5"))
    with Case("comi set writes a long value by Block1"):
        reason = " ".join(f"word-{n}" for n in range(500))
        code, out, error = await comi("set", target, f"{VALVE}/lock/reason", reason)
        assert code == 0, error
        equal(datastore.leafs[REASON], reason)
    with Case("comi get with Block1 and Block2: 200 identifiers"):
        code, out, error = await comi("get", target, *[f"{VALVE}/target"] * 200)
        equal((code, out.count('"acme-valve:target": 41')), (0, 200))
    with Case("comi delete sends null"):
        code, out, error = await comi("delete", target, f"{VALVE}/contact")
        assert code == 0, error
        assert CONTACT not in datastore.leafs, datastore.leafs
    with Case("comi set writes an LwM2M resource"):
        code, out, error = await comi("set", target, "/3303/0/5750", "attic")
        assert code == 0, error
        equal((await comi("get", target, "/3303/0/5750"))[1].strip(), "attic")
    with Case("comi get of an unknown path is an error that names the code"):
        code, out, error = await comi("get", target, "/3303/0/5701")
        assert code == 1 and "4.04" in error, out + error
    with Case("comi watch shows notifications of an event stream"):
        process = await watching(target, "--count", "1")
        await asyncio.wait_for(stream.observed.wait(), 30)
        stream.raise_notification()
        seen = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        assert "acme-valve:stuck" in json.dumps(seen), seen
        equal(await asyncio.wait_for(process.wait(), 30), 0)
    with Case("comi watch shows a change of an observed leaf"):
        process = await watching(target, f"{VALVE}/target", "--no-notifications", "--count", "2")
        first = await asyncio.wait_for(process.stdout.readline(), 30)
        await comi("set", target, f"{VALVE}/target", "55")
        second = await asyncio.wait_for(process.stdout.readline(), 30)
        assert b"41" in first and b"55" in second, first + second
        equal(await asyncio.wait_for(process.wait(), 30), 0)
    await server.shutdown()


asyncio.run(main())
