"""The count of changes that matter to the plan, so that a controller notices what another process changed."""

from sqlmodel import Session, select

from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import SettingRow

_KEY = "changes"
_COUNT = select(SettingRow.value).where(SettingRow.key == _KEY)


def changes(session: Session) -> int:
    """How often something changed that plans or documents depend on."""
    return session.exec(_COUNT).first() or 0


def changed(session: Session) -> None:
    """Something changed that plans or documents depend on; call it in the transaction that changes it."""
    count = session.exec(_COUNT.with_for_update()).first() or 0
    upsert(session, SettingRow, [{"key": _KEY, "value": count + 1}])
