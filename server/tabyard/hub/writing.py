"""Writes that a lane can't do without: said again for as long as the store can't take them."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from tabyard.core.course import Finish
from tabyard.core.errors import StoreUnavailable
from tabyard.hub.ports import Clock, Ending
from tabyard.hub.waiting import outcome_of, pause

__all__ = ["ending", "written"]

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def written(
    stored: "asyncio.Future[T]",
    again: Callable[[], "asyncio.Future[T]"],
    *,
    clock: Clock,
    retry_s: float,
) -> T:
    """What came of a write, which `again` repeats every `retry_s` seconds until one succeeds."""
    while True:
        try:
            return await outcome_of(stored)
        except StoreUnavailable as error:
            logger.warning("store unavailable, lane waits", extra={"reason": error.reason})
            await pause(clock, retry_s)
            stored = again()


def ending(finish: Finish, epoch: int | None) -> Ending:
    """The end of a task as the store takes it."""
    record = finish.record
    assert record.completed_at_ms is not None
    return Ending(
        task=record.id,
        status=record.status,
        at_ms=record.completed_at_ms,
        epoch=epoch,
        error=record.error,
        outcomes=finish.unsaved,
        current_index=record.current_index,
    )
