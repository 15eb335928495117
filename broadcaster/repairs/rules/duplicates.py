"""Duplicates: two sets that use one identity. Both are alive; neither is to be believed."""

from dataclasses import dataclass, field

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.reading import Reading, Verdict

ALTERNATIONS, WITHIN_S = 3, 300.0
QUIET_S = 3_600.0


@dataclass(slots=True)
class _Identity:
    before: str = ""  # the boot that the newest one followed
    returns: list[float] = field(default_factory=list)  # to a boot that another one had followed
    on: bool = False


class Duplicates:
    """Rule 14 of the catalogue: starts that alternate cannot be one set's."""

    causes = frozenset({Cause.DUPLICATE_IDENTITY})

    def __init__(self) -> None:
        self._identities: dict[str, _Identity] = {}  # of endpoints that have started

    def look(self, reading: Reading) -> Verdict | None:
        boot, last, name = reading.beat.boot, reading.boot_before, reading.endpoint
        if last is not None and last != boot:
            return self._started(self._identities.setdefault(name, _Identity()), reading, last)
        known = self._identities.get(name)
        if known is not None and known.on and reading.at - known.returns[-1] >= QUIET_S:
            self.forget(name)
            return Verdict(endpoint=name, cause=Cause.DUPLICATE_IDENTITY, on=False)
        return None

    def _started(self, known: _Identity, reading: Reading, last: str) -> Verdict | None:
        boot = reading.beat.boot
        if boot == known.before:
            known.returns = [at for at in known.returns if at > reading.at - WITHIN_S] + [reading.at]
        known.before = last
        if known.on or len(known.returns) < ALTERNATIONS:
            return None
        known.on = True
        said = Statement(message=_TWO, facts={"one": last, "other": boot})
        return Verdict(endpoint=reading.endpoint, cause=Cause.DUPLICATE_IDENTITY, on=True, evidence=said)

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._identities[endpoint] = _Identity(returns=[at], on=True)

    def forget(self, endpoint: str) -> None:
        self._identities.pop(endpoint, None)


_TWO = N_("Two sets report under this identity in turn (starts {one} and {other}).")
