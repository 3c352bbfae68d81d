"""libcoap's coap-client as the client, the demo device as the server."""

import re
import subprocess
import tempfile

import cbor2

from cbor_sequence import items, sequence
from device import IDENTIFIERS, INSTANCES, Case, Device, equal, sids

VALVE = "/acme-valve:valve"


class Client:
    def __init__(self, uri):
        self.uri, self.sid = uri, sids()

    def run(self, *arguments, path, payload=None, seconds=20):
        """What coap-client prints: the payload; an error's code goes to stderr."""
        with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as out:
            if payload is not None:
                file.write(payload)
                file.flush()
                arguments = (*arguments, "-f", file.name)
            done = subprocess.run(
                ["coap-client-notls", "-B", str(seconds), "-o", out.name, *arguments, self.uri + path],
                capture_output=True, timeout=seconds + 20, check=False,
            )
            return open(out.name, "rb").read() or done.stdout, (done.stdout + done.stderr).decode(errors="replace")

    def dialogue(self, *arguments, path, payload=None):
        """Every message as coap-client prints it, one a line."""
        _, said = self.run("-v", "7", *arguments, path=path, payload=payload)
        return "\n".join(line for line in said.splitlines() if "v:1 t:" in line)

    def watch(self, change, *arguments, path, payload=None):
        """The payloads that an observer gets within 2 s, one after the other; the change is made after the first."""
        with tempfile.NamedTemporaryFile() as file, tempfile.NamedTemporaryFile() as out:
            if payload is not None:
                file.write(payload)
                file.flush()
                arguments = (*arguments, "-f", file.name)
            observer = subprocess.Popen(
                ["coap-client-notls", "-s", "2", "-B", "8", "-v", "7", "-o", out.name, *arguments, self.uri + path],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            while b" c:2.05 " not in (line := observer.stdout.readline()):
                if not line:
                    raise AssertionError("the observer ended without an answer")
            change()
            observer.communicate(timeout=30)
            return open(out.name, "rb").read()

    def fetch(self, *identifiers, block=None):
        size = ("-b", str(block)) if block else ()
        payload, _ = self.run("-m", "fetch", "-t", str(IDENTIFIERS), *size, path="/c", payload=sequence(*identifiers))
        return items(payload)

    def patch(self, *instances, block=None):
        size = ("-b", str(block)) if block else ()
        return self.run("-m", "ipatch", "-t", str(INSTANCES), *size, path="/c", payload=sequence(*instances))


def main():
    with Device() as device:
        client = Client(device.uri)
        sid = client.sid
        target, position, mode = (sid[f"{VALVE}/{leaf}"] for leaf in ("target", "position", "mode"))
        schedule = sid[f"{VALVE}/schedule"]

        with Case("libcoap GET /.well-known/core"):
            links = client.run("-m", "get", path="/.well-known/core")[0].decode()
            for part in ("</c>", "core.c.ds", "</3303/0>"):
                assert part in links, f"{part} is not in {links}"
        with Case("libcoap FETCH of three leaves"):
            equal([list(item) for item in client.fetch(position, target, mode)], [[position], [target], [mode]])
        with Case("libcoap iPATCH sets a leaf"):
            client.patch({target: 33})
            equal(client.fetch(target), [{target: 33}])
        with Case("libcoap iPATCH out of range is 4.00 and changes nothing"):
            _, said = client.patch({target: 140})
            assert "4.00" in said, said
            equal(client.fetch(target), [{target: 33}])
        with Case("libcoap POST calls an action"):
            move = sid[f"{VALVE}/move"]
            payload, _ = client.run("-m", "post", "-t", str(INSTANCES), path="/c",
                                    payload=sequence({move: {sid[f"{VALVE}/move/input/position"] - move: 20}}))
            equal(list(items(payload)[0]), [move])

        field = {leaf: sid[f"{VALVE}/schedule/{leaf}"] - schedule for leaf in ("name", "days", "at")}
        entries = [{field["name"]: f"entry-{n:03}", field["days"]: b"\x7f", field["at"]: "12:00"} for n in range(60)]
        for size in (16, 64, 256, 1024):
            with Case(f"libcoap iPATCH by Block1 and FETCH by Block2, blocks of {size}"):
                client.patch({schedule: None})
                client.patch({schedule: entries}, block=size)
                (answer,) = client.fetch(schedule, block=size)
                equal(answer[schedule], entries)
        client.patch({schedule: None})

        with Case("libcoap observes an LwM2M resource"):
            client.run("-m", "put", "-e", "hall", path="/3303/0/5750")
            with subprocess.Popen(
                ["coap-client-notls", "-s", "6", "-B", "8", "-w", "-m", "get", client.uri + "/3303/0/5750"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            ) as observer:
                observer.stdout.readline()
                client.run("-m", "put", "-e", "stairs", path="/3303/0/5750")
                seen = observer.communicate(timeout=30)[0]
            assert "stairs" in seen, seen
        with Case("libcoap PUT and GET of an LwM2M resource"):
            client.run("-m", "put", "-e", "garage", path="/3303/0/5750")
            equal(client.run("-m", "get", path="/3303/0/5750")[0].strip(), b"garage")
        with Case("libcoap observes a leaf by FETCH and is told of an iPATCH"):
            seen = client.watch(lambda: client.patch({target: 47}), "-m", "fetch", "-t", str(IDENTIFIERS),
                                path="/c", payload=sequence(target))
            equal(items(seen), [{target: 33}, {target: 47}])
        with Case("libcoap observes the event stream and gets a notification"):
            call = sequence({move: {sid[f"{VALVE}/move/input/position"] - move: 100}})
            seen = client.watch(lambda: client.run("-m", "post", "-t", str(INSTANCES), path="/c", payload=call),
                                "-m", "get", path="/s")
            assert sid["/acme-valve:stuck"] in items(seen)[0], seen

        with Case("libcoap NON is answered by NON"):
            assert "t:NON c:2.05" in client.dialogue("-N", "-m", "get", path="/3303/0/5700")
        with Case("libcoap sends a lost CON again, and is answered"):
            assert client.dialogue("-l", "1", "-m", "get", path="/3303/0/5700").count("t:ACK c:2.05") == 1
        with Case("libcoap POST of a slow rpc is acknowledged, then answered by a CON"):
            said = client.dialogue("-m", "post", "-t", str(INSTANCES), path="/c",
                                   payload=sequence({sid["/acme-valve:self-test"]: None}))
            assert "t:ACK c:0.00" in said and "t:CON c:2.04" in said, said
        with Case("libcoap GET by blocks of 64: Content-Format in each, as large as asked, the last has no more"):
            # coap-client prints the last one again, with the whole body
            blocks = re.findall(r"t:ACK c:2.05 .*Content-Format:application/link-format, Block2:(\d+)/(.)/64",
                                client.dialogue("-b", "64", "-m", "get", path="/.well-known/core"))[:-1]
            equal(blocks, [(str(n), "_" if n + 1 == len(blocks) else "M") for n in range(len(blocks))])
            assert len(blocks) > 3, blocks
        with Case("libcoap is told the size with the first block when it asks"):
            said = client.dialogue("-b", "64", "-O", "28,", "-m", "get", path="/.well-known/core")
            size = len(client.run("-m", "get", path="/.well-known/core")[0])
            assert f"Block2:0/M/64, Size2:{size} ]" in said, said
        with Case("libcoap GET /c?c=c has an ETag before its Content-Format, GET /c none"):
            said = client.dialogue("-m", "get", path="/c?c=c")
            assert re.search(r"c:2.05 .*\[ ETag:0x\w+, Content-Format:140 \]", said), said
            said = client.dialogue("-m", "get", path="/c")
            assert "c:2.05" in said and "ETag" not in said, said
        with Case("libcoap iPATCH with another If-Match is 4.12 and changes nothing"):
            assert "c:4.12" in client.dialogue("-O", "1,0x99", "-m", "ipatch", "-t", str(INSTANCES), path="/c",
                                               payload=sequence({target: 1}))
            equal(client.fetch(target), [{target: 47}])
        with Case("libcoap iPATCH of 2 MB is 4.13 with Size1 at its first block"):
            said = client.dialogue("-m", "ipatch", "-t", str(INSTANCES), path="/c", payload=bytes(2_000_000))
            assert re.search(r"t:ACK c:4.13 .*Block1:0/M/1024, Size1:1048576", said), said

        for name, code, arguments, path in (
            ("unknown path is 4.04", "4.04", (), "/nothing"),
            ("unknown content format is 4.15", "4.15", ("-m", "fetch", "-t", "50"), "/c"),
            ("unknown Accept is 4.06", "4.06", ("-A", "50"), "/c"),
            ("unknown critical option is 4.02", "4.02", ("-O", "65001,x"), "/c"),
            ("unknown elective option is ignored", "2.05", ("-O", "65000,x"), "/3303/0/5750"),
            ("Proxy-Uri is 5.05", "5.05", ("-O", "35,coap://[::1]/"), "/c"),
            ("method that is not there is 4.05", "4.05", ("-m", "delete"), "/s"),
            ("unknown query is 4.02", "4.02", (), "/c?x=1"),
        ):
            with Case(f"libcoap {name}"):
                said = client.dialogue(*arguments, path=path)
                assert f"t:ACK c:{code}" in said, said

    with Device("[::1]") as device, Case("libcoap GET over IPv6"):
        assert "core.c.ds" in Client(device.uri).run("-m", "get", path="/.well-known/core")[0].decode()


main()
