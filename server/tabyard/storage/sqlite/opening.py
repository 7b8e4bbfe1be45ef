"""Opens and closes a store."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final, Literal

from tabyard.storage.errors import StoreOpenFailed
from tabyard.storage.faults import Faults
from tabyard.storage.sqlite.connection import (
    RESERVED_BYTES,
    Connection,
    open_memory,
    open_writer,
)
from tabyard.storage.sqlite.lock import holding
from tabyard.storage.sqlite.log import reserve
from tabyard.storage.sqlite.readers import FileReaders, WriterReads
from tabyard.storage.sqlite.schema import create, upgrade
from tabyard.storage.sqlite.store import SqliteStore
from tabyard.storage.sqlite.writer import Writer

__all__ = ["open_store"]

CAPACITY: Final = 10_000
"""Writes that may wait; more is a disk that has stood still for seconds."""


@asynccontextmanager
async def open_store(
    where: Path | Literal[":memory:"], *, capacity: int = CAPACITY, faults: Faults | None = None
) -> AsyncGenerator[SqliteStore]:
    """The store at `where`, created or migrated as needed; leaving commits what waits.

    `:memory:` keeps everything as long as the block. `capacity` bounds the writes that may wait;
    one more fails with `StoreUnavailable`.

    Raises:
        StoreInUse: another process has it open.
        StoreNewer: a later version wrote it.
        StoreOpenFailed: it can't be opened for any other reason.
    """
    loop = asyncio.get_running_loop()
    with ExitStack() as held:
        if isinstance(where, Path):
            connection = await asyncio.to_thread(prepare, where, held)
            reopen = partial(open_writer, where)
        else:
            connection = await asyncio.to_thread(prepare_memory)
            reopen = partial(lost, connection)
        writer = Writer(
            loop=loop,
            capacity=capacity,
            faults=faults or Faults(),
            connection=connection,
            reopen=reopen,
            # A fault may hold up a commit, which only the thread can bear.
            commits_here=not isinstance(where, Path) and faults is None,
        )
        readers = FileReaders(where, loop=loop) if isinstance(where, Path) else WriterReads(writer)
        writer.start()
        try:
            yield SqliteStore(writer=writer, readers=readers, loop=loop)
        finally:
            # Readers first: the last connection to close tidies up the log, and must be the writer.
            await asyncio.to_thread(readers.close)
            await writer.close()


def prepare(path: Path, held: ExitStack) -> Connection:
    """The locked, current database at `path`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held.enter_context(holding(path))
        # Made here so that only its owner can read it; SQLite's own files follow its mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = open_writer(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreOpenFailed(path, str(error)) from error
    try:
        upgrade(connection, path)
    except StoreOpenFailed:
        connection.close()
        raise
    except sqlite3.Error as error:
        connection.close()
        raise StoreOpenFailed(path, str(error)) from error
    reserve(path, RESERVED_BYTES)
    return connection


def prepare_memory() -> Connection:
    """An empty current database that nobody else can see."""
    connection = open_memory()
    create(connection)
    return connection


def lost(connection: Connection) -> Connection:
    """What was in memory is gone with its connection: it fails for ever rather than start empty."""
    return connection
