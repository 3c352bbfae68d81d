"""CBOR sequences (RFC 8742), by cbor2."""

import io

import cbor2


def sequence(*values):
    return b"".join(cbor2.dumps(value) for value in values)


def items(payload):
    stream, found = io.BytesIO(payload), []
    while stream.tell() < len(payload):
        found.append(cbor2.load(stream))
    return found
