"""All tables of the house, a file per noun."""

from broadcaster.storage.tables.alerts import AlertRow, PublishedRow
from broadcaster.storage.tables.columns import Row, UtcDateTime
from broadcaster.storage.tables.crews import ContactRow, CrewRow, DutyRow, LeaveRow, LetterRow
from broadcaster.storage.tables.endpoints import (
    AreaRow,
    EndpointEventRow,
    EndpointRow,
    EndpointStateRow,
    TelemetryRow,
)
from broadcaster.storage.tables.house import AliveRow, KeyRow, SettingRow
from broadcaster.storage.tables.lines import LineRow
from broadcaster.storage.tables.notices import (
    AssetRow,
    DraftRow,
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
from broadcaster.storage.tables.repairs import (
    AttachmentRow,
    DeedRow,
    FlipRow,
    GateMoveRow,
    IncidentRow,
    MaintenanceRow,
    MemoryRow,
    ServiceTermsRow,
    StormRow,
    TicketEntryRow,
    TicketRow,
)

__all__ = [
    "AbsenceRow",
    "AlertRow",
    "AliveRow",
    "AreaRow",
    "AssetRow",
    "AttachmentRow",
    "AuditRow",
    "CalendarDayRow",
    "ChainRow",
    "ContactRow",
    "CrewRow",
    "DeedRow",
    "DraftRow",
    "DutyRow",
    "EndpointEventRow",
    "EndpointRow",
    "EndpointStateRow",
    "FlipRow",
    "GateMoveRow",
    "GrantRow",
    "IncidentRow",
    "KeyRow",
    "LeaveRow",
    "LetterRow",
    "LineRow",
    "MaintenanceRow",
    "MemoryRow",
    "NoticeRow",
    "PlayedRow",
    "PlaylistRow",
    "PublishedRow",
    "RecordingRow",
    "Row",
    "SeriesRow",
    "ServiceTermsRow",
    "SettingRow",
    "SlotRow",
    "SpanRow",
    "StepRow",
    "StormRow",
    "SubjectKind",
    "TelemetryRow",
    "TicketEntryRow",
    "TicketRow",
    "TokenRow",
    "UserRow",
    "UtcDateTime",
]
