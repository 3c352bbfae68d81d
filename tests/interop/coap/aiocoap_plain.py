"""aiocoap as a server of the resources that coap-peer has (tests/interop/coap/peer/server.rs), and as a client that
prints what coap-peer prints: `aiocoap_plain.py serve PORT [--tcp]`, `aiocoap_plain.py METHOD URI [--payload FILE]
[--observe SECONDS]`."""

import argparse
import asyncio

import aiocoap
from aiocoap import Code, Message
from aiocoap.resource import ObservableResource, Resource, Site

LARGE = bytes((at * 7 + at // 256) & 255 for at in range(5000))
FRESH = b"\xf5\xe5\x11"


class Small(Resource):
    async def render_get(self, request):
        return Message(payload=b"small")


class Large(Resource):
    async def render_get(self, request):
        return Message(payload=LARGE)


class Slow(Resource):
    async def render_get(self, request):
        await asyncio.sleep(1.5)
        return Message(payload=b"late")


class Store(Resource):
    content = None

    async def render_get(self, request):
        return Message(payload=self.content) if self.content is not None else Message(code=Code.NOT_FOUND)

    async def render_put(self, request):
        code = Code.CREATED if self.content is None else Code.CHANGED
        self.content = request.payload
        return Message(code=code)

    async def render_ipatch(self, request):
        self.content = request.payload
        return Message(code=Code.CHANGED)

    render_patch = render_ipatch

    async def render_delete(self, request):
        self.content = None
        return Message(code=Code.DELETED)


class Reverse(Resource):
    async def render_post(self, request):
        return Message(code=Code.CHANGED, payload=request.payload[::-1])

    async def render_fetch(self, request):
        return Message(code=Code.CONTENT, payload=request.payload[::-1])


class State(ObservableResource):
    content = b"0"

    async def render_get(self, request):
        return Message(payload=self.content)

    render_fetch = render_get

    async def render_put(self, request):
        self.content = request.payload
        self.updated_state()
        return Message(code=Code.CHANGED)


class Guarded(Resource):
    async def render_put(self, request):
        if request.opt.echo != FRESH:
            return Message(code=Code.UNAUTHORIZED, echo=FRESH)
        return Message(code=Code.CHANGED)


async def serve(port, transport):
    site = Site()
    resources = {"small": Small(), "large": Large(), "slow": Slow(), "store": Store(), "reverse": Reverse(),
                 "state": State(), "guarded": Guarded()}
    for path, resource in resources.items():
        site.add_resource([path], resource)
    await aiocoap.Context.create_server_context(site, bind=("127.0.0.1", port), transports=[transport])
    print("ready", flush=True)
    await asyncio.get_running_loop().create_future()


def show(message, how):
    print(message.code.dotted, how, message.payload.hex(), flush=True)


async def ask(arguments):
    transport = "tcpclient" if arguments.target.startswith("coap+tcp:") else "udp6"
    context = await aiocoap.Context.create_client_context(transports=[transport])
    payload = open(arguments.payload, "rb").read() if arguments.payload else b""
    name = "iPATCH" if arguments.verb == "ipatch" else arguments.verb.upper()
    message = Message(code=getattr(Code, name), uri=arguments.target, payload=payload)
    if arguments.observe is not None:
        message.opt.observe = 0
    request = context.request(message)
    try:
        response = await asyncio.wait_for(request.response, 60)
    except Exception as error:
        print(f"failed: {error!r}")
        return
    show(response, "observed" if response.opt.observe is not None else "final")
    if response.opt.observe is not None:
        async def watch():
            async for update in request.observation:
                show(update, "observed")
        try:
            await asyncio.wait_for(watch(), arguments.observe)
        except asyncio.TimeoutError:
            request.observation.cancel()
            await asyncio.sleep(0.2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("verb")
    parser.add_argument("target")
    parser.add_argument("--payload")
    parser.add_argument("--observe", type=float)
    parser.add_argument("--tcp", action="store_true")
    arguments = parser.parse_args()
    transport = "tcpserver" if arguments.tcp else "udp6"
    asyncio.run(serve(int(arguments.target), transport) if arguments.verb == "serve" else ask(arguments))


main()
