"""The second signature algorithm, where its library is installed; and what is said where it is not."""

import sys

import pytest

from devices.documents import Alerts
from devices.errors import MissingBackEnd, Refusal, RefusedDocument
from devices.sealing import describe, seal, unseal
from devices.signing import SM2_SM3, Keyring, PublicKey, SignatureVerdict, signer_of
from tests.devices import samples


@pytest.fixture(scope="module")
def sm2():  # type: ignore[no-untyped-def]
    pytest.importorskip("gmssl_pyx")
    from devices.sm2 import Sm2Signer

    return Sm2Signer.generate()


def test_documents_are_sealed_and_unsealed_with_sm2(sm2) -> None:  # type: ignore[no-untyped-def]
    document = samples.document(Alerts(alerts=(samples.alert(),)))
    assert unseal(seal(document, sm2), Keyring([sm2.public])) == document
    assert describe(seal(document, sm2))["algorithm"] == "SM2-SM3"


def test_a_changed_document_is_refused(sm2) -> None:  # type: ignore[no-untyped-def]
    sealed = seal(samples.document(Alerts()), sm2)
    with pytest.raises(RefusedDocument) as refused:
        unseal(sealed[:60] + bytes([sealed[60] ^ 1]) + sealed[61:], Keyring([sm2.public]))
    assert refused.value.reason in (Refusal.BAD_SIGNATURE, Refusal.MALFORMED)


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), b"\xff" * 64])
def test_nonsense_is_a_bad_signature(sm2, signature: bytes) -> None:  # type: ignore[no-untyped-def]
    verdict = Keyring([sm2.public]).verify(sm2.kid, SM2_SM3, b"a", signature)
    assert verdict is SignatureVerdict.BAD_SIGNATURE


def test_signatures_are_always_64_bytes(sm2) -> None:  # type: ignore[no-untyped-def]
    assert {len(sm2.sign(bytes([n]))) for n in range(40)} == {64}


def test_a_kept_secret_makes_the_same_signer(sm2) -> None:  # type: ignore[no-untyped-def]
    again = signer_of(SM2_SM3, sm2.secret)
    keyring = Keyring([sm2.public])
    assert keyring.verify(again.kid, SM2_SM3, b"a", again.sign(b"a")) is SignatureVerdict.GENUINE


def test_a_key_off_the_curve_is_refused() -> None:
    pytest.importorskip("gmssl_pyx")
    with pytest.raises(ValueError) as refused:
        Keyring([PublicKey(algorithm=SM2_SM3, key=bytes(64))])
    assert "is not a point of the curve" in str(refused.value)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(MissingBackEnd) as missing:
        Keyring([PublicKey(algorithm=SM2_SM3, key=bytes(64))])
    assert "pip install 'broadcaster[sm2]'" in str(missing.value)


def test_sm2_signatures_are_those_of_the_standard() -> None:
    """GB/T 32918.5-2017, annex A.2: the signature on the recommended curve."""
    pytest.importorskip("gmssl_pyx")
    key = bytes.fromhex(
        "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    )
    signature = bytes.fromhex(
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    public = PublicKey(algorithm=SM2_SM3, key=key)
    verdict = Keyring([public]).verify(public.kid, SM2_SM3, b"message digest", signature)
    assert verdict is SignatureVerdict.GENUINE
