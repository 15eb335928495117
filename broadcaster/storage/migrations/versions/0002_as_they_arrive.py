"""As-played records are asked for as they arrive; what nobody asked for goes."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_played_received_at", "played", ["received_at"])
    op.drop_index("ix_played_started", "played")
    op.drop_index("ix_slot_place_day", "slot")
    op.drop_column("alert", "cancel_revisions")
