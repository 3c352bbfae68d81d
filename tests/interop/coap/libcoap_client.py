"""libcoap's coap-client as the client, the demo device as the server."""

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
        with Case("libcoap unknown path is 4.04"):
            assert "4.04" in client.run("-m", "get", path="/nothing")[1]


main()
