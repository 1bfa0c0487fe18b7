"""How Alembic runs the migrations: within the transaction of the one that opens the library."""

from __future__ import annotations

from alembic import context

from workbench.library.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
