"""One operation of a batch: how it is tried, with a savepoint or without, and what comes of it."""

import logging
import sqlite3
from asyncio import Future
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from tabyard.core.errors import HubError, InternalError
from tabyard.storage.sql import Sql
from tabyard.storage.sqlite.connection import Connection

__all__ = [
    "Batch",
    "EngineFailure",
    "HalfDone",
    "Job",
    "Operation",
    "Settled",
    "attempt",
    "attempt_bare",
    "probe",
]

T = TypeVar("T")
Operation = Callable[[Sql], T]

logger = logging.getLogger(__name__)


# Named tuples: thousands are made each second, and a frozen dataclass takes three times as long.
class Job(NamedTuple):
    """An operation and who waits for it."""

    operation: Operation[Any]
    answer: Future[Any]
    short: bool


class Settled(NamedTuple):
    """What became of a job: a value, or the exception that its caller gets."""

    job: Job
    value: Any = None
    error: Exception | None = None


class Batch(NamedTuple):
    """Jobs for one commit; `settled` when they have run already and only the commit is missing."""

    jobs: Sequence[Job]
    settled: Sequence[Settled] | None


class EngineFailure(Exception):
    """SQLite could not do its work: this counts for the whole batch."""


class HalfDone(Exception):
    """An operation failed and left changes behind."""


def attempt_bare(connection: Connection, job: Job) -> Settled:
    """Run one operation without a savepoint, which costs a tenth of a batch's time.

    An operation that refuses has changed nothing, as a rule.

    Raises:
        HalfDone: this one did; the batch has to be run again with savepoints.
    """
    before = connection.changes
    try:
        return Settled(job, job.operation(connection))
    except Exception as error:
        if isinstance(error, HubError) and connection.changes == before:
            return Settled(job, error=error)
        raise HalfDone from error


def attempt(connection: Connection, job: Job) -> Settled:
    """Run one operation in a savepoint, so that its failure undoes only itself.

    Raises:
        EngineFailure: SQLite failed, not the operation.
    """
    connection.say("SAVEPOINT operation")
    try:
        value = job.operation(connection)
    except HubError as error:
        settled = Settled(job, error=error)
    except sqlite3.IntegrityError as error:
        logger.exception("store operation refused by a constraint")
        settled = Settled(job, error=caused(InternalError(), error))
    except sqlite3.Error as error:
        raise EngineFailure from error
    # One operation's defect (a value that no column takes) must not fail its neighbours.
    except Exception as error:
        logger.exception("store operation failed by a defect")
        settled = Settled(job, error=caused(InternalError(), error))
    else:
        connection.say("RELEASE operation")
        return Settled(job, value)
    connection.say("ROLLBACK TO operation")
    connection.say("RELEASE operation")
    return settled


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def probe(sql: Sql) -> None:
    """A write that changes nothing, yet has to reach the disk."""
    assert isinstance(sql, Connection)
    row = sql.say("PRAGMA user_version")
    assert row is not None
    sql.say(f"PRAGMA user_version = {row[0]}")
