"""Signatures in a rehearsal: what the county signed is known, all else is verified as everywhere."""

import pytest

from broadcaster.rehearsal.reading import Notary, Reading
from devices.documents import Alerts
from devices.errors import RefusedDocument
from devices.sealing import seal
from devices.signing import Ed25519Signer, Keyring
from tests.devices import samples

OURS, FORGED = (Ed25519Signer.from_seed(bytes([n]) * 32) for n in (1, 2))
DOCUMENT = samples.document(Alerts(), revision=1)


def test_what_the_notary_signed_anybody_can_verify():
    sealed = seal(DOCUMENT, Notary(OURS))
    assert sealed == seal(DOCUMENT, OURS)
    assert Reading(Keyring([OURS.public])).unseal(sealed) == DOCUMENT


def test_the_notary_knows_what_the_county_signed_here_and_elsewhere():
    notary = Notary(OURS)
    for sealed in (seal(DOCUMENT, notary), seal(DOCUMENT, OURS)):
        assert Reading(notary).unseal(sealed) == DOCUMENT


def test_what_others_signed_or_changed_is_refused():
    notary = Notary(OURS)
    sealed = seal(DOCUMENT, notary)
    other = seal(samples.document(Alerts(), revision=2), notary)
    borrowed = sealed[:-64] + other[-64:]  # a signature of ours, but of another document
    for refused in (seal(DOCUMENT, FORGED), sealed[:-1] + bytes([sealed[-1] ^ 1]), borrowed):
        with pytest.raises(RefusedDocument):
            Reading(notary).unseal(refused)
