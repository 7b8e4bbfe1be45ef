"""Calls on their way: which answer belongs to which call, and which come too late to matter."""

from enum import Enum
from typing import NamedTuple

from tabyard_protocol.ids import CallId, CommandId, TaskId

__all__ = ["Call", "Calls", "Settled", "call_id", "command_of"]


def call_id(command: CommandId, epoch: int) -> CallId:
    """`<commandId>#<epoch>`: unique, since one epoch starts a command at most once."""
    return CallId(f"{command}#{epoch}")


def command_of(call: str) -> CommandId:
    """The command that a call id belongs to; meaningless for ids that we did not make."""
    return CommandId(call.rpartition("#")[0])


# A named tuple: one is made per command, and a frozen dataclass takes three times as long.
class Call(NamedTuple):
    """One command at a browser."""

    id: CallId
    task_id: TaskId
    deadline_s: float
    """Monotonic; past it nobody waits for the answer."""


class Settled(Enum):
    """What an answer means."""

    ANSWER = "answer"
    """It is what somebody waits for."""
    CONFIRMATION = "confirmation"
    """The call had been given up; the browser has let go of it now."""
    LATE = "late"
    """Nobody knows the call any more: late or said twice. It changes nothing."""


class Calls:
    """The calls of one link. Each is answered once, or given up and then let go."""

    __slots__ = ("_given_up", "_open")

    def __init__(self) -> None:
        self._open: dict[CallId, Call] = {}
        self._given_up: dict[CallId, Call] = {}

    def open(self, call: Call) -> None:
        """`call` has been, or is about to be, sent."""
        assert call.id not in self._open
        self._open[call.id] = call

    def is_open(self, call: str) -> bool:
        """Whether somebody waits for the answer of `call`."""
        return call in self._open

    def settle(self, call: CallId) -> Settled:
        """The browser has answered `call`."""
        if self._open.pop(call, None) is not None:
            return Settled.ANSWER
        if self._given_up.pop(call, None) is not None:
            return Settled.CONFIRMATION
        return Settled.LATE

    def give_up(self, call: CallId) -> bool:
        """Nobody wants the answer any more. False: it has come already, or was never asked for."""
        given_up = self._open.pop(call, None)
        if given_up is None:
            return False
        self._given_up[call] = given_up
        return True

    def forget(self, call: CallId) -> None:
        """The browser did not let go of `call` in time: go on without it."""
        self._given_up.pop(call, None)

    def overdue(self, now_s: float) -> tuple[Call, ...]:
        """Open calls whose deadline has passed, the oldest deadline first."""
        late = [call for call in self._open.values() if call.deadline_s <= now_s]
        return tuple(sorted(late, key=lambda call: call.deadline_s))
