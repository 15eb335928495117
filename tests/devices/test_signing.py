"""Keys and signatures: who is trusted, and for what bytes."""

import pytest

from devices.errors import MissingBackEnd
from devices.signing import (
    EDDSA,
    SM2_SM3,
    Ed25519Signer,
    Keyring,
    PublicKey,
    SignatureVerdict,
    signer_of,
)
from tests.devices.samples import SIGNER


def test_a_signature_by_a_trusted_key_is_genuine() -> None:
    keyring = Keyring([Ed25519Signer.generate().public, SIGNER.public])
    assert keyring.verify(SIGNER.kid, EDDSA, b"a", SIGNER.sign(b"a")) is SignatureVerdict.GENUINE


def test_a_signature_over_something_else_is_bad() -> None:
    verdict = Keyring([SIGNER.public]).verify(SIGNER.kid, EDDSA, b"a", SIGNER.sign(b"b"))
    assert verdict is SignatureVerdict.BAD_SIGNATURE


def test_a_key_that_is_not_on_the_ring_is_unknown() -> None:
    verdict = Keyring([Ed25519Signer.generate().public]).verify(SIGNER.kid, EDDSA, b"a", SIGNER.sign(b"a"))
    assert verdict is SignatureVerdict.UNKNOWN_KEY


def test_a_key_is_trusted_for_its_own_algorithm_only() -> None:
    verdict = Keyring([SIGNER.public]).verify(SIGNER.kid, SM2_SM3, b"a", SIGNER.sign(b"a"))
    assert verdict is SignatureVerdict.UNKNOWN_KEY


def test_a_signature_of_the_wrong_length_is_bad() -> None:
    verdict = Keyring([SIGNER.public]).verify(SIGNER.kid, EDDSA, b"a", b"short")
    assert verdict is SignatureVerdict.BAD_SIGNATURE


def test_a_kept_secret_makes_the_same_signer() -> None:
    assert signer_of(EDDSA, SIGNER.secret).public == SIGNER.public


def test_signatures_are_those_of_rfc_8032() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signer = Ed25519Signer.from_seed(seed)
    assert signer.public.key.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901")


@pytest.mark.parametrize(
    ("algorithm", "key", "complaint"),
    [
        (EDDSA, bytes(31), "public key for Ed25519: expected 32 bytes, got 31"),
        (SM2_SM3, bytes(32), "public key for SM2-SM3: expected 64 bytes, got 32"),
        (-7, bytes(32), "unknown algorithm -7"),
    ],
)
def test_a_key_that_is_none_is_refused(algorithm: int, key: bytes, complaint: str) -> None:
    with pytest.raises(ValueError) as refused:
        PublicKey(algorithm=algorithm, key=key)
    assert complaint in str(refused.value)


@pytest.mark.parametrize("algorithm", [EDDSA, SM2_SM3, -7])
def test_a_secret_that_is_none_is_refused(algorithm: int) -> None:
    with pytest.raises((ValueError, MissingBackEnd)):
        signer_of(algorithm, bytes(5))
