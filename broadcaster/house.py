"""The county's house: what lies in its data directory, and what the desk and the controller need of it."""

import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from copy import copy
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from audio.library import Library
from audio.speech import CommandVoice, Voice
from broadcaster.config import BrokerKind, Settings
from broadcaster.desk.errors import Unavailable
from broadcaster.desk.house import Act
from broadcaster.people import audit, rights, users
from broadcaster.people.rights import Right
from broadcaster.registry.provisioning import Surroundings
from broadcaster.storage.engine import open_database, transaction
from broadcaster.storage.engine import snapshot as read_only
from broadcaster.storage.migration import StorageError
from broadcaster.storage.tables import KeyRow
from devices.mqtt.accounts import Accounts
from devices.mqtt.connection import Connection, connection_to
from devices.mqtt.kept import keep
from devices.mqtt.wards import WARDS, load_wards, save_wards
from devices.signing import Ed25519Signer, PublicKey, Signer, signer_of
from schedules.places import Place

CONTROLLER_ACCOUNT = "controller"


class CountyHouse:
    """One data directory with everything in it; keeps `broadcaster.desk.house.House`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.report: Callable[[float], None] = lambda share: None  # long work says how much of it is done
        # Whoever runs the broker has it read them anew
        self.accounts_changed: Callable[[], None] = lambda: None
        # Whoever runs the controller says if it has a broker
        self.linked: Callable[[], bool | None] = lambda: None
        # Of who changes the accounts and wards: each reads the file, and writes it anew
        self._files_turn = Lock()
        settings.directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # keys and passwords lie in it

    def reporting(self, report: Callable[[float], None]) -> "CountyHouse":
        """The same house for one piece of long work, which tells `report` how much of it is done."""
        house = copy(self)
        house.report = report
        return house

    @cached_property
    def engine(self) -> Engine:
        """The database, brought forward to this program's schema, with a key to sign with. Unavailable says why it is not."""
        try:
            engine = open_database(self.settings.database_url)
        except StorageError as error:
            raise Unavailable(error.message, **error.facts) from error
        with transaction(engine) as session:
            if session.exec(_in_force()).first() is None:
                session.add(_new_key())
        return engine

    @cached_property
    def library(self) -> Library:
        """Prepared audio."""
        return Library(self.settings.directory / "library")

    def voice(self) -> Voice:
        """The station's own voice where one is set, else the built-in one."""
        if self.settings.speech.command:
            return CommandVoice(self.settings.speech.command)
        from audio.espeak import EspeakVoice

        return EspeakVoice()

    @cached_property
    def signer(self) -> Signer:
        """The controller's newest key in force."""
        with self.snapshot() as session:
            row = session.exec(_in_force()).first()
        if row is None:
            raise LookupError("the house has no signing key")
        return signer_of(row.algorithm, bytes.fromhex(row.secret))

    @property
    def surroundings(self) -> Surroundings:
        """What every endpoint is told when it is provisioned."""
        with self.snapshot() as session:
            keys = tuple(
                PublicKey(algorithm=row.algorithm, key=bytes.fromhex(row.public))
                for row in session.exec(_in_force())
            )
        host, port = self.broker_address
        tls = self.settings.broker.url.startswith("mqtts:")
        return Surroundings(host=host, port=port, tls=tls, keys=keys, zone=self.settings.zone.key)

    @property
    def broker_directory(self) -> Path:
        """Where the private broker keeps its files."""
        return self.settings.directory / "broker"

    @property
    def broker_address(self) -> tuple[str, int]:
        """(host, port) that endpoints are told."""
        if self.settings.broker.kind is BrokerKind.EXTERNAL:
            connection = connection_to(self.settings.broker.url, client_id=CONTROLLER_ACCOUNT)
            return connection.host, connection.port
        return self.settings.broker.host, self._private_port()

    def controller_connection(self) -> Connection:
        """How the controller reaches the broker; its account on a private one gets a new password each time."""
        broker = self.settings.broker
        if broker.kind is BrokerKind.EXTERNAL:
            found = connection_to(broker.url, client_id=CONTROLLER_ACCOUNT)
            if not broker.user:
                return found
            secret = broker.password.get_secret_value()
            return Connection(
                host=found.host,
                port=found.port,
                client_id=CONTROLLER_ACCOUNT,
                username=broker.user,
                password=secret,
                tls=found.tls,
            )
        password = secrets.token_urlsafe(24)
        self.set_account(CONTROLLER_ACCOUNT, password)
        host, port = self.broker_address
        return Connection(
            host=host,
            port=port,
            client_id=CONTROLLER_ACCOUNT,
            username=CONTROLLER_ACCOUNT,
            password=password,
            max_queued=100_000,
        )

    def set_account(self, user: str, password: str) -> None:
        """An account on the private broker, which takes it up by itself."""
        with self._files_turn:
            accounts = self._accounts()
            accounts.set(user, password)
            accounts.save()
        self.accounts_changed()

    def set_wards(self, hub: str, endpoints: Sequence[str]) -> None:
        """For whom a hub may speak at the private broker."""
        path = self.broker_directory / WARDS
        with self._files_turn:
            save_wards(path, {**load_wards(path), hub: tuple(endpoints)})
        self.accounts_changed()

    def remove_account(self, user: str) -> None:
        """An account's end."""
        with self._files_turn:
            accounts = self._accounts()
            if user not in accounts:
                return
            accounts.remove(user)
            accounts.save()
        self.accounts_changed()

    def transaction(self) -> AbstractContextManager[Session]:
        """One unit of work that writes."""
        return transaction(self.engine)

    def snapshot(self) -> AbstractContextManager[Session]:
        """One view for questions, which waits for no writer."""
        return read_only(self.engine)

    def allows(self, session: Session, who: str, right: StrEnum, places: tuple[Place, ...]) -> bool:
        """Whether `who` holds the right there."""
        return bool(rights.may(users.grants_of(session, who), Right(right), places))

    def keep(self, session: Session, act: Act) -> None:
        """Appends to the audit trail."""
        audit.record(
            session,
            at=act.at,
            who=act.who,
            what=act.what,
            subject=act.subject,
            places=act.places,
            parameters=act.parameters,
            outcome=act.outcome,
            message=act.message,
        )

    def _accounts(self) -> Accounts:
        self.broker_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Accounts(self.broker_directory / "passwords")

    def _private_port(self) -> int:
        """The port of the private broker; chosen before it first runs where an endpoint has to be told."""
        if self.settings.broker.port:
            return self.settings.broker.port
        kept = self.broker_directory / "port"
        if not kept.exists():
            self.broker_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with socket.create_server((self.settings.broker.host, 0)) as free:
                keep(kept, f"{free.getsockname()[1]}\n")
        return int(kept.read_text())


def _new_key() -> KeyRow:
    made = Ed25519Signer.generate()
    return KeyRow(
        kid=made.kid.hex(),
        algorithm=made.algorithm,
        secret=made.secret.hex(),
        public=made.public.key.hex(),
        created_at=datetime.now(UTC),
    )


def _in_force() -> SelectOfScalar[KeyRow]:
    return (
        select(KeyRow)
        .where(col(KeyRow.retired_at).is_(None))
        .order_by(col(KeyRow.created_at).desc())
        .limit(8)
    )
