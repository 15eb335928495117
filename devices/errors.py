"""What can go wrong on the wire.

DeviceError
├── RefusedDocument   a document that must not be acted on; `reason` says why     (theirs, permanent)
├── BadReport         a report that is not what the protocol asks for             (theirs, permanent)
├── BadProvision      an endpoint's provisioning file that cannot be used         (ours, a person mends it)
└── MissingBackEnd    a signature algorithm whose library is not installed        (ours, a person mends it)
"""

from enum import StrEnum


class DeviceError(Exception):
    """Base of everything that `devices` raises on purpose."""


class Refusal(StrEnum):
    """Why a sealed document is not acted on, before its revision and times are looked at."""

    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KIND = "unknown_kind"


class RefusedDocument(DeviceError):
    """A document that must not be acted on."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class BadReport(DeviceError):
    """A report that is not what the protocol asks for; the message says which member, expected and got."""


class BadProvision(DeviceError):
    """A provisioning file that cannot be used; the message names the member and what to try."""


class MissingBackEnd(DeviceError):
    """A signature algorithm whose library is not installed; the message says what to install."""
