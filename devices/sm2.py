"""SM2 with SM3 (GB/T 32918.2, GB/T 32905) through gmssl-pyx, for counties whose rules ask for it.

GmSSL speaks DER, the wire carries r || s. GmSSL also traces every false signature on stderr.
"""

from collections.abc import Callable
from types import ModuleType

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from devices.errors import MissingBackEnd
from devices.signing import SM2_SM3, PublicKey

_HALF = 32  # bytes of r, of s, and of each coordinate


def _gmssl() -> ModuleType:
    try:
        import gmssl_pyx
    except ImportError as missing:
        raise MissingBackEnd(
            "SM2 signatures need the library gmssl-pyx, which is not installed: "
            "pip install 'broadcaster[sm2]' (x86-64 only), or use Ed25519 keys"
        ) from missing
    return gmssl_pyx  # type: ignore[no-any-return]


class Sm2Signer:
    """Signs with SM2 and SM3 under the default signer id 1234567812345678."""

    algorithm = SM2_SM3

    def __init__(self, private: bytes, public: bytes) -> None:
        self._gmssl = _gmssl()
        self._private = private
        self.public = PublicKey(algorithm=SM2_SM3, key=public)
        self.kid = self.public.kid

    @classmethod
    def from_secret(cls, secret: bytes) -> "Sm2Signer":
        """From the 96 bytes of `secret`. Raises MissingBackEnd, ValueError."""
        if len(secret) != 3 * _HALF:
            raise ValueError(
                f"SM2 secret: expected 96 bytes (private key, then public key), got {len(secret)}"
            )
        return cls(secret[:_HALF], secret[_HALF:])

    @classmethod
    def generate(cls) -> "Sm2Signer":
        """A new key. Raises MissingBackEnd."""
        public, private = _gmssl().sm2_key_generate()
        return cls(private, public)

    @property
    def secret(self) -> bytes:
        """The 32 bytes of the private key and the 64 of the public one, to be kept."""
        return self._private + self.public.key

    def sign(self, message: bytes) -> bytes:
        """r || s, 64 bytes."""
        r, s = decode_dss_signature(self._gmssl.sm2_sign(self._private, self.public.key, message))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def verifier(key: bytes) -> Callable[[bytes, bytes], bool]:
    """Tells whether (message, signature) is by `key`. Raises MissingBackEnd; ValueError off the curve."""
    gmssl = _gmssl()
    try:
        gmssl.normalize_sm2_public_key(key)
    except gmssl.InvalidValueError:
        raise ValueError(f"SM2 public key {key.hex()} is not a point of the curve") from None

    def verifies(message: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * _HALF:
            return False
        r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
        return bool(gmssl.sm2_verify(key, message, encode_dss_signature(r, s)))

    return verifies
