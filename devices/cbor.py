"""Document payloads: deterministic CBOR (RFC 8949, 4.2.1), integer-keyed maps; docs/protocol.md has the CDDL.

One table per shape, for writing and for reading alike. What is read was encoded deterministically, or it is
refused: the value is encoded again and compared.
"""

from datetime import time
from typing import Any

import cbor2

from devices.chunks import CHUNK, DIGEST
from devices.documents import Alert, Alerts, Document, Header, Manifest, Receipt, Settings, TimeBeacon
from devices.epoch import from_ms, to_ms
from devices.errors import Refusal, RefusedDocument
from devices.packing import RANK, SOUND, pack, unpack
from devices.shapes import (
    NAME,
    TIME,
    Shape,
    Sort,
    Ways,
    at,
    checked,
    hexadecimal,
    many,
    mapping,
    pair,
    text,
    whole,
)
from devices.topics import DocumentKind

_YEAR_10000 = 253_402_300_800_000  # ms
_REVISION, _EXPIRY = whole(), whole(1)


def _split(raw: Any, _issued: int) -> tuple[bytes, ...]:
    if type(raw) is not bytes or len(raw) % DIGEST:
        raise ValueError(f"expected bytes, {DIGEST} for each chunk")
    return tuple(raw[start : start + DIGEST] for start in range(0, len(raw), DIGEST))


_DIGESTS = Ways(lambda digests, _issued: b"".join(digests), _split)
_WALL_CLOCK = Ways(
    lambda wall, _issued: wall.hour * 3600 + wall.minute * 60 + wall.second,
    lambda raw, _issued: time(checked(raw, 0, 86_399) // 3600, raw // 60 % 60, raw % 60),
)
_ALERT = Shape(
    Alert,
    {
        **RANK,
        **SOUND,
        "starts": (15, TIME),
        "expires": (16, TIME),
        "text": (17, text(65_536)),
        "language": (18, text(35)),
        "repeat_gap_s": (19, whole()),
        "repeats": (20, whole()),
    },
    nullable=("recording",),
    same_as={"starts": "sent"},
)
_ALERTS = Shape(Alerts, {"alerts": (1, many(_ALERT)), "stopped": (2, many(NAME))})
_SETTINGS = Shape(
    Settings,
    {
        "volume": (1, whole(0, 100)),
        "quiet_hours": (2, many(pair(_WALL_CLOCK, _WALL_CLOCK))),
        "zone": (3, text(64)),
        "heartbeat_s": (4, whole(1, 86_400)),
        "counting_percent": (5, whole(1, 100)),
    },
)
_MANIFEST = Shape(
    Manifest,
    {
        "size": (1, whole(1)),
        "codec": (2, text(64)),
        "duration_ms": (3, whole()),
        "chunk_size": (4, whole(CHUNK, CHUNK)),
        "digests": (5, _DIGESTS),
        "url": (6, text(2_000)),
    },
)
_RECEIPT = Shape(Receipt, {"chain": (1, hexadecimal(8)), "seq": (2, whole()), "hash": (3, hexadecimal(32))})

_BODIES: dict[DocumentKind, tuple[int, Sort]] = {
    DocumentKind.PLAN: (1, Ways(pack, unpack)),
    DocumentKind.ALERTS: (2, _ALERTS),
    DocumentKind.SETTINGS: (3, _SETTINGS),
    DocumentKind.MANIFEST: (4, _MANIFEST),
    DocumentKind.RECEIPT: (5, _RECEIPT),
    DocumentKind.TIME: (6, Shape(TimeBeacon, {})),
}
_KINDS = {number: kind for kind, (number, _) in _BODIES.items()}


def encode(document: Document) -> bytes:
    """The bytes to be signed; the same document gives the same bytes. ValueError names what cannot be carried."""
    header = document.header
    number, body = _BODIES[header.kind]
    issued = to_ms(header.issued)
    members = {
        1: number,
        2: at("target", NAME.put, header.target, issued),
        3: at("revision", _REVISION.put, header.revision, issued),
        4: issued,
        5: at("expires", _EXPIRY.put, to_ms(header.expires) - issued, issued),
        6: at(header.kind, body.put, document.body, issued),
    }
    return cbor2.dumps(members)  # all maps are put in the order of their keys


def decode(payload: bytes) -> Document:
    """The document in `payload`. Raises RefusedDocument for every other bytes."""
    try:
        members = mapping(_loads(payload))
        number = at("kind", whole().take, members.get(1), 0)
        if number not in _KINDS:
            raise RefusedDocument(
                Refusal.UNKNOWN_KIND, f"document: kind {number}, known are 1 to {len(_KINDS)}"
            )
        return _document(_KINDS[number], members)
    except ValueError as problem:
        raise RefusedDocument(Refusal.MALFORMED, f"document: {problem}") from None


def _document(kind: DocumentKind, members: dict[Any, Any]) -> Document:
    issued = at("issued", whole(0, _YEAR_10000).take, members.get(4), 0)
    header = Header(
        kind=kind,
        target=at("target", NAME.take, members.get(2), issued),
        revision=at("revision", _REVISION.take, members.get(3), issued),
        issued=from_ms(issued),
        expires=from_ms(issued + at("expires", _EXPIRY.take, members.get(5), issued)),
    )
    return Document(header=header, body=at(kind, _BODIES[kind][1].take, members.get(6), issued))


def _loads(payload: bytes) -> Any:
    """The value that `payload` encodes deterministically, and in no other way."""
    try:
        value = cbor2.loads(payload)
        again = cbor2.dumps(value, canonical=True)
    except cbor2.CBORError as problem:
        raise ValueError(f"not CBOR: {problem}") from None
    if again != payload:
        raise ValueError("not deterministically encoded CBOR")
    return value
