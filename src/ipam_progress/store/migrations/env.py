"""Alembic's environment: runs the steps in the transaction that its caller has begun."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
