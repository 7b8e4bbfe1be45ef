"""Takes away what has been over for long enough: tasks, and the bytes that they left."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tabyard.core.errors import StoreUnavailable
from tabyard.hub.hub import Hub
from tabyard.hub.ports import Blobs
from tabyard.work.ports import TaskStore
from tabyard_protocol.ids import ArtifactId

__all__ = ["Sweep", "SweepSettings"]

logger = logging.getLogger(__name__)

_BATCH: Final = 500
"""Tasks per commit, and artifacts at once: a large sweep must not hold up submissions."""


_JUMP_MS: Final = 60_000
"""A clock that is corrected by less does nobody harm."""


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
        self._seen = hub.clock.now_ms(), hub.clock.monotonic_s()
        self._jumps: list[tuple[float, int]] = []
        """When the wall clock jumped ahead, and how far."""

    def start(self) -> None:
        """Sweep every so often, until the hub ends."""
        self._hub.clock.call_later(self._settings.every_s, self._due)

    async def sweep(self) -> int:
        """Sweep once; how many artifacts went with the tasks.

        The bytes go first: a hub that is killed in between leaves rows, which the next sweep finds.
        Bytes that no row names would stay for ever.

        Raises:
            StoreUnavailable: bytes or rows could not be removed; the next sweep takes the rest.
        """
        before_ms = self._horizon_ms()
        expired = await self._store.expired(completed_before_ms=before_ms)
        for batch in _batches(expired):
            await self._blobs.delete(batch)
        swept = await self._store.sweep(completed_before_ms=before_ms, limit=_BATCH)
        return len(swept)

    def _horizon_ms(self) -> int:
        """What ended before then has had its time.

        A wall clock that jumps ahead must not take away what ended a minute ago: a jump does not
        count until all that was there before it has had its time by the clock that never jumps.
        """
        now_ms, now_s = self._hub.clock.now_ms(), self._hub.clock.monotonic_s()
        before_ms, before_s = self._seen
        self._seen = now_ms, now_s
        ahead_ms = now_ms - before_ms - round((now_s - before_s) * 1000)
        if ahead_ms > _JUMP_MS:
            self._jumps.append((now_s, ahead_ms))
        keep_s = self._settings.keep_s
        self._jumps = [jump for jump in self._jumps if now_s - jump[0] < keep_s]
        return now_ms - round(keep_s * 1000) - sum(ms for _, ms in self._jumps)

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


def _batches(artifacts: Sequence[ArtifactId]) -> Iterator[Sequence[ArtifactId]]:
    return (artifacts[at : at + _BATCH] for at in range(0, len(artifacts), _BATCH))
