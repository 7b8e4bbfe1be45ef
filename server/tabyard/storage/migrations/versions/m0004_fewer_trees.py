"""Two indexes less for each task: its journal lies by task, and no index has all of an instance."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def where(text: str) -> dict[str, Any]:
    """A partial index, for both engines."""
    return {"sqlite_where": sa.text(text), "postgresql_where": sa.text(text)}


def upgrade() -> None:
    """Lines keep their numbers, which are smaller than those that new ones get."""
    op.drop_index("tasks_order")
    op.drop_index("tasks_lane")
    lane = ["instance_id", sa.text("priority DESC"), "seq"]
    op.create_index("tasks_lane", "tasks", lane, unique=True, **where("status = 'queued'"))
    for index in ("journal_by_task", "journal_one_terminal", "journal_of_instances"):
        op.drop_index(index)
    op.rename_table("journal", "journal_before")
    op.create_table(
        "journal",
        sa.Column("task", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger()),
        sa.Column("at_ms", sa.BigInteger()),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO journal (task, number, instance_id, kind, epoch, at_ms)"
        " SELECT coalesce(task, 0), number, instance_id, kind, epoch, at_ms FROM journal_before"
        " ORDER BY coalesce(task, 0), number"
    )
    op.drop_table("journal_before")
    op.create_index(
        "journal_one_terminal", "journal", ["task"], unique=True, **where("kind = 'terminal'")
    )
    op.create_index("journal_of_instances", "journal", ["at_ms"], **where("task < 1"))
