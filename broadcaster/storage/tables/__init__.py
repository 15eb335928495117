"""All tables of the house, a file per noun."""

from broadcaster.storage.tables.alerts import AlertRow, PublishedRow
from broadcaster.storage.tables.columns import Row, UtcDateTime
from broadcaster.storage.tables.endpoints import AreaRow, EndpointEventRow, EndpointRow, EndpointStateRow
from broadcaster.storage.tables.house import AliveRow, KeyRow, SettingRow
from broadcaster.storage.tables.notices import (
    AssetRow,
    NoticeRow,
    PlaylistRow,
    RecordingRow,
    SeriesRow,
    StepRow,
    SubjectKind,
)
from broadcaster.storage.tables.people import AuditRow, GrantRow, TokenRow, UserRow
from broadcaster.storage.tables.plans import AbsenceRow, CalendarDayRow, SlotRow, SpanRow
from broadcaster.storage.tables.proofs import ChainRow, PlayedRow

__all__ = [
    "AbsenceRow",
    "AlertRow",
    "AliveRow",
    "AreaRow",
    "AssetRow",
    "AuditRow",
    "CalendarDayRow",
    "ChainRow",
    "EndpointEventRow",
    "EndpointRow",
    "EndpointStateRow",
    "GrantRow",
    "KeyRow",
    "NoticeRow",
    "PlayedRow",
    "PlaylistRow",
    "PublishedRow",
    "RecordingRow",
    "Row",
    "SeriesRow",
    "SettingRow",
    "SlotRow",
    "SpanRow",
    "StepRow",
    "SubjectKind",
    "TokenRow",
    "UserRow",
    "UtcDateTime",
]
