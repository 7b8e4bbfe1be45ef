"""From a stored command to a call: aliases resolved, arguments spelled right, a deadline."""

from collections import OrderedDict
from typing import Final, NamedTuple

from tabyard.core.records import Command, Fault, TaskRecord
from tabyard_protocol.ids import TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.tools.catalogue import InvalidCall, ResolvedCall, resolve
from tabyard_protocol.tools.definition import MAX_TIMEOUT_MS

__all__ = ["Prepared", "Preparer"]

_REMEMBERED_TASKS: Final = 1_024


# A named tuple: one is made per command, and a frozen dataclass takes three times as long.
class Prepared(NamedTuple):
    """A call that is ready to be made."""

    tool: str
    args: JsonObject
    timeout_ms: int
    on_hub: bool

    @property
    def is_upload(self) -> bool:
        """Whether it takes files, which may have to be found first."""
        return self.tool == "browser_interact" and self.args.get("action") == "upload"


class Preparer:
    """Resolves commands. What a submission resolved is remembered: checking is not cheap."""

    def __init__(self, *, command_timeout_ms: int) -> None:
        self._command_timeout_ms = command_timeout_ms
        self._resolved: OrderedDict[TaskId, tuple[ResolvedCall | None, ...]] = OrderedDict()

    def remember(self, task: TaskId, calls: tuple[ResolvedCall | None, ...]) -> None:
        """What the commands of `task` came to; None for a tool of the instance's own."""
        self._resolved[task] = calls
        if len(self._resolved) > _REMEMBERED_TASKS:
            self._resolved.popitem(last=False)

    def forget(self, task: TaskId) -> None:
        """`task` is over."""
        self._resolved.pop(task, None)

    def prepare(self, task: TaskRecord, index: int, extra: frozenset[str]) -> Prepared | Fault:
        """The call of command `index`, or why there can't be one (any more)."""
        command = task.commands[index]
        remembered = self._resolved.get(task.id)
        try:
            call = remembered[index] if remembered else self._resolve(command, extra)
        except InvalidCall as error:
            return Fault(error.code.value, error.message, dict(error.details))
        if call is None:
            asked: object = command.args.get("timeout")
            timeout_ms = self._command_timeout_ms
            if isinstance(asked, int) and 0 < asked <= MAX_TIMEOUT_MS:
                timeout_ms = asked
            return Prepared(command.tool_name, command.args, timeout_ms, on_hub=False)
        return Prepared(
            call.tool,
            call.args,
            call.timeout_ms or self._command_timeout_ms,
            on_hub=call.action.place == "hub",
        )

    def timeout_ms(self, task: TaskRecord, index: int, extra: frozenset[str]) -> int:
        """How long command `index` may take."""
        prepared = self.prepare(task, index, extra)
        return self._command_timeout_ms if isinstance(prepared, Fault) else prepared.timeout_ms

    def may_repeat(self, task: TaskRecord, index: int) -> bool:
        """Whether running command `index` twice does no harm."""
        remembered = self._resolved.get(task.id)
        if remembered is None:
            return self.is_retry_safe(task.commands[index])
        call = remembered[index]
        return call is not None and call.action.retry_safe

    def is_retry_safe(self, command: Command) -> bool:
        """Whether running it twice does no harm; tools that we do not know may do anything."""
        call = _known(command)
        return call is not None and call.action.retry_safe

    def is_on_hub(self, command: Command) -> bool:
        """Whether the hub itself runs it."""
        call = _known(command)
        return call is not None and call.action.place == "hub"

    def _resolve(self, command: Command, extra: frozenset[str]) -> ResolvedCall | None:
        return resolve(command.tool_name, command.args, extra_tools=extra)


def _known(command: Command) -> ResolvedCall | None:
    try:
        return resolve(command.tool_name, command.args)
    except InvalidCall:
        return None
