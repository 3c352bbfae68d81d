"""Leshan as the LwM2M server, the demo device as its client."""

import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "coap"))

from device import Case, equal  # noqa: E402
from leshan import Leshan, build  # noqa: E402
from manager import ENDPOINT, Device  # noqa: E402

TEXT, OPAQUE, CBOR, SENML_JSON, SENML_CBOR, TLV, JSON = 0, 42, 60, 110, 112, 11542, 11543
NAMES = {0: "text", 42: "opaque", 60: "CBOR", 110: "SenML JSON", 112: "SenML CBOR", 11542: "TLV", 11543: "JSON of 1.0"}
SINGLE = [TEXT, CBOR, SENML_JSON, SENML_CBOR, TLV, JSON]
SEVERAL = [SENML_JSON, SENML_CBOR, TLV, JSON]
CHANGED, CONTENT, CREATED, DELETED = {"code": 204}, 205, 201, {"code": 202}


def registration(server):
    with Device(server, 300) as device:
        with Case("Leshan: a device registers, and lowers the version that is refused"):
            event = server.event("registered", endpoint=ENDPOINT)
            client = event["client"]
            equal((client["lifetime"], client["version"], client["binding"]), (300, "1.1", "[U]"))
            location = device.line(r"registered at \S+ as \S+: (\S+)").group(1)
            equal(location, "/rd/" + client["id"])
        with Case("Leshan: it tells its objects, their versions and instances"):
            links = client["links"].split(",")
            for link in ["</1>;ver=1.2", "</1/0>", "</3/0>", "</3303>;ver=1.1", "</3303/0>", "</3303/1>"]:
                if link not in links:
                    raise AssertionError(f"{link} is not in {links}")
            equal(client["root"], "/")
        with Case("Leshan: its account stands in object 1"):
            equal(server.ask("read", "/1/0/1", format=TEXT), {"code": 205, "value": 300})
            equal(server.ask("read", "/1/0/0", format=CBOR), {"code": 205, "value": 1})
        with Case("Leshan: the update trigger brings an update that says nothing new"):
            equal(server.ask("execute", "/1/0/8"), {"code": 204})
            event = server.event("updated", endpoint=ENDPOINT)
            equal((event["lt"], event["links"]), (None, False))
        with Case("Leshan: a lifetime that is written is told by an update"):
            equal(server.ask("write", "/1/0/1", format=TEXT, value=200), {"code": 204})
            event = server.event("updated", endpoint=ENDPOINT)
            equal((event["lt"], event["links"]), (200, False))
        with Case("Leshan: a lifetime that CORECONF sets is told by an update, too"):
            device.comi("set", "/lwm2m-server-1:server=0/lifetime", "250")
            equal(server.event("updated", endpoint=ENDPOINT)["lt"], 250)
        with Case("Leshan: an update comes before the lifetime ends"):
            server.ask("write", "/1/0/1", format=TEXT, value=6)
            server.event("updated", lt=6)
            equal(server.event("updated")["lt"], None)
            server.ask("write", "/1/0/1", format=TEXT, value=300)
            server.event("updated", lt=300)
        with Case("Leshan: a disabled server is left, and registered with again after the timeout"):
            equal(server.ask("write", "/1/0/5", format=TEXT, value=2), {"code": 204})
            equal(server.ask("execute", "/1/0/4"), {"code": 204})
            equal(server.event("unregistered")["expired"], False)
            device.line("leaving")
            server.event("registered", endpoint=ENDPOINT)
            device.line("registered at")


def value(answer):
    """The value of an answer that is 2.05."""
    equal(answer.get("code"), CONTENT)
    return answer["value"]


def refused(answer, code):
    equal(answer.get("code"), code)


def reads(server):
    for format in SINGLE:
        name = NAMES[format]
        for path, expected in [("/3/0/0", "Acme"), ("/1/0/1", 300), ("/1/0/6", False), ("/3303/0/5701", "Cel")]:
            with Case(f"Leshan: read {path} as {name}"):
                equal(value(server.ask("read", path, format=format)), expected)
        with Case(f"Leshan: read the sensor's value as {name}"):
            if not 15 < value(server.ask("read", "/3303/0/5700", format=format)) < 25:
                raise AssertionError("no temperature")
    for format in SEVERAL:
        name = NAMES[format]
        with Case(f"Leshan: read an instance of object 1 as {name}"):
            got = value(server.ask("read", "/1/0", format=format))
            equal({id: got.get(id) for id in "0167"}, {"0": 1, "1": 300, "6": False, "7": "U"})
        with Case(f"Leshan: read the device object as {name}"):
            got = value(server.ask("read", "/3", format=format))["0"]
            equal((got["0"], got["11"], got["16"]), ("Acme", {"0": 0}, "U"))
        with Case(f"Leshan: read all sensors as {name}"):
            got = value(server.ask("read", "/3303", format=format))
            equal((sorted(got), got["1"]["5701"]), (["0", "1"], "Cel"))
        with Case(f"Leshan: read a resource with several instances as {name}"):
            equal(value(server.ask("read", "/3/0/11", format=format)), {"0": 0})
        with Case(f"Leshan: read one instance of a resource as {name}"):
            equal(value(server.ask("read", "/3/0/11/0", format=format)), 0)
    for path, format, code in [
        ("/3/0/4", TEXT, 405),
        ("/3/0/1000", TEXT, 404),
        ("/3303/7", TLV, 404),
        ("/5", TLV, 404),
        ("/0", TLV, 401),
        ("/21/0", TLV, 401),
        ("/3/0/0", OPAQUE, 406),
        ("/3/0", TEXT, 406),
    ]:
        with Case(f"Leshan: {path} as {NAMES[format]} is refused with {code}"):
            refused(server.ask("read", path, format=format), code)


def writes(server, device):
    for format in SINGLE:
        name = NAMES[format]
        with Case(f"Leshan: write a text as {name}, seen over CORECONF"):
            equal(server.ask("write", "/3303/0/5750", format=format, value=f"cellar {format}"), CHANGED)
            told = device.comi("get", "/lwm2m-temperature-3303:temperature=0/application-type")
            equal(f"cellar {format}" in told, True)
        with Case(f"Leshan: write a number as {name}"):
            equal(server.ask("write", "/1/0/2", format=format, value=format % 7), CHANGED)
            equal(value(server.ask("read", "/1/0/2", format=CBOR)), format % 7)
        with Case(f"Leshan: write a boolean as {name}"):
            equal(server.ask("write", "/1/0/6", format=format, value=True), CHANGED)
            equal(value(server.ask("read", "/1/0/6", format=TEXT)), True)
            server.ask("write", "/1/0/6", format=format, value=False)
        with Case(f"Leshan: write a time as {name}"):
            equal(server.ask("write", "/3/0/13", format=format, value=1700000000 + format), CHANGED)
            equal(value(server.ask("read", "/3/0/13", format=TEXT)), 1700000000 + format)
    for format in SEVERAL:
        name = NAMES[format]
        with Case(f"Leshan: update some resources of an instance as {name}"):
            some = {"2": 3, "3": 70, "5": 86400}
            equal(server.ask("write", "/1/0", mode="UPDATE", format=format, value=some), CHANGED)
            got = value(server.ask("read", "/1/0", format=format))
            equal(({id: got[id] for id in some}, got["1"]), (some, 300))
        with Case(f"Leshan: replace an instance as {name}: what isn't named is gone"):
            whole = {"1": 300, "6": False, "7": "U", "2": 0}
            equal(server.ask("write", "/1/0", format=format, value=whole), CHANGED)
            got = value(server.ask("read", "/1/0", format=format))
            equal(({id: got[id] for id in whole}, "3" in got), (whole, False))
        with Case(f"Leshan: an update that names a resource that is only read is refused whole, as {name}"):
            both = {"5750": "attic", "5700": 1.5}
            refused(server.ask("write", "/3303/0", mode="UPDATE", format=format, value=both), 405)
            equal("attic" in server.ask("read", "/3303/0/5750", format=TEXT)["value"], False)
        if format == TLV:
            # Leshan knows object 1 as 1.1, without this resource, and TLV doesn't say that it is text
            continue
        with Case(f"Leshan: write an array of instances as {name}"):
            equal(server.ask("write", "/1/0/25", format=format, value={"0": "1.0", "3": "1.1"}), CHANGED)
            equal(value(server.ask("read", "/1/0/25", format=format)), {"0": "1.0", "3": "1.1"})
        with Case(f"Leshan: update an array of instances as {name}"):
            equal(server.ask("write", "/1/0/25", mode="UPDATE", format=format, value={"4": "1.2"}), CHANGED)
            equal(value(server.ask("read", "/1/0/25", format=format)), {"0": "1.0", "3": "1.1", "4": "1.2"})
        with Case(f"Leshan: replace it by fewer as {name}"):
            equal(server.ask("write", "/1/0/25", format=format, value={"3": "1.1"}), CHANGED)
            equal(value(server.ask("read", "/1/0/25", format=format)), {"3": "1.1"})
        with Case(f"Leshan: write one instance of it as {name}"):
            equal(server.ask("write", "/1/0/25/3", format=format, value="1.2"), CHANGED)
            equal(value(server.ask("read", "/1/0/25/3", format=TEXT)), "1.2")
    for path, code, what in [
        ("/3/0/0", 405, "only read"),
        ("/3303/9/5750", 404, "not there"),
        ("/1/0/25/9", 404, "an instance that isn't there"),
        ("/0/0/0", 401, "security"),
    ]:
        with Case(f"Leshan: a write to {path}, {what}, is refused with {code}"):
            refused(server.ask("write", path, format=TEXT, value="a"), code)
    with Case("Leshan: a write that the model forbids is 4.00 and changes nothing"):
        refused(server.ask("write", "/1/0", mode="REPLACE", format=SENML_JSON, value={"2": 1}), 400)
        equal(value(server.ask("read", "/1/0/1", format=TEXT)), 300)


def others(server):
    with Case("Leshan: execute"):
        equal(server.ask("execute", "/3303/0/5605"), CHANGED)
    with Case("Leshan: execute with arguments"):
        equal(server.ask("execute", "/3303/0/5605", arguments="0='a',3"), CHANGED)
    with Case("Leshan: what the board refuses is 4.00"):
        refused(server.ask("execute", "/3/0/4"), 400)
    with Case("Leshan: what can't be executed is 4.05"):
        refused(server.ask("execute", "/3303/0/5750"), 405)
    with Case("Leshan: execute of nothing is 4.04"):
        refused(server.ask("execute", "/3303/0/1"), 404)
    with Case("Leshan: discover an object"):
        links = server.ask("discover", "/3303")["links"].split(",")
        equal(links[:2], ["</3303>;ver=1.1", "</3303/0>"])
        equal({"</3303/0/5700>", "</3303/0/5605>", "</3303/1>", "</3303/1/5700>"} <= set(links), True)
    with Case("Leshan: discover an instance"):
        links = server.ask("discover", "/3/0")["links"].split(",")
        equal((links[0], "</3/0/11>;dim=1" in links, "</3/0/4>" in links), ("</3/0>", True, True))
    with Case("Leshan: discover a resource"):
        equal(server.ask("discover", "/3/0/11")["links"], "</3/0/11>;dim=1,</3/0/11/0>")
    with Case("Leshan: attributes are told at the level where they are, and inherited by what is asked for"):
        equal(server.ask("attributes", "/3303/0/5700", attributes="gt=90&lt=-90.5&st=50"), CHANGED)
        equal(server.ask("attributes", "/3303", attributes="pmin=1"), CHANGED)
        links = server.ask("discover", "/3303")["links"].split(",")
        equal((links[0], links[1]), ("</3303>;ver=1.1;pmin=1", "</3303/0>"))
        equal("</3303/0/5700>;gt=90;lt=-90.5;st=50" in links, True)
        equal(server.ask("discover", "/3303/0/5700")["links"], "</3303/0/5700>;pmin=1;gt=90;lt=-90.5;st=50")
    with Case("Leshan: attributes that don't apply are 4.00"):
        refused(server.ask("attributes", "/3/0/0", attributes="gt=1"), 400)
    with Case("Leshan: an attribute without a value is unset"):
        equal(server.ask("attributes", "/3303/0/5700", attributes="gt&lt&st"), CHANGED)
        equal(server.ask("attributes", "/3303", attributes="pmin"), CHANGED)
        equal(server.ask("discover", "/3303/0/5700")["links"], "</3303/0/5700>")
    for format in SEVERAL:
        with Case(f"Leshan: create an instance as {NAMES[format]}, told by an update, and delete it"):
            server.forget_events()
            new = {"0": 20 + format % 9, "1": 600, "6": True, "7": "U"}
            answer = server.ask("create", "/1", format=format, instance=7, value=new)
            equal((answer.get("code"), answer.get("location")), (CREATED, "1/7"))
            equal("</1/7>" in server.event("updated", links=True)["client"]["links"], True)
            equal(value(server.ask("read", "/1/7/1", format=TEXT)), 600)
            refused(server.ask("create", "/1", format=format, instance=7, value=new), 400)
            equal(server.ask("delete", "/1/7"), DELETED)
            equal("</1/7>" in server.event("updated", links=True)["client"]["links"], False)
    with Case("Leshan: create without an id takes the smallest free one"):
        answer = server.ask("create", "/1", format=TLV, value={"0": 55, "1": 600, "6": True, "7": "U"})
        equal((answer.get("code"), answer.get("location")), (CREATED, "1/1"))
        equal(server.ask("delete", "/1/1"), DELETED)
    with Case("Leshan: create without what is mandatory is 4.00"):
        refused(server.ask("create", "/1", format=TLV, value={"1": 600}), 400)
    with Case("Leshan: the device object is not deleted"):
        refused(server.ask("delete", "/3/0"), 405)
    with Case("Leshan: what isn't there is not deleted"):
        refused(server.ask("delete", "/1/9"), 404)
    for format in [SENML_JSON, SENML_CBOR]:
        name = NAMES[format]
        with Case(f"Leshan: read several objects at once as {name}"):
            got = value(server.ask("read-composite", paths=["/3/0/0", "/1/0/1", "/3303/0/5701", "/3/0/11"], format=format, accept=format))
            equal((got["/3/0/0"], got["/1/0/1"], got["/3/0/11"]), ("Acme", 300, {"0": 0}))
        with Case(f"Leshan: write several objects at once as {name}"):
            values = {"/3303/0/5750": "roof", "/3303/1/5750": name, "/1/0/2": 5}
            equal(server.ask("write-composite", value=values, format=format), CHANGED)
            equal(value(server.ask("read", "/3303/1/5750", format=TEXT)), name)
            server.ask("write", "/1/0/2", format=TEXT, value=0)
        with Case(f"Leshan: all of it or nothing, as {name}"):
            refused(server.ask("write-composite", value={"/3303/0/5750": "none", "/3/0/0": "x"}, format=format), 405)
            equal(value(server.ask("read", "/3303/0/5750", format=TEXT)), "roof")


def observations(server, device):
    for format in SINGLE:
        with Case(f"Leshan: observe a resource as {NAMES[format]}: told when CORECONF sets it"):
            server.forget_events()
            value(server.ask("observe", "/3303/0/5750", format=format))
            device.comi("set", "/lwm2m-temperature-3303:temperature=0/application-type", f"n{format}")
            equal(server.event("notified", path="/3303/0/5750")["value"], f"n{format}")
            value(server.ask("cancel", "/3303/0/5750"))
    for format in SEVERAL:
        with Case(f"Leshan: observe an instance as {NAMES[format]}"):
            server.forget_events()
            value(server.ask("observe", "/1/0", format=format))
            server.ask("write", "/1/0/5", format=TEXT, value=format)
            equal(server.event("notified", path="/1/0")["value"]["5"], format)
            value(server.ask("cancel", "/1/0"))
    with Case("Leshan: pmin holds a notification back, pmax sends one without a change"):
        server.forget_events()
        server.ask("attributes", "/1/0/5", attributes="pmin=2&pmax=4")
        value(server.ask("observe", "/1/0/5", format=TEXT))
        began = time.monotonic()
        server.ask("write", "/1/0/5", format=TEXT, value=1)
        server.ask("write", "/1/0/5", format=TEXT, value=2)
        equal(server.event("notified", path="/1/0/5")["value"], 2)
        equal(1.5 < time.monotonic() - began < 3.5, True)
        equal(server.event("notified", path="/1/0/5")["value"], 2)
        equal(5 < time.monotonic() - began < 8, True)
        value(server.ask("cancel", "/1/0/5"))
        server.ask("attributes", "/1/0/5", attributes="pmin&pmax")
    with Case("Leshan: a step decides what is told"):
        server.ask("write", "/1/0/5", format=TEXT, value=100)
        server.ask("attributes", "/1/0/5", attributes="st=10")
        value(server.ask("observe", "/1/0/5", format=TEXT))
        server.forget_events()
        for seconds in [105, 109, 111]:
            server.ask("write", "/1/0/5", format=TEXT, value=seconds)
            time.sleep(0.3)
        equal(server.event("notified", path="/1/0/5")["value"], 111)
        value(server.ask("cancel", "/1/0/5"))
        server.ask("attributes", "/1/0/5", attributes="st")
    with Case("Leshan: observe several objects at once"):
        server.forget_events()
        paths = ["/3303/0/5750", "/1/0/5"]
        value(server.ask("observe-composite", paths=paths, format=SENML_CBOR, accept=SENML_CBOR))
        server.ask("write", "/1/0/5", format=TEXT, value=77)
        equal(server.event("notified")["value"]["/1/0/5"], 77)


def management(server):
    with Device(server, 300) as device:
        device.line("registered at")
        reads(server)
        writes(server, device)
        others(server)
        observations(server, device)


def restarted_server():
    with Case("Leshan: a server that was started anew is registered with again"):
        with Leshan() as server, Device(server, 6) as device:
            server.event("registered", endpoint=ENDPOINT)
            device.line("registered at")
            server.stop()
            with Leshan(port=server.port) as again:
                again.event("registered", endpoint=ENDPOINT)
                device.line("registered at")


def sending(server):
    with Device(server, 300, "--send", "/3/0/0", "--send", "/3303/0", "--send-every", "2") as device:
        with Case("Leshan: what a device sends unasked comes"):
            for _ in range(2):
                values = server.event("sent", endpoint=ENDPOINT)["values"]["now"]
                equal((values["/3/0/0"], values["/3303/0/5701"]), ("Acme", "Cel"))
                device.line("^sent /3/0/0 /3303/0$")
        with Case("Leshan: a device that the server has muted sends nothing"):
            equal(server.ask("write", "/1/0/23", format=TEXT, value=True), CHANGED)
            device.line(r"not sent: .*/1/x/23")
        with Case("Leshan: a device that is ended by Ctrl-C says so"):
            device.process.send_signal(signal.SIGINT)
            equal(server.event("unregistered", endpoint=ENDPOINT)["expired"], False)
            equal(device.process.wait(timeout=10), 0)


def main():
    build()
    with Leshan() as server:
        registration(server)
        management(server)
        sending(server)
    restarted_server()


main()
