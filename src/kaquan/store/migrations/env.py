"""Runs the migrations on the connection that :mod:`kaquan.store.schema` hands over."""

from __future__ import annotations

from alembic import context

from kaquan.store.tables import metadata

connection = context.config.attributes["connection"]
# Batch mode lets SQLite, which cannot alter much, follow the same migrations.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
