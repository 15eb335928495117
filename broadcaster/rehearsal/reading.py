"""Reading: documents verified and decoded once for all simulated endpoints, which trust the same keys."""

from functools import lru_cache

from devices.documents import Document
from devices.sealing import unseal
from devices.signing import Keyring

REMEMBERED = 4_096  # documents: all that are in force, and those that boards wake up with


class Reading:
    """`unseal` is the real one, asked once for each payload; what it refuses it is asked about again."""

    def __init__(self) -> None:
        self._keyring: Keyring | None = None
        self._read = lru_cache(REMEMBERED)(self._unsealed)

    def unseal(self, payload: bytes, keyring: Keyring) -> Document:
        """Raises RefusedDocument, as the real one."""
        self._keyring = self._keyring or keyring
        return self._read(payload)

    def _unsealed(self, payload: bytes) -> Document:
        assert self._keyring is not None
        return unseal(payload, self._keyring)
