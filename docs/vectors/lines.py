"""The test vectors of serial lines: frames, guards, mixes, parcels, and a recorded conversation."""

import hashlib
import random
from dataclasses import fields, is_dataclass
from enum import IntEnum

from devices import topics
from devices.links import Message
from devices.serial import parcels
from devices.serial.bodies import (
    Ack,
    Answer,
    Begin,
    Block,
    Body,
    Gaps,
    HeadPiece,
    Hello,
    Lane,
    Mix,
    Note,
    Offer,
    Poll,
    Roll,
    TapPiece,
    Welcome,
)
from devices.serial.emulated import EmulatedLine
from devices.serial.events import Held, Here, Present, Received, Told
from devices.serial.frames import EVERYBODY, BadFrame, Deframer, Frame, Heard
from devices.serial.guard import Guard
from devices.serial.head import Head
from devices.serial.mixing import indices, named
from devices.serial.pacing import Line
from devices.serial.shelf import MemoryShelf
from devices.serial.tap import Tap
from devices.topics import DocumentKind, ReportKind

Json = dict[str, object]
OWNER, TAP, GROUP, EPOCH = "horn-01", 7, 0xE001, 0x2A17
CONTENT = bytes(number * 7 % 251 for number in range(300))
SHA256 = hashlib.sha256(CONTENT).digest()

BODIES: dict[str, tuple[int, Body, Guard]] = {
    "a first question": (TAP, Poll(introduce=True, room=63), Guard.NONE),
    "a hello": (TAP, Hello(nonce=0xDEADBEEF), Guard.NONE),
    "a welcome": (
        TAP,
        Welcome(nonce=0xDEADBEEF, begins=(Begin(EVERYBODY, 0, 2), Begin(GROUP, 0, 0))),
        Guard.NONE,
    ),
    "a question": (
        TAP,
        Poll(acks=0b0110, room=63, transfer=1, since=0, until=5, heard=(Ack(0), Ack(3, 0b10))),
        Guard.LIGHT,
    ),
    "an answer": (
        TAP,
        Answer(calm=109, waiting=25, missing=2, acks=((1, Ack(4)), (2, Ack(1, 0b1)))),
        Guard.LIGHT,
    ),
    "gaps": (TAP, Gaps(transfer=1, since=0, until=400, runs=((1, 1), (300, 60))), Guard.NONE),
    "a roll": (EVERYBODY, Roll(acks=0b1000, transfer=1, slot=44, taps=(3, 7, 9)), Guard.NONE),
    "a message in one piece": (
        EVERYBODY,
        HeadPiece(lane=Lane.URGENT, number=0, first=True, last=True, content=b"\x03\xd2\x84"),
        Guard.NONE,
    ),
    "the last piece of a report": (
        TAP,
        TapPiece(lane=Lane.NORMAL, number=65_535, first=False, last=True, content=b'"}'),
        Guard.NONE,
    ),
    "a note": (EVERYBODY, Note(content=b"\x03beacon"), Guard.NONE),
    "an offer": (EVERYBODY, Offer(transfer=1, block=64, size=300, sha256=SHA256), Guard.NONE),
    "a block": (EVERYBODY, Block(transfer=1, number=4, content=CONTENT[256:]), Guard.NONE),
    "a block with a strong guard": (
        EVERYBODY,
        Block(transfer=1, number=0, content=CONTENT[:64]),
        Guard.STRONG,
    ),
    "a mix": (EVERYBODY, Mix(transfer=1, number=1, content=bytes(64)), Guard.HEAVY),
}

MESSAGES: tuple[tuple[Message, str | None], ...] = (
    (Message(topics.TIME, b"\xd2\x84", 0), None),
    (Message(topics.area_document("341523000000", DocumentKind.ALERTS), b"\xd2\x84", 1, True), None),
    (Message(topics.endpoint_document(OWNER, DocumentKind.RECEIPT), b"\xd2\x84", 1, True), OWNER),
    (Message(topics.endpoint_document(OWNER, DocumentKind.PLAN), b"\xd2\x84", 1, True), None),
    (Message(topics.manifest(SHA256.hex()), b"\xd2\x84", 1, True), None),
    (
        Message(
            topics.report(OWNER, ReportKind.STATUS), b'{"v":1,"state":"online","epoch":"0a1b2c3d"}', 1, True
        ),
        OWNER,
    ),
)


def serial() -> Json:
    """All of `serial.json`."""
    frames = {
        what: Frame(address=address, epoch=EPOCH, sequence=number, body=body, guard=guard)
        for number, (what, (address, body, guard)) in enumerate(BODIES.items(), 1)
    }
    return {
        "frames": [
            {"what": what, **_frame(frame), "wire": frame.to_bytes().hex()} for what, frame in frames.items()
        ],
        "refused": [_refused(what, chunk) for what, chunk in _damaged(frames["a question"]).items()],
        "mended": _mended(frames["a block with a strong guard"]),
        "guards": [_guard(guard, CONTENT[:20]) for guard in Guard if guard],
        "mixes": [{"seed": seed, "count": 20, "named": indices(named(seed, 20))} for seed in (0, 1, 0xFFFF)],
        "dictionary": parcels.DICTIONARY.decode(),
        "parcels": [
            {
                "owner": owner,
                "topic": message.topic,
                "qos": message.qos,
                "retain": message.retain,
                "payload": message.payload.hex(),
                "parcel": parcels.to_bytes(message, owner).hex(),
            }
            for message, owner in MESSAGES
        ],
        "conversation": conversation(),
    }


def conversation() -> list[Json]:
    """A tap is welcomed, told a message, tells one, and gets a recording of which a block is lost."""
    line, said = Line(baud=9_600), list[Json]()
    drawn = random.Random(7)
    tap = Tap(address=TAP, line=line, shelf=MemoryShelf(), nonce=lambda: drawn.getrandbits(32))
    head = Head(line=line, epoch=EPOCH, taps=[(TAP, (GROUP,))])
    wire = EmulatedLine(line=line, ends=[head, _Deaf(tap)], seed=1)
    mouths = [Deframer(), Deframer()]

    def overheard(end: int, content: bytes) -> None:
        for heard in mouths[end].feed(content):
            if isinstance(heard, Heard):
                who = "tap" if end else "head"
                said.append(
                    {
                        "ms": round(wire.now * 1e3),
                        "who": who,
                        **_frame(heard.frame),
                        "wire": heard.frame.to_bytes().hex(),
                    }
                )

    wire.overheard = overheard
    wire.run(lambda: wire.happened(Present) > 0, 5)
    head.send(TAP, parcels.to_bytes(MESSAGES[2][0], OWNER))
    tap.send(parcels.to_bytes(MESSAGES[5][0], OWNER))
    wire.stir(0)
    wire.run(lambda: wire.happened(Told) > 0 and wire.happened(Received) > 0, 5)
    head.offer(hashlib.sha256(CONTENT * 8).digest(), CONTENT * 8, [TAP], address=TAP)
    wire.stir(0)
    wire.run(lambda: wire.happened(Here) > 0 and wire.happened(Held) > 0, 12)
    return said


class _Deaf:
    """A tap that misses the first frame with block 1."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._held = b""
        self._missed = False

    def receive(self, received: bytes, now: float) -> list[object]:
        *whole, self._held = (self._held + received).split(b"\0")
        events: list[object] = []
        for chunk in whole:
            if not self._misses(chunk):
                events += self._tap.receive(chunk + b"\0", now)
        return events

    def to_send(self, now: float) -> bytes:
        return self._tap.to_send(now)

    def next_deadline(self) -> float | None:
        return self._tap.next_deadline()

    def _misses(self, chunk: bytes) -> bool:
        try:
            body = Frame.from_bytes(chunk).body
        except BadFrame:
            return False
        misses = isinstance(body, Block) and body.number == 1 and not self._missed
        self._missed |= misses
        return misses


def _frame(frame: Frame) -> Json:
    return {
        "address": frame.address,
        "epoch": frame.epoch,
        "sequence": frame.sequence,
        "guard": frame.guard.name.lower(),
        "kind": type(frame.body).__name__,
        "body": _plain(frame.body),
    }


def _plain(value: object) -> object:
    """A value as JSON has it, bytes as hex."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.name.lower() if isinstance(value, IntEnum) else value


def _damaged(frame: Frame) -> dict[str, bytes]:
    plain = Frame(
        address=frame.address, epoch=frame.epoch, sequence=frame.sequence, body=frame.body
    ).to_bytes()[:-1]
    return {
        "a wrong bit": plain[:-3] + bytes([plain[-3] ^ 0x80]) + plain[-2:],
        "a byte too few": plain[:-1],
        "nothing but an address": b"\x03\x40\x07",
        "more wrong bytes than the guard mends": frame.to_bytes()[:9]
        + b"\x55\x55\x55"
        + frame.to_bytes()[12:-1],
    }


def _refused(what: str, chunk: bytes) -> Json:
    (found,) = Deframer().feed(chunk + b"\0")
    if isinstance(found, Heard):
        raise AssertionError(f"{what}: it must be refused")
    return {"what": what, "wire": (chunk + b"\0").hex(), "complaint": found.reason}


def _mended(frame: Frame) -> Json:
    wire = bytearray(frame.to_bytes())
    for place in (20, 40, 60):
        wire[place] ^= 0x40
    assert Deframer().feed(bytes(wire)) == [Heard(frame, len(wire), 3)]
    return {"wire": wire.hex(), "is": frame.to_bytes().hex(), "wrong_bytes": 3}


def _guard(guard: Guard, body: bytes) -> Json:
    return {"guard": guard.name.lower(), "body": body.hex(), "parity": guard.shield(body)[len(body) :].hex()}
