"""Tasks, their outcomes and journal, instances, idempotency keys and artifacts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def where(condition: str) -> dict[str, Any]:
    """A partial index, on either engine."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def needed(name: str, kind: sa.types.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    """A column that every row fills."""
    return sa.Column(name, kind or sa.Text(), nullable=False)


def counter(name: str) -> sa.Column[Any]:
    """A number that starts at 0."""
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")


def upgrade() -> None:
    """From nothing."""
    add_instances()
    add_tasks()
    add_parts_of_tasks()
    add_journal()
    add_artifacts()


def add_instances() -> None:
    """Browsers, their links, and how many tasks they have in each state."""
    op.create_table(
        "instances",
        sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        needed("kind"),
        needed("label"),
        needed("browser_type"),
        sa.Column("profile", sa.Text()),
        needed("user_agent"),
        sa.Column("window_id", sa.Text()),
        sa.Column("credential", sa.Text()),
        sa.Column("ticket_hash", sa.Text()),
        sa.Column("memory", sa.Text()),
        counter("epoch"),
        needed("status"),
        needed("created_at_ms", sa.BigInteger()),
        sa.Column("connected_at_ms", sa.BigInteger()),
        sa.Column("lost_at_ms", sa.BigInteger()),
        counter("next_seq"),
        counter("queued"),
        counter("running"),
        counter("completed"),
        counter("failed"),
        counter("cancelled"),
    )


def add_tasks() -> None:
    """What changes about a task, and the indexes of its lane and of lists."""
    op.create_table(
        "tasks",
        sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        needed("instance_id"),
        needed("seq", sa.BigInteger()),
        needed("priority", sa.Integer()),
        needed("name"),
        needed("intention"),
        sa.Column("session", sa.Text()),
        sa.Column("dialogs", sa.Text()),
        needed("status"),
        needed("command_count", sa.Integer()),
        needed("current_index", sa.Integer()),
        sa.Column("epoch", sa.BigInteger()),
        needed("created_at_ms", sa.BigInteger()),
        sa.Column("started_at_ms", sa.BigInteger()),
        sa.Column("completed_at_ms", sa.BigInteger()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("error_command_id", sa.Text()),
    )
    op.create_index("tasks_order", "tasks", ["instance_id", "seq"], unique=True)
    lane = ["instance_id", sa.text("priority DESC"), "seq"]
    op.create_index("tasks_lane", "tasks", lane, **where("status = 'queued'"))
    op.create_index(
        "tasks_one_running", "tasks", ["instance_id"], unique=True, **where("status = 'running'")
    )
    ended = where("completed_at_ms IS NOT NULL")
    op.create_index("tasks_ended", "tasks", ["completed_at_ms"], **ended)
    op.create_index("tasks_ended_by_status", "tasks", ["status", "number"], **ended)
    op.create_index("tasks_ended_by_instance", "tasks", ["instance_id", "status", "seq"], **ended)


def add_parts_of_tasks() -> None:
    """Its commands, their outcomes, and the key under which it was submitted."""
    op.create_table(
        "bodies",
        sa.Column("task", NUMBER, primary_key=True, autoincrement=False),
        needed("commands"),
        sa.Column("metadata", sa.Text()),
    )
    op.create_table(
        "outcomes",
        sa.Column("task", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("idx", sa.Integer(), primary_key=True, autoincrement=False),
        needed("status"),
        sa.Column("started_at_ms", sa.BigInteger()),
        sa.Column("completed_at_ms", sa.BigInteger()),
        sa.Column("result", sa.Text()),
        sa.Column("error", sa.Text()),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.Text(), primary_key=True),
        needed("body_hash"),
        needed("task", sa.BigInteger()),
        needed("task_id"),
        needed("instance_id"),
        needed("position", sa.Integer()),
    )
    op.create_index("ix_idempotency_task", "idempotency", ["task"])


def add_journal() -> None:
    """What happened to tasks and links, in order."""
    op.create_table(
        "journal",
        sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
        sa.Column("task", sa.BigInteger()),
        needed("instance_id"),
        needed("kind"),
        sa.Column("epoch", sa.BigInteger()),
        sa.Column("at_ms", sa.BigInteger()),
    )
    op.create_index("journal_by_task", "journal", ["task"], **where("task IS NOT NULL"))
    op.create_index(
        "journal_one_terminal", "journal", ["task"], unique=True, **where("kind = 'terminal'")
    )
    op.create_index("journal_of_instances", "journal", ["at_ms"], **where("task IS NULL"))


def add_artifacts() -> None:
    """Facts about stored pictures and files."""
    op.create_table(
        "artifacts",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("task", sa.BigInteger()),
        sa.Column("task_id", sa.Text()),
        sa.Column("instance_id", sa.Text()),
        needed("name"),
        needed("mime_type"),
        needed("size_bytes", sa.BigInteger()),
        needed("sha256"),
        sa.Column("width_px", sa.Integer()),
        sa.Column("height_px", sa.Integer()),
        needed("created_at_ms", sa.BigInteger()),
    )
    op.create_index("artifacts_by_task", "artifacts", ["task"], **where("task IS NOT NULL"))
    op.create_index("artifacts_loose", "artifacts", ["created_at_ms"], **where("task IS NULL"))
