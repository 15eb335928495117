"""Heat: too hot by itself. What its neighbours share is the weather, and no fault."""

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.rules.reading import Reading, Verdict

HOT, COOL, CRITICAL = 70, 65, 85  # °C
ABOVE_NEIGHBOURS = 15
LASTS_S = 600.0


class Heat:
    """Rule 10 of the catalogue."""

    causes = frozenset({Cause.OVERTEMPERATURE})

    def __init__(self) -> None:
        self._patience = Patience(lasts_s=LASTS_S)

    def look(self, reading: Reading) -> Verdict | None:
        celsius, around = reading.beat.temperature, reading.neighbours_celsius
        if celsius is None:
            return None
        local = around is None or celsius - around > ABOVE_NEIGHBOURS or celsius >= CRITICAL
        hot = celsius > HOT and local
        found = self._patience.look(reading.endpoint, reading.at, enters=hot, leaves=celsius <= COOL)
        if found is None:
            return None
        said = Statement(message=_HOT, facts={"celsius": celsius})
        return Verdict(endpoint=reading.endpoint, cause=Cause.OVERTEMPERATURE, on=found, evidence=said)

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._patience.resume(endpoint)

    def forget(self, endpoint: str) -> None:
        self._patience.forget(endpoint)


_HOT = N_("It has been above 70 °C for ten minutes ({celsius} °C), and its neighbours have not.")
