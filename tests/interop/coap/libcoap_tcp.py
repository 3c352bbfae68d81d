"""libcoap over TCP (RFC 8323), both ways: coap-client and the demo device, `comi` and coap-server."""

import os
import re
import socket
import subprocess
import tempfile
import time

from cbor_sequence import items, sequence
from device import COMI, IDENTIFIERS, INSTANCES, Case, Device, equal, over_tcp, sids

VALVE = "/acme-valve:valve"


class Client:
    def __init__(self, uri):
        self.uri, self.sid = uri, sids()

    def run(self, *arguments, path, payload=None):
        """The payload, and every message as coap-client prints it."""
        with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as out:
            if payload is not None:
                file.write(payload)
                file.flush()
                arguments = (*arguments, "-f", file.name)
            done = subprocess.run(
                ["coap-client-notls", "-B", "20", "-v", "7", "-o", out.name, *arguments, self.uri + path],
                capture_output=True, timeout=40, check=False,
            )
            said = (done.stdout + done.stderr).decode(errors="replace")
            return open(out.name, "rb").read(), said

    def fetch(self, *identifiers, block=()):
        return self.run("-m", "fetch", "-t", str(IDENTIFIERS), *block, path="/c", payload=sequence(*identifiers))[0]

    def patch(self, *instances, block=()):
        return self.run("-m", "ipatch", "-t", str(INSTANCES), *block, path="/c", payload=sequence(*instances))[1]


def libcoap_asks(client):
    sid = client.sid
    target, schedule = sid[f"{VALVE}/target"], sid[f"{VALVE}/schedule"]
    with Case("libcoap GET /.well-known/core: both send a CSM first"):
        links, said = client.run("-m", "get", path="/.well-known/core")
        assert b"core.c.ds" in links, links
        equal(re.findall(r"(sent|received) \d+ bytes\s+v:1 t:CON c:(\S+)", said),
              [("sent", "CSM"), ("received", "CSM"), ("sent", "GET"), ("received", "2.05")])
    with Case("libcoap FETCH and iPATCH"):
        assert "c:2.04" in client.patch({target: 33})
        equal(items(client.fetch(target)), [{target: 33}])
    field = {leaf: sid[f"{VALVE}/schedule/{leaf}"] - schedule for leaf in ("name", "days", "at")}
    entries = [{field["name"]: f"entry-{n:04}", field["days"]: b"\x7f", field["at"]: "12:00"} for n in range(600)]
    for size in (None, 16, 1024):
        block = ("-b", str(size)) if size else ()
        count = 60 if size == 16 else 600
        with Case(f"libcoap iPATCH and FETCH of {count} entries, blocks of {size or 'its own choice'}"):
            client.patch({schedule: None})
            client.patch({schedule: entries[:count]}, block=block)
            (answer,) = items(client.fetch(schedule, block=block))
            equal(answer[schedule], entries[:count])
    client.patch({schedule: None})
    with Case("libcoap observes a leaf by FETCH and is told of an iPATCH"):
        with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as out:
            file.write(sequence(target))
            file.flush()
            command = ["coap-client-notls", "-s", "2", "-B", "8", "-v", "7", "-o", out.name, "-m", "fetch"]
            observer = subprocess.Popen(
                [*command, "-t", str(IDENTIFIERS), "-f", file.name, client.uri + "/c"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            while b"c:2.05 " not in (line := observer.stdout.readline()):
                assert line, "the observer ended without an answer"
            client.patch({target: 47})
            observer.communicate(timeout=30)
            equal(items(open(out.name, "rb").read()), [{target: 33}, {target: 47}])
    for name, code, arguments, path in (
        ("unknown path is 4.04", "4.04", (), "/nothing"),
        ("unknown critical option is 4.02", "4.02", ("-O", "65001,x"), "/c"),
        ("Proxy-Uri is 5.05", "5.05", ("-O", "35,coap://[::1]/"), "/c"),
    ):
        with Case(f"libcoap {name}"):
            assert f"c:{code}" in client.run(*arguments, path=path)[1]
    with Case("libcoap POST of a slow rpc is answered once"):
        said = client.run("-m", "post", "-t", str(INSTANCES), path="/c",
                          payload=sequence({sid["/acme-valve:self-test"]: None}))[1]
        assert said.count("c:2.04") == 1 and "c:0.00" not in said, said
    with Case("libcoap GET of the same over UDP and TCP gives the same"):
        udp = Client(client.uri.replace("coap+tcp:", "coap:"))
        equal(udp.run(path="/c?c=c")[0], client.run(path="/c?c=c")[0])


def libcoap_answers(port):
    target = over_tcp(f"coap://127.0.0.1:{port}")

    def comi(*arguments):
        done = subprocess.run([COMI, *arguments], capture_output=True, timeout=30, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with Case("comi discover lists libcoap's resources"):
        assert "/time" in comi("discover", target, "--json")
    with Case("comi set and get a resource of libcoap"):
        comi("set", target, "/3303/0/5750", "attic")
        equal(comi("get", target, "/3303/0/5750").strip(), "attic")
    with Case("comi set and get 20 kB at libcoap, in BERT blocks or whole"):
        text = " ".join(f"word-{n}" for n in range(2500))
        comi("set", target, "/3303/0/5751", text)
        equal(comi("get", target, "/3303/0/5751").strip(), text)


def main():
    with Device() as device:
        libcoap_asks(Client(over_tcp(device.uri)))
    with Case("libcoap asks at [::1]"):
        with Device("[::1]") as device:
            assert b"core.c.ds" in Client(over_tcp(device.uri)).run(path="/.well-known/core")[0]
    with Case("libcoap sends a Ping when the connection is idle"):
        with Device() as device:
            client = Client(over_tcp(device.uri))
            said = client.run("-K", "1", "-s", "3", "-m", "get", path="/3303/0/5700")[1]
            assert "c:Ping" in said and "c:Pong" in said, said
    port = 20000 + (os.getpid() + 7) % 20000
    server = subprocess.Popen(["coap-server-notls", "-A", "127.0.0.1", "-p", str(port), "-d", "10"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(50):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        libcoap_answers(port)
    finally:
        server.kill()
        server.wait()


main()
