"""Documents as a county sends them, and strategies that make any document there is."""

import hashlib
from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from devices.chunks import CHUNK
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
from devices.signing import Ed25519Signer, Keyring
from devices.topics import DocumentKind
from schedules.notices import InterruptionPolicy
from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.slots import Span

NOW = datetime(2026, 11, 23, 8, 0, 0, 123_000, tzinfo=UTC)
COUNTY = "341523000000"
SIGNER = Ed25519Signer.from_seed(bytes(range(32)))
KEYRING = Keyring([SIGNER.public])

KINDS: dict[type, DocumentKind] = {
    Plan: DocumentKind.PLAN,
    Alerts: DocumentKind.ALERTS,
    Settings: DocumentKind.SETTINGS,
    Manifest: DocumentKind.MANIFEST,
    Receipt: DocumentKind.RECEIPT,
    TimeBeacon: DocumentKind.TIME,
}


def name(number: int, digits: int = 16) -> str:
    """Some hex digits, different for each number."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:digits]


def document(
    body: Body,
    *,
    target: str = COUNTY,
    revision: int = 1_795_420_800,
    issued: datetime = NOW,
    holds: timedelta = timedelta(days=7),
) -> Document:
    """`body` with a header."""
    kind = KINDS[type(body)]
    header = Header(kind=kind, target=target, revision=revision, issued=issued, expires=issued + holds)
    return Document(header=header, body=body)


def precedence(number: int) -> Precedence:
    """That of an ordinary notice."""
    return Precedence(
        klass=BroadcastClass.DAILY,
        level=Level.COUNTY,
        severity=Severity.UNKNOWN,
        sent=NOW - timedelta(days=number),
        id=name(number),
    )


def plan(cues: int = 120, items: int = 8, days: int = 3) -> Plan:
    """Notices looped in two windows a day."""
    day = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    windows = [
        (timedelta(days=d, hours=a), timedelta(days=d, hours=b))
        for d in range(days)
        for a, b in ((0, 4), (7, 11))
    ]
    spans = tuple(Span(start=day + start, end=day + end) for start, end in windows)
    return Plan(
        items=tuple(
            PlanItem(
                order=name(number),
                notice=name(number + 1000),
                version=1,
                recording=name(number, 64),
                duration_ms=63_040 + number,
                precedence=precedence(number),
                policy=InterruptionPolicy.RESTART,
                volume=None,
                gap_s=600,
                spans=spans,
            )
            for number in range(items)
        ),
        cues=tuple(
            Cue(
                slot=name(number, 32),
                item=number % items,
                earliest=(span := spans[number * len(spans) // cues]).start,
                planned=span.start + timedelta(seconds=number % 20 * 681),
                latest=span.end,
            )
            for number in range(cues)
        ),
    )


def alert(text: str = "") -> Alert:
    """A flood warning."""
    return Alert(
        id=name(1),
        notice=name(2),
        version=1,
        klass=BroadcastClass.EMERGENCY,
        level=Level.COUNTY,
        severity=Severity.RED,
        sent=NOW - timedelta(seconds=20),
        starts=NOW - timedelta(seconds=20),
        expires=NOW + timedelta(hours=3),
        recording=name(3, 64),
        duration_ms=42_000,
        text=text,
    )


def manifest(size: int = 3 * CHUNK + 1) -> Manifest:
    """The manifest of a recording that does not exist."""
    digests = tuple(bytes.fromhex(name(number)) for number in range(-(-size // CHUNK)))
    return Manifest(size=size, codec="opus", duration_ms=60_000, chunk_size=CHUNK, digests=digests)


def _hex(size: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=size, max_size=size).map(bytes.hex)


_milliseconds = st.integers(-(10**10), 10**10).map(lambda ms: timedelta(milliseconds=ms))
_seconds = st.integers(-(10**6), 10**6).map(lambda s: timedelta(seconds=s))
_counts = st.integers(0, 2**53 - 1)
_names = st.one_of(
    st.text("0123456789abcdef", min_size=1, max_size=64), st.from_regex(r"[!-~]{1,64}", fullmatch=True)
)
_percents = st.integers(0, 100)
_levels = st.sampled_from(Level)
_severities = st.sampled_from(Severity)
_classes = st.sampled_from(BroadcastClass)
_policies = st.sampled_from(InterruptionPolicy)
_times = _milliseconds.map(lambda after: NOW + after)

_precedences = st.builds(
    Precedence, klass=_classes, level=_levels, severity=_severities, sent=_times, id=_names
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any plan, on whole seconds or not."""
    unit = draw(st.sampled_from([timedelta(seconds=1), timedelta(milliseconds=1)]))
    base = NOW.replace(microsecond=0)
    instants = st.integers(-(10**6), 10**6).map(lambda count: base + count * unit)
    lengths = st.integers(1, 10**6).map(lambda count: count * unit)
    spans = draw(
        st.lists(
            st.builds(lambda start, length: Span(start=start, end=start + length), instants, lengths),
            min_size=1,
        )
    )
    some = st.lists(st.sampled_from(spans), max_size=4).map(tuple)
    items = draw(
        st.lists(
            st.builds(
                PlanItem,
                order=_names,
                notice=_names,
                version=_counts,
                recording=_hex(32),
                duration_ms=_counts,
                precedence=_precedences,
                policy=_policies,
                volume=st.none() | _percents,
                gap_s=_counts,
                spans=some,
            ),
            max_size=4,
        )
    )
    cue = st.builds(
        lambda slot, item, span, share, fixed: Cue(
            slot=slot,
            item=item,
            earliest=span.start,
            planned=span.start + (span.end - span.start) // unit * share // 100 * unit,
            latest=span.end,
            fixed=fixed,
        ),
        _hex(16),
        st.integers(0, max(0, len(items) - 1)),
        st.sampled_from(spans),
        _percents,
        st.booleans(),
    )
    cues = draw(st.lists(cue, max_size=6)) if items else []
    return Plan(items=tuple(items), cues=tuple(cues))


_alerts = st.builds(
    Alert,
    id=_names,
    notice=_names,
    version=_counts,
    klass=_classes,
    level=_levels,
    severity=_severities,
    sent=_times,
    starts=_times,
    expires=_times,
    recording=st.none() | _hex(32),
    duration_ms=_counts,
    text=st.text(max_size=50),
    language=st.sampled_from(["zh", "ug", "bo"]),
    repeat_gap_s=_counts,
    repeats=st.none() | _counts,
    volume=st.none() | _percents,
    policy=_policies,
)
_clocks = st.integers(0, 86_399).map(lambda s: time(s // 3600, s // 60 % 60, s % 60))
bodies: st.SearchStrategy[Body] = st.one_of(
    plans(),
    st.builds(
        Alerts,
        alerts=st.lists(_alerts, max_size=3).map(tuple),
        stopped=st.lists(_names, max_size=3).map(tuple),
    ),
    st.builds(
        Settings,
        volume=st.none() | _percents,
        quiet_hours=st.none() | st.lists(st.tuples(_clocks, _clocks), max_size=3).map(tuple),
        zone=st.none() | st.just("Asia/Urumqi"),
        heartbeat_s=st.none() | st.integers(1, 86_400),
        counting_percent=st.none() | st.integers(1, 100),
    ),
    st.integers(1, 5 * CHUNK).map(manifest),
    st.builds(Receipt, chain=_hex(8), seq=_counts, hash=_hex(32)),
    st.just(TimeBeacon()),
)
documents = st.builds(
    lambda body, target, revision, issued, holds: document(
        body, target=target, revision=revision, issued=issued, holds=holds
    ),
    bodies,
    _names,
    _counts,
    _times,
    st.integers(1, 10**11).map(lambda ms: timedelta(milliseconds=ms)),
)
