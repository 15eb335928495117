"""`broadcaster audit`: who ordered what, and what became of it."""

from datetime import datetime
from typing import Annotated

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing, moment
from broadcaster.language import N_
from broadcaster.retelling import retold
from broadcaster.sentences import doer
from broadcaster.trail import end_named, end_said, order_named, order_said

app = typer.Typer(no_args_is_help=True, help="The audit trail: who ordered what, and what became of it.")

Moment = Annotated[datetime | None, typer.Option(help="The county's time, such as 2026-11-23T08:00.")]

COLUMNS: Columns = {
    N_("Id"): "id",
    N_("When"): "at",
    N_("Who"): lambda entry: doer(entry.who),
    N_("Order"): lambda entry: order_said(entry.what),
    N_("Subject"): "subject",
    N_("Outcome"): lambda entry: end_said(entry.outcome),
    N_("Message"): lambda entry: retold(entry.message),
}
VERIFIED: Columns = {N_("Rows"): "rows", N_("Broken at"): "broken_at", N_("Tip"): "tip"}


@app.command("list")
def list_(
    context: typer.Context,
    who: Annotated[str | None, typer.Option(help="Only this person's.")] = None,
    what: Annotated[
        str | None,
        typer.Option(
            help="Only this order, in words or such as notices.submit; or a noun's, such as notices."
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option(help="Only about this id.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only what ended so: done, refused, failed …")] = None,
    since: Moment = None,
    until: Moment = None,
    before: Annotated[int | None, typer.Option(help="Only before this id: the next page.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List orders, the newest first."""
    trail = desk(context).audit
    entries = trail.list(
        who=who,
        what=order_named(what),
        subject=subject,
        outcome=end_named(outcome),
        since=moment(since),
        until=moment(until),
        before=before,
        limit=limit,
    )
    listing(entries, COLUMNS, as_json=as_json, empty=N_("Nothing was ordered."))


@app.command()
def verify(context: typer.Context, as_json: Json = False) -> None:
    """Check that no row was changed or taken out. The exit code is 1 where one was."""
    verified = desk(context).audit.verify()
    card(verified, VERIFIED, as_json=as_json)
    if not verified:
        raise typer.Exit(1)
