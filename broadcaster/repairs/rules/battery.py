"""Battery: low while the mains are away (part of an outage), low although they are there (charger or battery).

12 V lead-acid by its voltage; any other by its percentage. Critical for 10 minutes; over 0.3 V above.
"""

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.rules.reading import Reading, Verdict

CRITICAL_MV, HYSTERESIS_MV = 11_600, 300
CRITICAL_PERCENT, HYSTERESIS_PERCENT = 15, 10
LASTS_S = 600.0


class Battery:
    """Rule 9 of the catalogue."""

    causes = frozenset({Cause.LOW_BATTERY, Cause.CHARGER})

    def __init__(self) -> None:
        self._patience = Patience(lasts_s=LASTS_S)
        self._said: dict[str, Cause] = {}

    def look(self, reading: Reading) -> Verdict | None:
        level = _level(reading)
        if level is None:
            return None
        value, critical, over, message = level
        name = reading.endpoint
        cause = Cause.CHARGER if reading.beat.mains else Cause.LOW_BATTERY
        found = self._patience.look(name, reading.at, enters=value < critical, leaves=value >= over)
        if found is False:
            return Verdict(endpoint=name, cause=self._said.pop(name), on=False)
        if found is None:
            return None
        self._said[name] = cause
        return Verdict(
            endpoint=name, cause=cause, on=True, evidence=Statement(message=message, facts={"value": value})
        )

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._patience.resume(endpoint)
        self._said[endpoint] = cause

    def forget(self, endpoint: str) -> None:
        self._patience.forget(endpoint)
        self._said.pop(endpoint, None)


def _level(reading: Reading) -> tuple[int, int, int, str] | None:
    """Value, critical value, value at which it is over, and how to say it."""
    beat = reading.beat
    if beat.battery_mv is not None:
        return beat.battery_mv, CRITICAL_MV, CRITICAL_MV + HYSTERESIS_MV, _MILLIVOLTS
    if beat.battery is not None:
        return beat.battery, CRITICAL_PERCENT, CRITICAL_PERCENT + HYSTERESIS_PERCENT, _PERCENT
    return None


_MILLIVOLTS = N_("The battery has had less than 11.6 V for ten minutes ({value} mV).")
_PERCENT = N_("The battery has been nearly empty for ten minutes ({value} %).")
