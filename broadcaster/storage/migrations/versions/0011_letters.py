"""Letters are found by person, way and time, however many there are after years."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.drop_index(op.f("ix_letter_contact"), table_name="letter")
    op.create_index(
        op.f("ix_letter_contact_channel_made_at"), "letter", ["contact", "channel", "made_at"], unique=False
    )
    op.create_index(op.f("ix_letter_made_at"), "letter", ["made_at"], unique=False)
