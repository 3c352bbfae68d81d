"""The datagrams of tests/conformance/coap/malformed.txt against libcoap's server: where it does something else, the row
and the reason stand in libcoap_malformed.txt, and nothing else stands there."""

import socket
from pathlib import Path

from device import ROOT, Case, equal
from peers import LibcoapServer, wait_for

LIST = ROOT / "tests/conformance/coap/malformed.txt"
DIFFERENCES = Path(__file__).with_suffix(".txt")
TYPES = ("CON", "NON", "ACK", "RST")


def rows(path):
    """The columns of each line that is no comment."""
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            yield [column.strip() for column in line.split(" — ", 2)]


def datagram(text):
    """Hex digits, or 61*3 for as many of one byte."""
    parts = (word.partition("*") for word in text.split())
    return b"".join(bytes.fromhex(once) * int(times or 1) for once, _, times in parts)


def kind_and_code(answer):
    kind = TYPES[answer[0] >> 4 & 3]
    return kind if kind == "RST" else f"{kind} {answer[1] >> 5}.{answer[1] & 31:02}"


def answers(port, datagrams):
    """What each gets, all asked at a time, each from a port of its own; None has come when a ping is answered last."""
    peers = []
    for data in datagrams:
        peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        peer.connect(("127.0.0.1", port))
        peer.send(data)
        peers.append(peer)
    wait_for(port)
    for peer in peers:
        with peer:
            peer.setblocking(False)
            try:
                yield kind_and_code(peer.recv(65_535))
            except BlockingIOError:
                yield "silence"


def same(expected, found):
    """`delivered`: what the application of libcoap's server says to it is its own."""
    applications = ("2.01", "2.02", "2.04", "2.05", "4.04", "4.05")
    return expected == found or (expected == "delivered" and found[-4:] in applications)


def main():
    known = {row: (found, reason) for row, found, reason in rows(DIFFERENCES)}
    with LibcoapServer() as server:
        asked = list(rows(LIST))
        found = list(answers(server.port, [datagram(row) for row, _, _ in asked]))
    seen = set()
    for (row, expected, section), got in zip(asked, found):
        with Case(f"malformed, libcoap's server: {section}"):
            if same(expected, got):
                assert row not in known, f"{row} is listed as a difference, and is none"
            else:
                seen.add(row)
                assert row in known, f"{row}: {got}, not {expected}, and no reason is listed"
                equal(got, known[row][0])
    with Case("malformed, libcoap's server: every listed difference is a row"):
        equal(sorted(known.keys() - seen), [])


main()
