"""Reading beside the writer: a few threads with a connection each, one snapshot per question."""

import sqlite3
from asyncio import AbstractEventLoop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Protocol, TypeVar

from tabyard.core.errors import StoreUnavailable
from tabyard.storage.sql import Sql
from tabyard.storage.sqlite.connection import Connection, open_reader
from tabyard.storage.sqlite.writer import Writer

__all__ = ["FileReaders", "Readers", "WriterReads"]

T = TypeVar("T")

THREADS: Final = 2
"""Reads are short and hold the interpreter most of the time; more threads only queue up for it."""


CAPACITY: Final = 1_000
"""Questions that may wait; more than that is a flood, and each would be answered too late."""


class Readers(Protocol):
    """Who answers questions."""

    async def read(self, question: Callable[[Sql], T]) -> T:
        """The answer from one consistent snapshot, which has all that was committed before.

        Raises:
            StoreUnavailable: the engine failed, or too many wait already.
        """
        ...

    def close(self) -> None: ...


class FileReaders:
    """Read-only connections to a file. They never wait for the writer, nor it for them."""

    def __init__(self, path: Path, *, loop: AbstractEventLoop) -> None:
        self._path = path
        self._loop = loop
        self._idle: SimpleQueue[Connection] = SimpleQueue()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="tabyard-reader")
        self._opened: list[Connection] = []
        self._waiting = 0

    async def read(self, question: Callable[[Sql], T]) -> T:
        if self._waiting >= CAPACITY:
            raise StoreUnavailable(f"{self._waiting} reads wait already")
        self._waiting += 1
        try:
            return await self._loop.run_in_executor(self._threads, self._answer, question)
        finally:
            self._waiting -= 1

    def _answer(self, question: Callable[[Sql], T]) -> T:
        connection = self._take()
        try:
            connection.say("BEGIN")
            return question(connection)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"reading failed: {error}") from error
        finally:
            connection.rollback()
            self._idle.put(connection)

    def _take(self) -> Connection:
        """An idle connection; as many exist as threads have ever read at once."""
        if not self._idle.empty():
            return self._idle.get()
        connection = open_reader(self._path)
        self._opened.append(connection)
        return connection

    def close(self) -> None:
        self._threads.shutdown()
        for connection in self._opened:
            connection.close()


class WriterReads:
    """A database in memory has one connection: questions queue up with the writes."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def read(self, question: Callable[[Sql], T]) -> T:
        return await self._writer.queue(question)

    def close(self) -> None:
        """Nothing is held."""
