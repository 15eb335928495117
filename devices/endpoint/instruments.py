"""Instruments: what a board can measure of itself, and the one it can turn; a board without any passes None to its endpoint."""

from dataclasses import dataclass, replace
from typing import Protocol

from devices.reports import Reset


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """One look at the instruments; None where there is none."""

    mains: bool | None = None
    battery: int | None = None  # percent
    temperature: int | None = None  # °C
    signal: int | None = None  # dBm
    boots: int | None = None
    reset: Reset | None = None
    mains_v: int | None = None
    battery_mv: int | None = None
    cell: str | None = None
    door_open: bool | None = None
    volume_actual: int | None = None  # percent
    current_percent: int | None = None
    echo: int | None = None  # percent
    impedance_percent: int | None = None
    line_errors: int | None = None
    faults: tuple[int, ...] = ()


class Instruments(Protocol):
    """Read at every heartbeat."""

    def read(self) -> Readings: ...

    def set_volume(self, percent: int) -> None:
        """Turn the volume to where the settings have it; a board whose volume only a hand can turn does nothing."""


@dataclass(slots=True)
class SetInstruments:
    """Instruments that show what they were set to: simulated fleets turn them."""

    readings: Readings = Readings()

    def read(self) -> Readings:
        return self.readings

    def set_volume(self, percent: int) -> None:
        if self.readings.volume_actual is not None:
            self.readings = replace(self.readings, volume_actual=percent)
