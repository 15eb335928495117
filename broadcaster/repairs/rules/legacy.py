"""Legacy: the five fault codes of the field's terminals (GD/J 089-2018), read and written.

1 supply current too low, 2 average power too low, 3 amplifier output voltage too low, 4 field strength too low, 5 no
monitoring data. While 5 is reported nothing is judged from monitoring: sound, battery, heat, volume.
"""

from collections.abc import Mapping

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.rules.reading import Reading, Verdict

MEANING: Mapping[int, Cause] = {
    1: Cause.SITE_POWER_FAULT,
    2: Cause.SITE_POWER_FAULT,
    3: Cause.AMPLIFIER,
    4: Cause.FIELD_STRENGTH,
    5: Cause.NO_MONITORING,
}
WHILE_PLAYING: Mapping[int, Cause] = {1: Cause.AMPLIFIER, 2: Cause.AMPLIFIER}
REPORTS = 3
NO_DATA = 5

_CODE_OF: Mapping[Cause, int] = {
    Cause.SITE_POWER_FAULT: 1,
    Cause.SITE_POWER_LOSS: 1,
    Cause.SWITCHED_OFF: 1,
    Cause.GRID_OUTAGE: 1,
    Cause.CHARGER: 1,
    Cause.LOW_BATTERY: 2,
    Cause.AMPLIFIER: 3,
    Cause.SPEAKER: 3,
    Cause.FIELD_STRENGTH: 4,
    Cause.BASE_STATION: 4,
    Cause.LINK_DEGRADED: 4,
    Cause.NO_MONITORING: 5,
}


def cause_of(code: int, *, playing: bool) -> Cause:
    """What a code means. KeyError for one that is not 1 to 5."""
    return WHILE_PLAYING.get(code, MEANING[code]) if playing else MEANING[code]


def code_of(cause: Cause) -> int:
    """The code that tells an upward platform of `cause`; 0 (none) where the field has no word for it."""
    return _CODE_OF.get(cause, 0)


class Legacy:
    """Rule 15 of the catalogue, and the codes of rule 8: a code that was reported three times."""

    causes = frozenset({*MEANING.values(), *WHILE_PLAYING.values()})

    def __init__(self) -> None:
        self._patience = Patience(times=REPORTS)
        self._said: dict[tuple[str, int], Cause] = {}
        self._known: set[str] = set()

    def look(self, reading: Reading) -> Verdict | None:
        """One change at a time; what else changed is said with the next reading."""
        name, codes = reading.endpoint, reading.beat.faults
        if not codes and name not in self._known:
            return None
        self._known.add(name)
        for code in MEANING:
            found = self._patience.look(
                (name, code), reading.at, enters=code in codes, leaves=code not in codes
            )
            if found:
                cause = cause_of(code, playing=reading.beat.sounding is not None)
                self._said[name, code] = cause
                said = Statement(message=_SENTENCES[code])
                return Verdict(endpoint=name, cause=cause, on=True, evidence=said)
            if found is False and (cause_before := self._said.pop((name, code), None)):
                return Verdict(endpoint=name, cause=cause_before, on=False)
        return None

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        code = code_of(cause)
        self._known.add(endpoint)
        self._patience.resume((endpoint, code))
        self._said[endpoint, code] = cause

    def forget(self, endpoint: str) -> None:
        self._known.discard(endpoint)
        for code in MEANING:
            self._patience.forget((endpoint, code))
            self._said.pop((endpoint, code), None)


_SENTENCES: Mapping[int, str] = {
    1: N_("It reports that its supply current is too low (code 1)."),
    2: N_("It reports that its average power is too low (code 2)."),
    3: N_("It reports that its amplifier's output voltage is too low (code 3)."),
    4: N_("It reports that the field strength is too low (code 4)."),
    5: N_("It reports that it has no monitoring data (code 5)."),
}
