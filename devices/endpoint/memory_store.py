"""Memory store: what `EndpointStore` promises, for simulated endpoints, without a database; the object is the disk.

Times are kept in whole milliseconds as there, so that a simulated endpoint wakes up with what a real one would read.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from devices.endpoint.store import (
    JOINED_MS,
    AlertMark,
    Boot,
    Change,
    HeldDocument,
    SlotMark,
    StoreFault,
    Unfinished,
)


class MemoryStore:
    """Keeps `devices.endpoint.store.Store`."""

    trouble = ""

    def __init__(self, chance: random.Random) -> None:
        self.chain = f"{chance.getrandbits(64):016x}"
        self.tip = (0, "")
        self._floor_ms = 0
        self._documents: dict[str, HeldDocument] = {}
        self._records: dict[int, str] = {}  # by number, in order
        self._slots: dict[str, SlotMark] = {}
        self._alerts: dict[str, AlertMark] = {}
        self._unfinished: dict[str, Unfinished] = {}
        self._boots: dict[str, tuple[int, int]] = {}  # first and last sign of life

    def documents(self) -> tuple[HeldDocument, ...]:
        return tuple(self._documents[topic] for topic in sorted(self._documents))

    def keep_document(self, document: HeldDocument, issued: datetime) -> None:
        self._documents[document.topic] = document
        self._floor_ms = max(self._floor_ms, _ms(issued))

    @property
    def floor(self) -> datetime | None:
        return _at(self._floor_ms) if self._floor_ms else None

    def write(self, change: Change) -> None:
        if change.records:
            self._keep_records(change.records)
        if change.tip is not None:
            self.tip = change.tip
        self._slots.update((mark.slot, mark) for mark in change.slots)
        self._alerts.update((mark.key, mark) for mark in change.alerts)
        if change.unfinished is not None:
            self._unfinished = {play.key: play for play in change.unfinished}

    def _keep_records(self, records: Sequence[tuple[int, str]]) -> None:
        numbers = [seq for seq, _ in records]
        if len(set(numbers)) < len(numbers) or not self._records.keys().isdisjoint(numbers):
            raise StoreFault(f"records {numbers}: one of them is here already")
        self._records = dict(sorted((self._records | dict(records)).items()))

    def unfinished(self) -> tuple[Unfinished, ...]:
        return tuple(self._unfinished[key] for key in sorted(self._unfinished))

    def records(self, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        found = tuple((seq, body) for seq, body in self._records.items() if seq > after)
        return found if limit < 0 else found[:limit]

    def forget_records(self, up_to: int) -> None:
        self._records = {seq: body for seq, body in self._records.items() if seq > up_to}

    def begin_chain(self, chain: str, records: Sequence[tuple[int, str]], tip: tuple[int, str]) -> None:
        self._records = dict(records)
        self.chain, self.tip = chain, tip

    def slots(self) -> tuple[SlotMark, ...]:
        return tuple(_as_kept(self._slots[slot]) for slot in sorted(self._slots))

    def alert_times(self) -> Mapping[str, int]:
        return {key: mark.times for key, mark in self._alerts.items()}

    def note_alive(self, boot: str, now: datetime, since: datetime, floor: datetime) -> None:
        if boot in self._boots:
            self._boots[boot] = (self._boots[boot][0], _ms(now))
        else:
            self._begin_boot(boot, _ms(now), _ms(since))
        self._floor_ms = max(self._floor_ms, _ms(floor))

    def boots(self) -> tuple[Boot, ...]:
        return tuple(Boot(first=_at(first), last=_at(last)) for first, last in sorted(self._boots.values()))

    def forget(self, slots: Iterable[str], now: datetime, boots_before: datetime) -> None:
        for slot in slots:
            self._slots.pop(slot, None)
        self._alerts = {k: mark for k, mark in self._alerts.items() if _ms(mark.forget) >= _ms(now)}
        self._boots = {boot: life for boot, life in self._boots.items() if life[1] >= _ms(boots_before)}

    def close(self) -> None:
        """There is nothing to close."""

    def _begin_boot(self, boot: str, now_ms: int, since_ms: int) -> None:
        latest = max(self._boots, key=lambda name: self._boots[name][1], default=None)
        if latest is not None and self._boots[latest][1] >= since_ms - JOINED_MS:
            self._boots[boot] = (self._boots.pop(latest)[0], now_ms)
        else:
            self._boots[boot] = (since_ms, now_ms)


def _as_kept(mark: SlotMark) -> SlotMark:
    ended = None if mark.ended is None else _at(_ms(mark.ended))
    return SlotMark(
        slot=mark.slot, notice=mark.notice, settled=mark.settled, ended=ended, forget=_at(_ms(mark.forget))
    )


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)


def _at(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms / 1000, UTC)
