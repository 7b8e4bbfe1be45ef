"""What alembic runs: the steps, on the connection that the opening store hands over."""

from alembic import context

from tabyard.storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
