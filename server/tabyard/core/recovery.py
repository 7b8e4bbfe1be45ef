"""What becomes of a running task when its browser comes back, from what both sides remember."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from tabyard.core.calls import command_of
from tabyard.core.course import Course
from tabyard.core.records import Command, Fault, TaskRecord
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import CallId, CommandId
from tabyard_protocol.link import Answered, Hello, RunningCall

__all__ = [
    "LOST",
    "Adopt",
    "Continue",
    "Fail",
    "HubTrace",
    "Idle",
    "Recovery",
    "Requeue",
    "Resume",
    "ResumeOnHub",
    "Verdict",
    "decide",
]

LOST: Final = Fault(
    ToolErrorCode.INSTANCE_DISCONNECTED.value,
    "The browser went away before it answered; whether the command took effect is unknown",
)


class HubTrace(Enum):
    """What the hub itself knows about the current command."""

    NONE = "none"
    """Nothing: it may have been sent by a hub that is no more."""
    SENT = "sent"
    """This hub sent it."""
    NEVER_SENT = "never sent"
    """This hub started the task and has not sent it."""
    ON_HUB = "on hub"
    """It is a tool of the hub, at work right now."""


@dataclass(frozen=True, slots=True)
class Idle:
    """No task was running."""


@dataclass(frozen=True, slots=True)
class Continue:
    """The current command has not been sent: go on as if nothing had happened."""


@dataclass(frozen=True, slots=True)
class Adopt:
    """The answer was ready while the link was down: it counts."""

    answer: Answered


@dataclass(frozen=True, slots=True)
class Resume:
    """The browser still works on it: wait for its answer."""

    call: CallId


@dataclass(frozen=True, slots=True)
class ResumeOnHub:
    """The hub still works on it: wait for its own tool."""


@dataclass(frozen=True, slots=True)
class Requeue:
    """The call is lost, and running it again does no harm: back to the head of the queue."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The call is lost, and nobody knows whether it took effect: the task fails."""

    fault: Fault


Verdict = Idle | Continue | Adopt | Resume | ResumeOnHub | Requeue | Fail


@dataclass(frozen=True, slots=True)
class Recovery:
    """The verdict on the running task, and what else the hello calls for."""

    verdict: Verdict
    stop: CallId | None
    """A call that the browser works on for nobody: it has to let go before the lane goes on."""
    useless: tuple[str, ...]
    """Answers in the outbox that nobody waits for: to be forgotten at once."""


def decide(
    running: TaskRecord | None,
    hello: Hello,
    *,
    remembered: bool,
    trace: HubTrace,
    retry_safe: Callable[[Command], bool],
) -> Recovery:
    """The one decision after a hello. A command that isn't retry-safe never starts a second time.

    `remembered`: the browser has had one memory for as long as `running` was sent calls, so a call
    it doesn't know never reached it.
    """
    if running is None:
        return _with_rest(Idle(), hello, None)
    course = Course.of(running)
    if course.is_over:
        return _with_rest(Continue(), hello, None)
    command = course.command_id
    safe = retry_safe(running.commands[course.index])
    answer = _newest(hello.outbox, command)
    if answer is not None and not (safe and _is_lost(answer)):
        return _with_rest(Adopt(answer), hello, answer.id)
    if hello.running is not None and command_of(hello.running.id) == command:
        return _with_rest(Resume(CallId(hello.running.id)), hello, hello.running.id)
    return _with_rest(_unanswered(hello, trace, safe=safe, remembered=remembered), hello, None)


def _unanswered(hello: Hello, trace: HubTrace, *, safe: bool, remembered: bool) -> Verdict:
    """The browser knows nothing of the current command."""
    match trace:
        case HubTrace.ON_HUB:
            return ResumeOnHub()
        case HubTrace.NEVER_SENT:
            return Continue()
        case HubTrace.SENT | HubTrace.NONE:
            # A hello names one running call only: behind another one, the current may hide.
            forgot_nothing = hello.running is None and remembered
            return Requeue() if safe or forgot_nothing else Fail(LOST)
        case _:
            assert_never(trace)


def _newest(outbox: Iterable[Answered], command: CommandId) -> Answered | None:
    """The answer of the newest call of `command`."""
    answers = [answer for answer in outbox if command_of(answer.id) == command]
    return max(answers, key=_epoch_of, default=None)


def _epoch_of(answer: Answered) -> int:
    epoch = answer.id.rpartition("#")[2]
    return int(epoch) if epoch.isascii() and epoch.isdigit() else 0


def _is_lost(answer: Answered) -> bool:
    """Whether the browser says no more than that it was interrupted."""
    return answer.error is not None and answer.error.code == LOST.code


def _with_rest(verdict: Verdict, hello: Hello, wanted: str | None) -> Recovery:
    working: RunningCall | None = hello.running
    stop = CallId(working.id) if working is not None and working.id != wanted else None
    useless = tuple(answer.id for answer in hello.outbox if answer.id != wanted)
    return Recovery(verdict, stop, useless)
