"""Days, hours and stand-ins of crews, and when they are away."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for name in ("days", "hours"):
        op.add_column("crew", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("crew", sa.Column("stand_in", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "crew_leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crew", sa.String(), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["crew"], ["crew.name"], name=op.f("fk_crew_leave_crew_crew")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew_leave")),
    )
    op.create_index(op.f("ix_crew_leave_crew"), "crew_leave", ["crew"], unique=False)
    op.create_index(op.f("ix_crew_leave_ends"), "crew_leave", ["ends"], unique=False)
