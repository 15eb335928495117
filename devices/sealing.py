"""Sealing: a document as the signed bytes that travel, COSE_Sign1 (RFC 9052, 4.2) over deterministic CBOR.

Of the many forms that COSE allows one is spoken here: tag 18; protected header {1: algorithm, 4: 8-byte key
id}; empty unprotected header; the payload inside; a 64-byte signature. So the envelope begins with the same bytes
for each algorithm, and needs no parser that hostile bytes could lead astray.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import cbor2
import msgspec

from devices import cbor
from devices.documents import Document
from devices.errors import Refusal, RefusedDocument
from devices.signing import ALGORITHMS, Keyring, SignatureVerdict, Signer

# Bytes; with its topic it fits into the packets of 256 KiB that brokers are set to carry
LONGEST_DOCUMENT = 261_120

_KID = 8  # bytes
_SIGNATURE = 64  # bytes
_TO_SIGNATURE = b"\x58\x40"  # the head of a 64-byte string
_REFUSALS = {
    SignatureVerdict.UNKNOWN_KEY: Refusal.UNKNOWN_KEY,
    SignatureVerdict.BAD_SIGNATURE: Refusal.BAD_SIGNATURE,
}


@cache
def _to_kid(algorithm: int) -> bytes:
    """What every document signed with `algorithm` begins with, up to the key id."""
    protected = cbor2.dumps({1: algorithm, 4: bytes(_KID)}, canonical=True)
    return b"\xd2\x84" + cbor2.dumps(protected)[:-_KID]


_BEGINNINGS = {_to_kid(algorithm): algorithm for algorithm in ALGORITHMS}


@dataclass(frozen=True, slots=True)
class _Envelope:
    """COSE_Sign1 taken apart."""

    algorithm: int
    kid: bytes
    payload: bytes
    signature: bytes


@lru_cache(maxsize=64)
def _to_payload(algorithm: int, kid: bytes) -> bytes:
    """What the bytes that the signature covers begin with, up to the payload: all but its last element."""
    protected = cbor2.dumps({1: algorithm, 4: kid}, canonical=True)
    return cbor2.dumps(["Signature1", protected, b"", b""])[:-1]


def _signed(algorithm: int, kid: bytes, payload: bytes) -> bytes:
    """What the signature covers (RFC 9052, 4.4), without external data; `payload` as a CBOR byte string."""
    return _to_payload(algorithm, kid) + payload


def seal(document: Document, signer: Signer) -> bytes:
    """The signed bytes of a document. ValueError names a member that the wire cannot carry."""
    payload = cbor2.dumps(cbor.encode(document))
    signature = signer.sign(_signed(signer.algorithm, signer.kid, payload))
    sealed = b"".join((_to_kid(signer.algorithm), signer.kid, b"\xa0", payload, _TO_SIGNATURE, signature))
    if len(sealed) > LONGEST_DOCUMENT:
        raise ValueError(
            f"{document.header.kind} for {document.header.target}: {len(sealed)} bytes, at most {LONGEST_DOCUMENT}; "
            "plan fewer days ahead"
        )
    return sealed


def unseal(payload: bytes, keyring: Keyring) -> Document:
    """The document in `payload`, its signature verified; `acceptance` says whether it is for us, and new.

    Raises RefusedDocument for every payload that is not a genuine, well-formed document.
    """
    envelope = _opened(payload)
    verdict = keyring.verify(
        envelope.kid,
        envelope.algorithm,
        _signed(envelope.algorithm, envelope.kid, cbor2.dumps(envelope.payload)),
        envelope.signature,
    )
    if verdict in _REFUSALS:
        raise RefusedDocument(
            _REFUSALS[verdict], f"document signed with key {envelope.kid.hex()}: {verdict.replace('_', ' ')}"
        )
    return cbor.decode(envelope.payload)


def describe(payload: bytes) -> dict[str, object]:
    """Any document as JSON for people, *without* verifying its signature. Raises RefusedDocument."""
    envelope = _opened(payload)
    document = msgspec.to_builtins(cbor.decode(envelope.payload), builtin_types=(bytes,))
    return {
        "algorithm": ALGORITHMS[envelope.algorithm],
        "key": envelope.kid.hex(),
        "bytes": len(payload),
        "header": document["header"],
        "body": _legible(document["body"]),
    }


def _legible(value: object) -> object:
    """Bytes in hex, tuples as lists."""
    match value:
        case bytes():
            return value.hex()
        case list() | tuple():
            return [_legible(each) for each in value]
        case dict():
            return {name: _legible(each) for name, each in value.items()}
    return value


def _opened(payload: bytes) -> _Envelope:
    if len(payload) > LONGEST_DOCUMENT:
        raise RefusedDocument(
            Refusal.TOO_LONG, f"document: {len(payload)} bytes, at most {LONGEST_DOCUMENT} are read"
        )
    for beginning, algorithm in _BEGINNINGS.items():
        if payload.startswith(beginning):
            kid, rest = payload[len(beginning) : len(beginning) + _KID], payload[len(beginning) + _KID :]
            inner = _byte_string(rest[1 : -_SIGNATURE - len(_TO_SIGNATURE)])
            if inner is not None and rest[:1] == b"\xa0" and rest[:-_SIGNATURE].endswith(_TO_SIGNATURE):
                return _Envelope(algorithm, kid, inner, rest[-_SIGNATURE:])
    raise RefusedDocument(
        Refusal.MALFORMED, f"document: not a COSE_Sign1 of this protocol, it begins with {payload[:16].hex()}"
    )


def _byte_string(encoded: bytes) -> bytes | None:
    """What the CBOR byte string `encoded` holds; None if it is anything else, or not in its shortest form."""
    if encoded[:1] < b"\x40" or encoded[:1] > b"\x5b":
        return None
    held = encoded[{24: 2, 25: 3, 26: 5}.get(encoded[0] & 31, 1) :]
    return held if cbor2.dumps(held) == encoded else None
