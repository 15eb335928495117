"""Assets with their recordings, notices and playlists in versions, and each step taken with them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from audio.recording import Codec, Profile
from broadcaster.storage.tables.columns import Json, Number, Row, UtcDateTime, Word
from schedules.notices import InterruptionPolicy, NoticeEvent, NoticeKind, NoticeState
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity


class SubjectKind(StrEnum):
    """What a step was taken with."""

    NOTICE = "notice"
    PLAYLIST = "playlist"


class AssetRow(Row, table=True):
    """One source of audio, imported or spoken. Never changed: audio that is prepared anew is another asset."""

    __tablename__ = "asset"

    id: str = Field(primary_key=True)
    title: str
    source_name: str = ""
    source_sha256: str = Field(default="", index=True)
    spoken_text: str | None = None
    imported_at: datetime = Field(sa_type=UtcDateTime)
    imported_by: str
    duration_ms: int
    loudness_lufs: float | None = None  # of the source
    warnings: list[Any] = Field(default_factory=list, sa_type=Json)


class RecordingRow(Row, table=True):
    """音频: an asset in one profile. A file imported twice is two assets that share their recordings."""

    __tablename__ = "recording"

    asset: str = Field(primary_key=True, foreign_key="asset.id")
    profile: Profile = Field(primary_key=True, sa_type=Word(Profile))
    sha256: str = Field(index=True)
    codec: Codec = Field(sa_type=Word(Codec))
    size: int = Field(sa_type=BigInteger)  # bytes
    duration_ms: int
    loudness_lufs: float
    true_peak_dbtp: float
    sample_rate: int  # Hz
    bitrate: int  # bit/s


class NoticeRow(Row, table=True):
    """通知: one version; `rule` is its own loop rule, None where only playlists or alerts play it."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "state", "valid_until"),)

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    kind: NoticeKind = Field(sa_type=Word(NoticeKind))
    title: str
    text: str = ""
    asset: str | None = Field(default=None, foreign_key="asset.id")
    cancel_asset: str | None = Field(default=None, foreign_key="asset.id")
    targets: list[str] = Field(sa_type=Json)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    klass: BroadcastClass = Field(default=BroadcastClass.DAILY, sa_type=Word(BroadcastClass))
    severity: Severity = Field(default=Severity.UNKNOWN, sa_type=Number(Severity))
    level: Level = Field(default=Level.COUNTY, sa_type=Number(Level))
    volume: int | None = None
    policy: InterruptionPolicy | None = Field(default=None, sa_type=Word(InterruptionPolicy))
    series: str | None = Field(default=None, foreign_key="series.name")
    issue: int | None = None
    rule: dict[str, Any] | None = Field(default=None, sa_type=Json)
    state: NoticeState = Field(default=NoticeState.DRAFT, sa_type=Word(NoticeState))
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class SeriesRow(Row, table=True):
    """A series of announcements (公告) and the last issue (第 N 期) given out; none is given twice."""

    __tablename__ = "series"

    name: str = Field(primary_key=True)
    last_issue: int = 0


class PlaylistRow(Row, table=True):
    """节目单: one version of an ordered block of notices under one loop rule."""

    __tablename__ = "playlist"
    __table_args__ = (Index(None, "state", "valid_until"),)

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    items: list[str] = Field(sa_type=Json)  # ids of notices
    rule: dict[str, Any] | None = Field(default=None, sa_type=Json)
    targets: list[str] = Field(sa_type=Json)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    state: NoticeState = Field(default=NoticeState.DRAFT, sa_type=Word(NoticeState))
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class DraftRow(Row, table=True):
    """A notice or playlist by the key under which its writer sends it until there is an answer: it is written once."""

    __tablename__ = "draft"

    key: str = Field(primary_key=True, max_length=64)
    who: str
    subject: str


class StepRow(Row, table=True):
    """What somebody did with a notice or playlist version; `event` None is its making."""

    __tablename__ = "step"
    __table_args__ = (Index(None, "subject", "subject_kind", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    subject_kind: SubjectKind = Field(sa_type=Word(SubjectKind))
    subject: str
    version: int
    event: NoticeEvent | None = Field(default=None, sa_type=Word(NoticeEvent))
    who: str
    at: datetime = Field(sa_type=UtcDateTime)
    comment: str = ""
