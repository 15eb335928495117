"""Documents at the desk: what endpoints are told now, as it stands on the broker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from broadcaster.desk.door import Noun, question
from broadcaster.desk.errors import NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.tables import PublishedRow
from devices.sealing import describe
from devices.topics import DocumentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A document on the broker, from outside."""

    topic: str
    kind: DocumentKind
    target: str
    revision: int
    issued: datetime
    expires: datetime
    size_bytes: int


class Documents(Noun):
    """Everything that the controller tells endpoints is a document."""

    @question("GET", "/documents", right=Right.VIEW)
    def list(
        self, ctx: Context, kind: DocumentKind | None = None, target: str | None = None
    ) -> tuple[Published, ...]:
        """The documents on the broker, or those of a kind or for an area, an endpoint or a recording."""
        wanted = (
            select(PublishedRow).where(col(PublishedRow.payload) != b"").order_by(col(PublishedRow.topic))
        )
        if kind is not None:
            wanted = wanted.where(PublishedRow.kind == kind)
        if target is not None:
            wanted = wanted.where(PublishedRow.target == target)
        return tuple(_published(row) for row in ctx.session.exec(wanted))

    @question("GET", "/document", right=Right.VIEW)
    def show(self, ctx: Context, topic: str) -> dict[str, Any]:
        """What one document says, as JSON; what travels is CBOR, signed."""
        row = ctx.session.get(PublishedRow, topic)
        if row is None or not row.payload:
            raise NotFound(N_("There is no document on {topic}."), topic=topic)
        return describe(row.payload)


def _published(row: PublishedRow) -> Published:
    return Published(
        topic=row.topic,
        kind=row.kind,
        target=row.target,
        revision=row.revision,
        issued=row.issued,
        expires=row.expires,
        size_bytes=len(row.payload),
    )
