"""The count of changes that matter to the plan, so that a controller notices what another process changed."""

from sqlmodel import Session

from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import SettingRow

_KEY = "changes"


def changes(session: Session) -> int:
    """How often something changed that plans or documents depend on."""
    row = session.get(SettingRow, _KEY)
    return row.value if row else 0


def changed(session: Session) -> None:
    """Something changed that plans or documents depend on; call it in the transaction that changes it."""
    upsert(session, SettingRow, [{"key": _KEY, "value": changes(session) + 1}])
