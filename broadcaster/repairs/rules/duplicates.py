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
    boots: tuple[str, str]  # the one before, and the newest
    returns: list[float] = field(default_factory=list)  # to a boot that another one had followed
    on: bool = False


class Duplicates:
    """Rule 14 of the catalogue: starts that alternate cannot be one set's."""

    causes = frozenset({Cause.DUPLICATE_IDENTITY})

    def __init__(self) -> None:
        self._identities: dict[str, _Identity] = {}

    def look(self, reading: Reading) -> Verdict | None:
        boot, name = reading.beat.boot, reading.endpoint
        known = self._identities.get(name)
        if known is None:
            known = self._identities[name] = _Identity(("", boot))
        before, newest = known.boots
        if boot == newest and not known.on:
            return None
        if boot != newest:
            known.boots = (newest, boot)
            if boot == before:
                known.returns = [at for at in known.returns if at > reading.at - WITHIN_S] + [reading.at]
        if not known.on and len(known.returns) >= ALTERNATIONS:
            known.on = True
            said = Statement(message=_TWO, facts={"one": known.boots[0], "other": known.boots[1]})
            return Verdict(endpoint=name, cause=Cause.DUPLICATE_IDENTITY, on=True, evidence=said)
        if known.on and reading.at - known.returns[-1] >= QUIET_S:
            self.forget(name)
            return Verdict(endpoint=name, cause=Cause.DUPLICATE_IDENTITY, on=False)
        return None

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._identities[endpoint] = _Identity(("", ""), returns=[at], on=True)

    def forget(self, endpoint: str) -> None:
        self._identities.pop(endpoint, None)


_TWO = N_("Two sets report under this identity in turn (starts {one} and {other}).")
