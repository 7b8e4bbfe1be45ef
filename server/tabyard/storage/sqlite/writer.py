"""The one connection that writes: operations queue up, one commit carries all that wait.

Short operations run on the event loop, which takes some 20 µs each and touches no disk as a rule;
a thread commits, and does whatever takes longer. Were the thread to run them, each of its
statements would ask a busy loop for the interpreter again (decision 15). Where there is no disk to
wait for, the loop commits as well: handing over to a thread and back takes longer than that.
"""

import logging
import sqlite3
from asyncio import AbstractEventLoop, Event, Future, TimerHandle, to_thread
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Final, TypeVar

from tabyard.core.errors import StoreUnavailable
from tabyard.storage.faults import Faults
from tabyard.storage.sqlite.attempt import (
    Batch,
    EngineFailure,
    HalfDone,
    Job,
    Operation,
    Settled,
    attempt,
    attempt_bare,
    probe,
)
from tabyard.storage.sqlite.company import Company
from tabyard.storage.sqlite.connection import Connection

__all__ = ["Health", "Writer"]

T = TypeVar("T")

LARGEST_BATCH: Final = 1_000
"""Bounds how long the first of a batch waits for the last; 1 000 take the thread some 50 ms."""

LARGEST_SHORT_BATCH: Final = 256
"""So many operations at once keep the loop from its other work for some 5 ms; in the thread, which
asks a busy loop for the interpreter at each statement, they take it from the loop for longer."""

GATHER_S: Final = 0.003
"""How long after a commit nothing is committed for those who are in no hurry: they wait for a lane
that is at work, and what it does next is committed in one piece with them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the last commit reached the disk, and why not."""

    ok: bool
    detail: str | None = None


class Writer:
    """Runs operations in the order in which they were queued, many per commit.

    An operation that fails takes back only its own changes. A commit that fails takes back all of
    its batch, and the next batch tries anew.
    """

    def __init__(
        self,
        *,
        loop: AbstractEventLoop,
        capacity: int,
        faults: Faults,
        connection: Connection,
        reopen: Callable[[], Connection],
        commits_here: bool = False,
    ) -> None:
        """`commits_here`: a commit waits for no disk, so the loop may do it."""
        self._loop = loop
        self._capacity = capacity
        self._faults = faults
        self._reopen = reopen
        self._commits_here = commits_here
        self._connection: Connection | None = connection
        self._jobs: deque[Job] = deque()
        self._batches: SimpleQueue[Batch | None] = SimpleQueue()
        self._at_work = False
        """The thread has a batch, and with it the connection."""
        self._arranged = False
        self._hurried = False
        """Somebody who waits is in a hurry."""
        self._later: TimerHandle | None = None
        """Arranges a batch for those who are not."""
        self._unhurried_from_s = 0.0
        self._company = Company()
        self._waiting = 0
        self._open = True
        self._probing = False
        self._health = Health(ok=True)
        self._changes = connection.changes
        """Of the connection, when it last committed."""
        self._thread = Thread(target=self._run, name="tabyard-writer", daemon=True)
        self._ended = Event()

    def start(self) -> None:
        self._thread.start()

    def queue(
        self, operation: Operation[T], *, short: bool = False, hurry: bool = True
    ) -> Future[T]:
        """Queue it now; the future is done after the commit.

        `short` operations touch a few rows by their keys, and may run on the event loop. One
        without `hurry` goes along with the next commit; for its sake alone there is one per
        `GATHER_S`. A full queue refuses at once with `StoreUnavailable`: a disk that is slower than
        its callers must be felt by them.
        """
        answer: Future[T] = self._loop.create_future()
        if not self._open:
            answer.set_exception(StoreUnavailable("it is being closed"))
        elif self._waiting >= self._capacity:
            answer.set_exception(StoreUnavailable(f"{self._waiting} writes wait already"))
        else:
            self._waiting += 1
            self._jobs.append(Job(operation, answer, short))
            self._hurried = self._hurried or hurry
            self._arrange()
        return answer

    def health(self) -> Health:
        """How the last commit went. While it failed, each question also tries a new one."""
        if not self._health.ok and self._open and not self._probing:
            self._probing = True
            self.queue(probe).add_done_callback(self._probed)
        return self._health

    def _probed(self, answer: Future[None]) -> None:
        self._probing = False
        answer.exception()

    async def close(self) -> None:
        """Commit what waits, then end the thread; later operations are refused."""
        if self._open:
            self._open = False
            self._arrange()
        try:
            await self._ended.wait()
            # It has nothing left to do, but its last steps may still be ahead of it.
            await to_thread(self._thread.join)
        finally:
            # Also when this wait is cancelled: nobody may take the file before the last commit.
            self._thread.join()

    def _arrange(self) -> None:
        """Begin a batch when all who are about to run have queued what they have."""
        if self._arranged or self._at_work:
            return
        if not self._hurried and self._open:
            left_s = self._unhurried_from_s - self._loop.time()
            if left_s > 0:
                if self._later is None:
                    self._later = self._loop.call_later(left_s, self._hurry)
                return
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._arranged = True
        self._loop.call_soon(self._begin)

    def _hurry(self) -> None:
        """Who was in no hurry has waited long enough."""
        self._later = None
        self._hurried = True
        self._arrange()

    def _begin(self) -> None:
        """Give the thread its next batch; the last of all is the order to end."""
        if self._open and self._is_company_coming():
            self._loop.call_soon(self._begin)
            return
        self._arranged = False
        if not self._jobs:
            if not self._open:
                self._at_work = True
                self._batches.put(None)
            return
        jobs = self._take()
        self._company.left(len(jobs))
        self._at_work = True
        short = len(jobs) <= LARGEST_SHORT_BATCH and all(job.short for job in jobs)
        settled = self._run_here(jobs) if short else None
        if self._commits_here and settled is not None:
            # Not now: who is about to run has asked for nothing that is done already. A claim that
            # was would be told before the submission that it waited for.
            self._loop.call_soon(self._settle, self._health, settled)
        else:
            self._batches.put(Batch(jobs, settled))

    def _is_company_coming(self) -> bool:
        """A commit of the loop's own waits for no disk, and so for nobody."""
        return not self._commits_here and self._company.is_coming(
            len(self._jobs), self._loop.time()
        )

    def _take(self) -> Sequence[Job]:
        """What waits, as far as one commit should hold up the first of it."""
        jobs = self._jobs
        taken = [jobs.popleft() for _ in range(min(len(jobs), LARGEST_BATCH))]
        self._hurried = bool(jobs)
        return taken

    def _run_here(self, jobs: Sequence[Job]) -> Sequence[Settled] | None:
        """Run `jobs` now, up to the commit or with it; None: the thread has to, from the start."""
        connection = self._connection
        if connection is None or not self._health.ok:
            return None
        try:
            connection.be_patient(patient=False)
            connection.say("BEGIN IMMEDIATE")
            settled = [attempt_bare(connection, job) for job in jobs]
            if self._commits_here:
                self._end(connection)
        # Whatever it is, the thread meets it again, and has the time to deal with it.
        except (HalfDone, sqlite3.Error):
            self._undo()
            return None
        return settled

    # From here on: the writer's thread, while it has a batch.

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            health, settled = self._perform(batch)
            self._loop.call_soon_threadsafe(self._settle, health, settled)
        if self._connection is not None:
            self._connection.close()
        self._loop.call_soon_threadsafe(self._ended.set)

    def _perform(self, batch: Batch) -> tuple[Health, Sequence[Settled]]:
        """Run and commit a batch. Never raises: somebody waits for each job."""
        try:
            if self._connection is None:
                self._connection = self._reopen()
            if batch.settled is None:
                settled = self._transact(self._connection, batch.jobs)
            else:
                settled = batch.settled
                self._end(self._connection)
            return self._healthy(self._connection, batch.jobs), settled
        except (EngineFailure, sqlite3.Error, OSError) as error:
            return self._refuse(batch.jobs, str(error.__cause__ or error))
        # The boundary of this thread: a defect here must not leave callers waiting for ever.
        except Exception as error:
            logger.exception("store batch failed by a defect")
            return self._refuse(batch.jobs, f"{type(error).__name__}: {error}")

    def _healthy(self, connection: Connection, jobs: Sequence[Job]) -> Health:
        """As it is after a commit; one that had nothing to write says nothing about the disk."""
        before, self._changes = self._changes, connection.changes
        wrote = self._changes != before or any(job.operation is probe for job in jobs)
        return Health(ok=True) if wrote else self._health

    def _refuse(self, batch: Sequence[Job], reason: str) -> tuple[Health, Sequence[Settled]]:
        logger.error("store commit failed", extra={"reason": reason, "operations": len(batch)})
        self._undo()
        self._overwrite()
        if self._connection is not None:
            self._changes = self._connection.changes
        failed = [Settled(job, error=StoreUnavailable(reason)) for job in batch]
        return Health(ok=False, detail=reason), failed

    def _undo(self) -> None:
        """Roll back; if even that fails, the next batch gets a new connection."""
        connection = self._connection
        if connection is None:
            return
        try:
            connection.rollback()
        except sqlite3.Error:
            connection.close()
            self._connection = None

    def _overwrite(self) -> None:
        """Put something harmless where a failed commit may lie whole in the log.

        A flush that fails leaves behind what it was to flush. The next hub would take that for a
        commit, were this one killed; so it goes before anybody is told that it was refused.
        """
        if self._connection is None:
            return
        try:
            self._connection.say("BEGIN IMMEDIATE")
            probe(self._connection)
            self._connection.say("COMMIT")
        except sqlite3.Error:  # as a rule: it is written, and again not flushed
            self._undo()

    def _transact(self, connection: Connection, batch: Sequence[Job]) -> Sequence[Settled]:
        try:
            return self._commit(connection, batch, attempt_bare)
        except HalfDone:
            connection.rollback()
            return self._commit(connection, batch, attempt)

    def _commit(
        self,
        connection: Connection,
        batch: Sequence[Job],
        attempt_one: Callable[[Connection, Job], Settled],
    ) -> Sequence[Settled]:
        connection.be_patient(patient=True)
        connection.say("BEGIN IMMEDIATE")
        settled = [attempt_one(connection, job) for job in batch]
        self._end(connection)
        return settled

    def _end(self, connection: Connection) -> None:
        self._faults.before_commit()
        connection.say("COMMIT")
        self._faults.after_commit()

    # From here on: the loop's thread again.

    def _settle(self, health: Health, settled: Sequence[Settled]) -> None:
        self._health = health
        self._at_work = False
        self._unhurried_from_s = self._loop.time() + GATHER_S
        self._waiting -= len(settled)
        for it in settled:
            answer = it.job.answer
            if answer.done():
                continue
            if it.error is None:
                answer.set_result(it.value)
            else:
                answer.set_exception(it.error)
        # Behind those who wait for these answers: what they queue goes along.
        if self._jobs or not self._open:
            self._arrange()
