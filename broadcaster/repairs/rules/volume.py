"""Volume: turned by hand, again and again, though it is put back each time; or it cannot be put back."""

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.rules.reading import Reading, Verdict

OFF_BY = 10  # percent points
REPORTS = 2
TIMES, WITHIN_S = 3, 86_400.0
CANNOT_BE_PUT_BACK_S = 1_800.0


class Volume:
    """Rule 11 of the catalogue. `to_restore` are those whose volume should be ordered anew."""

    causes = frozenset({Cause.VOLUME_TAMPERED})

    def __init__(self) -> None:
        self._turned = Patience(times=REPORTS)
        self._stuck = Patience(lasts_s=CANNOT_BE_PUT_BACK_S)
        self._times: dict[str, list[float]] = {}
        self._on: dict[str, float] = {}
        self.to_restore: set[str] = set()

    def look(self, reading: Reading) -> Verdict | None:
        actual, ordered, name = reading.beat.volume_actual, reading.volume_ordered, reading.endpoint
        if actual is None or ordered is None:
            return None
        is_off = abs(actual - ordered) >= OFF_BY
        found = self._turned.look(name, reading.at, enters=is_off, leaves=not is_off)
        stuck = self._stuck.look(name, reading.at, enters=is_off, leaves=not is_off)
        if found:
            self.to_restore.add(name)
            recent = [at for at in self._times.get(name, []) if at > reading.at - WITHIN_S]
            self._times[name] = [*recent, reading.at]
        if name not in self._on and (stuck or (found and len(self._times[name]) >= TIMES)):
            self._on[name] = reading.at
            facts = {"actual": actual, "ordered": ordered, "times": len(self._times.get(name, [0]))}
            said = Statement(message=_STUCK if stuck else _AGAIN, facts=facts)
            return Verdict(endpoint=name, cause=Cause.VOLUME_TAMPERED, on=True, evidence=said)
        return self._is_over(name, reading.at, is_off=is_off)

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._on[endpoint] = at

    def forget(self, endpoint: str) -> None:
        self._turned.forget(endpoint)
        self._stuck.forget(endpoint)
        self._times.pop(endpoint, None)
        self._on.pop(endpoint, None)

    def _is_over(self, name: str, at: float, *, is_off: bool) -> Verdict | None:
        """After one clean day."""
        if name not in self._on:
            return None
        if is_off:
            self._on[name] = at
        elif at - self._on[name] >= WITHIN_S:
            self.forget(name)
            return Verdict(endpoint=name, cause=Cause.VOLUME_TAMPERED, on=False)
        return None


_AGAIN = N_("The volume was turned by hand {times} times within a day ({actual} instead of {ordered} %).")
_STUCK = N_("The volume stands at {actual} % and cannot be put back to {ordered} %.")
