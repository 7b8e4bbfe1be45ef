"""What becomes of a running task when its browser comes back, from what both sides remember."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import takewhile
from typing import Final, assert_never

from tabyard.core.calls import command_of
from tabyard.core.course import Course
from tabyard.core.records import Command, Fault, TaskRecord, command_id
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import CallId, CommandId
from tabyard_protocol.link import Answered, Hello, RunningCall, ToolFault

__all__ = [
    "LOST",
    "MOST_AHEAD",
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
    "last_sent",
    "with_those_behind",
]

LOST: Final = Fault(
    ToolErrorCode.INSTANCE_DISCONNECTED.value,
    "The browser, or its extension's worker, went away before it answered; "
    "whether the command took effect is unknown",
)

MOST_AHEAD: Final = 16
"""So many outcomes may be missing on disk, or still to come, when a command with effects is sent:
no more commands than these can have begun behind one that is lost."""


class HubTrace(Enum):
    """What the hub itself knows about the current command."""

    NONE = "none"
    """Nothing: it may have been sent by a hub that is no more."""
    SENT = "sent"
    """It was sent, or may have been."""
    NEVER_SENT = "never sent"
    """This hub started the task and has not sent it."""
    ON_HUB = "on hub"
    """It is a tool of the hub, at work right now."""


@dataclass(frozen=True, slots=True)
class Idle:
    """No task was running."""


@dataclass(frozen=True, slots=True)
class Continue:
    """It has not been sent, or there is none: go on as if nothing had happened."""


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


Verdict = Idle | Continue | Resume | ResumeOnHub | Requeue | Fail


@dataclass(frozen=True, slots=True)
class Recovery:
    """What the hello says of the running task, and what else it calls for."""

    adopted: tuple[Answered, ...]
    """Answers that were ready when the link came back, from the current command on."""
    verdict: Verdict
    """On the first command that has none."""
    stop: CallId | None
    """A call that the browser works on for nobody: it has to let go before the lane goes on."""
    useless: tuple[str, ...]
    """Answers in the outbox that nobody waits for: to be forgotten at once."""


def decide(
    running: TaskRecord | None,
    hello: Hello,
    *,
    remembered: bool,
    trace: Callable[[int], HubTrace],
    retry_safe: Callable[[Command], bool],
    on_hub: Callable[[Command], bool],
) -> Recovery:
    """The one decision after a hello. A command that isn't retry-safe never starts a second time.

    `remembered`: the browser has had one memory for as long as `running` was sent calls, so a call
    it doesn't know never reached it. `trace`: what the hub knows of a command, by its index.
    `on_hub`: whether it is the hub that runs a command, of which no browser knows.
    """
    if running is None:
        return _with_rest((), Idle(), hello, None)

    def may_have_begun(at: int) -> bool:
        # One with effects comes behind none without before the lost one is on disk.
        one = running.commands[at]
        return not (retry_safe(one) or on_hub(one) or trace(at) is HubTrace.NEVER_SENT)

    course, newest = Course.of(running), _newest(hello.outbox)
    adopted = tuple(_answered(running, course.index, newest, retry_safe, may_have_begun))
    index = course.index + len(adopted)
    current = command_id(running.id, index)
    ended = index >= len(running.commands) or (adopted and adopted[-1].error is not None)
    at_work = hello.running if not ended else None
    if at_work is not None and command_of(at_work.id) == current:
        return _with_rest(adopted, Resume(CallId(at_work.id)), hello, at_work.id)
    if ended or _never_began(newest.get(current)):
        return _with_rest(adopted, Continue(), hello, None)
    command = running.commands[index]
    verdict = _unanswered(
        hello,
        trace(index),
        safe=retry_safe(command),
        remembered=remembered and not on_hub(command),
        behind=[retry_safe(one) for one in running.commands[course.index : index]],
    )
    if isinstance(verdict, Fail):
        verdict = Fail(with_those_behind(verdict.fault, running, index, may_have_begun))
    return _with_rest(adopted, verdict, hello, None)


def last_sent(recovery: Recovery, running: TaskRecord) -> int:
    """The index of the last command of `running` that may have been sent; -1: none.

    What comes of a recovery may be heard late, and the link be lost once more before.
    """
    index = Course.of(running).index + len(recovery.adopted)
    match recovery.verdict:
        case Idle() | Continue():
            return index - 1
        case Resume() | ResumeOnHub() | Requeue():
            return index
        case Fail(fault=fault):
            return index + len((fault.details or {}).get("mayHaveBegun", ()))
        case _:
            assert_never(recovery.verdict)


def _answered(
    running: TaskRecord,
    index: int,
    newest: Mapping[CommandId, Answered],
    retry_safe: Callable[[Command], bool],
    may_have_begun: Callable[[int], bool],
) -> Iterator[Answered]:
    """The answers of the command at `index` and of those behind it, up to one that has none."""
    for at in range(index, len(running.commands)):
        answer = newest.get(command_id(running.id, at))
        if answer is None or _never_began(answer):
            return
        if answer.error is None:
            yield answer
        else:
            if not (_is_lost(answer) and retry_safe(running.commands[at])):
                yield _with_names(answer, answer.error, running, at, may_have_begun)
            return


def _with_names(
    answer: Answered,
    error: ToolFault,
    running: TaskRecord,
    at: int,
    may_have_begun: Callable[[int], bool],
) -> Answered:
    """`answer`; when only the result of a success is missing, others went on behind it."""
    if _detail(error, "succeeded") is not True:
        return answer
    fault = Fault(error.code, error.message, error.details)
    named = with_those_behind(fault, running, at, may_have_begun)
    return answer.model_copy(update={"error": ToolFault(**asdict(named))})


def _unanswered(
    hello: Hello, trace: HubTrace, *, safe: bool, remembered: bool, behind: Sequence[bool]
) -> Verdict:
    """The browser knows nothing of a command.

    `behind`: whether the commands right before it are retry-safe that are only now told to have
    ended. None: the command is the one that the hub was at.
    """
    match trace:
        case HubTrace.ON_HUB:
            return ResumeOnHub()
        case HubTrace.NEVER_SENT:
            return Continue()
        case HubTrace.NONE if any(behind):
            return Continue()  # with effects it had to wait for them, and without it may run again
        case HubTrace.SENT | HubTrace.NONE:
            # A hello names one running call only: behind another one, the current may hide.
            forgot_nothing = hello.running is None and remembered
            if not (safe or forgot_nothing):
                return Fail(LOST)
            return Continue() if behind else Requeue()
        case _:
            assert_never(trace)


def with_those_behind(
    fault: Fault, task: TaskRecord, index: int, may_have_begun: Callable[[int], bool]
) -> Fault:
    """`fault` of the command at `index`, of which it is not known how far it came.

    Those right behind it are skipped now, and can have begun: the fault names them.
    """
    last = min(len(task.commands), index + 1 + MOST_AHEAD)
    begun = list(takewhile(may_have_begun, range(index + 1, last)))
    if not begun:
        return fault
    message = f"{fault.message}; of the commands behind it, {len(begun)} may have begun"
    ids = [command_id(task.id, at) for at in begun]
    return Fault(fault.code, message, {**(fault.details or {}), "mayHaveBegun": ids})


def _newest(outbox: Iterable[Answered]) -> Mapping[CommandId, Answered]:
    """The answers of the newest call of each command."""
    # The last of equals stays, so the newest come last.
    return {command_of(answer.id): answer for answer in sorted(outbox, key=_epoch_of)}


def _epoch_of(answer: Answered) -> int:
    epoch = answer.id.rpartition("#")[2]
    return int(epoch) if epoch.isascii() and epoch.isdigit() else 0


def _is_lost(answer: Answered) -> bool:
    """Whether the browser says no more than that it was interrupted."""
    return answer.error is not None and answer.error.code == LOST.code


def _never_began(answer: Answered | None) -> bool:
    """Whether the browser says that the call, which waited for its turn, was not begun."""
    error = None if answer is None else answer.error
    return error is not None and _detail(error, "begun") is False


def _detail(error: ToolFault, name: str) -> object:
    return None if error.details is None else error.details.get(name)


def _with_rest(
    adopted: tuple[Answered, ...], verdict: Verdict, hello: Hello, resumed: str | None
) -> Recovery:
    working: RunningCall | None = hello.running
    stop = CallId(working.id) if working is not None and working.id != resumed else None
    wanted = {answer.id for answer in adopted}
    useless = tuple(answer.id for answer in hello.outbox if answer.id not in wanted)
    return Recovery(adopted, verdict, stop, useless)
