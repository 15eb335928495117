"""Signatures: who may tell endpoints what to do. Ed25519 by default, SM2 with SM3 as a second back-end."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

EDDSA = -8  # COSE algorithm (RFC 9053, 2.2), here always with Ed25519
SM2_SM3 = -65537  # COSE private use: SM2 with SM3 (GB/T 32918.2), default signer id, raw r || s
ALGORITHMS = {EDDSA: "Ed25519", SM2_SM3: "SM2-SM3"}

_KEY_BYTES = {EDDSA: 32, SM2_SM3: 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that endpoints trust: 32 bytes for Ed25519, 64 (x || y) for SM2."""

    algorithm: int = EDDSA
    key: bytes

    def __post_init__(self) -> None:
        if self.algorithm not in _KEY_BYTES:
            known = ", ".join(f"{number} ({name})" for number, name in ALGORITHMS.items())
            raise ValueError(f"public key: unknown algorithm {self.algorithm}, expected one of {known}")
        if len(self.key) != _KEY_BYTES[self.algorithm]:
            raise ValueError(
                f"public key for {ALGORITHMS[self.algorithm]}: expected {_KEY_BYTES[self.algorithm]} bytes, "
                f"got {len(self.key)}"
            )

    @property
    def kid(self) -> bytes:
        """Its 8-byte id: the beginning of the key's SHA-256."""
        return hashlib.sha256(self.key).digest()[:8]


class Signer(Protocol):
    """Signs with one private key."""

    algorithm: int

    @property
    def public(self) -> PublicKey:
        """The key that verifies."""

    @property
    def kid(self) -> bytes:
        """The public key's id."""

    def sign(self, message: bytes) -> bytes:
        """The raw signature, 64 bytes with either algorithm."""


class Ed25519Signer:
    """Signs with Ed25519 (RFC 8032)."""

    algorithm = EDDSA

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(algorithm=EDDSA, key=private.public_key().public_bytes_raw())
        self.kid = self.public.kid

    @classmethod
    def from_seed(cls, seed: bytes) -> "Ed25519Signer":
        """From the 32 secret bytes. Raises ValueError."""
        if len(seed) != 32:
            raise ValueError(f"Ed25519 seed: expected 32 bytes, got {len(seed)}")
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def generate(cls) -> "Ed25519Signer":
        """A new key."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def secret(self) -> bytes:
        """The 32 secret bytes, to be kept."""
        return self._private.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature."""
        return self._private.sign(message)


def signer_of(algorithm: int, secret: bytes) -> Signer:
    """The signer of a kept `secret`. Raises MissingBackEnd; ValueError for what is no such secret."""
    if algorithm == EDDSA:
        return Ed25519Signer.from_seed(secret)
    if algorithm == SM2_SM3:
        from devices.sm2 import Sm2Signer

        return Sm2Signer.from_secret(secret)
    raise ValueError(f"unknown signature algorithm {algorithm}, expected one of {sorted(ALGORITHMS)}")


class SignatureVerdict(StrEnum):
    """What a keyring thinks of a signature."""

    GENUINE = "genuine"
    UNKNOWN_KEY = "unknown_key"  # nobody with that id and algorithm is trusted here
    BAD_SIGNATURE = "bad_signature"


class Keyring:
    """The public keys that one party trusts."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        self._verifiers = {(key.kid, key.algorithm): _verifier(key) for key in keys}

    def verify(self, kid: bytes, algorithm: int, message: bytes, signature: bytes) -> SignatureVerdict:
        """Whether `signature` over `message` is by the key `kid`. Raises MissingBackEnd."""
        verifies = self._verifiers.get((kid, algorithm))
        if verifies is None:
            return SignatureVerdict.UNKNOWN_KEY
        return SignatureVerdict.GENUINE if verifies(message, signature) else SignatureVerdict.BAD_SIGNATURE


def _verifier(key: PublicKey) -> Callable[[bytes, bytes], bool]:
    if key.algorithm == SM2_SM3:
        from devices.sm2 import verifier

        return verifier(key.key)
    return _ed25519_verifier(key.key)


def _ed25519_verifier(key: bytes) -> Callable[[bytes, bytes], bool]:
    public = Ed25519PublicKey.from_public_bytes(key)

    def verifies(message: bytes, signature: bytes) -> bool:
        try:
            public.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verifies
