"""People come in with tokens: nothing ever asked for the passwords that were kept."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_column("person", "password_hash")
