"""`broadcaster recording`: audio imported or spoken, how it sounds and looks, and clearing away what nothing needs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import lists, naming, sound
from broadcaster.cli.caller import desk
from broadcaster.cli.output import (
    Columns,
    Json,
    Yes,
    card,
    confirm,
    heading,
    length,
    listing,
    print_json,
    room,
)
from broadcaster.cli.progress import bar
from broadcaster.cli.share import percent
from broadcaster.desk.errors import DeskError
from broadcaster.language import N_, _
from broadcaster.words import said, word

if TYPE_CHECKING:
    from broadcaster.desk.deliveries import Delivery
    from broadcaster.desk.recordings import AssetView, RecordingView

app = typer.Typer(no_args_is_help=True, help="Recordings: audio imported or spoken, prepared for the air.")

Asset = Annotated[str, typer.Argument(metavar="RECORDING", help="Its id, or words of its title.")]
Profile = Annotated[str, typer.Option(metavar="PROFILE", help="speech, low_rate or mp3.")]
_NARROW, _WIDE = 72, 4096


def _doubts(asset: "AssetView") -> list[str]:
    return [word("Doubt", doubt) for doubt in asset.warnings]


def _speech(asset: "AssetView") -> "RecordingView":
    return next((each for each in asset.recordings if each.profile == "speech"), asset.recordings[0])


def _delivered(delivery: "Delivery") -> str:
    """How far it has come."""
    if delivery.there == delivery.endpoints:
        return _("arrived at all {count} endpoints").format(count=delivery.endpoints)
    said = _("arrived at {there} of {count} endpoints, {percent} %")
    return said.format(there=delivery.there, count=delivery.endpoints, percent=delivery.percent)


ROWS: Columns = {
    N_("Recording"): "id",
    N_("Title"): "title",
    N_("Length"): lambda asset: length(asset.duration_ms),
    N_("LUFS"): lambda asset: f"{_speech(asset).loudness_lufs:.1f}",
    N_("Spoken"): lambda asset: _("yes") if asset.spoken_text else "",
    N_("Doubts"): _doubts,
}
CARD: Columns = {
    N_("Recording"): "id",
    N_("Title"): "title",
    N_("Length"): lambda asset: length(asset.duration_ms),
    N_("Source"): lambda asset: (
        _("spoken by the station's voice") if asset.spoken_text else asset.source_name
    ),
    N_("Imported"): "imported_at",
    N_("By"): "imported_by",
    N_("Doubts"): _doubts,
    N_("Over serial lines"): lambda asset: asset.delivery and _delivered(asset.delivery),
}
PROFILES: Columns = {
    N_("Profile"): lambda recording: said(recording.profile),
    N_("Codec"): "codec",
    N_("kbit/s"): lambda recording: f"{recording.bitrate / 1000:.0f}",
    N_("KiB"): lambda recording: f"{recording.size / 1024:.0f}",
    N_("LUFS"): lambda recording: f"{recording.loudness_lufs:.1f}",
    N_("True peak, dBTP"): lambda recording: f"{recording.true_peak_dbtp:.1f}",
    N_("SHA-256"): lambda recording: recording.sha256[:12],
}
ON_ITS_WAY: Columns = {
    N_("Endpoint"): "endpoint",
    N_("Line"): "line",
    N_("Done"): lambda each: percent(each.percent),
    N_("There by"): "arrives",
}
CLEARED: Columns = {
    N_("File"): lambda cleared: cleared.path.rpartition("/")[2][:12],
    N_("KiB"): lambda cleared: f"{cleared.bytes / 1024:.0f}",
    N_("Why"): lambda cleared: word("Fate", cleared.fate),
}


@app.command("import")
def import_(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="mp3, m4a, wav, ogg, opus, wma, amr …", exists=True, dir_okay=False
        ),
    ],
    title: Annotated[str, typer.Option(help="Of a single file; without, its name.")] = "",
    as_json: Json = False,
) -> None:
    """Import audio files and prepare them: one loudness, lead-in, chime, all profiles."""
    if title and len(files) > 1:
        raise typer.BadParameter(
            _("--title goes with a single file; {count} are given").format(count=len(files))
        )
    taken: list[AssetView] = []
    failed: list[DeskError] = []
    for file in files:
        try:
            taken.append(_take_in(context, file, title or file.stem))
        except DeskError as error:
            failed.append(error)
            _complain(file, error)
    listing(taken, ROWS, as_json=as_json, empty=N_("Nothing was imported."))
    if failed:
        raise typer.Exit(1)


def _take_in(context: typer.Context, file: Path, title: str) -> "AssetView":
    from broadcaster.desk.files import Upload

    with bar(file.name) as report, file.open("rb") as opened:
        return desk(context, report).recordings.take_in(file=Upload(file.name, opened), title=title)


def _complain(file: Path, error: DeskError) -> None:
    from broadcaster.cli.app import complain

    typer.echo(f"{file}: ", err=True, nl=False)
    complain(error)


@app.command()
def speak(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="What is to be said; or --text-file.")] = "",
    text_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The text as a file.", exists=True, dir_okay=False)
    ] = None,
    title: Annotated[str, typer.Option(help="Without, the beginning of the text.")] = "",
    as_json: Json = False,
) -> None:
    """Have a text spoken by the station's voice."""
    words = text_file.read_text("utf-8") if text_file else text
    name = title or (text_file.stem if text_file else " ".join(words.split())[:20])
    with bar(name) as report:
        spoken = desk(context, report).recordings.speak(text=words, title=name)
    card(spoken, CARD, as_json=as_json)


@app.command("list")
def list_(
    context: typer.Context,
    search: Annotated[str, typer.Option(help="Only with these words in title or text.")] = "",
    as_json: Json = False,
) -> None:
    """List recordings, the newest first."""
    found = desk(context).recordings.list(search=search)
    listing(found, ROWS, as_json=as_json, empty=N_("There is no recording yet."))


@app.command()
def show(
    context: typer.Context,
    recording: Asset,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Write the waveform as a picture.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a recording: loudness, true peak, length and profiles, and its waveform."""
    county = desk(context)
    asset = county.recordings.show(asset=naming.asset(county, recording))
    if as_json and picture is None:
        print_json(asset)
        return
    seen = county.recordings.picture(asset=asset.id, width=room(_NARROW))
    if picture is not None:
        picture.write_text(seen.svg, "utf-8")
    if as_json:
        print_json(asset)
        return
    card(asset, CARD, as_json=False)
    print()
    print("\n".join(seen.lines))
    print()
    listing(asset.recordings, PROFILES, as_json=False, empty="")
    if asset.delivery and asset.delivery.on_its_way:
        heading(N_("On its way over serial lines"))
        listing(asset.delivery.on_its_way, ON_ITS_WAY, as_json=False, empty="")
    if asset.spoken_text:
        print()
        print(asset.spoken_text.strip())
    if picture is not None:
        print(_("Written: {file}").format(file=picture))


@app.command()
def export(
    context: typer.Context,
    recording: Asset,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    profile: Profile = "mp3",
    force: lists.Force = False,
) -> None:
    """Write the audio into a file, to listen to it or to hand it on."""
    county = desk(context)
    found = county.recordings.listen(asset=naming.asset(county, recording), profile=sound.profile(profile))
    lists.put(found, file, force=force)


@app.command()
def listen(context: typer.Context, recording: Asset, profile: Profile = "speech") -> None:
    """Sound a recording on this machine."""
    county = desk(context)
    found = county.recordings.listen(asset=naming.asset(county, recording), profile=sound.profile(profile))
    sound.play(found.content)


@app.command()
def clear(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete recordings that no notice, plan, alert or unproved record needs."""
    county = desk(context)
    found = county.recordings.clear(dry_run=True)
    some_go = any(each.fate.startswith("discarded") for each in found)
    if not dry_run and some_go:
        if not as_json:
            listing(found, CLEARED, as_json=False, empty="")
        confirm(_("Delete what is not kept?"), yes=yes)
        found = county.recordings.clear(dry_run=False)
    if dry_run or as_json or not some_go:
        listing(found, CLEARED, as_json=as_json, empty=N_("There is nothing to clear away."))
