"""The tables: what is on disk. Times are milliseconds since 1970; JSON lies in text columns.

Rows are written only by `tabyard.storage.operations`, a handful of transactions that keep the
references between tables themselves, so foreign keys would only cost time. What a defect could
break without notice is held by unique indexes: one running task per instance, one ending per task.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    literal_column,
)

from tabyard_protocol.resources.task import TaskStatus

__all__ = [
    "METADATA",
    "artifacts",
    "audit",
    "bodies",
    "idempotency",
    "instances",
    "journal",
    "keys",
    "number",
    "outcomes",
    "tasks",
    "word",
]

METADATA: Final = MetaData()

Number = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite takes only INTEGER as the name of its row number."""


def word(value: str) -> ColumnElement[Any]:
    """`value` as a constant in the SQL text: only a constant makes a partial index usable."""
    return literal_column(f"'{value}'", Text())


def number(value: int) -> ColumnElement[Any]:
    """`value` as a constant in the SQL text, since parameters are for what differs.

    Each LIMIT has its `.offset(number(0))`: SQLAlchemy's SQLite would add a parameter of its own.
    """
    return literal_column(str(value), Integer())


def required(name: str) -> Column[Any]:
    """A text that every row has."""
    return Column(name, Text(), nullable=False)


def count(name: str) -> Column[Any]:
    """A number that starts at 0."""
    return Column(name, BigInteger(), nullable=False, server_default="0")


instances = Table(
    "instances",
    METADATA,
    Column("number", Number, Identity(), primary_key=True),
    Column("id", Text(), nullable=False, unique=True),
    required("kind"),
    required("label"),
    required("browser_type"),
    Column("profile", Text()),
    required("user_agent"),
    Column("window_id", Text()),
    Column("credential", Text()),
    Column("ticket_hash", Text()),
    Column("memory", Text()),
    count("epoch"),
    required("status"),
    Column("created_at_ms", BigInteger(), nullable=False),
    Column("connected_at_ms", BigInteger()),
    Column("lost_at_ms", BigInteger()),
    count("next_seq"),
    # How many of its tasks are in each state, so that nothing ever counts rows.
    count("queued"),
    count("running"),
    count("completed"),
    count("failed"),
    count("cancelled"),
    # The number of the task that ran when its browser forgot what it had been sent.
    Column("forgotten", BigInteger()),
)

tasks = Table(
    "tasks",
    METADATA,
    # Grows with each acceptance: the order of lists.
    Column("number", Number, Identity(), primary_key=True),
    Column("id", Text(), nullable=False, unique=True),
    required("instance_id"),
    Column("seq", BigInteger(), nullable=False),
    Column("priority", Integer(), nullable=False),
    required("name"),
    required("intention"),
    Column("session", Text()),
    Column("dialogs", Text()),
    required("status"),
    Column("command_count", Integer(), nullable=False),
    Column("current_index", Integer(), nullable=False),
    Column("epoch", BigInteger()),
    Column("created_at_ms", BigInteger(), nullable=False),
    Column("started_at_ms", BigInteger()),
    Column("completed_at_ms", BigInteger()),
    Column("error_code", Text()),
    Column("error_message", Text()),
    Column("error_command_id", Text()),
)

QUEUED: Final = tasks.c.status == word(TaskStatus.QUEUED)
RUNNING: Final = tasks.c.status == word(TaskStatus.RUNNING)
ENDED: Final = tasks.c.completed_at_ms.is_not(None)

# Each task is in the indexes of its own state only: what is queued and what runs is few, and a
# submission should not pay for the lists of what has ended.
Index(
    "tasks_lane",
    tasks.c.instance_id,
    tasks.c.priority.desc(),
    tasks.c.seq,
    unique=True,
    sqlite_where=QUEUED,
    postgresql_where=QUEUED,
)
Index(
    "tasks_one_running",
    tasks.c.instance_id,
    unique=True,
    sqlite_where=RUNNING,
    postgresql_where=RUNNING,
)
Index("tasks_ended", tasks.c.completed_at_ms, sqlite_where=ENDED, postgresql_where=ENDED)
Index(
    "tasks_ended_by_status",
    tasks.c.status,
    tasks.c.number,
    sqlite_where=ENDED,
    postgresql_where=ENDED,
)
Index(
    "tasks_ended_by_instance",
    tasks.c.instance_id,
    tasks.c.status,
    tasks.c.seq,
    sqlite_where=ENDED,
    postgresql_where=ENDED,
)

# Written once and apart, so that a change of status never rewrites megabytes of commands.
bodies = Table(
    "bodies",
    METADATA,
    Column("task", Number, primary_key=True, autoincrement=False),
    required("commands"),
    Column("metadata", Text()),
)

outcomes = Table(
    "outcomes",
    METADATA,
    Column("task", BigInteger(), primary_key=True, autoincrement=False),
    Column("idx", Integer(), primary_key=True, autoincrement=False),
    required("status"),
    Column("started_at_ms", BigInteger()),
    Column("completed_at_ms", BigInteger()),
    Column("result", Text()),
    Column("error", Text()),
    sqlite_with_rowid=False,
)

# Lies by task, and needs no index for it: three lines are written for each, and removed with it.
journal = Table(
    "journal",
    METADATA,
    # 0: of the instance alone.
    Column("task", BigInteger(), primary_key=True, autoincrement=False),
    # Grows with each line, so it tells their order.
    Column("number", BigInteger(), primary_key=True, autoincrement=False),
    required("instance_id"),
    required("kind"),
    Column("epoch", BigInteger()),
    Column("at_ms", BigInteger()),
    sqlite_with_rowid=False,
)

TERMINAL: Final = journal.c.kind == word("terminal")
Index(
    "journal_one_terminal",
    journal.c.task,
    unique=True,
    sqlite_where=TERMINAL,
    postgresql_where=TERMINAL,
)
# As a range: the engine would rather walk all lines of task 0 than take this index.
OF_INSTANCES: Final = journal.c.task < number(1)
Index(
    "journal_of_instances",
    journal.c.at_ms,
    sqlite_where=OF_INSTANCES,
    postgresql_where=OF_INSTANCES,
)

idempotency = Table(
    "idempotency",
    METADATA,
    Column("key", Text(), primary_key=True),
    required("body_hash"),
    Column("task", BigInteger(), nullable=False, index=True),
    required("task_id"),
    required("instance_id"),
    Column("position", Integer(), nullable=False),
)

artifacts = Table(
    "artifacts",
    METADATA,
    Column("id", Text(), primary_key=True),
    # The task with which it is removed; none: it goes by its age.
    Column("task", BigInteger()),
    Column("task_id", Text()),
    Column("instance_id", Text()),
    required("name"),
    required("mime_type"),
    Column("size_bytes", BigInteger(), nullable=False),
    required("sha256"),
    Column("width_px", Integer()),
    Column("height_px", Integer()),
    Column("created_at_ms", BigInteger(), nullable=False),
)

OWNED: Final = artifacts.c.task.is_not(None)
LOOSE: Final = artifacts.c.task.is_(None)
Index("artifacts_by_task", artifacts.c.task, sqlite_where=OWNED, postgresql_where=OWNED)
Index("artifacts_loose", artifacts.c.created_at_ms, sqlite_where=LOOSE, postgresql_where=LOOSE)

keys = Table(
    "keys",
    METADATA,
    Column("number", Number, Identity(), primary_key=True),
    # The visible beginning of the key; the key itself is nowhere.
    Column("id", Text(), nullable=False, unique=True),
    required("name"),
    required("digest"),
    required("scopes"),
    required("instance_ids"),
    Column("created_at_ms", BigInteger(), nullable=False),
)

audit = Table(
    "audit",
    METADATA,
    Column("number", Number, Identity(), primary_key=True),
    Column("at_ms", BigInteger(), nullable=False),
    required("who"),
    Column("key_id", Text()),
    Column("address", Text()),
    required("action"),
    Column("subject", Text()),
    Column("instance_id", Text()),
    required("outcome"),
)
Index("audit_by_time", audit.c.at_ms)
