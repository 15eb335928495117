"""Reading: documents verified and decoded once for all simulated endpoints, which trust the same keys."""

import hashlib
from functools import lru_cache

from devices.documents import Document
from devices.sealing import unseal
from devices.signing import Keyring, SignatureVerdict, Signer

REMEMBERED = 4_096  # documents: all that are in force, and those that boards wake up with


class Reading:
    """`keyring` trusts the county's key, as every simulated endpoint does."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._read = lru_cache(REMEMBERED)(self._unsealed)

    def unseal(self, payload: bytes, _keyring: Keyring | None = None) -> Document:
        """The real one, asked once for each payload; what it refuses it is asked about again. Raises RefusedDocument."""
        return self._read(payload)

    def _unsealed(self, payload: bytes) -> Document:
        return unseal(payload, self._keyring)


class Notary(Keyring):
    """Signs for the county, and knows what it signed: only what others signed, or changed, has to be verified."""

    def __init__(self, signer: Signer) -> None:
        super().__init__([signer.public])
        self._signer = signer
        self.algorithm, self.public, self.kid = signer.algorithm, signer.public, signer.kid
        self._signed: set[bytes] = set()

    def sign(self, message: bytes) -> bytes:
        """The signer's signature."""
        signature = self._signer.sign(message)
        self._signed.add(_name(message, signature))
        return signature

    def verify(self, kid: bytes, algorithm: int, message: bytes, signature: bytes) -> SignatureVerdict:
        """As any keyring that trusts the signer."""
        if (kid, algorithm) == (self.kid, self.algorithm) and _name(message, signature) in self._signed:
            return SignatureVerdict.GENUINE
        return super().verify(kid, algorithm, message, signature)


def _name(message: bytes, signature: bytes) -> bytes:
    return hashlib.sha256(signature + message).digest()
