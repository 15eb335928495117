"""Wrong audio: sounds what nobody ordered, does not stop, or sounds what is long over."""

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.reading import Reading, Verdict

STUCK_S, STALE_S = 10.0, 10.0


class WrongAudio:
    """Rule 13 of the catalogue: said at once, over as soon as it is silent or right."""

    causes = frozenset({Cause.STALE_AUDIO, Cause.STUCK_PLAYING, Cause.UNAUTHORISED_AUDIO})

    def __init__(self) -> None:
        self._on: dict[str, Cause] = {}

    def look(self, reading: Reading) -> Verdict | None:
        name = reading.endpoint
        if reading.beat.sounding is None and name not in self._on:
            return None
        known = self._on.get(name)
        fault = _fault(reading)
        cause = fault[0] if fault else None
        if cause is known:
            return None
        if known is not None:
            del self._on[name]
            return Verdict(endpoint=name, cause=known, on=False)
        assert fault is not None
        self._on[name] = fault[0]
        return Verdict(endpoint=name, cause=fault[0], on=True, evidence=Statement(message=fault[1]))

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._on[endpoint] = cause

    def forget(self, endpoint: str) -> None:
        self._on.pop(endpoint, None)


def _fault(reading: Reading) -> tuple[Cause, str] | None:
    if reading.beat.sounding is None:
        return None
    if reading.sounding_ordered is False:
        return Cause.UNAUTHORISED_AUDIO, _UNAUTHORISED
    if reading.stopped_for_s is not None and reading.stopped_for_s > STUCK_S:
        return Cause.STUCK_PLAYING, _STUCK
    if reading.stream_age_s is not None and reading.stream_age_s > STALE_S:
        return Cause.STALE_AUDIO, _STALE
    return None


_UNAUTHORISED = N_("It sounds something that the controller never ordered.")
_STUCK = N_("It still sounds what should have stopped more than ten seconds ago.")
_STALE = N_("What it sounds has been over at its source for more than ten seconds.")
