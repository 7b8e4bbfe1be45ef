"""What can come back for a command that was given to a browser or to a tool of the hub."""

from enum import Enum
from typing import Final, NamedTuple

from tabyard.core.json_text import DEEPEST, is_deeper
from tabyard.core.records import Fault
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.link import Answered, ToolError, ToolFault, ToolResult

__all__ = ["Answer", "Reply", "Unanswered", "answer_of", "fault_of"]


# A named tuple: one is made per command, and a frozen dataclass takes three times as long.
class Answer(NamedTuple):
    """The peer's word. `call` is to be acknowledged once it is stored; empty: nobody asks."""

    call: str
    result: object = None
    fault: Fault | None = None


class Unanswered(Enum):
    """Nobody waits for the answer any more."""

    TIMED_OUT = "timed out"
    WITHDRAWN = "withdrawn"
    """The task was cancelled."""


Reply = Answer | Unanswered


TOO_DEEP: Final = Fault(
    ToolErrorCode.NOT_SERIALIZABLE.value,
    f"The result is nested deeper than {DEEPEST} levels; give less of it, or as text",
)


def fault_of(error: ToolFault) -> Fault:
    """A peer's error, bounded: a message is for people, not for megabytes."""
    details = None if is_deeper(error.details) else error.details
    return Fault(error.code[:100], error.message[:20_000], details)


def answer_of(frame: ToolResult | ToolError | Answered) -> Answer:
    """The answer in a frame, or in the outbox of a hello."""
    match frame:
        case ToolError(id=call, error=error):
            return Answer(call, fault=fault_of(error))
        case ToolResult(id=call, result=result) | Answered(id=call, result=result, error=None):
            return Answer(call, fault=TOO_DEEP) if is_deeper(result) else Answer(call, result)
        case Answered(id=call, error=error):
            assert error is not None
            return Answer(call, fault=fault_of(error))
