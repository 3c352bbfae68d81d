"""Datagrams that no proper client sends, written byte by byte: what the demo device answers, and that it goes on."""

import socket

from device import Case, Device, equal

TYPES = ("CON", "NON", "ACK", "RST")
# Uri-Path c; then Content-Format 142 and 141 after it.
C, INSTANCES, IDENTIFIERS = bytes.fromhex("b163"), bytes.fromhex("b163118e"), bytes.fromhex("b163118d")

# Name, first two bytes, what follows the message id, answer (type and code; None: silence).
CASES = (
    # RFC 7252 sections 3 and 4.2: a format error in a CON is rejected by a reset, in anything else ignored.
    ("ping", "4000", "", "RST 0.00"),
    ("version 0", "0001", C, None),
    ("version 2", "8001", C, None),
    # RFC 8974: the 13 that was reserved adds a byte of length, 14 adds two
    ("token of 13 bytes", "4d01", b"\x00" + b"1234567890123" + C, "ACK 2.05"),
    ("token length 15, CON", "4f01", b"123456789012345" + C, "RST 0.00"),
    ("token length 15, NON", "5f01", b"123456789012345" + C, None),
    ("token longer than the datagram", "4401", "aa", "RST 0.00"),
    ("truncated option", "4001", "b363", "RST 0.00"),
    ("truncated option header", "4001", "d0", "RST 0.00"),
    ("option delta 15", "4001", "f163", "RST 0.00"),
    ("option length 15", "4001", "bf63", "RST 0.00"),
    ("payload marker without payload, CON", "4001", C + b"\xff", "RST 0.00"),
    ("payload marker without payload, NON", "5001", C + b"\xff", None),
    ("empty CON with a token", "4100", "aa", "RST 0.00"),
    ("empty CON with options", "4000", C, "RST 0.00"),
    ("empty NON", "5000", "", None),
    ("reserved class 1, CON", "4020", "", "RST 0.00"),
    ("reserved class 1, NON", "5020", "", None),
    ("class 7, which UDP does not have", "40e1", "", "RST 0.00"),
    ("ACK of nothing", "6000", "", None),
    ("RST of nothing", "7000", "", None),
    ("ACK with a request", "6001", C, None),
    ("RST with a request", "7001", C, None),
    ("response to nothing, CON", "4145", "aa", "RST 0.00"),
    ("response to nothing, NON", "5145", "aa", None),
    # RFC 7252 sections 5.4 and 5.8.
    ("unknown method", "401f", C, "ACK 4.05"),
    ("unknown critical option, CON", "4001", "91782163", "ACK 4.02"),
    ("unknown critical option, NON", "5001", "91782163", None),
    ("Uri-Path that is not UTF-8", "4001", "b2fffe", "ACK 4.02"),
    ("Uri-Path of 300 bytes", "4001", bytes.fromhex("be001f") + bytes(300), "ACK 4.02"),
    ("Proxy-Scheme http", "4001", C + bytes.fromhex("d40f68747470"), "ACK 5.05"),
    ("Proxy-Scheme coap, of ourselves", "4001", C + bytes.fromhex("d40f636f6170"), "ACK 2.05"),
    ("Block1 in a GET", "4001", C + bytes.fromhex("d10306"), "ACK 4.02"),
    # RFC 7959 sections 2.2 and 2.9.
    ("Block1 with size exponent 7", "4007", INSTANCES + bytes.fromhex("d10207ff00"), "ACK 4.00"),
    ("Block1 shorter than it says", "4007", INSTANCES + bytes.fromhex("d1020aff00"), "ACK 4.00"),
    ("Block1 that begins in the middle", "4007", INSTANCES + bytes.fromhex("d1023aff") + bytes(64), "ACK 4.08"),
    ("Block1 with the greatest number", "4007", INSTANCES + bytes.fromhex("d302fffff6ff") + bytes(16), "ACK 4.13"),
    ("Block2 with the greatest number", "4001", C + bytes.fromhex("c3fffff6"), "ACK 4.00"),
    # Payloads.
    ("arrays, 1000 deep", "4007", INSTANCES + b"\xff" + b"\x81" * 1000, "ACK 4.00"),
    ("indefinite arrays, 1000 deep", "4005", IDENTIFIERS + b"\xff" + b"\x9f" * 1000, "ACK 4.00"),
    ("tags, 1000 deep", "4005", IDENTIFIERS + b"\xff" + b"\xc1" * 1000 + b"\0", "ACK 4.00"),
    ("an array of 2^64-1 items", "4005", IDENTIFIERS + b"\xff\x9b" + b"\xff" * 8, "ACK 4.00"),
    ("a string of 2^63-1 bytes", "4005", IDENTIFIERS + b"\xff\x7b\x7f" + b"\xff" * 7, "ACK 4.00"),
    ("a break alone", "4007", INSTANCES + b"\xff\xff", "ACK 4.00"),
    ("60 kB of zeros", "4007", INSTANCES + b"\xff" + bytes(60_000), "ACK 4.00"),
    ("a GET with the largest payload of UDP", "4001", C + b"\xff" * 65_501, "ACK 2.05"),
)


def exchange(peer, head, tail, number):
    """The answer's type and code; None if the next message, a ping, is answered first."""
    data = bytes.fromhex(tail) if isinstance(tail, str) else tail
    peer.send(bytes.fromhex(head) + number.to_bytes(2, "big") + data)
    ping = (0x8000 + number).to_bytes(2, "big")
    peer.send(b"\x40\x00" + ping)
    answer = None
    while True:
        got = peer.recv(65_535)
        if got == b"\x70\x00" + ping:
            return answer
        assert answer is None, "two answers"
        answer = f"{TYPES[got[0] >> 4 & 3]} {got[1] >> 5}.{got[1] & 31:02}"


def main():
    with Device() as device, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(10)
        peer.connect(("127.0.0.1", device.port))
        for number, (name, head, tail, expected) in enumerate(CASES):
            with Case(f"datagram: {name}"):
                equal(exchange(peer, head, tail, number), expected)
        for length in (0, 1, 3):
            with Case(f"datagram: {length} bytes"):
                peer.send(b"\x40\x01\x00"[:length])
                equal(exchange(peer, "4000", "", 0x7000 + length), "RST 0.00")
        with Case("datagram: a duplicate gets the same answer, and is not done twice"):
            move = b"\x40\x02\x70\x10" + INSTANCES + bytes.fromhex("ffa119f63da103181e")
            answers = []
            for _ in range(2):
                peer.send(move)
                answers.append(peer.recv(65_535))
            assert answers[0][1] == 0x44 and answers[0] == answers[1], answers
        with Case("datagram: after all of them the device serves"):
            peer.send(b"\x40\x01\x70\x20" + C)
            assert peer.recv(65_535)[1] == 0x45


main()
