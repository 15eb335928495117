"""`broadcaster notice`: what people are to hear, from the draft to the air and off it."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import line, lists, naming, rule, sound
from broadcaster.cli.caller import desk
from broadcaster.cli.options import flat
from broadcaster.cli.output import Columns, Json, card, heading, last_day, length, listing, print_json
from broadcaster.cli.progress import bar
from broadcaster.cli.steps import STEPS, Comment, Reason
from broadcaster.cli.writing import NoticeOptions, drafted, written_anew
from broadcaster.desk.errors import NotFound
from broadcaster.language import N_, _
from schedules.notices import NoticeKind, NoticeState

if TYPE_CHECKING:
    from broadcaster.desk.notices import NoticeView

app = typer.Typer(no_args_is_help=True, help="Notices on their way to the air.")
Notice = Annotated[str, typer.Argument(metavar="NOTICE", help="Its id, or words of its title.")]


def _title(notice: "NoticeView") -> str:
    if notice.issue is None:
        return notice.title
    return _("{title} ({series}, issue {issue})").format(
        title=notice.title, series=notice.series, issue=notice.issue
    )


def _volume(notice: "NoticeView") -> str:
    return _("the endpoint's own") if notice.volume is None else f"{notice.volume} %"


def _audio(notice: "NoticeView") -> str:
    if notice.asset is None:
        return _("none yet: have it spoken, or give it a recording")
    return f"{length(notice.duration_ms)} ({notice.asset})"


ROWS: Columns = {
    N_("Notice"): "id",
    N_("State"): "state",
    N_("Kind"): "kind",
    N_("Title"): _title,
    N_("Places"): "places",
    N_("Last day"): lambda notice: last_day(notice.valid_until),
}
CARD: Columns = {
    N_("Notice"): "id",
    N_("Version"): "version",
    N_("State"): "state",
    N_("Kind"): "kind",
    N_("Title"): _title,
    N_("Places"): "places",
    N_("Valid from"): "valid_from",
    N_("Valid until"): "valid_until",
    N_("Class"): "klass",
    N_("Severity"): lambda notice: notice.severity if notice.severity else None,
    N_("Issuing level"): "level",
    N_("Volume"): _volume,
    N_("When interrupted"): "policy",
    N_("Loop"): lambda notice: rule.sentence(notice.rule),
    N_("Audio"): _audio,
}


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[NoticeState | None, typer.Option(help="Only in this state.")] = None,
    kind: Annotated[NoticeKind | None, typer.Option(help="Only of this kind.")] = None,
    place: Annotated[str | None, typer.Option(help="Only what this area or endpoint hears.")] = None,
    search: Annotated[str, typer.Option(help="Only with these words in title or text.")] = "",
    as_json: Json = False,
) -> None:
    """List notices, the newest first."""
    county = desk(context)
    where = naming.place(county, place) if place else None
    found = county.notices.list(state=state, kind=kind, place=where, search=search)
    listing(found, ROWS, as_json=as_json, empty=N_("There is no notice yet."))


@app.command()
def show(
    context: typer.Context,
    notice: Notice,
    version: Annotated[int | None, typer.Option(help="An earlier version; without, the newest.")] = None,
    as_json: Json = False,
) -> None:
    """Show a notice with its text, its versions, and who did what when."""
    county = desk(context)
    found = county.notices.show(notice=naming.notice(county, notice), version=version)
    if as_json:
        print_json(found)
        return
    card(found.notice, CARD, as_json=False)
    if found.notice.text:
        heading(N_("Text"))
        print(found.notice.text.strip())
    heading(N_("History"))
    listing(found.steps, STEPS, as_json=False, empty=N_("Nothing has happened."))


@app.command()
@flat
def draft(context: typer.Context, options: NoticeOptions, as_json: Json = False) -> None:
    """Write a notice, from options or from a TOML file that has the same names; options win."""
    with bar(_("Preparing the audio")) as report:
        county = desk(context, report)
        made = county.notices.draft(draft=drafted(county, options))
    card(made, CARD, as_json=as_json)


@app.command()
@flat
def edit(context: typer.Context, notice: Notice, options: NoticeOptions, as_json: Json = False) -> None:
    """Change what is said and keep the rest; of a notice that was approved a new version begins."""
    with bar(_("Preparing the audio")) as report:
        county = desk(context, report)
        before = county.notices.show(notice=naming.notice(county, notice)).notice
        made = county.notices.edit(notice=before.id, draft=written_anew(county, before, options))
    card(made, CARD, as_json=as_json)


@app.command()
def submit(context: typer.Context, notice: Notice, comment: Comment = "", as_json: Json = False) -> None:
    """Hand a draft in for approval."""
    county = desk(context)
    made = county.notices.submit(notice=naming.notice(county, notice), comment=comment)
    _row(made, as_json)


@app.command()
def approve(
    context: typer.Context,
    notice: Notice,
    comment: Comment = "",
    although_late: line.AlthoughLate = False,
    as_json: Json = False,
) -> None:
    """Approve what somebody else made; told first is where its audio will come late over a serial line."""
    county = desk(context)
    found = naming.notice(county, notice)
    line.warn(line.promised(county, found))
    made = county.notices.approve(notice=found, comment=comment, although_late=although_late)
    _row(made, as_json)


@app.command()
def reject(context: typer.Context, notice: Notice, comment: Reason, as_json: Json = False) -> None:
    """Give a submitted notice back to be changed, with the reason."""
    county = desk(context)
    made = county.notices.reject(notice=naming.notice(county, notice), comment=comment)
    _row(made, as_json)


@app.command()
def withdraw(context: typer.Context, notice: Notice, comment: Comment = "", as_json: Json = False) -> None:
    """Take a notice back: endpoints stop at once."""
    county = desk(context)
    made = county.notices.withdraw(notice=naming.notice(county, notice), comment=comment)
    _row(made, as_json)


@app.command()
def listen(
    context: typer.Context,
    notice: Notice,
    file: lists.Target = None,
    force: lists.Force = False,
) -> None:
    """Sound a notice on this machine, or write its audio into a file."""
    county = desk(context)
    found = county.notices.show(notice=naming.notice(county, notice)).notice
    if found.asset is None:
        raise NotFound(
            N_("Notice {notice} has no audio: import a recording or have it spoken."), notice=found.id
        )
    audio = county.recordings.listen(asset=found.asset, profile=sound.profile("mp3"))
    if file is None:
        sound.play(audio.content)
    else:
        lists.put(audio, file, force=force)


def _row(notice: "NoticeView", as_json: bool) -> None:
    if as_json:
        print_json(notice)
    else:
        listing([notice], ROWS, as_json=False, empty="")
