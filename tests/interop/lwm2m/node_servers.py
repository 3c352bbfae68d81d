"""Two LwM2M servers for Node as the server, the demo device as their client: coap-shepherd and lwm2m-node-lib. Both are
of LwM2M 1.0, and know the formats of then alone: the one TLV, the other text by the number that it had in drafts."""

import os
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "coap"))

from device import Case, equal  # noqa: E402
from manager import ENDPOINT, HERE, ROOT, Device, Manager  # noqa: E402

os.environ.setdefault("NODE_PATH", str(ROOT / "target/interop/node-lwm2m/node_modules"))


class Shepherd(Manager):
    """coap-shepherd, by node/shepherd.js."""

    def command(self):
        self.folder = tempfile.TemporaryDirectory()
        return ["node", "--no-deprecation", str(HERE / "node/shepherd.js"), str(self.port), self.folder.name]


class NodeLib(Manager):
    """lwm2m-node-lib, by node/node_lib.js."""

    def command(self):
        return ["node", "--no-warnings", str(HERE / "node/node_lib.js"), str(self.port)]


def shepherd():
    with Shepherd() as server, Device(server, 300) as device:
        with Case("coap-shepherd: a device registers, and is read whole"):
            event = server.event("registered", endpoint=ENDPOINT)
            equal((event["lifetime"], event["objects"]), (300, {"1": ["0"], "3": ["0"], "3303": ["0", "1"]}))
            equal(event["so"]["device"]["0"]["manuf"], "Acme")
            equal(sorted(event["so"]["temperature"]), ["0", "1"])
        for path, expected in [("/3/0/0", "Acme"), ("/1/0/1", 300), ("/1/0/6", False), ("/3303/0/5701", "Cel")]:
            with Case(f"coap-shepherd: read {path}"):
                equal(server.ask("read", path), {"code": "2.05", "value": expected})
        with Case("coap-shepherd: read the sensor's value"):
            # of a float of eight bytes it reads four, so that the number is not the sensor's
            answer = server.ask("read", "/3303/0/5700")
            equal((answer["code"], type(answer["value"])), ("2.05", float))
        with Case("coap-shepherd: read an instance"):
            answer = server.ask("read", "/3/0")
            equal((answer["code"], answer["value"]["manuf"]), ("2.05", "Acme"))
        for path, code in [("/3303/7", "4.04"), ("/3/0/4", "4.05"), ("/0/0/0", "4.01")]:
            with Case(f"coap-shepherd: {path} is refused with {code}"):
                equal(server.ask("read", path)["code"], code)
        with Case("coap-shepherd: discover an object"):
            answer = server.ask("discover", "/3303")
            equal({"/3303/0", "/3303/0/5700", "/3303/1/5605"} <= set(answer["value"]["resrcList"]), True)
        with Case("coap-shepherd: write a resource, told by an update"):
            # it writes an integer over 127 into a byte, and fails
            equal(server.ask("write", "/1/0/1", value=120), {"code": "2.04"})
            equal(server.event("updated", endpoint=ENDPOINT)["changed"], {"lifetime": 120})
            equal(server.ask("read", "/1/0/1")["value"], 120)
        with Case("coap-shepherd: write a Boolean, seen over CORECONF"):
            equal(server.ask("write", "/1/0/6", value=True), {"code": "2.04"})
            told = device.comi("get", "/lwm2m-server-1:server=0/notification-storing-when-disabled-or-offline")
            equal("true" in told, True)
        with Case("coap-shepherd: an instance without what is mandatory is 4.00"):
            equal(server.ask("write", "/1/0", value={"6": False}), {"code": "4.00"})
        with Case("coap-shepherd: what is only read is not written"):
            equal(server.ask("write", "/3/0/0", value="mine"), {"code": "4.05"})
        with Case("coap-shepherd: execute, with arguments and without"):
            equal(server.ask("execute", "/3303/0/5605"), {"code": "2.04"})
            equal(server.ask("execute", "/3/0/4"), {"code": "4.00"})
        with Case("coap-shepherd: attributes are a server's, and over the registry's node-coap it asks from another port"):
            equal(server.ask("attributes", "/3303/0/5700", attributes={"pmin": 1}), {"code": "4.00"})
        with Case("coap-shepherd: observe a resource, told when CORECONF sets it"):
            equal(server.ask("observe", "/1/0/1")["code"], "2.05")
            device.comi("set", "/lwm2m-server-1:server=0/lifetime", "250")
            event = server.event("notified", endpoint=ENDPOINT)
            equal((event["path"], event["value"]), ("/lwm2mServer/0/lifetime", 250))
        with Case("coap-shepherd: cancel"):
            equal(server.ask("cancel", "/1/0/1"), {"code": "2.05"})
        leave("coap-shepherd", server, device)


def node_lib():
    with NodeLib() as server, Device(server, 300) as device:
        with Case("lwm2m-node-lib: a device registers"):
            event = server.event("registered", endpoint=ENDPOINT)
            equal((event["lifetime"], event["binding"]), ("300", "U"))
            equal("</3303/1>" in event["objects"], True)
        for path, expected in [("/3/0/0", "Acme"), ("/1/0/1", "300"), ("/1/0/6", "0"), ("/3303/0/5701", "Cel")]:
            with Case(f"lwm2m-node-lib: read {path}"):
                equal(server.ask("read", path), {"value": expected})
        with Case("lwm2m-node-lib: what isn't there is 4.04"):
            equal(server.ask("read", "/3303/7/5700")["code"], "4.04")
        with Case("lwm2m-node-lib: write a text, seen over CORECONF"):
            equal("error" in server.ask("write", "/3303/0/5750", value="cellar"), False)
            told = device.comi("get", "/lwm2m-temperature-3303:temperature=0/application-type")
            equal("cellar" in told, True)
        with Case("lwm2m-node-lib: write a number, told by an update"):
            equal("error" in server.ask("write", "/1/0/1", value="200"), False)
            equal(server.event("updated", endpoint=ENDPOINT)["lifetime"], "200")
        with Case("lwm2m-node-lib: execute, with arguments and without"):
            equal("error" in server.ask("execute", "/3303/0/5605"), False)
            equal("error" in server.ask("execute", "/3303/0/5605", arguments="0='a',3"), False)
        with Case("lwm2m-node-lib: discover an object, an instance, a resource"):
            equal("</3303/0/5700>" in server.ask("discover", "/3303")["value"], True)
            equal(server.ask("discover", "/3/0")["value"].split(",")[0], "</3/0>")
            equal(server.ask("discover", "/3303/0/5700")["value"], "</3303/0/5700>")
        with Case("lwm2m-node-lib: attributes"):
            equal("error" in server.ask("attributes", "/3303/0/5700", attributes={"pmin": 1, "gt": 90}), False)
            equal(server.ask("discover", "/3303/0/5700")["value"], "</3303/0/5700>;pmin=1;gt=90")
        with Case("lwm2m-node-lib: observe a resource, told when CORECONF sets it"):
            equal(server.ask("observe", "/3303/0/5750"), {"value": "cellar"})
            device.comi("set", "/lwm2m-temperature-3303:temperature=0/application-type", "roof")
            equal(server.event("notified", path="/3303/0/5750")["value"], "roof")
        leave("lwm2m-node-lib", server, device)


def leave(name, server, device):
    with Case(f"{name}: a device that is ended by Ctrl-C says so"):
        device.process.send_signal(signal.SIGINT)
        server.event("unregistered")
        equal(device.process.wait(timeout=10), 0)


def main():
    shepherd()
    node_lib()


main()
