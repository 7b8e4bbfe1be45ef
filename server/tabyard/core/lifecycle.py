"""The lifecycles of tasks, commands and instances: one total table each, and one door."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from typing_extensions import override

from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import CommandStatus, TaskStatus

__all__ = [
    "COMMAND_NEXT",
    "INSTANCE_NEXT",
    "TASK_NEXT",
    "IllegalTransition",
    "is_final",
    "step",
]

TASK_NEXT: Final[Mapping[TaskStatus, frozenset[TaskStatus]]] = {
    TaskStatus.QUEUED: frozenset({TaskStatus.RUNNING, TaskStatus.FAILED, TaskStatus.CANCELLED}),
    TaskStatus.RUNNING: frozenset(
        {TaskStatus.QUEUED, TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED}
    ),
    TaskStatus.COMPLETED: frozenset(),
    TaskStatus.FAILED: frozenset(),
    TaskStatus.CANCELLED: frozenset(),
}
"""`running` goes back to `queued` only when its browser came back and may run it anew."""

COMMAND_NEXT: Final[Mapping[CommandStatus, frozenset[CommandStatus]]] = {
    CommandStatus.PENDING: frozenset({CommandStatus.RUNNING, CommandStatus.SKIPPED}),
    CommandStatus.RUNNING: frozenset(
        {CommandStatus.PENDING, CommandStatus.SUCCESS, CommandStatus.ERROR, CommandStatus.SKIPPED}
    ),
    CommandStatus.SUCCESS: frozenset(),
    CommandStatus.ERROR: frozenset(),
    CommandStatus.SKIPPED: frozenset(),
}
"""`running` goes back to `pending` only for a retry-safe command whose call was lost."""

INSTANCE_NEXT: Final[Mapping[InstanceStatus, frozenset[InstanceStatus]]] = {
    InstanceStatus.GONE: frozenset({InstanceStatus.CONNECTED}),
    InstanceStatus.CONNECTED: frozenset(
        {InstanceStatus.CONNECTED, InstanceStatus.RECONNECTING, InstanceStatus.GONE}
    ),
    InstanceStatus.RECONNECTING: frozenset({InstanceStatus.CONNECTED, InstanceStatus.GONE}),
}
"""`connected` to `connected`: a new link replaces the old one. A new instance starts `gone`."""

S = TypeVar("S", bound=StrEnum)


class IllegalTransition(Exception):
    """A step that the table does not have: a defect of the caller, never a user's mistake."""

    def __init__(self, now: StrEnum, to: StrEnum) -> None:
        super().__init__(now, to)
        self.now = now
        self.to = to

    @override
    def __str__(self) -> str:
        return f"no way from {self.now.value!r} to {self.to.value!r}"


def step(table: Mapping[S, frozenset[S]], now: S, to: S) -> S:
    """Return `to`.

    Raises:
        IllegalTransition: `table` has no edge from `now` to `to`.
    """
    if to not in table[now]:
        raise IllegalTransition(now, to)
    return to


def is_final(table: Mapping[S, frozenset[S]], state: S) -> bool:
    """Whether nothing can follow `state`."""
    return not table[state]
