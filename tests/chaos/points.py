"""Named points in the life of a hub at which it may be made to die, exactly there.

`<operation>:before_commit` and `:after_commit` for the store's operations, `<frame>:before_send`
and `:after_send` for what goes to browsers, `answer:received` for what comes from them.
"""

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import orjson
from typing_extensions import override

from tabyard.app import building
from tabyard.core.calls import Settled
from tabyard.hub import connection
from tabyard.hub.answers import Answer
from tabyard.hub.connection import Link
from tabyard.hub.ports import Ended
from tabyard.storage import Faults, open_store
from tabyard.storage.operations import lane, links, submission

__all__ = ["FRAMES", "OPERATIONS", "POINTS", "arm"]

OPERATIONS: Final = {
    "submit": submission,
    "attach": links,
    "detach": links,
    "retire": links,
    "claim": lane,
    "advance": lane,
    "checkpoint": lane,
    "requeue": lane,
    "finish": lane,
}
FRAMES: Final = ("welcome", "tool_call", "tool_ack", "tool_cancel", "task_ended")
POINTS: Final = (
    *(f"{name}:{when}" for name in OPERATIONS for when in ("before_commit", "after_commit")),
    *(f"{name}:{when}" for name in FRAMES for when in ("before_send", "after_send")),
    "answer:received",
)


class Fuse:
    """Ends the process when its point has been passed so often."""

    def __init__(self, point: str, countdown: int) -> None:
        self.place, self.when = point.split(":")
        self.left = countdown

    def burn(self) -> None:
        """The point has been reached."""
        self.left -= 1
        if self.left <= 0:
            # As hard as a crash: nothing is flushed, nobody is told.
            os.kill(os.getpid(), signal.SIGKILL)


class FaultsAtPoint(Faults):
    """Burns the fuse at the commit that carries an operation of its kind."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse
        self.carried = False

    @override
    def before_commit(self) -> None:
        if self.carried and self._fuse.when == "before_commit":
            self._fuse.burn()

    @override
    def after_commit(self) -> None:
        carried, self.carried = self.carried, False
        if carried and self._fuse.when == "after_commit":
            self._fuse.burn()


def arm(point: str, countdown: int) -> None:
    """This process dies at `point`, when it has come there `countdown` times."""
    fuse = Fuse(point, countdown)
    if fuse.place in OPERATIONS:
        _watch_operation(fuse)
    elif fuse.place in FRAMES:
        _watch_frames(fuse)
    else:
        assert point == "answer:received", point
        _watch_answers(fuse)


def _watch_operation(fuse: Fuse) -> None:
    faults = FaultsAtPoint(fuse)
    module = OPERATIONS[fuse.place]
    usual: Callable[..., Any] = getattr(module, fuse.place)

    def watched(*told: Any, **named: Any) -> Any:
        value = usual(*told, **named)
        # A refusal, or a claim of an empty queue, is nothing to die for.
        refused = value is None or value is False or value == Ended(stored=False)
        faults.carried = faults.carried or not refused
        return value

    setattr(module, fuse.place, watched)
    building.open_store = partial(open_store, faults=faults)


def _watch_frames(fuse: Fuse) -> None:
    usual = Link.send

    async def send(self: Link, text: str) -> None:
        meant = orjson.loads(text)["type"] == fuse.place
        if meant and fuse.when == "before_send":
            fuse.burn()
        await usual(self, text)
        if meant and fuse.when == "after_send":
            fuse.burn()

    usual_now = Link.send_now

    def send_now(self: Link, text: str) -> bool:
        meant = orjson.loads(text)["type"] == fuse.place
        if meant and fuse.when == "before_send":
            fuse.burn()
        sent = usual_now(self, text)
        if meant and sent and fuse.when == "after_send":
            fuse.burn()
        return sent

    connection.Link.send = send
    connection.Link.send_now = send_now


def _watch_answers(fuse: Fuse) -> None:
    usual = Link.settle

    def settle(self: Link, answer: Answer) -> Settled:
        fuse.burn()
        return usual(self, answer)

    connection.Link.settle = settle
