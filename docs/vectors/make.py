"""The test vectors of docs/protocol.md: `python -m docs.vectors.make` writes them anew beside this file.

Each `*.json` is what the code produces; a test holds that the files are up to date and that the code reads them.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import cbor2
from msgspec.structs import replace

from devices import acceptance, cbor, chain, chunks, codec, sealing, topics
from devices.documents import (
    Alert,
    Alerts,
    Body,
    Cue,
    Document,
    Header,
    Manifest,
    Plan,
    PlanItem,
    Receipt,
    Settings,
    TimeBeacon,
)
from devices.errors import BadReport, RefusedDocument
from devices.presence import Presence
from devices.reports import (
    Event,
    EventKind,
    Heartbeat,
    LineReport,
    PlayedBatch,
    Report,
    Reset,
    Status,
    TapReport,
    TransferReport,
    Want,
)
from devices.signing import Ed25519Signer, Keyring
from devices.topics import DocumentKind, ReportKind
from docs.vectors import clocks, decisions, lines
from schedules.notices import InterruptionPolicy
from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result
from schedules.slots import Span

SEED = bytes(range(32))
PROOF_KEY = bytes(range(32, 64))
SIGNER = Ed25519Signer.from_seed(SEED)
KEYRING = Keyring([SIGNER.public])
ISSUED = datetime(2026, 11, 23, 8, 0, 0, 123_000, tzinfo=UTC)
NEWER_CHAIN = "00000000000000bb"
COUNTY, HORN, CHAIN, BOOT = "341523000000", "horn-01", "00000000000000aa", "0a1b2c3d"
RECORDING = bytes(number * 7 % 251 for number in range(chunks.CHUNK + 4_000))
RECORDING_SHA256 = hashlib.sha256(RECORDING).hexdigest()
LOW_RATE_SHA256 = hashlib.sha256(b"at a low rate").hexdigest()
DAY = ISSUED.replace(hour=0, minute=0, second=0, microsecond=0)

Json = dict[str, object]


def at(clock: str) -> datetime:
    """An instant of the sample day, UTC."""
    return datetime.combine(DAY, time.fromisoformat(clock), tzinfo=UTC)


def span(start: str, end: str) -> Span:
    """A span of the sample day."""
    return Span(start=at(start), end=at(end))


# Documents


def plan(*, fraction: timedelta = timedelta()) -> Plan:
    """Two notices; the first is looped, the second has a fixed time."""
    return Plan(
        items=(
            PlanItem(
                order="o-17",
                notice="letter-3",
                version=2,
                recording=RECORDING_SHA256,
                duration_ms=63_040,
                precedence=precedence("letter-3"),
                policy=InterruptionPolicy.RESTART,
                volume=None,
                gap_s=600,
                spans=(span("09:00", "11:00"), span("13:30", "15:00")),
            ),
            PlanItem(
                order="o-18",
                notice="relay-0830",
                version=1,
                recording=hashlib.sha256(b"relay").hexdigest(),
                duration_ms=600_000,
                precedence=precedence("relay-0830"),
                policy=InterruptionPolicy.JOIN,
                volume=65,
                gap_s=0,
                spans=(),
            ),
        ),
        cues=(
            cue("09:20", 0, span("09:00", "11:00"), fraction),
            cue("10:40", 0, span("09:00", "11:00")),
            cue("12:00", 1, span("12:00", "12:15"), fixed=True),
            cue("14:15", 0, span("13:30", "15:00")),
        ),
    )


def waiting() -> Plan:
    """Nothing to play; the audio of an emergency that may come."""
    return Plan(
        items=(
            PlanItem(
                order="flood-8",
                notice="flood-8",
                version=1,
                recording=RECORDING_SHA256,
                duration_ms=42_000,
                precedence=precedence("flood-8", BroadcastClass.EMERGENCY),
                policy=InterruptionPolicy.RESUME,
                volume=None,
                gap_s=0,
                spans=(),
            ),
        )
    )


def precedence(
    name: str, klass: BroadcastClass = BroadcastClass.DAILY, level: Level = Level.COUNTY
) -> Precedence:
    """Of a notice sent on the eve."""
    return Precedence(
        klass=klass, level=level, severity=Severity.UNKNOWN, sent=DAY - timedelta(hours=6), id=name
    )


def cue(planned: str, item: int, within: Span, after: timedelta = timedelta(), *, fixed: bool = False) -> Cue:
    """A cue whose slot is named after its planned time."""
    slot = hashlib.sha256(planned.encode()).hexdigest()[:32]
    when = at(planned) + after
    return Cue(slot=slot, item=item, earliest=within.start, planned=when, latest=within.end, fixed=fixed)


def alert() -> Alert:
    """A flood warning, sounding until cancelled."""
    return Alert(
        id="3415230020261123a1",
        notice="flood-7",
        version=1,
        klass=BroadcastClass.EMERGENCY,
        level=Level.COUNTY,
        severity=Severity.RED,
        sent=ISSUED - timedelta(seconds=20),
        starts=ISSUED - timedelta(seconds=20),
        expires=ISSUED + timedelta(hours=3),
        recording=RECORDING_SHA256,
        duration_ms=42_000,
        text="上游水库泄洪，请立即撤离河滩。",
    )


def document(kind: DocumentKind, target: str, body: Body, *, days: int = 7) -> Document:
    """`body` with the sample header."""
    header = Header(
        kind=kind, target=target, revision=1_795_420_800, issued=ISSUED, expires=ISSUED + timedelta(days=days)
    )
    return Document(header=header, body=body)


DOCUMENTS: dict[str, Document] = {
    "a plan": document(DocumentKind.PLAN, COUNTY, plan()),
    "a plan that only stages": document(DocumentKind.PLAN, COUNTY, waiting()),
    "a plan with a time that is no whole second": document(
        DocumentKind.PLAN, HORN, plan(fraction=timedelta(milliseconds=500))
    ),
    "an alert": document(
        DocumentKind.ALERTS, COUNTY, Alerts(alerts=(alert(),), stopped=("3415230020261122f0",))
    ),
    "an alert that names a low-rate recording too": document(
        DocumentKind.ALERTS, COUNTY, Alerts(alerts=(dataclasses.replace(alert(), low_rate=LOW_RATE_SHA256),))
    ),
    "a plan that names a low-rate recording too": document(
        DocumentKind.PLAN,
        COUNTY,
        Plan(items=(dataclasses.replace(waiting().items[0], low_rate=LOW_RATE_SHA256),)),
    ),
    "no alerts": document(DocumentKind.ALERTS, COUNTY, Alerts()),
    "settings": document(
        DocumentKind.SETTINGS,
        COUNTY,
        Settings(volume=80, quiet_hours=((time(22), time(6, 30)),), zone="Asia/Shanghai", heartbeat_s=30),
    ),
    "a manifest": document(
        DocumentKind.MANIFEST,
        RECORDING_SHA256,
        chunks.manifest_of(RECORDING, codec="opus", duration_ms=63_040),
    ),
    "a receipt": document(
        DocumentKind.RECEIPT, HORN, Receipt(chain=CHAIN, seq=2, hash=hashlib.sha256(b"2").hexdigest())
    ),
    "a beacon": document(DocumentKind.TIME, "time", TimeBeacon(), days=1),
}


def refused() -> dict[str, bytes]:
    """Sealed bytes that must be refused."""
    good = sealing.seal(DOCUMENTS["no alerts"], SIGNER)
    payload = cbor2.loads(cbor.encode(DOCUMENTS["no alerts"]))
    return {
        "a changed signature": good[:-1] + bytes([good[-1] ^ 1]),
        "a changed payload": good[:40] + bytes([good[40] ^ 1]) + good[41:],
        "a key that is not trusted": sealing.seal(DOCUMENTS["no alerts"], Ed25519Signer.from_seed(bytes(32))),
        "trailing bytes": good + b"\x00",
        "without the tag": good[1:],
        "a kind that does not exist": envelope(cbor2.dumps(payload | {1: 99}, canonical=True)),
        "keys that are not in order": envelope(cbor2.dumps(dict(reversed(payload.items())))),
        "a payload that is not CBOR": envelope(b"\xff"),
        "a key twice": envelope(b"\xa7\x01\x02" + cbor.encode(DOCUMENTS["no alerts"])[1:]),
        "a number not in its shortest form": envelope(
            b"\xa6\x01\x18\x02" + cbor.encode(DOCUMENTS["no alerts"])[3:]
        ),
        "a revision that is a float": envelope(cbor2.dumps(payload | {3: 1.5}, canonical=True)),
        "a target of hex digits as text": envelope(cbor2.dumps(payload | {2: COUNTY}, canonical=True)),
        "a body that lacks a member": envelope(
            cbor2.dumps(payload | {1: 5, 6: {1: bytes(8), 2: 2}}, canonical=True)
        ),
        "a cue whose item is not there": envelope(
            cbor2.dumps(payload | {1: 1, 6: {1: [[0, 60]], 3: [[bytes(16), 0, 0, 0]]}}, canonical=True)
        ),
        "a manifest with a digest too few": envelope(
            cbor2.dumps(
                payload | {1: 4, 6: {1: 20_384, 2: "opus", 3: 63_040, 4: 16_384, 5: bytes(8)}}, canonical=True
            )
        ),
        "nothing": b"",
    }


def tolerated() -> dict[str, bytes]:
    """ "No alerts" with what a reader passes over."""
    payload = cbor2.loads(cbor.encode(DOCUMENTS["no alerts"]))
    return {
        "a member of the payload that nobody knows": envelope(
            cbor2.dumps(payload | {7: "later"}, canonical=True)
        ),
        "a member of the body that nobody knows": envelope(
            cbor2.dumps(payload | {6: {99: [1, {1: True}]}}, canonical=True)
        ),
    }


def envelope(payload: bytes) -> bytes:
    """Any payload, genuinely signed, by the letter of RFC 9052."""
    protected = cbor2.dumps({1: SIGNER.algorithm, 4: SIGNER.kid}, canonical=True)
    signature = SIGNER.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))


def documents() -> Json:
    """Sealed documents with all that leads to their bytes, and others that must be refused."""
    protected = cbor2.dumps({1: SIGNER.algorithm, 4: SIGNER.kid}, canonical=True)
    return {
        "seed": SEED.hex(),
        "public_key": SIGNER.public.key.hex(),
        "kid": SIGNER.kid.hex(),
        "genuine": [
            {
                "what": what,
                "topic": acceptance.topics_of(each.header)[each.header.target == HORN],
                "payload": (payload := cbor.encode(each)).hex(),
                "to_be_signed": cbor2.dumps(["Signature1", protected, b"", payload]).hex(),
                "sealed": (sealed := sealing.seal(each, SIGNER)).hex(),
                "means": sealing.describe(sealed),
            }
            for what, each in DOCUMENTS.items()
        ],
        "like_no_alerts": [{"what": what, "sealed": sealed.hex()} for what, sealed in tolerated().items()],
        "refused": [
            {"what": what, "sealed": sealed.hex(), "reason": _reason(sealed)}
            for what, sealed in refused().items()
        ],
    }


def _reason(sealed: bytes) -> str:
    try:
        sealing.unseal(sealed, KEYRING)
    except RefusedDocument as problem:
        return problem.reason
    raise AssertionError("it must be refused")


def judgements() -> Json:
    """What becomes of the genuine documents."""
    alerts_here = topics.area_document(COUNTY, DocumentKind.ALERTS)
    held, later = 1_795_420_800, ISSUED + timedelta(seconds=5)
    cases: list[tuple[str, str, int | None, datetime | None, datetime | None]] = [
        ("no alerts", alerts_here, None, later, None),
        ("no alerts", alerts_here, held - 1, None, None),
        ("no alerts", alerts_here, held, later, None),
        ("no alerts", alerts_here, held + 1, later, None),
        ("no alerts", topics.area_document(COUNTY, DocumentKind.PLAN), None, later, None),
        ("no alerts", topics.area_document("341523100000", DocumentKind.ALERTS), None, later, None),
        ("no alerts", alerts_here, None, ISSUED + timedelta(days=7), None),
        ("no alerts", alerts_here, None, ISSUED - timedelta(minutes=11), None),
        ("no alerts", alerts_here, None, later, later),
        ("a beacon", topics.TIME, None, None, ISSUED - timedelta(milliseconds=1)),
        ("a beacon", topics.TIME, None, None, ISSUED),
        ("a manifest", topics.manifest(RECORDING_SHA256), None, later, None),
        ("a manifest", topics.manifest("0" * 64), None, later, None),
    ]
    return {
        "cases": [
            {
                "document": what,
                "topic": topic,
                "held_revision": revision,
                "now": _iso(now),
                "newest_issued": _iso(newest),
                "verdict": acceptance.accept(
                    DOCUMENTS[what], topic=topic, held_revision=revision, now=now, newest_issued=newest
                ),
            }
            for what, topic, revision, now, newest in cases
        ]
    }


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


# Reports

REPORTS: dict[ReportKind, Report] = {
    ReportKind.STATUS: Status(state=Presence.ONLINE, epoch=BOOT),
    ReportKind.HEARTBEAT: Heartbeat(
        boot=BOOT,
        seq=7,
        up_s=420,
        clock_ms=1_795_420_800_123,
        clock=ClockQuality.LEARNED,
        next_in_s=30,
        held={f"area/{COUNTY}/plan": 1_795_420_800, f"area/{COUNTY}/alerts": 1_795_420_801},
        missing=(RECORDING_SHA256,),
        missing_count=1,
        volume=80,
        mains=True,
        battery=97,
        temperature=-4,
        signal=-71,
        unreceipted=3,
        free_kb=812_004,
        software="broadcaster 0.1.0",
        boots=12,
        reset=Reset.POWER_ON,
        mains_v=231,
        battery_mv=12_840,
        cell="460-00-2a3f-01",
        door_open=False,
        volume_actual=80,
        line_errors=0,
        faults=(4,),
    ),
    ReportKind.EVENT: Event(
        boot=BOOT,
        seq=1,
        kind=EventKind.LAST_GASP,
        age_ms=40,
        detail="mains has failed",
        up_s=421,
        mains_v=228,
    ),
    ReportKind.WANT: Want(recording=RECORDING_SHA256, base=0, bitmap="c0"),
    ReportKind.LINE: LineReport(
        boot=BOOT,
        seq=3,
        line="east",
        open=True,
        baud=9_600,
        taps=(
            TapReport(
                endpoint="horn-01",
                address=1,
                position=1,
                there=True,
                silent_s=2,
                answers=90,
                lost=1,
                calm=109,
            ),
            TapReport(endpoint="horn-02", address=2, position=2, there=False),
        ),
        transfers=(TransferReport(recording=RECORDING_SHA256, size=20_000, lacking={"horn-01": 5_120}),),
    ),
}
BAD_REPORTS: tuple[tuple[ReportKind, str], ...] = (
    (ReportKind.HEARTBEAT, "{}"),
    (ReportKind.HEARTBEAT, '{"boot":"0a1b2c3d","seq":0,"up_s":1,"clock_ms":0,"clock":"none","next_in_s":30}'),
    (ReportKind.HEARTBEAT, '{"boot":"0A1B2C3D","seq":1,"up_s":1,"clock_ms":0,"clock":"none","next_in_s":30}'),
    (
        ReportKind.HEARTBEAT,
        '{"boot":"0a1b2c3d","seq":1,"up_s":NaN,"clock_ms":0,"clock":"none","next_in_s":30}',
    ),
    (ReportKind.STATUS, '{"v":2,"state":"online","epoch":"0a1b2c3d"}'),
    (ReportKind.EVENT, '{"boot":"0a1b2c3d","seq":1,"kind":"sneezed"}'),
    (ReportKind.WANT, '{"recording":"short","base":0,"bitmap":"c0"}'),
)


def reports() -> Json:
    """Reports as they travel, and others that are refused."""
    return {
        "good": [
            {"kind": kind, "payload": codec.encode(report).decode()} for kind, report in REPORTS.items()
        ],
        "bad": [
            {"kind": kind, "payload": text, "complaint": _complaint(kind, text)} for kind, text in BAD_REPORTS
        ],
    }


def _complaint(kind: ReportKind, text: str) -> str:
    try:
        codec.decode(kind, text.encode())
    except BadReport as problem:
        return str(problem)
    raise AssertionError("it must be bad")


# The chain

RECORDS = (
    AsPlayed(
        seq=1,
        slot=cue("09:20", 0, span("09:00", "11:00")).slot,
        notice="letter-3",
        version=2,
        recording=RECORDING_SHA256,
        started=at("09:20"),
        ended=at("09:20") + timedelta(milliseconds=63_040),
        heard_ms=63_040,
        full_ms=63_040,
        result=Result.COUNTED,
        volume=80,
        clock=ClockQuality.SYNCED,
        boot=BOOT,
    ),
    AsPlayed(
        seq=2,
        alert="3415230020261123a1",
        notice="flood-7",
        version=1,
        recording=None,
        started=at("10:00"),
        ended=at("10:00") + timedelta(milliseconds=5_000),
        heard_ms=5_000,
        full_ms=12_000,
        result=Result.PARTIAL,
        because=MissedBecause.NO_POWER,
        volume=100,
        clock=ClockQuality.LEARNED,
        boot=BOOT,
    ),
    AsPlayed(
        seq=3,
        slot=cue("10:40", 0, span("09:00", "11:00")).slot,
        notice="letter-3",
        version=2,
        recording=RECORDING_SHA256,
        started=None,
        ended=None,
        heard_ms=0,
        full_ms=63_040,
        result=Result.MISSED,
        because=MissedBecause.NO_POWER,
        volume=0,
        clock=ClockQuality.LEARNED,
        boot="5e6f7081",
    ),
)


def linked(name: str, records: Iterable[AsPlayed]) -> list[chain.Linked]:
    """The records as the chain `name`."""
    found: list[chain.Linked] = []
    for record in records:
        found.append(chain.link(record, str(found[-1]["hash"]) if found else chain.genesis(name)))
    return found


def proofs() -> Json:
    """A chain, and what a controller makes of batches that arrive against what it holds."""
    ours, other = linked(CHAIN, RECORDS), linked(NEWER_CHAIN, RECORDS[:1])
    tips = [chain.Tip(chain=CHAIN, seq=0, hash=chain.genesis(CHAIN))]
    tips += [chain.Tip(chain=CHAIN, seq=n, hash=str(each["hash"])) for n, each in enumerate(ours, 1)]
    elsewhere = linked(CHAIN, [RECORDS[0], replace(RECORDS[1], heard_ms=4_999)])
    changed = [ours[0], ours[1] | {"heard_ms": 4_999}, ours[2]]
    newer = [RECORDS[0], replace(RECORDS[1], seq=3)]
    later = _hashed([*ours, json.loads(chain.record_to_text(replace(RECORDS[0], seq=4))) | {"mood": "good"}])
    both = _hashed([*ours, json.loads(chain.record_to_text(replace(RECORDS[0], seq=4))) | {"alert": "also"}])
    cases: list[tuple[str, chain.Tip | None, PlayedBatch]] = [
        ("the first batch", None, chain.batch(CHAIN, ours[:2], PROOF_KEY)),
        ("the next batch", tips[2], chain.batch(CHAIN, ours[2:], PROOF_KEY)),
        ("a batch of which the beginning is known", tips[1], chain.batch(CHAIN, ours, PROOF_KEY)),
        ("a batch that came before", tips[3], chain.batch(CHAIN, ours, PROOF_KEY)),
        ("a batch after one that was lost", tips[1], chain.batch(CHAIN, ours[2:], PROOF_KEY)),
        ("a controller that has lost everything", None, chain.batch(CHAIN, ours[2:], PROOF_KEY)),
        ("a new chain", tips[3], chain.batch(NEWER_CHAIN, other, PROOF_KEY)),
        (
            "a new chain that does not hash from its name",
            tips[3],
            chain.batch(NEWER_CHAIN, ours[:1], PROOF_KEY),
        ),
        ("a chain with another past", tips[2], chain.batch(CHAIN, elsewhere, PROOF_KEY)),
        ("a record that was changed", None, chain.batch(CHAIN, changed, PROOF_KEY)),
        ("a key of somebody else", None, chain.batch(CHAIN, ours, bytes(32))),
        ("a key of somebody else, later", tips[1], chain.batch(CHAIN, ours, bytes(32))),
        ("a batch of exactly what is held", tips[2], chain.batch(CHAIN, ours[1:2], PROOF_KEY)),
        ("a member that nobody knows", tips[3], chain.batch(CHAIN, later[3:], PROOF_KEY)),
        ("a slot and an alert in one record", tips[3], chain.batch(CHAIN, both[3:], PROOF_KEY)),
        ("a number left out", None, chain.batch(CHAIN, linked(CHAIN, newer), PROOF_KEY)),
        (
            "a chain that was given up",
            chain.Tip(chain=NEWER_CHAIN, seq=1, hash=str(other[0]["hash"])),
            chain.batch(CHAIN, ours, PROOF_KEY),
        ),
    ]
    return {
        "chain": CHAIN,
        "proof_key": PROOF_KEY.hex(),
        "genesis": chain.genesis(CHAIN),
        "records": [
            {
                "hashed": chain.canonical({k: v for k, v in each.items() if k != "hash"}).decode(),
                "hash": each["hash"],
            }
            for each in ours
        ],
        "begun_anew": {
            "receipted": 1,
            "chain": NEWER_CHAIN,
            "records": linked(NEWER_CHAIN, [replace(each, seq=each.seq - 1) for each in RECORDS[1:]]),
        },
        "checks": [_check(what, tip, batch) for what, tip, batch in cases],
    }


def _hashed(members: list[chain.Linked]) -> list[chain.Linked]:
    """A chain, the last of which has members that no record of ours has."""
    *before, last = members
    return [
        *before,
        {
            **last,
            "hash": hashlib.sha256(
                bytes.fromhex(str(before[-1]["hash"])) + chain.canonical(last)
            ).hexdigest(),
        },
    ]


def _check(what: str, tip: chain.Tip | None, batch: PlayedBatch) -> Json:
    given_up = [CHAIN] if tip is not None and tip.chain == NEWER_CHAIN else []
    checked = chain.check(batch, tip, PROOF_KEY, abandoned=given_up)
    return {
        "what": what,
        "held": _tip(tip),
        "given_up": given_up,
        "batch": json.loads(codec.encode(batch)),
        "verdict": checked.verdict,
        "stored": [record.seq for record in checked.new],
        "receipt": _tip(checked.tip),
    }


def _tip(tip: chain.Tip | None) -> Json | None:
    return None if tip is None else {"chain": tip.chain, "seq": tip.seq, "hash": tip.hash}


# Audio


def audio() -> Json:
    """A recording, its manifest, and bitmaps."""
    manifest: Manifest = chunks.manifest_of(RECORDING, codec="opus", duration_ms=63_040)
    wants = ((0, "c0", 2), (0, "80000000000000000001", 1000), (64, "a0", 1000), (700, "ff", 703), (0, "", 2))
    return {
        "recording": f"{len(RECORDING)} bytes, byte n is 7 n mod 251",
        "sha256": RECORDING_SHA256,
        "digests": [digest.hex() for digest in manifest.digests],
        "wants": [
            {
                "base": base,
                "bitmap": bitmap,
                "chunks_of_recording": count,
                "wanted": chunks.wanted(Want(recording=RECORDING_SHA256, base=base, bitmap=bitmap), count),
            }
            for base, bitmap, count in wants
        ],
    }


FILES: dict[str, Callable[[], Json]] = {
    "documents.json": documents,
    "acceptance.json": judgements,
    "reports.json": reports,
    "chain.json": proofs,
    "audio.json": audio,
    "interruption.json": decisions.interruptions,
    "agenda.json": decisions.agendas,
    "clock.json": clocks.clocks,
    "serial.json": lines.serial,
}


def render(vectors: Json) -> str:
    """As the file says it."""
    return json.dumps(vectors, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write all of them."""
    for name, vectors in FILES.items():
        Path(__file__).with_name(name).write_text(render(vectors()), encoding="utf-8")


if __name__ == "__main__":
    main()
