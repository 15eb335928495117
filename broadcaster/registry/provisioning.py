"""Provisioning (终端开通): an endpoint gets its account and its secrets, anew each time; or is taken down for good."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from broadcaster.storage.changes import changed
from broadcaster.storage.tables import EndpointRow
from devices.provisioning import PROOF_KEY, LineProvision, Provision
from devices.signing import PublicKey
from schedules.places import Place, chain_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all endpoints of the county are told alike: where the broker is, which keys sign, which clock counts."""

    host: str
    port: int
    tls: bool = False
    ca: str | None = None  # PEM
    keys: tuple[PublicKey, ...]
    zone: str


def provision(
    session: Session,
    endpoint: str,
    surroundings: Surroundings,
    *,
    set_account: Callable[[str, str], None],
    now: datetime,
    line: LineProvision | None = None,
) -> Provision:
    """New secrets for an endpoint; those it had open nothing any more. LookupError, ValueError if it is retired.

    On a `line` it gets no account: its hub speaks for it.

    `set_account(user, password)` is called last. If the caller's commit fails after it, the endpoint has to be provisioned
    again before it can connect.
    """
    row = _row(session, endpoint)
    if row.retired_at:
        raise ValueError(
            f"the endpoint {endpoint} was retired on {row.retired_at:%Y-%m-%d}: a new set gets a new id"
        )
    proof_key = secrets.token_bytes(PROOF_KEY)
    row.proof_key, row.provisioned_at = proof_key.hex(), now
    made = Provision(
        endpoint=endpoint,
        village=Place(row.village),
        areas=chain_of(Place(row.village)),
        line=line,
        host="" if line else surroundings.host,
        port=surroundings.port,
        tls=surroundings.tls,
        ca=surroundings.ca,
        username="" if line else endpoint,
        password="" if line else secrets.token_urlsafe(24),
        proof_key=proof_key,
        keys=surroundings.keys,
        zone=surroundings.zone,
        site=row.site or row.name,
    )
    changed(session)
    session.flush()
    if line is None:
        set_account(made.username, made.password)
    return made


def retire(session: Session, endpoint: str, *, remove_account: Callable[[str], None], now: datetime) -> None:
    """Takes an endpoint down for good: its records stay, its secrets go, its id is never used again. LookupError."""
    row = _row(session, endpoint)
    row.enabled, row.proof_key = False, ""
    row.retired_at = row.retired_at or now
    changed(session)
    session.flush()
    remove_account(endpoint)


def _row(session: Session, endpoint: str) -> EndpointRow:
    row = session.get(EndpointRow, endpoint)
    if row is None:
        raise LookupError(f"there is no endpoint {endpoint!r} in the registry")
    return row
