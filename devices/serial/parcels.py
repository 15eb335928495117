"""Messages as the bytes that lines carry: known topics become a few bytes, JSON is deflated against a dictionary.

A parcel is `flags topic payload`. Flags: bits 0–3 the form of the topic, 4–5 QoS, 6 retain, 7 whether the payload is deflated.
"""

import re
import zlib
from collections.abc import Callable

from devices import topics
from devices.links import Message
from devices.serial.streams import MOST_MESSAGE
from devices.topics import DocumentKind, ReportKind

KINDS: dict[str, int] = {
    DocumentKind.PLAN: 1,
    DocumentKind.ALERTS: 2,
    DocumentKind.SETTINGS: 3,
    DocumentKind.RECEIPT: 5,
    ReportKind.STATUS: 16,
    ReportKind.HEARTBEAT: 17,
    ReportKind.EVENT: 18,
    ReportKind.PLAYED: 19,
}  # of documents as in their payload
DICTIONARY = (
    b'{"v":1,"state":"online","epoch":"offline"}"have_manifest":false"recording":"base":0,"bitmap":"'
    b'"detail":"last_gasp""mains_back""player_fault""storage_fault""document_refused""recording_refused"'
    b'"result":"missed","because":"no_power","fault""interrupted"}{"seq":1,"alert":"34"started_ms":null'
    b'{"v":1,"chain":"","mac":"","records":[{"seq":1,"slot":"","notice":"","version":1,"recording":"'
    b'","started_ms":179,"ended_ms":179,"heard_ms":,"full_ms":,"result":"counted","volume":70,"clock":"synced",'
    b'"boot":"","hash":""},{"seq":2,"result":"partial","because":"'
    b'{"v":1,"boot":"","seq":1,"kind":"","age_ms":,"detail":"","up_s":,"mains_v":"none","learned"'
    b'"boots":1,"reset":"power_on","mains_v":22"battery_mv":12"cell":"460-00-"door_open":false,"line_errors":0,"faults":['
    b'{"v":1,"boot":"","seq":,"up_s":,"clock_ms":179,"clock":"synced","next_in_s":60,"held":{"area/'
    b'/plan":179/alerts":179/settings":179"endpoint/},"missing":[],"missing_count":0,"sounding":"'
    b'"volume":70,"mains":true,"volume_actual":70"unreceipted":0,"free_kb":8"software":"broadcaster 0.1.0"'
)  # what comes often stands last

_LITERAL, _OWN, _AREA, _TIME, _MANIFEST, _CHUNK, _OWN_CHUNK = range(7)
_AREA_TOPIC = re.compile(rf"{topics.ROOT}/area/([0-9]{{12}})/([a-z]+)")
_MANIFEST_TOPIC = re.compile(rf"{topics.MEDIA}/([0-9a-f]{{64}})/manifest")
_CHUNK_TOPIC = re.compile(rf"{topics.MEDIA}/(?:to/([^/]+)/)?([0-9a-f]{{64}})/(?:c/)?(0|[1-9][0-9]{{0,4}})")
_NAMES = {number: name for name, number in KINDS.items()}


class BadParcel(ValueError):
    """Bytes that are no message."""


def to_bytes(message: Message, owner: str | None = None) -> bytes:
    """A message for or of the endpoint `owner`; None: for several."""
    form, topic = _packed(message.topic, owner)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=DICTIONARY)
    deflated = packer.compress(message.payload) + packer.flush()
    small = len(deflated) < len(message.payload)
    flags = form | message.qos << 4 | message.retain << 6 | small << 7
    return bytes((flags,)) + topic + (deflated if small else message.payload)


def from_bytes(parcel: bytes, owner: str | None = None) -> Message:
    """The message. Raises BadParcel."""
    if not parcel or parcel[0] >> 4 & 3 == 3:
        raise BadParcel(f"expected flags with QoS 0 to 2, got {parcel[:1].hex() or 'nothing'}")
    flags, rest = parcel[0], parcel[1:]
    topic, length = _unpacked(flags & 0x0F, rest, owner)
    payload = rest[length:]
    return Message(topic, _inflated(payload) if flags >> 7 else payload, flags >> 4 & 3, bool(flags & 0x40))


def _packed(topic: str, owner: str | None) -> tuple[int, bytes]:
    """Form and bytes of a topic."""
    own = f"{topics.ROOT}/endpoint/{owner}/"
    if owner and topic.startswith(own) and topic.removeprefix(own) in KINDS:
        return _OWN, bytes((KINDS[topic.removeprefix(own)],))
    if topic == topics.TIME:
        return _TIME, b""
    if (area := _AREA_TOPIC.fullmatch(topic)) and area[2] in KINDS:
        return _AREA, bytes.fromhex(area[1]) + bytes((KINDS[area[2]],))
    if manifest := _MANIFEST_TOPIC.fullmatch(topic):
        return _MANIFEST, bytes.fromhex(manifest[1])
    chunk = _CHUNK_TOPIC.fullmatch(topic)
    if (
        chunk
        and int(chunk[3]) <= 0xFFFF
        and chunk[1] in (None, owner)
        and (chunk[1] is None) == ("/c/" in topic)
    ):
        form = _CHUNK if chunk[1] is None else _OWN_CHUNK
        return form, bytes.fromhex(chunk[2]) + int(chunk[3]).to_bytes(2, "big")
    literal = topic.encode()
    return _LITERAL, len(literal).to_bytes(2, "big") + literal


def _unpacked(form: int, rest: bytes, owner: str | None) -> tuple[str, int]:
    """A topic, and of how many bytes it was made."""
    read: dict[int, tuple[int, Callable[[bytes], str]]] = {
        _OWN: (1, lambda b: f"{topics.ROOT}/endpoint/{owner}/{_NAMES[b[0]]}"),
        _AREA: (7, lambda b: f"{topics.ROOT}/area/{b[:6].hex()}/{_NAMES[b[6]]}"),
        _TIME: (0, lambda b: topics.TIME),
        _MANIFEST: (32, lambda b: topics.manifest(b.hex())),
        _CHUNK: (34, lambda b: topics.chunk(b[:32].hex(), int.from_bytes(b[32:], "big"))),
        _OWN_CHUNK: (
            34,
            lambda b: topics.chunk_for(owner or "", b[:32].hex(), int.from_bytes(b[32:], "big")),
        ),
        _LITERAL: (2 + int.from_bytes(rest[:2], "big"), lambda b: b[2:].decode()),
    }
    if form not in read or (form in (_OWN, _OWN_CHUNK) and owner is None):
        raise BadParcel(
            f"form of topic: expected 0 to {_OWN_CHUNK}, own ones only of one endpoint, got {form}"
        )
    length, topic_of = read[form]
    if len(rest) < length:
        raise BadParcel(f"topic: expected {length} bytes, got {len(rest)}")
    try:
        return topic_of(rest[:length]), length
    except (KeyError, UnicodeDecodeError) as error:
        raise BadParcel(f"topic: expected a known kind, or UTF-8, got {rest[:length].hex()}") from error


def _inflated(deflated: bytes) -> bytes:
    unpacker = zlib.decompressobj(-15, zdict=DICTIONARY)
    try:
        payload = unpacker.decompress(deflated, MOST_MESSAGE)
    except zlib.error as error:
        raise BadParcel(f"payload: {error}") from error
    if not unpacker.eof or unpacker.unused_data:
        raise BadParcel(f"payload: expected one deflated text of at most {MOST_MESSAGE} bytes")
    return payload
