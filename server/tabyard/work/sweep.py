"""Takes away what has been over for long enough: tasks, and the bytes that they left."""

import logging
from dataclasses import dataclass
from typing import Final

from tabyard.core.errors import StoreUnavailable
from tabyard.hub.hub import Hub
from tabyard.hub.ports import Blobs
from tabyard.work.ports import TaskStore

__all__ = ["Sweep", "SweepSettings"]

logger = logging.getLogger(__name__)

_BATCH: Final = 500
"""Tasks per commit: a large sweep must not hold up submissions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    """When a task that has ended is forgotten, and how often that is looked after."""

    keep_s: float = 3_600.0
    every_s: float = 30.0


class Sweep:
    """Sweeps for as long as the hub runs, once `start` was called."""

    def __init__(
        self, *, hub: Hub, store: TaskStore, blobs: Blobs, settings: SweepSettings | None = None
    ) -> None:
        self._hub = hub
        self._store = store
        self._blobs = blobs
        self._settings = settings or SweepSettings()

    def start(self) -> None:
        """Sweep every so often, until the hub ends."""
        self._hub.clock.call_later(self._settings.every_s, self._due)

    async def sweep(self) -> int:
        """Sweep once; how many artifacts went with the tasks.

        Raises:
            StoreUnavailable: the rows could not be removed; nothing was.
        """
        before_ms = self._hub.clock.now_ms() - round(self._settings.keep_s * 1000)
        artifacts = await self._store.sweep(completed_before_ms=before_ms, limit=_BATCH)
        if artifacts:
            await self._blobs.delete(artifacts)
        return len(artifacts)

    def _due(self) -> None:
        if self._hub.is_open:
            self._hub.spawn(self._sweep_and_go_on())

    async def _sweep_and_go_on(self) -> None:
        try:
            await self.sweep()
        except (StoreUnavailable, OSError):
            logger.warning("sweep postponed", exc_info=True)
        finally:
            self.start()
