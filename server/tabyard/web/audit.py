"""The audit trail: who did or tried what. Collected for a moment, then stored in one commit."""

import logging
from asyncio import Future
from collections.abc import Sequence
from typing import Final

from tabyard.core.audit import AuditRecord
from tabyard.hub.ports import Clock
from tabyard.web.ports import AccessStore
from tabyard.web.standing import Standing

__all__ = ["Audit"]

logger = logging.getLogger(__name__)

WITHIN_S: Final = 0.25
"""How long a line may wait for others: a row of its own each would cost a submission a tenth."""
BATCH: Final = 500
"""So many lines are stored at once."""
MOST_REFUSED: Final = 100
"""Refusals per batch that get a line of their own; a flood of them becomes one line."""
SWEEP_EVERY_S: Final = 60.0
SWEEP_ROWS: Final = 2_000
SUBJECT_CHARS: Final = 200


class Audit:
    """Notes lines at once and stores them soon. A killed hub loses the last quarter second."""

    def __init__(self, *, store: AccessStore, clock: Clock, keep_s: float = 2_592_000.0) -> None:
        self._store = store
        self._clock = clock
        self._keep_s = keep_s
        self._lines: list[AuditRecord] = []
        self._refused = 0
        self._due = False
        self._swept_s = float("-inf")

    def note(
        self,
        standing: Standing,
        action: str,
        *,
        subject: str | None = None,
        instance: str | None = None,
        outcome: str = "ok",
    ) -> None:
        """Remember that the caller did `action`."""
        principal = standing.principal
        self._add(
            AuditRecord(
                at_ms=self._clock.now_ms(),
                who=principal.name if principal is not None else "nobody",
                key_id=principal.key_id if principal is not None else None,
                address=standing.address,
                action=action,
                subject=subject[:SUBJECT_CHARS] if subject is not None else None,
                instance_id=instance,
                outcome=outcome,
            )
        )

    def note_refused(self, standing: Standing, subject: str, code: str) -> None:
        """Remember an attempt that was turned away; of a flood, only how many there were."""
        self._refused += 1
        if self._refused <= MOST_REFUSED:
            self.note(standing, "refused", subject=subject, outcome=code)
        else:
            self._schedule()

    async def page(self, *, limit: int, offset: int) -> tuple[Sequence[AuditRecord], int]:
        """The newest lines, those that wait included."""
        await self.flush()
        return await self._store.audit(limit=limit, offset=offset)

    async def flush(self) -> None:
        """Store what waits. Raises `StoreUnavailable`."""
        stored = self._store_lines()
        if stored is not None:
            await stored

    def _add(self, line: AuditRecord) -> None:
        self._lines.append(line)
        if len(self._lines) >= BATCH:
            self._flush_unwatched()
        else:
            self._schedule()

    def _schedule(self) -> None:
        if not self._due:
            self._due = True
            self._clock.call_later(WITHIN_S, self._flush_unwatched)

    def _flush_unwatched(self) -> None:
        self._due = False
        stored = self._store_lines()
        if stored is not None:
            stored.add_done_callback(_stored)

    def _store_lines(self) -> "Future[None] | None":
        if self._refused > MOST_REFUSED:
            more = f"{self._refused - MOST_REFUSED} more"
            self._lines.append(
                AuditRecord(
                    at_ms=self._clock.now_ms(), who="nobody", action="refused", subject=more,
                    outcome="MANY",
                )
            )  # fmt: skip
        self._refused = 0
        if not self._lines:
            return None
        lines, self._lines = self._lines, []
        stored = self._store.note_all(lines)
        now_s = self._clock.monotonic_s()
        if now_s - self._swept_s >= SWEEP_EVERY_S:
            self._swept_s = now_s
            before_ms = self._clock.now_ms() - round(self._keep_s * 1000)
            dropped = self._store.drop_audit(before_ms=before_ms, at_most=SWEEP_ROWS)
            dropped.add_done_callback(_stored)
        return stored


def _stored(answer: "Future[None] | Future[int]") -> None:
    """The trail has a hole when the disk is full; work that was asked for is not held up by it."""
    if not answer.cancelled() and answer.exception() is not None:
        logger.warning("audit trail not stored", exc_info=answer.exception())
