"""The audit trail at the desk."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from broadcaster.desk.door import Noun, question
from broadcaster.desk.house import Context
from broadcaster.people import audit
from broadcaster.people.audit import Entry, Verified
from broadcaster.people.rights import Right


class Audit(Noun):
    """What anybody ordered, and what became of it."""

    @question("GET", "/audit", right=Right.ADMIN)
    def list(
        self,
        ctx: Context,
        who: str | None = None,
        what: str | None = None,
        subject: str | None = None,
        outcome: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: Annotated[int, Field(ge=1, le=1000)] = 100,
    ) -> tuple[Entry, ...]:
        """The newest orders first, before id `before`; `what` is a whole name or a noun, such as `notices`."""
        found = audit.entries(
            ctx.session,
            who=who,
            what=what,
            subject=subject,
            outcome=outcome,
            since=since,
            until=until,
            before=before,
            limit=limit,
        )
        return tuple(found)

    @question("GET", "/audit/verification", right=Right.ADMIN)
    def verify(self, ctx: Context) -> Verified:
        """Whether every row still follows the one before; keep the tip elsewhere, it proves that none was cut off."""
        return audit.verify(ctx.session)
