"""Serial lines."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "line",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("hub", sa.String(64), nullable=False),
        sa.Column("port", sa.String(), nullable=False),
        sa.Column("baud", sa.Integer(), nullable=False),
        sa.Column("half_duplex", sa.Boolean(), nullable=False),
        sa.Column("turn_ms", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_line")),
    )
    op.create_index(op.f("ix_line_hub"), "line", ["hub"], unique=False)
