"""Sound: amplifier, loudspeaker and microphone, judged only while a programme is known to sound loudly enough.

Current tells whether the amplifier works, the microphone whether anything is heard, impedance whether the loudspeaker is
whole. Without any of them nothing is said: such endpoints are verified by listeners.
"""

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.rules.reading import Reading, Verdict

NO_CURRENT, CURRENT = 25, range(70, 141)  # percent of what is expected
NOT_HEARD, HEARD = 30, 60  # percent correlation
OPEN_Z, SHORT_Z, WHOLE_Z = 250, 50, range(85, 116)  # percent of the reference
TWICE = 2


class Sound:
    """Rule 8 of the catalogue: two programmes, or one and a test tone, before anybody is sent."""

    causes = frozenset({Cause.AMPLIFIER, Cause.SPEAKER})

    def __init__(self) -> None:
        self._patience = Patience(times=TWICE)
        self._said: dict[str, Cause] = {}

    def look(self, reading: Reading) -> Verdict | None:
        if not reading.programme:
            return None
        fault, name, well = _fault(reading), reading.endpoint, _is_well(reading)
        if fault is None and not well:
            return None
        found = self._patience.look(name, reading.at, enters=fault is not None, leaves=well)
        if found is False:
            return Verdict(endpoint=name, cause=self._said.pop(name, Cause.AMPLIFIER), on=False)
        if found is None or fault is None:
            return None
        cause, said = fault
        self._said[name] = cause
        return Verdict(endpoint=name, cause=cause, on=True, evidence=said)

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._patience.resume(endpoint)
        self._said[endpoint] = cause

    def forget(self, endpoint: str) -> None:
        self._patience.forget(endpoint)
        self._said.pop(endpoint, None)


def _fault(reading: Reading) -> tuple[Cause, Statement] | None:
    beat = reading.beat
    if beat.impedance_percent is not None and beat.impedance_percent > OPEN_Z:
        return Cause.SPEAKER, Statement(message=_OPEN, facts={"percent": beat.impedance_percent})
    if beat.impedance_percent is not None and beat.impedance_percent < SHORT_Z:
        return Cause.SPEAKER, Statement(message=_SHORT, facts={"percent": beat.impedance_percent})
    if beat.current_percent is not None and beat.current_percent < NO_CURRENT:
        return Cause.AMPLIFIER, Statement(message=_NO_CURRENT, facts={"percent": beat.current_percent})
    if beat.current_percent in CURRENT and beat.echo is not None and beat.echo < NOT_HEARD:
        return Cause.SPEAKER, Statement(message=_NOT_HEARD, facts={"echo": beat.echo})
    if beat.impedance_percent is not None and beat.impedance_percent not in WHOLE_Z:
        return Cause.SPEAKER, Statement(message=_PARTLY, facts={"percent": beat.impedance_percent})
    return None


def _is_well(reading: Reading) -> bool:
    beat = reading.beat
    knows = beat.current_percent is not None or beat.echo is not None or beat.impedance_percent is not None
    return knows and _fault(reading) is None and (beat.echo is None or beat.echo >= HEARD)


_OPEN = N_("The loudspeaker is disconnected: its impedance is {percent} % of what it was.")
_SHORT = N_("The loudspeaker is shorted: its impedance is {percent} % of what it was.")
_PARTLY = N_("Some of its horns do not work: the impedance is {percent} % of what it was.")
_NO_CURRENT = N_("The amplifier drew only {percent} % of the expected current during two programmes.")
_NOT_HEARD = N_("The amplifier works, but the microphone did not hear the programme (match {echo} %).")
