"""Recordings that a line's head offers: what is needed first, two at a time, to those who are there and lack it.

Whose needs have changed says so with `soon`; who is through with a recording, with `through`. A recording goes on until nobody
who is there waits for it, or something is needed sooner.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Protocol

from devices.endpoint.clock import Instant
from devices.hub.documents import Documents, Need
from devices.hub.thrift import Carried, Thrift
from devices.hub.ward import Ward
from devices.reports import TransferReport
from devices.serial.arrival import GATHER_S, Hearing
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.serial.pacing import Line

AT_ONCE = 2  # recordings offered, so that the line is full while one of them is asked about
STILL_JOINING = 0.25  # of a recording's airtime: who needs it later gets it afterwards, not all anew
SAMPLE_S = 5.0


class Recordings(Protocol):
    """What the hub itself has."""

    def holds(self, sha256: str) -> bool:
        """Whether all of a recording is here."""

    def content(self, sha256: str) -> bytes | None:
        """All of it, verified; None: it is not here, or damaged."""


class Offers:
    """`carried`: what is on its way, by name, what is needed first before the other."""

    def __init__(
        self,
        *,
        line: Line,
        head: Head,
        wards: Mapping[int, Ward],
        documents: Documents,
        recordings: Recordings,
    ) -> None:
        self._line = line
        self._head = head
        self._wards = wards
        self._documents = documents
        self._recordings = recordings
        self.carried: dict[str, Carried] = {}
        self.thrift = Thrift(line)
        self._begun: set[str] = set()  # recordings that were offered before
        self._offer_s = inf  # when recordings are to be offered anew
        self._sample_s = -inf  # when to hear of the calm of taps next

    @property
    def next_s(self) -> float:
        """When to call `attend`."""
        return min(self._offer_s, self._sample_s if self.carried else inf)

    def soon(self, at_s: float) -> None:
        """What somebody lacks may have changed: look by then."""
        self._offer_s = min(self._offer_s, at_s)

    def has(self, recording: str) -> None:
        """The hub has all of a recording: it can be offered now."""
        if self._lackers(recording):
            self._offer_s = -inf

    def attend(self, now: Instant) -> None:
        """Offer what is lacking, and hear how calm the line is while it is used."""
        if now.mono_s >= self._sample_s:
            self._sample_s = now.mono_s + SAMPLE_S
            self.listen()
        if now.mono_s >= self._offer_s:
            self._offer(now)

    def listen(self) -> None:
        """Hear how calm the line is now to those who are there."""
        for ward in self._there():
            ward.steady.sample(self._head.member(ward.address).calm)

    def through(self, recording: str, ward: Ward, now: Instant) -> None:
        """Somebody is through with a recording; it is withdrawn when nobody waits for it who is there."""
        ward.lacks.pop(recording, None)
        carried = self.carried.get(recording)
        if carried is None:
            return
        carried.taps.discard(ward.address)
        dropped = self._head.member(ward.address).drops.share
        carried.through.append(Hearing(calm=ward.steady.calm, dropped=dropped))
        if not any(self._wards[address].there for address in carried.taps):
            self._withdraw(recording)
            self._offer_s = now.mono_s
            self.thrift.measure(carried, now.mono_s, alone=not self.carried)

    def reports(self, limit: int) -> Iterator[TransferReport]:
        """Recordings that endpoints lack: those that are under way, then those that wait."""
        waiting = _joined(self._wards.values())
        queued = [name for name in _first(waiting) if name not in self.carried]
        for recording in (*self.carried, *queued)[:limit]:
            size = self._size(recording)
            partly = self._head.lacking(bytes.fromhex(recording)) if recording in self.carried else {}
            lackers = self._lackers(recording) | partly.keys()
            lacking = {self._wards[each].endpoint: partly.get(each, size) for each in sorted(lackers)}
            yield TransferReport(recording=recording, size=size, lacking=lacking)

    def _size(self, recording: str) -> int:
        if recording in self.carried:
            return self.carried[recording].size
        manifest = self._documents.manifest(recording)
        return manifest.size if manifest else 0

    def _there(self) -> list[Ward]:
        return [ward for ward in self._wards.values() if ward.there]

    def _lackers(self, recording: str) -> set[int]:
        return {ward.address for ward in self._wards.values() if recording in ward.lacks}

    def _offer(self, now: Instant) -> None:
        self._offer_s = inf
        there = self._there()
        wanted = {name: need for name, need in _joined(there).items() if self._can_offer(name)}
        if any(ward.settling for ward in there):
            wanted = {name: need for name, need in wanted.items() if name in self.carried or need.urgent}
            self._offer_s = now.mono_s + GATHER_S
        chosen = _first(wanted)[:AT_ONCE]
        keep = 0
        for carried, name in zip(tuple(self.carried), chosen, strict=False):
            if carried != name or self._should_join(name, now):
                break
            keep += 1
        for name in tuple(self.carried)[keep:]:
            self._withdraw(name)
        for name in chosen[keep:]:
            self._begin(name, wanted[name], now)

    def _can_offer(self, recording: str) -> bool:
        return recording in self.carried or self._recordings.holds(recording)

    def _should_join(self, recording: str, now: Instant) -> bool:
        """Whether somebody lacks what is under way to others, and it is early enough to begin anew for all."""
        carried = self.carried[recording]
        newcomers = self._lackers(recording) - carried.taps
        whole_s = self._line.airtime_s(carried.size)
        return bool(newcomers) and now.mono_s - carried.since_s < STILL_JOINING * whole_s

    def _begin(self, recording: str, need: Need, now: Instant) -> None:
        content, taps = self._recordings.content(recording), self._lackers(recording)
        if content is None:
            return
        address = next(iter(taps)) if len(taps) == 1 else EVERYBODY
        self._head.offer(bytes.fromhex(recording), content, taps, address=address, urgent=need.urgent)
        fresh, alone = recording not in self._begun, not self.carried
        self.carried[recording] = Carried(
            taps=taps, size=len(content), since_s=now.mono_s, fresh=fresh, alone=alone
        )
        self._begun.add(recording)

    def _withdraw(self, recording: str) -> None:
        self._head.withdraw(bytes.fromhex(recording))
        del self.carried[recording]


def _joined(wards: Iterable[Ward]) -> dict[str, Need]:
    """What these lack, and when."""
    lacked: dict[str, Need] = {}
    for ward in wards:
        for recording, need in ward.lacks.items():
            lacked[recording] = need.joined(lacked.get(recording))
    return lacked


def _first(needs: Mapping[str, Need]) -> list[str]:
    """What is needed first comes first."""
    return sorted(needs, key=lambda name: (needs[name].first_s, name))
