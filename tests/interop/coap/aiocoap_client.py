"""aiocoap as the client, the demo device as the server; with the word `tcp`, over TCP."""

import asyncio
from contextlib import asynccontextmanager

import cbor2
from aiocoap import BAD_OPTION, BAD_REQUEST, CHANGED, CONTENT, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE, NOT_FOUND
from aiocoap import DELETE, FETCH, GET, POST, PRECONDITION_FAILED, PUT, UNSUPPORTED_CONTENT_FORMAT
from aiocoap import Context, Message, iPATCH
from aiocoap.numbers.optionnumbers import OptionNumber
from aiocoap.optiontypes import OpaqueOption

from cbor_sequence import items, sequence
from device import DATA, IDENTIFIERS, INSTANCES, Case, Device, equal, over_tcp, sids

VALVE = "/acme-valve:valve"


# Nodes of ietf-coreconf's error structure, as deltas to `error`.
ERROR, APP_TAG, DATA_NODE, TAG = 1024, 1, 2, 4


def refused(client, answer, node, identity):
    """A 4.00 whose error-tag or error-app-tag is this identity."""
    named = cbor2.loads(answer.payload)[ERROR].get(node)
    equal((answer.code, named), (BAD_REQUEST, client.sid[f"identity ietf-coreconf:{identity}"]))


class Client:
    def __init__(self, context, uri):
        self.context, self.uri, self.sid = context, uri, sids()

    def message(self, code, path, payload=b"", **options):
        return Message(code=code, uri=self.uri + path, payload=payload, **options)

    async def ask(self, code, path, payload=b"", **options):
        return await asyncio.wait_for(self.context.request(self.message(code, path, payload, **options)).response, 20)

    @asynccontextmanager
    async def observed(self, code, path, payload=b"", **options):
        """The first answer to a request with Observe, and what returns the next notification."""
        request = self.context.request(self.message(code, path, payload, observe=0, **options))
        first = await asyncio.wait_for(request.response, 20)
        updates = aiter(request.observation)
        try:
            yield first, lambda: asyncio.wait_for(anext(updates), 20)
        finally:
            request.observation.cancel()

    def observed_nodes(self, *identifiers):
        return self.observed(FETCH, "/c", sequence(*identifiers), content_format=IDENTIFIERS)

    async def call(self, operation, **arguments):
        """Invokes an rpc or action by its name."""
        at = self.sid[operation]
        given = {self.sid[f"{operation}/input/{leaf}"] - at: value for leaf, value in arguments.items()}
        return await self.ask(POST, "/c", sequence({at: given or None}), content_format=INSTANCES)

    async def fetch(self, *identifiers, path="/c"):
        answer = await self.ask(FETCH, path, sequence(*identifiers), content_format=IDENTIFIERS)
        equal((answer.code, int(answer.opt.content_format)), (CONTENT, INSTANCES))
        return items(answer.payload)

    async def patch(self, *instances):
        return await self.ask(iPATCH, "/c", sequence(*instances), content_format=INSTANCES)


async def discovery(client):
    with Case("aiocoap GET /.well-known/core lists the datastore, its nodes, the stream and the objects"):
        links = (await client.ask(GET, "/.well-known/core")).payload.decode()
        for part in ('</c>', 'rt="core.c.ds"', "ds=1029", 'core.c.es', "</3303/0>", "</3/0>"):
            assert part in links, f"{part} is not in {links}"
    with Case("aiocoap GET /.well-known/core?rt=core.c.ds answers that link alone"):
        links = (await client.ask(GET, "/.well-known/core?rt=core.c.ds")).payload.decode()
        assert links.startswith("</c>") and "3303" not in links, links


async def reading(client):
    sid = client.sid
    target, position, mode = (sid[f"{VALVE}/{leaf}"] for leaf in ("target", "position", "mode"))
    with Case("aiocoap FETCH of three leaves answers in their order"):
        answer = await client.fetch(position, target, mode)
        equal([list(item) for item in answer], [[position], [target], [mode]])
    with Case("aiocoap FETCH of a default answers the default"):
        (answer,) = await client.fetch(sid[f"{VALVE}/torque-limit"])
        equal(float(answer[sid[f"{VALVE}/torque-limit"]]), 8.0)
    with Case("aiocoap FETCH of an unknown SID answers null in its place"):
        answer = await client.fetch(target, 59999, mode)
        equal([answer[0].keys() == {target}, answer[1], answer[2].keys() == {mode}], [True, None, True])
    with Case("aiocoap GET /c answers one map of root data nodes"):
        answer = await client.ask(GET, "/c")
        equal((answer.code, int(answer.opt.content_format)), (CONTENT, DATA))
        assert sid[VALVE] in cbor2.loads(answer.payload), "no valve"
    with Case("aiocoap GET /c?c=c leaves state out and has an ETag"):
        answer = await client.ask(GET, "/c?c=c")
        valve = cbor2.loads(answer.payload).get(sid[VALVE], {})
        assert position - sid[VALVE] not in valve, "position is state"
        assert answer.opt.etags or answer.opt.etag, "no ETag"
    with Case("aiocoap GET /c?c=x is 4.02"):
        equal((await client.ask(GET, "/c?c=x")).code, BAD_OPTION)


async def editing(client):
    sid = client.sid
    target, schedule = sid[f"{VALVE}/target"], sid[f"{VALVE}/schedule"]
    with Case("aiocoap iPATCH sets a leaf"):
        equal((await client.patch({target: 40})).code, CHANGED)
        equal(await client.fetch(target), [{target: 40}])
    with Case("aiocoap iPATCH of a value out of range is 4.00 not-in-range with the node, and changes nothing"):
        answer = await client.patch({target: 140})
        refused(client, answer, TAG, "invalid-value")
        refused(client, answer, APP_TAG, "not-in-range")
        equal(cbor2.loads(answer.payload)[ERROR][DATA_NODE], target)
        equal(await client.fetch(target), [{target: 40}])
    with Case("aiocoap iPATCH of malformed CBOR is 4.00 malformed-message"):
        answer = await client.ask(iPATCH, "/c", b"\xa1\x19", content_format=INSTANCES)
        refused(client, answer, APP_TAG, "malformed-message")
    with Case("aiocoap iPATCH is all or nothing"):
        answer = await client.patch({target: 50}, {target: 200})
        equal(answer.code, BAD_REQUEST)
        equal(await client.fetch(target), [{target: 40}])
    with Case("aiocoap iPATCH creates, reads and deletes a list entry"):
        entry = {sid[f"{VALVE}/schedule/{leaf}"] - schedule: value for leaf, value in
                 (("name", "morning"), ("days", b"\x1f"), ("at", "06:30"))}
        equal((await client.patch({schedule: entry})).code, CHANGED)
        (answer,) = await client.fetch([schedule, "morning"])
        equal(answer, {schedule: entry})
        equal((await client.patch(FrozenPatch([schedule, "morning"], None))).code, CHANGED)
        equal(await client.fetch([schedule, "morning"]), [None])
    with Case("aiocoap iPATCH of a state node is 4.05"):
        equal((await client.patch({sid[f"{VALVE}/position"]: 3})).code, METHOD_NOT_ALLOWED)
    with Case("aiocoap PUT /c of what GET ?c=c gave changes nothing"):
        before = await client.ask(GET, "/c?c=c")
        equal((await client.ask(PUT, "/c", before.payload, content_format=DATA)).code, CHANGED)
        equal((await client.ask(GET, "/c?c=c")).payload, before.payload)


class FrozenPatch(dict):
    """{[SID, key…]: value}: Python's dict takes no list as key, cbor2 writes a tuple as an array."""

    def __init__(self, identifier, value):
        super().__init__({tuple(identifier): value})


async def replacing(client):
    """PUT, DELETE and POST on the datastore, and conditions (readings 16, 17 and 29)."""
    sid = client.sid
    target = sid[f"{VALVE}/target"]
    with Case("aiocoap If-Match with the ETag of GET ?c=c lets an iPATCH pass, once"):
        etag = (await client.ask(GET, "/c?c=c")).opt.etag
        condition = {"content_format": INSTANCES, "if_match": [etag]}
        equal((await client.ask(iPATCH, "/c", sequence({target: 21}), **condition)).code, CHANGED)
        equal((await client.ask(iPATCH, "/c", sequence({target: 22}), **condition)).code, PRECONDITION_FAILED)
        equal(await client.fetch(target), [{target: 21}])
    with Case("aiocoap PUT /c without a mandatory leaf is 4.00 missing-element, and changes nothing"):
        schedule = sid[f"{VALVE}/schedule"]
        entry = {sid[f"{VALVE}/schedule/name"] - schedule: "noon", sid[f"{VALVE}/schedule/at"] - schedule: "12:00"}
        content = cbor2.loads((await client.ask(GET, "/c?c=c")).payload)
        content[sid[VALVE]] = {schedule - sid[VALVE]: [entry]}
        answer = await client.ask(PUT, "/c", sequence(content), content_format=DATA)
        refused(client, answer, TAG, "missing-element")
        equal(await client.fetch(target), [{target: 21}])
    with Case("aiocoap PUT /c replaces what it leaves out by the defaults"):
        content = cbor2.loads((await client.ask(GET, "/c?c=c")).payload)
        del content[sid[VALVE]]
        equal((await client.ask(PUT, "/c", sequence(content), content_format=DATA)).code, CHANGED)
        equal(await client.fetch(target), [{target: 0}])
    with Case("aiocoap DELETE /c of the device's own sensors is 4.00 with the entry, and changes nothing"):
        before = await client.ask(GET, "/c?c=c")
        answer = await client.ask(DELETE, "/c")
        sensor = [sid["/lwm2m-temperature-3303:temperature"], 0]
        equal((answer.code, cbor2.loads(answer.payload)[ERROR][DATA_NODE]), (BAD_REQUEST, sensor))
        equal((await client.ask(GET, "/c?c=c")).payload, before.payload)


async def calling(client):
    sid = client.sid
    move, identify, self_test = f"{VALVE}/move", "/acme-valve:identify", "/acme-valve:self-test"
    with Case("aiocoap POST calls an action and gets its output"):
        answer = await client.call(move, position=30)
        equal((answer.code, int(answer.opt.content_format)), (CHANGED, INSTANCES))
        (output,) = items(answer.payload)
        equal(list(output[sid[move]]), [sid[f"{move}/output/duration"] - sid[move]])
    with Case("aiocoap POST of an rpc without output answers null"):
        answer = await client.call(identify)
        equal((answer.code, items(answer.payload)), (CHANGED, [{sid[identify]: None}]))
    with Case("aiocoap POST of a slow rpc gets a separate response"):
        answer = await client.call(self_test)
        (output,) = items(answer.payload)
        passed = sid[f"{self_test}/output/passed"] - sid[self_test]
        equal((answer.code, output[sid[self_test]][passed]), (CHANGED, True))
    with Case("aiocoap POST without a mandatory input is 4.00 missing-element"):
        refused(client, await client.call(move), TAG, "missing-element")


async def blocks(client):
    sid = client.sid
    schedule = sid[f"{VALVE}/schedule"]
    field = {leaf: sid[f"{VALVE}/schedule/{leaf}"] - schedule for leaf in ("name", "days", "at")}
    entries = [{field["name"]: f"entry-{n:03}", field["days"]: b"\x7f", field["at"]: "12:00"} for n in range(200)]
    with Case("aiocoap iPATCH of 6 kB goes by Block1"):
        equal((await client.patch({schedule: entries})).code, CHANGED)
    with Case("aiocoap FETCH of 6 kB comes by Block2, whole"):
        (answer,) = await client.fetch(schedule)
        equal(answer[schedule], entries)
    with Case("aiocoap FETCH with both blocks: 300 identifiers, 300 answers"):
        wanted = [[schedule, f"entry-{n % 200:03}"] for n in range(300)]
        equal(len(await client.fetch(*wanted)), 300)
    with Case("aiocoap observes 6 kB: the notification's other blocks are fetched"):
        async with client.observed_nodes(schedule) as (first, following):
            equal(items(first.payload)[0][schedule], entries)
            later = {field["name"]: "entry-000", field["days"]: b"\x7f", field["at"]: "13:00"}
            await client.patch(FrozenPatch([schedule, "entry-000"], later))
            equal(items((await following()).payload)[0][schedule], [later, *entries[1:]])
    with Case("aiocoap iPATCH deletes the whole list"):
        equal((await client.patch({schedule: None})).code, CHANGED)
        equal(await client.fetch([schedule, "entry-000"]), [None])


async def observing(client):
    sid = client.sid
    target, lock = sid[f"{VALVE}/target"], sid[f"{VALVE}/lock"]
    with Case("aiocoap observes a leaf by FETCH and is told of its change"):
        async with client.observed_nodes(target) as (first, following):
            equal((first.code, first.opt.observe is not None), (CONTENT, True))
            await client.patch({target: 61})
            equal(items((await following()).payload), [{target: 61}])
    with Case("aiocoap sees the Observe numbers rise"):
        async with client.observed_nodes(target) as (first, following):
            numbers = [first.opt.observe]
            for value in (62, 63, 64):
                await client.patch({target: value})
                numbers.append((await following()).opt.observe)
            equal(numbers, sorted(set(numbers)))
    with Case("aiocoap observes a node that is not there yet"):
        async with client.observed_nodes(lock) as (first, following):
            equal((items(first.payload), first.opt.observe is not None), ([None], True))
            await client.patch({lock: {}})
            equal(items((await following()).payload), [{lock: {}}])
    with Case("aiocoap GET /c with Observe is answered without it"):
        answer = await client.ask(GET, "/c", observe=0)
        equal((answer.code, answer.opt.observe), (CONTENT, None))
    with Case("aiocoap observes the event stream and gets a notification"):
        async with client.observed(GET, "/s") as (_, following):
            await client.call(f"{VALVE}/move", position=100)
            newest = items((await following()).payload)[0]
            equal(list(newest), [sid["/acme-valve:stuck"]])
    with Case("aiocoap observes an LwM2M resource and is told of a CORECONF write"):
        application = sid["/lwm2m-temperature-3303:temperature/application-type"]
        equal((await client.patch(FrozenPatch([application, 0], "attic"))).code, CHANGED)
        async with client.observed(GET, "/3303/0/5750") as (first, following):
            equal(first.payload, b"attic")
            equal((await client.patch(FrozenPatch([application, 0], "cellar"))).code, CHANGED)
            equal((await following()).payload, b"cellar")


async def lwm2m(client):
    application = client.sid["/lwm2m-temperature-3303:temperature/application-type"]
    with Case("aiocoap GET /3303/0/5700 is a number as text"):
        answer = await client.ask(GET, "/3303/0/5700")
        equal((answer.code, int(answer.opt.content_format)), (CONTENT, 0))
        float(answer.payload)
    with Case("aiocoap GET /3303/0/5700 as CBOR is the same number"):
        text = float((await client.ask(GET, "/3303/0/5700", accept=0)).payload)
        answer = await client.ask(GET, "/3303/0/5700", accept=60)
        equal((int(answer.opt.content_format), float(cbor2.loads(answer.payload))), (60, text))
    with Case("aiocoap PUT /3303/0/5750 is read back over CORECONF"):
        equal((await client.ask(PUT, "/3303/0/5750", b"attic", content_format=0)).code, CHANGED)
        equal(await client.fetch([application, 0]), [{application: "attic"}])
    with Case("aiocoap PUT on a resource that can only be read is 4.05"):
        equal((await client.ask(PUT, "/3303/0/5700", b"1", content_format=0)).code, METHOD_NOT_ALLOWED)
    with Case("aiocoap POST executes a resource"):
        equal((await client.ask(POST, "/3303/0/5605")).code, CHANGED)
    with Case("aiocoap GET of a missing object, instance or resource is 4.04"):
        for path in ("/3310/0/5700", "/3303/9/5700", "/3303/0/1"):
            equal((await client.ask(GET, path)).code, NOT_FOUND)


async def refusals(client):
    target = client.sid[f"{VALVE}/target"]
    with Case("aiocoap unknown path is 4.04"):
        equal((await client.ask(GET, "/nothing")).code, NOT_FOUND)
    with Case("aiocoap unknown content format is 4.15"):
        equal((await client.ask(FETCH, "/c", sequence(target), content_format=50)).code, UNSUPPORTED_CONTENT_FORMAT)
    with Case("aiocoap unknown Accept is 4.06"):
        equal((await client.ask(GET, "/c", accept=50)).code, NOT_ACCEPTABLE)
    with Case("aiocoap unknown critical option is 4.02"):
        message = client.message(GET, "/c")
        message.opt.add_option(OpaqueOption(OptionNumber(65001), b"x"))
        equal((await asyncio.wait_for(client.context.request(message).response, 20)).code, BAD_OPTION)
    with Case("aiocoap DELETE on the event stream is 4.05"):
        equal((await client.ask(DELETE, "/s")).code, METHOD_NOT_ALLOWED)
    with Case("aiocoap POST /c on a datastore with content is 4.09"):
        answer = await client.ask(POST, "/c", sequence({}), content_format=DATA)
        equal(str(answer.code).split()[0], "4.09")


async def main():
    with Device() as device:
        context = await Context.create_client_context()
        client = Client(context, over_tcp(device.uri))
        for suite in (discovery, reading, editing, replacing, calling, blocks, observing, lwm2m, refusals):
            await suite(client)
        await context.shutdown()


asyncio.run(main())
