"""Recordings at the desk: audio imported or spoken, prepared in all profiles, listened to, looked at, cleared away."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import or_
from sqlmodel import Session, col, select

from audio.errors import AudioError, DiskFull
from audio.library import Fate
from audio.prepare import Prepared, prepare
from audio.recording import Profile, sha256_of
from audio.speech import read_aloud
from audio.waveform import braille, svg, waveform
from broadcaster.desk.deliveries import Delivery, delivery_of
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Unavailable
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import AlertRow, AssetRow, NoticeRow, PlayedRow, RecordingRow, SlotRow
from schedules.notices import NoticeState

if TYPE_CHECKING:
    from broadcaster.house import CountyHouse

_LONGEST_STEM, _LONGEST_SUFFIX = 200, 12  # bytes, and characters
Text = Annotated[str, Field(max_length=50_000)]
Width = Annotated[int, Field(ge=1, le=500)]
GRACE = timedelta(days=1)
UNPROVED = timedelta(days=60)  # how long a planned play may still be proved
# More than from a slot's day to its latest: over midnight, a day late, a day long
_LATEST_AFTER = timedelta(days=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingView:
    """One profile of an asset."""

    profile: Profile
    sha256: str
    codec: str
    size: int
    duration_ms: int
    bitrate: int
    loudness_lufs: float
    true_peak_dbtp: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetView:
    """One piece of audio with its profiles; `warnings` are reasons to listen before sending it."""

    id: str
    title: str
    source_name: str
    spoken_text: str | None
    duration_ms: int
    warnings: tuple[str, ...]
    imported_at: datetime
    imported_by: str
    recordings: tuple[RecordingView, ...]
    delivery: Delivery | None = None  # to endpoints of serial lines; told only of one that is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What an asset looks like: lines of braille for a terminal, and SVG with the measured loudness."""

    lines: tuple[str, ...]
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What was cleared away, or would be: file, why, and bytes."""

    path: str
    fate: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A source that has been prepared."""

    sha256: str
    prepared: Prepared
    source_name: str
    spoken_text: str | None = None


class Recordings(Noun):
    """Audio as a person knows it: assets, each prepared in every profile."""

    @order("POST", "/recordings", right=Right.IMPORT)
    def take_in(self, ctx: Context, file: Upload, title: str) -> AssetView:
        """Import an audio file of any usual format; the same file twice is one asset."""
        ctx.require(Right.IMPORT)
        return _kept(ctx, title)

    @take_in.beforehand
    def _prepare_file(house: "CountyHouse", file: Upload, title: str) -> Made:
        with tempfile.TemporaryDirectory(dir=_work_directory(house)) as work:
            source = Path(work) / _file_name(file.name)
            with source.open("wb") as copy:
                shutil.copyfileobj(file.file, copy)
            return made_of(house, source, title)

    @order("POST", "/recordings/speak", right=Right.IMPORT)
    def speak(self, ctx: Context, text: Text, title: str) -> AssetView:
        """Have a text spoken by the station's voice."""
        ctx.require(Right.IMPORT)
        return _kept(ctx, title)

    @speak.beforehand
    def _speak_text(house: "CountyHouse", text: str, title: str) -> Made:
        return spoken(house, text, title)

    @question("GET", "/recordings", right=Right.VIEW)
    def list(self, ctx: Context, search: str = "") -> tuple[AssetView, ...]:
        """Assets, the newest first; `search` in title and text."""
        wanted = select(AssetRow).order_by(col(AssetRow.imported_at).desc(), col(AssetRow.id))
        if search:
            wanted = wanted.where(
                or_(col(AssetRow.title).contains(search), col(AssetRow.spoken_text).contains(search))
            )
        return tuple(view(ctx.session, row) for row in ctx.session.exec(wanted))

    @question("GET", "/recordings/{asset}", right=Right.VIEW)
    def show(self, ctx: Context, asset: str) -> AssetView:
        """One asset, with how far it has come over serial lines."""
        seen = view(ctx.session, row_of(ctx.session, asset))
        return replace(seen, delivery=delivery_of(ctx.session, asset, ctx.now))

    @question("GET", "/recordings/{asset}/picture", right=Right.VIEW)
    def picture(self, ctx: Context, asset: str, width: Width = 60) -> Picture:
        """What it looks like, with its loudness."""
        row = row_of(ctx.session, asset)
        try:
            seen = waveform(ctx.house.library.path(_speech(ctx.session, row).sha256))
        except AudioError as error:
            raise NotFound(error.message, **error.facts) from error
        return Picture(lines=tuple(braille(seen, width=width)), svg=svg(seen, title=row.title))

    @question("GET", "/recordings/{asset}/audio", right=Right.VIEW)
    def listen(self, ctx: Context, asset: str, profile: Profile = Profile.MP3) -> Download:
        """The audio itself, to listen to."""
        row = ctx.session.get(RecordingRow, (row_of(ctx.session, asset).id, profile))
        if row is None:
            raise NotFound(N_("Asset {asset} has no profile {profile}."), asset=asset, profile=profile)
        try:
            with ctx.house.library.open(row.sha256) as file:
                content = file.read()
        except AudioError as error:
            raise NotFound(error.message, **error.facts) from error
        kind = "audio/mpeg" if profile is Profile.MP3 else "audio/ogg"
        ending = "mp3" if profile is Profile.MP3 else "opus"
        return Download(name=f"{asset}.{ending}", media_type=kind, content=content)

    @order("POST", "/recordings/clear", right=Right.IMPORT)
    def clear(self, ctx: Context, dry_run: bool = False) -> tuple[Cleared, ...]:
        """Delete recordings that no plan, notice, alert or unproved record needs."""
        ctx.require(Right.IMPORT)
        keep = needed(ctx.session, ctx.now)
        gone = ctx.house.library.discard(keep, now=ctx.now, grace=GRACE, dry_run=dry_run)
        if not dry_run:
            _forget(ctx.session, {each.path.name for each in gone if each.is_gone})
        return tuple(
            Cleared(path=str(each.path), fate=each.fate.value, bytes=each.bytes)
            for each in gone
            if each.fate is not Fate.KEPT_IN_USE
        )


def _forget(session: Session, gone: set[str]) -> None:
    """Assets whose audio is gone and that no notice ever named."""
    named = {
        asset for pair in session.exec(select(NoticeRow.asset, NoticeRow.cancel_asset)) for asset in pair
    }
    for row in session.exec(select(RecordingRow)).all():
        if row.sha256 in gone and row.asset not in named:
            session.delete(row)
    session.flush()
    left = select(RecordingRow.asset).distinct()
    for asset in session.exec(select(AssetRow).where(col(AssetRow.id).not_in(left))).all():
        session.delete(asset)


def _file_name(said: str) -> str:
    """What a disk takes of an upload's name: 255 bytes are 85 characters of Chinese."""
    path = Path(said.replace("\0", ""))
    stem = path.stem.encode()[:_LONGEST_STEM].decode(errors="ignore").strip(".")
    return f"{stem or 'upload'}{path.suffix[:_LONGEST_SUFFIX]}"


def made_of(house: "CountyHouse", source: Path, title: str, text: str | None = None) -> Made:
    """Prepares a source file; Invalid says what is wrong with it."""
    try:
        with source.open("rb") as file:
            sha256 = sha256_of(file)
        prepared = prepare(source, house.library, now=datetime.now(UTC), title=title, report=house.report)
    except DiskFull as error:
        raise Unavailable(error.message, **error.facts) from error
    except AudioError as error:
        raise Invalid(error.message, **error.facts) from error
    return Made(sha256=sha256, prepared=prepared, source_name=source.name, spoken_text=text)


def spoken(house: "CountyHouse", text: str, title: str) -> Made:
    """Speaks and prepares a text."""
    if not text.strip():
        raise Invalid(N_("There is no text to speak."))
    with tempfile.TemporaryDirectory(dir=_work_directory(house)) as work:
        source = Path(work) / "speech.wav"
        try:
            read_aloud(text, house.voice(), source)
        except AudioError as error:
            raise Invalid(error.message, **error.facts) from error
        return made_of(house, source, title, text)


def keep_asset(ctx: Context, made: Made, title: str) -> AssetRow:
    """The asset of a prepared source; one that is known already stays as it is, unless its audio was cleared away."""
    session = ctx.session
    same = select(AssetRow).where(AssetRow.source_sha256 == made.sha256)
    speech = made.prepared.recordings[Profile.SPEECH]
    if known := session.exec(same).first():
        if _speech(session, known).sha256 not in ctx.house.library:
            _keep_recordings(session, known.id, made.prepared)
        return known
    row = AssetRow(
        id=f"a-{made.sha256[:12]}",
        title=title,
        source_name=made.source_name,
        source_sha256=made.sha256,
        spoken_text=made.spoken_text,
        imported_at=ctx.now,
        imported_by=ctx.who,
        duration_ms=speech.duration_ms,
        warnings=sorted(str(doubt) for doubt in made.prepared.doubts),
    )
    session.add(row)
    session.flush()
    _keep_recordings(session, row.id, made.prepared)
    return row


def _keep_recordings(session: Session, asset: str, prepared: Prepared) -> None:
    rows = [
        {
            "asset": asset,
            "profile": profile,
            "sha256": recording.sha256,
            "codec": recording.codec,
            "size": recording.bytes,
            "duration_ms": recording.duration_ms,
            "loudness_lufs": recording.loudness_lufs,
            "true_peak_dbtp": recording.true_peak_dbtp,
            "sample_rate": recording.sample_rate,
            "bitrate": recording.bitrate,
        }
        for profile, recording in prepared.recordings.items()
    ]
    upsert(session, RecordingRow, rows)


def needed(session: Session, now: datetime) -> frozenset[str]:
    """Every recording that a live or unfinished notice, an alert, or a play that may still be proved names."""
    over = (NoticeState.WITHDRAWN, NoticeState.EXPIRED)
    # By the day, which has an index: years of slots stay unread
    since = (now - UNPROVED).date() - _LATEST_AFTER
    planned = select(SlotRow.notice).where(SlotRow.day >= since, col(SlotRow.latest) > now - UNPROVED)
    kept = select(NoticeRow).where(or_(col(NoticeRow.state).not_in(over), col(NoticeRow.id).in_(planned)))
    assets = {asset for row in session.exec(kept) for asset in (row.asset, row.cancel_asset) if asset}
    alerts = session.exec(select(AlertRow).where(col(AlertRow.expires) > now - UNPROVED))
    named = {sha for row in alerts for sha in (row.recording, row.cancel_recording) if sha}
    recent = select(PlayedRow.recording).where(col(PlayedRow.received_at) > now - UNPROVED).distinct()
    named |= {sha for sha in session.exec(recent) if sha}
    of_assets = select(RecordingRow.sha256).where(col(RecordingRow.asset).in_(assets))
    return frozenset(named | set(session.exec(of_assets)))


def usable(ctx: Context, asset: str) -> AssetRow:
    """The row of an asset whose audio is here; Conflict where it was cleared away."""
    row = row_of(ctx.session, asset)
    if _speech(ctx.session, row).sha256 not in ctx.house.library:
        raise Conflict(
            N_("The audio of recording {asset} was cleared away: import or speak it again."), asset=asset
        )
    return row


def row_of(session: Session, asset: str) -> AssetRow:
    """The row of an asset; NotFound where there is none."""
    row = session.get(AssetRow, asset)
    if row is None:
        raise NotFound(N_("There is no recording {asset}."), asset=asset)
    return row


def view(session: Session, row: AssetRow) -> AssetView:
    """An asset as people see it."""
    wanted = select(RecordingRow).where(RecordingRow.asset == row.id).order_by(col(RecordingRow.profile))
    members = {name: getattr(row, name) for name in _ASSET}
    return AssetView(
        **members,
        warnings=tuple(row.warnings),
        recordings=tuple(
            RecordingView(**{name: getattr(each, name) for name in _RECORDING})
            for each in session.exec(wanted)
        ),
    )


_ASSET = AssetView.__dataclass_fields__.keys() - {"warnings", "recordings", "delivery"}
_RECORDING = RecordingView.__dataclass_fields__.keys()


def _kept(ctx: Context, title: str) -> AssetView:
    row = keep_asset(ctx, ctx.prepared, title)
    ctx.act.subject = row.id
    return view(ctx.session, row)


def _speech(session: Session, row: AssetRow) -> RecordingRow:
    return session.get_one(RecordingRow, (row.id, Profile.SPEECH))


def _work_directory(house: "CountyHouse") -> Path:
    house.library.incoming.mkdir(parents=True, exist_ok=True)
    return house.library.incoming
