"""Virtual time for a sounding thread: it passes in no time, but never beyond what the test allows."""

import math
import threading

PATIENCE_S = 20.0  # of real time; only a broken test waits so long


class VirtualTimer:
    """Keeps `devices.endpoint.sounding.Timer`. A wait beyond `horizon_s` lasts until `run_to` or a hush."""

    def __init__(self, horizon_s: float = math.inf) -> None:
        self._instant_s = 0.0
        self._horizon_s = horizon_s
        self._until_s: float | None = None
        self._moved = threading.Condition()

    def now_s(self) -> float:
        return self._instant_s

    def wait(self, hushed: threading.Event, until_s: float) -> bool:
        with self._moved:
            self._until_s = until_s
            self._moved.notify_all()
            while until_s > self._horizon_s and not hushed.is_set():
                self._moved.wait(0.001)  # a hush does not ring
            self._until_s = None
            if not hushed.is_set():
                self._instant_s = max(self._instant_s, until_s)
            return hushed.is_set()

    def run_to(self, instant_s: float) -> None:
        """Let time pass up to this instant, where the thread waits for a later one."""
        with self._moved:
            self._horizon_s = instant_s
            self._moved.notify_all()
            waits = self._moved.wait_for(lambda: (self._until_s or -math.inf) > instant_s, PATIENCE_S)
            assert waits, "the thread does not wait for what comes"
            self._instant_s = instant_s

    def passes(self, seconds: float) -> None:
        """Something took its time."""
        self._instant_s += seconds
