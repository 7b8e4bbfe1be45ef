"""What the hub needs from the outside: a store, blobs, sockets, a clock, ids, browsers."""

from asyncio import Future
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from typing_extensions import override

from tabyard.core.records import ArtifactRecord, InstanceRecord, Outcome, TaskFault, TaskRecord
from tabyard_protocol.ids import ArtifactId, InstanceId, SessionId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import TaskStatus

__all__ = [
    "Attached",
    "Blobs",
    "Browsers",
    "Clock",
    "Ear",
    "Ended",
    "Ending",
    "HubTools",
    "Ids",
    "LinkStore",
    "MayHaveBegun",
    "Socket",
    "SocketClosed",
    "Timer",
    "ToolFailed",
    "none_begun",
]


class Timer(Protocol):
    """Something that will happen, unless it is called off."""

    def cancel(self) -> None:
        """Call it off; without effect once it has happened."""
        ...


class Clock(Protocol):
    """The time. Wall time for people and rows, monotonic time for waits."""

    def call_later(self, delay_s: float, then: Callable[[], object]) -> Timer:
        """Run `then` on the event loop after `delay_s` seconds of monotonic time."""
        ...

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC; may jump."""
        ...

    def monotonic_s(self) -> float:
        """Seconds since some moment; never jumps."""
        ...


class Ids(Protocol):
    """New identifiers."""

    def task(self) -> TaskId: ...
    def instance(self) -> InstanceId: ...
    def artifact(self) -> ArtifactId: ...
    def session(self) -> SessionId: ...
    def secret(self) -> str:
        """64 hex digits from the system's random source."""
        ...


@dataclass(frozen=True, slots=True)
class Attached:
    """What an instance finds when its link is attached."""

    epoch: int
    running: TaskRecord | None
    """The one task that was running, with the outcomes stored so far."""
    queued: int
    remembered: bool = False
    """The browser has every call of `running` in its memory: one it doesn't know never came."""


# A named tuple: one is made per task, and a frozen dataclass takes three times as long.
class Ending(NamedTuple):
    """The end of a task."""

    task: TaskId
    status: TaskStatus
    at_ms: int
    epoch: int | None
    """The epoch it ran under; None: only if it is still queued."""
    error: TaskFault | None = None
    outcomes: tuple[Outcome, ...] = ()
    """Outcomes not stored yet, skipped commands included."""
    current_index: int = 0


class Ended(NamedTuple):
    """What came of the end of a running task."""

    stored: bool
    """False: stale, another decided; then nothing is claimed either."""
    following: TaskRecord | None = None
    """The next task of its instance, which runs now."""


MayHaveBegun = Callable[[TaskRecord, int], bool]
"""Whether a command that is not known to have been answered may have begun, by its index."""


def none_begun(_: TaskRecord, __: int) -> bool:
    """No command has."""
    return False


class LinkStore(Protocol):
    """The store, as live links need it.

    Every method queues its operation at the call, before anything is awaited: two calls made
    one right after the other are applied in that order and normally land in one commit. A future
    is done only after the commit. Any of them fails with `StoreUnavailable` when that fails.
    """

    def add_instance(self, record: InstanceRecord) -> Future[None]:
        """Insert or replace the instance's identity; its epoch, status and queue are kept."""
        ...

    def attach(
        self, instance: InstanceId, *, memory: str | None, ticket_hash: str | None, at_ms: int
    ) -> Future[Attached]:
        """A new link: epoch + 1, connected; the running task goes on under the new epoch."""
        ...

    def detach(self, instance: InstanceId, *, epoch: int, at_ms: int) -> Future[bool]:
        """The link of `epoch` is lost: status reconnecting. False: a newer link exists."""
        ...

    def claim(self, instance: InstanceId, *, epoch: int, at_ms: int) -> Future[TaskRecord | None]:
        """The head of the queue becomes running.

        None: the queue is empty, a task is running, or `epoch` is stale.
        """
        ...

    def checkpoint(
        self, task: TaskId, outcome: Outcome, *, epoch: int, hurry: bool
    ) -> Future[bool]:
        """Store one command's outcome. False: stale. Without `hurry` it may wait for company.

        Fails with `StoreUnavailable` also when that of the command before it is not stored.
        """
        ...

    def requeue(self, task: TaskId, *, epoch: int) -> Future[bool]:
        """A running task goes back to the head of its queue. False: stale."""
        ...

    def finish(self, ending: Ending) -> Future[bool]:
        """The terminal transition and its one journal row. False: stale, another decided."""
        ...

    def advance(self, ending: Ending, *, at_ms: int, claims: bool = True) -> Future[Ended]:
        """`finish` for a task that runs, and, if it `claims`, `claim` for its instance, in one."""
        ...

    def retire(
        self,
        instance: InstanceId,
        *,
        epoch: int | None,
        error: TaskFault,
        at_ms: int,
        may_have_begun: MayHaveBegun = none_begun,
    ) -> Future[Sequence[TaskRecord] | None]:
        """The instance is gone: its running and queued tasks fail in one commit.

        Returns them as they are now. `may_have_begun` tells it of commands of the running one, by
        their index, behind the one that is lost; it may be asked in another thread.

        None: `epoch` is given and a newer link exists.
        """
        ...

    def add_artifact(self, record: ArtifactRecord) -> Future[None]:
        """Remember a stored blob."""
        ...

    async def artifact(self, artifact: ArtifactId) -> ArtifactRecord | None:
        """The facts of a stored blob."""
        ...

    async def instances(self) -> Sequence[InstanceRecord]:
        """All stored instances, in order of creation."""
        ...

    async def task(self, task: TaskId) -> TaskRecord | None:
        """The whole task with its outcomes."""
        ...

    async def queued(self, instance: InstanceId) -> int:
        """How many tasks of `instance` are queued or running."""
        ...


class Blobs(Protocol):
    """Where bytes of artifacts lie."""

    async def put(self, artifact: ArtifactId, data: bytes) -> None: ...
    async def get(self, artifact: ArtifactId) -> bytes:
        """The bytes. Raises `ArtifactNotFound`."""
        ...

    async def delete(self, artifacts: Sequence[ArtifactId]) -> None: ...


class SocketClosed(Exception):
    """The peer of a socket is gone."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


Ear = Callable[[bytes], bool]
"""Takes a text message in UTF-8 (as far as the peer is right) at once; False: it doesn't."""


class Socket(Protocol):
    """One accepted WebSocket, whichever library carries it."""

    async def receive(self) -> str | bytes:
        """The next message: text or binary. Raises `SocketClosed`."""
        ...

    def listen(self, ear: Ear) -> None:
        """A text that comes while somebody waits in `receive` goes to `ear` first.

        To wake up whoever waits costs several times what most messages need. What `ear` doesn't
        take is received as ever.
        """
        ...

    def send_now(self, text: str) -> bool:
        """Send a text message if that takes no waiting; False: it was not sent."""
        ...

    async def send(self, text: str) -> None:
        """Send a text message; waits while the peer does not read. Raises `SocketClosed`."""
        ...

    async def close(self, code: int, reason: str = "") -> None:
        """Close; idempotent, never raises."""
        ...


class ToolFailed(Exception):
    """A tool of the hub could not do what was asked; `code` is one of `ToolErrorCode`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    @override
    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class HubTools(Protocol):
    """The tools that run on the hub itself: `sleep`, `browser_instance`."""

    async def run(self, tool: str, args: JsonObject) -> JsonObject:
        """The typed result of a checked call. Cancellable. Raises `ToolFailed`."""
        ...


class Browsers(Protocol):
    """Browsers that the hub can start and end. Arguments and results as in `browser_instance`."""

    async def launch(self, wanted: Mapping[str, object]) -> JsonObject:
        """A browser, once it is connected: `InstanceOpened`. Raises `HubError` or `ToolFailed`."""
        ...

    async def close(self, instance: InstanceId) -> JsonObject:
        """End a launched browser: `InstanceClosed`. Raises `HubError` or `ToolFailed`."""
        ...

    async def profiles(self) -> JsonObject:
        """The profiles of the installed Chrome: `ProfilesListed`."""
        ...

    async def downloaded(self, instance: InstanceId, path: str) -> bytes | None:
        """A file that a launched browser has saved in its download folder; None for any other."""
        ...

    async def lend(
        self, instance: InstanceId, artifact: ArtifactId, name: str, data: bytes
    ) -> str | None:
        """Put bytes where a launched browser can read them, until it ends: the path."""
        ...
