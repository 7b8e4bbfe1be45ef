"""The promises that the database itself holds, whatever a defect in the code would do."""

import sqlite3
from collections.abc import Iterator

import pytest

from tabyard.storage.sqlite.connection import Connection, open_memory
from tabyard.storage.sqlite.schema import create

TASK = (
    "INSERT INTO tasks (number, id, instance_id, seq, priority, name, intention, status,"
    " command_count, current_index, created_at_ms) VALUES (?, ?, ?, ?, 0, 'n', 'i', ?, 1, 0, 1)"
)
LINE = (
    "INSERT INTO journal (task, number, instance_id, kind)"
    " VALUES (?, (SELECT count(*) FROM journal), 'inst_1', ?)"
)


@pytest.fixture
def database() -> Iterator[Connection]:
    connection = open_memory()
    create(connection)
    yield connection
    connection.close()


@pytest.mark.proves("lanes:one_running")
def test_a_second_running_task_of_an_instance_cannot_exist(database: Connection) -> None:
    database.raw.execute(TASK, (1, "a", "inst_1", 1, "running"))
    database.raw.execute(TASK, (2, "b", "inst_1", 2, "queued"))
    database.raw.execute(TASK, (3, "c", "inst_2", 1, "running"))

    with pytest.raises(sqlite3.IntegrityError, match=r"tasks\.instance_id"):
        database.raw.execute("UPDATE tasks SET status = 'running' WHERE number = 2")


@pytest.mark.proves("durability:one_terminal_event")
def test_a_second_ending_of_a_task_cannot_exist(database: Connection) -> None:
    for kind in ("accepted", "claimed", "requeued", "claimed", "terminal"):
        database.raw.execute(LINE, (1, kind))
    database.raw.execute(LINE, (2, "terminal"))

    with pytest.raises(sqlite3.IntegrityError, match=r"journal\.task"):
        database.raw.execute(LINE, (1, "terminal"))


def test_two_tasks_that_wait_never_share_a_place(database: Connection) -> None:
    database.raw.execute(TASK, (1, "a", "inst_1", 1, "queued"))

    with pytest.raises(sqlite3.IntegrityError, match=r"tasks\.priority, tasks\.seq"):
        database.raw.execute(TASK, (2, "b", "inst_1", 1, "queued"))


def test_two_tasks_never_share_an_id(database: Connection) -> None:
    database.raw.execute(TASK, (1, "a", "inst_1", 1, "queued"))

    with pytest.raises(sqlite3.IntegrityError, match=r"tasks\.id"):
        database.raw.execute(TASK, (2, "a", "inst_2", 1, "queued"))


def test_a_command_has_one_outcome(database: Connection) -> None:
    outcome = "INSERT INTO outcomes (task, idx, status) VALUES (1, 0, ?)"
    database.raw.execute(outcome, ("success",))

    with pytest.raises(sqlite3.IntegrityError, match=r"outcomes\.task, outcomes\.idx"):
        database.raw.execute(outcome, ("error",))


def test_a_key_belongs_to_one_task(database: Connection) -> None:
    used = "INSERT INTO idempotency VALUES ('k', 'aa', ?, 'task', 'inst', 1)"
    database.raw.execute(used, (1,))

    with pytest.raises(sqlite3.IntegrityError, match=r"idempotency\.key"):
        database.raw.execute(used, (2,))
