"""Snapshots: all that supervision knows as bytes, and back in another process. What passed in between counts as blind."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from devices.supervision.flapping import Penalty
from devices.supervision.gates import Path
from devices.supervision.rhythm import Rhythm, Runs
from devices.supervision.states import Flip, State
from devices.supervision.supervision import Supervision
from devices.supervision.watch import CALM, Watch


class Stored(msgspec.Struct, array_like=True, frozen=True):
    """One watch."""

    endpoint: str
    path: int  # its place among the snapshot's paths
    state: State
    since: float
    onset: float
    heard: float
    boot: str
    boots: int | None
    seq: int
    due_in: float
    good: int
    maintenance: bool
    gasp_boot: str
    gasp_seq: int
    gasp_up_s: int | None
    gasp_rx: float
    failed_probes: int
    rhythm: tuple[float, float, float, float, float, float, float]
    penalty: tuple[float, float, bool]


class StoredPath(msgspec.Struct, array_like=True, frozen=True):
    """One path, with the times in which it was closed."""

    gates: tuple[str, ...]
    closures: tuple[tuple[float, float], ...]


class Snapshot(msgspec.Struct, array_like=True, frozen=True):
    """Everything at the instant `ticked`."""

    v: int
    ticked: float
    closed: dict[str, float]
    runs: Runs
    paths: tuple[StoredPath, ...]
    watches: tuple[Stored, ...]


_DECODER = msgspec.msgpack.Decoder(Snapshot)
_ENCODER = msgspec.msgpack.Encoder()


def exported(supervision: Supervision) -> bytes:
    """All that `supervision` knows."""
    paths = list(supervision.gates.paths)
    place = {path: number for number, path in enumerate(paths)}
    snapshot = Snapshot(
        v=1,
        ticked=supervision.ticked,
        closed=dict(supervision.gates.closed),
        runs=supervision.runs,
        paths=tuple(StoredPath(p.gates, tuple((c.begin, c.end) for c in p.closures)) for p in paths),
        watches=tuple(_stored(watch, place[watch.path]) for watch in supervision.watches),
    )
    return _ENCODER.encode(snapshot)


def restored(stored: bytes, now: float, flips: Iterable[Flip] = ()) -> Supervision:
    """Supervision as it was, at `now`. Nobody watched in between, so that nothing is held against anybody.

    `flips` were stored after the snapshot: they are not told again.
    """
    snapshot = _DECODER.decode(stored)
    supervision = Supervision(min(snapshot.ticked, now))
    supervision.runs = snapshot.runs
    paths = []
    for stored_path in snapshot.paths:
        path = supervision.gates.path(stored_path.gates)
        path.recall(stored_path.closures)
        paths.append(path)
    for gate, since in snapshot.closed.items():
        supervision.gates.close(gate, since)
    latest = {flip.endpoint: flip for flip in flips}
    with _without_collector():
        for each in snapshot.watches:
            watch = _watch(each, paths[each.path])
            if (flip := latest.get(each.endpoint)) is not None:
                watch.state, watch.since, watch.onset = flip.to_state, flip.detected, flip.onset
            supervision.adopt(watch)
    supervision.was_blind(now)
    return supervision


@contextmanager
def _without_collector() -> Iterator[None]:
    """Without looking for cycles, of which there are none, while a million objects are made: it halves the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _stored(watch: Watch, path: int) -> Stored:
    rhythm = watch.rhythm
    return Stored(
        watch.endpoint,
        path,
        watch.state,
        watch.since,
        watch.onset,
        watch.heard,
        watch.boot,
        watch.boots,
        watch.seq,
        watch.due_in,
        watch.good,
        watch.maintenance,
        watch.gasp_boot,
        watch.gasp_seq,
        watch.gasp_up_s,
        watch.gasp_rx,
        watch.failed_probes,
        (
            rhythm.period,
            rhythm.jitter,
            rhythm.missed_hour,
            rhythm.expected_hour,
            rhythm.missed_week,
            rhythm.expected_week,
            rhythm.runs_week,
        ),
        (watch.penalty.value, watch.penalty.at, watch.penalty.flapping),
    )


def _watch(stored: Stored, path: Path) -> Watch:
    value, at, flapping = stored.penalty
    return Watch(
        endpoint=stored.endpoint,
        path=path,
        state=stored.state,
        since=stored.since,
        onset=stored.onset,
        heard=stored.heard,
        boot=stored.boot,
        boots=stored.boots,
        seq=stored.seq,
        due_in=stored.due_in,
        good=stored.good,
        maintenance=stored.maintenance,
        gasp_boot=stored.gasp_boot,
        gasp_seq=stored.gasp_seq,
        gasp_up_s=stored.gasp_up_s,
        gasp_rx=stored.gasp_rx,
        failed_probes=stored.failed_probes,
        rhythm=Rhythm(*stored.rhythm),
        penalty=Penalty(value, at, flapping) if value else CALM,
    )
