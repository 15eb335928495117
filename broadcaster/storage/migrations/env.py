"""How Alembic meets the database: on the connection, and in the transaction, that `bring_forward` hands over."""

from alembic import context

from broadcaster.storage.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_item=context.config.attributes.get("render_item"),
)
context.run_migrations()
