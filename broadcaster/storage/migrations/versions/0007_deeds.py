"""Service times by priority, and deeds that phones sent, by their keys."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "service_terms",
        sa.Column("priority", sa.String(32), nullable=False),
        sa.Column("respond_h", sa.Float(), nullable=True),
        sa.Column("repair_h", sa.Float(), nullable=True),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("priority", name=op.f("pk_service_terms")),
    )
    op.create_table(
        "deed",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name=op.f("fk_deed_ticket_ticket")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deed")),
    )
