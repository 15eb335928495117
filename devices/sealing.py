"""Sealing: a document as the signed bytes that travel, COSE_Sign1 (RFC 9052, 4.2) over deterministic CBOR."""

from devices.documents import Document
from devices.signing import Keyring, Signer

LONGEST_DOCUMENT = 262_144  # bytes; what brokers are set to carry


def seal(document: Document, signer: Signer) -> bytes:
    """The signed bytes of a document. ValueError names a member that the wire cannot carry."""
    raise NotImplementedError


def unseal(payload: bytes, keyring: Keyring) -> Document:
    """The document in `payload`, its signature verified; whether it is for us and new is `acceptance`'s to say.

    Raises RefusedDocument for every payload that is not a genuine, well-formed document.
    """
    raise NotImplementedError


def describe(payload: bytes) -> dict[str, object]:
    """Any document as JSON for people, *without* verifying its signature. Raises RefusedDocument."""
    raise NotImplementedError
