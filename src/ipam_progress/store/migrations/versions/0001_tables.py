"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_PERCENT = sa.Numeric().with_variant(sa.Text(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_NAME = sa.String(64)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "servers",
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("seen", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_servers"),
    )
    op.create_table(
        "operations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("operation_id", _NAME, nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("started", _MOMENT, nullable=False),
        sa.Column("ended", _MOMENT),
        sa.Column("outcome", _NAME, nullable=False),
        sa.Column("percent", _PERCENT, nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("client_saw_end", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("checkpoint", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_operations"),
    )
    op.create_index("ix_operations_outcome", "operations", ["owner", "outcome", "started"])
    op.create_index("ix_operations_started", "operations", ["owner", "started"])
    op.create_index("ix_operations_ended", "operations", ["owner", "ended"])
    op.create_index("ix_operations_request", "operations", ["owner", "request_id", "started"])
    op.create_index(
        "ix_operations_client",
        "operations",
        ["owner", sa.text("lower(substr(client, 1, 64))"), "started"],
    )
    op.create_table(
        "subtasks",
        sa.Column("operation", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("unique_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", _NAME, nullable=False),
        sa.Column("percent", _PERCENT, nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("operation", "number", name="pk_subtasks"),
        sa.ForeignKeyConstraint(
            ["operation"], ["operations.id"], name="fk_subtasks_operations", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "tasks",
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("task_type", _NAME, nullable=False),
        sa.Column("last_run", _MOMENT),
        sa.Column("next_run", _MOMENT),
        sa.Column("last_result", sa.Integer()),
        sa.Column("recurrence", sa.Double()),
        sa.PrimaryKeyConstraint("owner", "task_type", name="pk_tasks"),
    )
    op.create_table(
        "task_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("task_type", _NAME, nullable=False),
        sa.Column("server", sa.Text()),
        sa.Column("trigger", _NAME, nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("started", _MOMENT, nullable=False),
        sa.Column("ended", _MOMENT),
        sa.Column("outcome", _NAME, nullable=False),
        sa.Column("result", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_task_runs"),
    )
    op.create_index("ix_task_runs_outcome", "task_runs", ["owner", "outcome", "started"])
    op.create_index("ix_task_runs_started", "task_runs", ["owner", "started"])
    op.create_index("ix_task_runs_ended", "task_runs", ["owner", "ended"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("time", _MOMENT, nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_time", "audit", ["owner", "time"])
