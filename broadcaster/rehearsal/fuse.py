"""Fuse: how a simulated process is killed in the middle of what it does, between any two deeds that outlive it.

Deeds are what the world sees of a process: a transaction, a message, a sound. A fuse burns down with each of them, before
it is done and after it, and at its end the process is gone: a transaction is then done, or it is not.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from devices.endpoint.memory_store import MemoryStore
from devices.endpoint.store import Change, HeldDocument


class Killed(BaseException):
    """kill -9 struck in the middle of an entry; no `except Exception` lives to see it."""


class Fuse:
    """Harmless until it is lit."""

    def __init__(self) -> None:
        self._left: int | None = None

    def light(self, steps: int) -> None:
        """The process dies at the `steps`-th step from now."""
        self._left = steps

    def burn(self) -> None:
        """One step. Raises Killed."""
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self._left = None
                raise Killed


class FusedStore(MemoryStore):
    """A store whose process may die just before a transaction is done, and just after it."""

    fuse: Fuse = Fuse()

    def keep_document(self, document: HeldDocument, issued: datetime) -> None:
        self.fuse.burn()
        super().keep_document(document, issued)
        self.fuse.burn()

    def write(self, change: Change) -> None:
        self.fuse.burn()
        super().write(change)
        self.fuse.burn()

    def forget_records(self, up_to: int) -> None:
        self.fuse.burn()
        super().forget_records(up_to)
        self.fuse.burn()

    def begin_chain(self, chain: str, records: Sequence[tuple[int, str]], tip: tuple[int, str]) -> None:
        self.fuse.burn()
        super().begin_chain(chain, records, tip)
        self.fuse.burn()

    def note_alive(self, boot: str, now: datetime, since: datetime, floor: datetime) -> None:
        self.fuse.burn()
        super().note_alive(boot, now, since, floor)
        self.fuse.burn()

    def forget(self, slots: Iterable[str], now: datetime, boots_before: datetime) -> None:
        self.fuse.burn()
        super().forget(slots, now, boots_before)
        self.fuse.burn()
