"""Signatures: who may tell endpoints what to do. Ed25519 by default, SM2 with SM3 (devices/sm2.py) as a second back-end."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

EDDSA = -8  # COSE algorithm (RFC 9053, 2.2), here always with Ed25519
SM2_SM3 = -65537  # COSE private use: SM2 with SM3 (GB/T 32918.2), default signer id, raw r || s


class Signer(Protocol):
    """Signs with one private key."""

    algorithm: int

    @property
    def public(self) -> "PublicKey":
        """The key that verifies."""

    @property
    def kid(self) -> bytes:
        """The public key's id."""

    def sign(self, message: bytes) -> bytes:
        """The raw signature, 64 bytes with either algorithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that endpoints trust: 32 bytes for Ed25519, 64 (x || y) for SM2."""

    algorithm: int = EDDSA
    key: bytes

    @property
    def kid(self) -> bytes:
        """Its 8-byte id: the beginning of the key's SHA-256."""
        raise NotImplementedError


class Ed25519Signer:
    """Signs with Ed25519 (RFC 8032)."""

    algorithm = EDDSA

    @classmethod
    def from_seed(cls, seed: bytes) -> "Ed25519Signer":
        """From the 32 secret bytes."""
        raise NotImplementedError

    @classmethod
    def generate(cls) -> "Ed25519Signer":
        """A new key."""
        raise NotImplementedError

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes, to be kept."""
        raise NotImplementedError

    @property
    def public(self) -> PublicKey:
        """The key that verifies."""
        raise NotImplementedError

    @property
    def kid(self) -> bytes:
        """The public key's id."""
        raise NotImplementedError

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature."""
        raise NotImplementedError


def signer_of(algorithm: int, secret: bytes) -> Signer:
    """The signer of a kept secret: 32 bytes with either algorithm. Raises MissingBackEnd, ValueError."""
    raise NotImplementedError


class SignatureVerdict(StrEnum):
    """What a keyring thinks of a signature."""

    GENUINE = "genuine"
    UNKNOWN_KEY = "unknown_key"  # nobody with that id and algorithm is trusted here
    BAD_SIGNATURE = "bad_signature"


class Keyring:
    """The public keys that one party trusts."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        raise NotImplementedError

    def verify(self, kid: bytes, algorithm: int, message: bytes, signature: bytes) -> SignatureVerdict:
        """Whether `signature` over `message` is by the key `kid`. Raises MissingBackEnd."""
        raise NotImplementedError
