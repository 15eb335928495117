"""Telemetry of eight days, and what the last heartbeat said of voltage and current."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("endpoint_state", sa.Column("mains_v", sa.Integer(), nullable=True))
    op.add_column("endpoint_state", sa.Column("current_percent", sa.Integer(), nullable=True))
    op.create_table(
        "telemetry",
        sa.Column("quarter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("mains_v", sa.Integer(), nullable=True),
        sa.Column("battery", sa.Integer(), nullable=True),
        sa.Column("temperature", sa.Integer(), nullable=True),
        sa.Column("signal", sa.Integer(), nullable=True),
        sa.Column("current_percent", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("quarter", "endpoint", name=op.f("pk_telemetry")),
        sqlite_with_rowid=False,
    )
