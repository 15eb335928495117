"""Writing on the command line: the options of a notice and of a playlist, and the draft that they make."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from broadcaster.cli import naming
from broadcaster.cli.options import with_file
from broadcaster.cli.rule import RuleOptions
from broadcaster.language import N_, _
from schedules.notices import InterruptionPolicy, NoticeKind
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity

if TYPE_CHECKING:
    from broadcaster.desk.county import CountyDesk
    from broadcaster.desk.notices import NoticeDraft, NoticeView
    from broadcaster.desk.playlists import PlaylistDraft, PlaylistView

Value = TypeVar("Value")

WHAT, WHERE = N_("What is to be heard"), N_("Where and how long")
Severities = Literal["red", "orange", "yellow", "blue", "unknown", "test"]
Levels = Literal["national", "province", "prefecture", "county", "town", "village"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirOptions(RuleOptions):
    """Where and how long, for notices and playlists alike."""

    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            rich_help_panel=WHERE,
            metavar="PLACE",
            help="An area or endpoint, by code or name; repeat for more.",
        ),
    ] = None
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            rich_help_panel=WHERE,
            metavar="DATE[THH:MM]",
            help="From when it is valid; without, now.",
        ),
    ] = None
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            rich_help_panel=WHERE,
            metavar="DATE[THH:MM]",
            help="Until when; a date counts in full. Without, for 30 days.",
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOptions(AirOptions):
    """Everything that a notice has."""

    kind: Annotated[
        NoticeKind | None,
        typer.Option(
            "--kind",
            rich_help_panel=WHAT,
            metavar="KIND",
            help="open_letter, proposal, announcement, relay or emergency.",
        ),
    ] = None
    title: Annotated[
        str | None,
        typer.Option(
            "--title", rich_help_panel=WHAT, metavar="TITLE", help="Its title, as it stands in lists."
        ),
    ] = None
    text: Annotated[
        str | None, typer.Option("--text", rich_help_panel=WHAT, metavar="TEXT", help="Its words.")
    ] = None
    text_file: Annotated[
        Path | None,
        typer.Option(
            "--text-file", rich_help_panel=WHAT, metavar="FILE", help="Its words as a file (UTF-8)."
        ),
    ] = None
    speak: Annotated[
        bool | None,
        typer.Option("--speak", rich_help_panel=WHAT, help="Have the words spoken by the station's voice."),
    ] = None
    recording: Annotated[
        str | None,
        typer.Option(
            "--recording",
            rich_help_panel=WHAT,
            metavar="RECORDING",
            help="A recording that was imported, by id or title.",
        ),
    ] = None
    cancel_text: Annotated[
        str | None,
        typer.Option(
            "--cancel-text",
            rich_help_panel=WHAT,
            metavar="TEXT",
            help="Of an emergency: what is spoken at its end.",
        ),
    ] = None
    klass: Annotated[
        BroadcastClass | None,
        typer.Option(
            "--class",
            rich_help_panel=WHAT,
            metavar="CLASS",
            help="emergency, drill or daily; without, as the kind says.",
        ),
    ] = None
    severity: Annotated[
        Severities | None,
        typer.Option(
            "--severity",
            rich_help_panel=WHAT,
            metavar="COLOUR",
            help="red, orange, yellow, blue, unknown or test.",
        ),
    ] = None
    level: Annotated[
        Levels | None,
        typer.Option(
            "--level",
            rich_help_panel=WHAT,
            metavar="LEVEL",
            help="Who issues it: national, province, prefecture, county, town or village; without, county.",
        ),
    ] = None
    volume: Annotated[
        int | None,
        typer.Option(
            "--volume",
            rich_help_panel=WHAT,
            metavar="PERCENT",
            min=0,
            max=100,
            help="Percent; without, the endpoint's own.",
        ),
    ] = None
    policy: Annotated[
        InterruptionPolicy | None,
        typer.Option(
            "--policy",
            rich_help_panel=WHAT,
            metavar="POLICY",
            help="When something more urgent interrupts it: restart, resume, join or drop.",
        ),
    ] = None
    series: Annotated[
        str | None,
        typer.Option(
            "--series", rich_help_panel=WHAT, metavar="NAME", help="Numbered announcements: their series."
        ),
    ] = None
    issue: Annotated[
        int | None,
        typer.Option(
            "--issue",
            rich_help_panel=WHAT,
            metavar="NUMBER",
            min=1,
            help="Its number in the series; without, the next one.",
        ),
    ] = None
    file: Annotated[
        Path | None,
        typer.Option("--file", rich_help_panel=WHAT, metavar="FILE", help="A TOML file with these names."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistOptions(AirOptions):
    """Everything that a playlist has."""

    title: Annotated[
        str | None,
        typer.Option(
            "--title", rich_help_panel=WHAT, metavar="TITLE", help="Its title, as it stands in lists."
        ),
    ] = None
    items: Annotated[
        list[str] | None,
        typer.Option(
            "--item",
            rich_help_panel=WHAT,
            metavar="NOTICE",
            help="A notice, in the order of sounding; repeat for more.",
        ),
    ] = None
    file: Annotated[
        Path | None,
        typer.Option("--file", rich_help_panel=WHAT, metavar="FILE", help="A TOML file with these names."),
    ] = None


def drafted(desk: "CountyDesk", given: NoticeOptions) -> "NoticeDraft":
    """A new notice from what was said."""
    from broadcaster.desk.notices import NoticeDraft

    options = _complete(given)
    return NoticeDraft(
        kind=needed(options.kind, "--kind"),
        title=needed(options.title, "--title"),
        text=options.text or "",
        targets=naming.places(desk, needed(options.to, "--to")),
        valid_from=naming.moment(options.since),
        valid_until=naming.moment(options.until, ends=True),
        asset=naming.asset(desk, options.recording) if options.recording else None,
        speak=bool(options.speak),
        cancel_text=options.cancel_text or "",
        klass=options.klass,
        severity=Severity[(options.severity or "unknown").upper()],
        level=Level[options.level.upper()] if options.level else None,
        volume=options.volume,
        policy=options.policy,
        series=options.series,
        issue=options.issue,
        rule=options.rule(),
    )


def written_anew(desk: "CountyDesk", before: "NoticeView", given: NoticeOptions) -> "NoticeDraft":
    """A notice as it is, with what was said changed; other words for a spoken notice are spoken anew."""
    from broadcaster.desk.notices import NoticeDraft

    options = _complete(given)
    speak = bool(options.speak) or (
        options.text not in (None, before.text) and not options.recording and _is_spoken(desk, before)
    )
    kept = {
        name: getattr(before, name)
        for name in ("klass", "level", "volume", "policy", "series", "issue", "severity", "targets")
    }
    draft = NoticeDraft(
        kind=options.kind or before.kind,
        title=options.title or before.title,
        text=before.text if options.text is None else options.text,
        valid_from=naming.moment(options.since) or before.valid_from,
        valid_until=naming.moment(options.until, ends=True) or before.valid_until,
        asset=None if speak else naming.asset(desk, options.recording) if options.recording else before.asset,
        speak=speak,
        cancel_text=options.cancel_text or "",
        rule=options.rule(before.rule),
        **kept,
    )
    return replace(draft, **_said(desk, options))


def put_together(desk: "CountyDesk", given: PlaylistOptions) -> "PlaylistDraft":
    """A new playlist from what was said."""
    from broadcaster.desk.playlists import PlaylistDraft

    options = with_file(given, given.file)
    return PlaylistDraft(
        title=needed(options.title, "--title"),
        items=tuple(naming.notice(desk, item) for item in needed(options.items, "--item")),
        rule=needed(options.rule(), "--plays"),
        targets=naming.places(desk, needed(options.to, "--to")),
        valid_from=naming.moment(options.since),
        valid_until=naming.moment(options.until, ends=True),
    )


def rearranged(desk: "CountyDesk", before: "PlaylistView", given: PlaylistOptions) -> "PlaylistDraft":
    """A playlist as it is, with what was said changed."""
    from broadcaster.desk.playlists import PlaylistDraft

    options = with_file(given, given.file)
    items = [naming.notice(desk, item) for item in options.items or ()]
    return PlaylistDraft(
        title=options.title or before.title,
        items=tuple(items or (item.id for item in before.items)),
        rule=needed(options.rule(before.rule), "--plays"),
        targets=naming.places(desk, options.to) if options.to else before.targets,
        valid_from=naming.moment(options.since) or before.valid_from,
        valid_until=naming.moment(options.until, ends=True) or before.valid_until,
    )


def needed(value: Value | None, option: str) -> Value:
    """What was said; a mistake of the command line where nothing was."""
    if value is None or value == []:
        raise typer.BadParameter(
            _("{option} is missing: say it, or write it into the file.").format(option=option)
        )
    return value


def _complete(given: NoticeOptions) -> NoticeOptions:
    """With what the files say: a TOML file, and the text beside it."""
    options = with_file(given, given.file)
    if options.text_file is None:
        return options
    if options.text is not None:
        raise typer.BadParameter(_("--text and --text-file do not go together"))
    beside = options.text_file if given.text_file or not given.file else given.file.parent / options.text_file
    return replace(options, text=beside.read_text("utf-8"), text_file=None)


def _said(desk: "CountyDesk", options: NoticeOptions) -> dict[str, Any]:
    """Of what is taken over as it is, that which was said anew."""
    said = {
        "klass": options.klass,
        "volume": options.volume,
        "policy": options.policy,
        "series": options.series,
        "issue": options.issue,
        "severity": Severity[options.severity.upper()] if options.severity else None,
        "level": Level[options.level.upper()] if options.level else None,
        "targets": naming.places(desk, options.to) if options.to else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _is_spoken(desk: "CountyDesk", before: "NoticeView") -> bool:
    return before.asset is not None and desk.recordings.show(asset=before.asset).spoken_text is not None
