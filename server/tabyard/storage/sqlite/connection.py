"""SQLite connections, and transactions on them."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.dialects.sqlite import dialect

from tabyard.storage.sql import Parameter, Row, Statement, Texts

__all__ = ["RESERVED_BYTES", "Connection", "open_memory", "open_reader", "open_writer"]

TEXTS: Final = Texts(dialect(paramstyle="qmark"))

BUSY_TIMEOUT_S: Final = 5.0
"""Only a person with a database shell can hold a lock; a hub never meets another one."""

CACHED_STATEMENTS: Final = 256
"""More than there are statements, so that each is prepared once per connection."""

CHECKPOINT_PAGES: Final = 4_000
"""16 MiB of log: few commits pay for a checkpoint, and what is written often is in many of them; it
is read within a moment."""

RESERVED_BYTES: Final = CHECKPOINT_PAGES * 5_000
"""Room for as many pages with what stands around them, and for the commit that is too much."""

CACHE_KIB: Final = 32 * 1024
"""What the writer remembers of the file: short operations run on the loop, which should not read a
disk."""

LOG_BYTES: Final = 32 * 1024 * 1024
"""A log that one large transaction has made longer than this is cut back at the next reset."""


class Connection:
    """One connection, used by one thread at a time; transactions are begun and ended by name."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self._patient = True

    def be_patient(self, *, patient: bool) -> None:
        """Whether to wait when another process holds the lock, or to fail at once."""
        if patient is not self._patient:
            self._patient = patient
            wait_ms = int(BUSY_TIMEOUT_S * 1000) if patient else 0
            self.say(f"PRAGMA busy_timeout = {wait_ms}")

    def rows(self, statement: Statement, /, **parameters: Parameter) -> Sequence[Row]:
        prepared = TEXTS[statement]
        return self._raw.execute(prepared.text, prepared.in_order(parameters)).fetchall()

    def row(self, statement: Statement, /, **parameters: Parameter) -> Row | None:
        # All rows: a statement that is left half-way would stay open over the commit.
        found = self.rows(statement, **parameters)
        return found[0] if found else None

    def run(self, statement: Statement, /, **parameters: Parameter) -> int:
        prepared = TEXTS[statement]
        return self._raw.execute(prepared.text, prepared.in_order(parameters)).rowcount

    def add(self, statement: Statement, /, **parameters: Parameter) -> int:
        prepared = TEXTS[statement]
        number = self._raw.execute(prepared.text, prepared.in_order(parameters)).lastrowid
        assert number is not None
        return number

    def run_each(
        self, statement: Statement, parameters: Sequence[Mapping[str, Parameter]], /
    ) -> None:
        prepared = TEXTS[statement]
        self._raw.executemany(prepared.text, [prepared.in_order(each) for each in parameters])

    def say(self, text: str) -> Row | None:
        """Run a statement that only SQLite knows."""
        row: Row | None = self._raw.execute(text).fetchone()
        return row

    @property
    def raw(self) -> sqlite3.Connection:
        """For the migrations, which bring their own way of speaking."""
        return self._raw

    @property
    def changes(self) -> int:
        """Rows changed since the connection was opened."""
        return self._raw.total_changes

    def rollback(self) -> None:
        """Undo the open transaction, if there is one: a failed commit may have ended it already."""
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")

    def close(self) -> None:
        self._raw.close()


def connect(where: str, *, uri: bool) -> sqlite3.Connection:
    """A connection in autocommit mode that may wander between threads."""
    return sqlite3.connect(
        where,
        uri=uri,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=CACHED_STATEMENTS,
    )


def open_writer(path: Path) -> Connection:
    """The one connection that writes, each commit on disk before it returns.

    It is also the only one that ever checkpoints: SQLite before 3.51.3 can lose a commit when two
    connections reset the log at the same moment.
    """
    found = Connection(connect(str(path), uri=False))
    found.say("PRAGMA journal_mode = WAL")
    found.say("PRAGMA synchronous = FULL")
    found.say("PRAGMA secure_delete = FAST")
    found.say(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    found.say(f"PRAGMA cache_size = -{CACHE_KIB}")
    found.say(f"PRAGMA journal_size_limit = {LOG_BYTES}")
    return found


def open_reader(path: Path) -> Connection:
    """A connection that cannot write."""
    found = Connection(connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))
    found.say("PRAGMA query_only = ON")
    return found


def open_memory() -> Connection:
    """A database that lives as long as its connection."""
    return Connection(connect(":memory:", uri=False))
