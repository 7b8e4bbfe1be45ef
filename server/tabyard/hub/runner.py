"""Runs one command, at the browser or on the hub: until it is answered, late, or unwanted."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from tabyard.core.calls import Call, call_id
from tabyard.core.course import Finish
from tabyard.core.errors import HubError, StoreUnavailable
from tabyard.core.json_text import dumps
from tabyard.core.mcp import text_result, wrap
from tabyard.core.records import Command, Fault, TaskRecord, command_id
from tabyard.core.recovery import Fail, Resume, ResumeOnHub, with_those_behind
from tabyard.hub.announce import Announcer
from tabyard.hub.answers import Answer, Reply, Unanswered, answer_of
from tabyard.hub.artifacts import Artifacts, UnreadableBytes
from tabyard.hub.catalogue import Prepared, Preparer
from tabyard.hub.connection import Link
from tabyard.hub.lending import Lending
from tabyard.hub.ports import Clock, HubTools, ToolFailed
from tabyard.hub.run import Ahead, HubWork, Run
from tabyard.hub.settings import HubSettings
from tabyard.hub.upload_rule import UploadRule
from tabyard.hub.waiting import Deadline
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import CallId, TaskId
from tabyard_protocol.link import Answered
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.task import CommandStatus

__all__ = ["Runner"]

logger = logging.getLogger(__name__)

_NO_TASK: Final = TaskId("")


class Runner:
    """Brings a run forward by one command; returns the `Finish` when that was the last."""

    def __init__(
        self,
        *,
        tools: HubTools,
        artifacts: Artifacts,
        lending: Lending,
        announcer: Announcer,
        preparer: Preparer,
        clock: Clock,
        settings: HubSettings,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._tools = tools
        self._artifacts = artifacts
        self._lending = lending
        self._announcer = announcer
        self._preparer = preparer
        self._clock = clock
        self._settings = settings
        self._upload_rule = UploadRule(settings.upload_dir)
        self._spawn = spawn

    async def step(self, link: Link, run: Run, *, followed: bool) -> Finish | None:
        """Run the command that is next.

        `followed`: the one behind it may be sent along with it, to begin when this one succeeds.
        """
        course, task = run.course, run.course.record
        now_ms = self._clock.now_ms()
        if (finish := _over(run, now_ms)) is not None:
            return finish
        prepared = self._preparer.prepare(task, course.index, link.tools)
        if isinstance(prepared, Prepared) and prepared.is_upload:
            prepared = await self._readable(prepared, link)
            if run.withdrawn:
                return course.cancel(now_ms)
        course.start(now_ms)
        if run.told < course.index:
            run.told = course.index
            self._announcer.progress(task, course.index, CommandStatus.RUNNING)
        match prepared:
            case Fault():
                return await self._settle(link, run, Answer("", fault=prepared))
            case Prepared(on_hub=True):
                reply = await asyncio.shield(self._start_on_hub(run, prepared).reply)
            case Prepared():
                reply = await self._ask(link, run, prepared, followed=followed)
        return await self._settle(link, run, reply)

    async def resume(
        self, link: Link, run: Run, how: Answered | Resume | ResumeOnHub | Fail
    ) -> Finish | None:
        """Bring the current command, which has started under a former link, to its end."""
        course = run.course
        course.start(course.started_at_ms or course.earliest_start_ms)
        run.told = max(run.told, course.index)
        match how:
            case Answered() as answered:
                reply: Reply = answer_of(answered)
            case Resume():
                assert run.expected is not None
                reply = await run.expected
            case ResumeOnHub():
                assert run.work is not None
                reply = await asyncio.shield(run.work.reply)
            case Fail(fault=fault):
                reply = Answer("", fault=fault)
        return await self._settle(link, run, reply)

    async def stop_orphan(self, link: Link, call: CallId) -> None:
        """Have the browser let go of a call that it works on for nobody."""
        link.open(Call(call, _NO_TASK, self._clock.monotonic_s() + self._settings.cancel_wait_s))
        link.give_up(call, Unanswered.WITHDRAWN)
        await link.let_go("nobody waits for this call any more", call)
        link.release(call)
        await link.flush()

    async def _readable(self, prepared: Prepared, link: Link) -> Prepared | Fault:
        """The call as the browser gets it: it uploads what it may, from where it can be read."""
        checked = await self._upload_rule.checked(prepared)
        if isinstance(checked, Fault):
            return checked
        try:
            return await self._lending.lent(checked, link.instance_id)
        except (StoreUnavailable, OSError) as error:
            return _defect(f"The artifact could not be read: {error}")

    async def _ask(self, link: Link, run: Run, prepared: Prepared, *, followed: bool) -> Reply:
        """Send the command to the browser, unless it is there already, and wait for the answer."""
        if run.withdrawn:
            return Unanswered.WITHDRAWN
        task, index = run.course.record, run.course.index
        call = call_id(run.course.command_id, link.epoch)
        run.deadline_s = self._clock.monotonic_s() + prepared.timeout_ms / 1000
        ahead = run.take_ahead()
        run.call = call
        if ahead is None:
            reply = link.open(Call(call, task.id, run.deadline_s))
            if link.has_endings:
                await link.flush()
            run.sent = max(run.sent, index)
            frame = _frame(task, index, prepared, call, epoch=link.epoch)
            if not link.send_now(frame):
                await link.send(frame)
        else:
            reply = ahead.reply
            link.due(call, run.deadline_s)
        if followed and not run.withdrawn:
            await self._send_ahead(link, run, after=call)
        return await reply

    async def _send_ahead(self, link: Link, run: Run, *, after: CallId) -> None:
        """Have the next command wait in the browser, so that nothing lies between the two."""
        task, index = run.course.record, run.course.index + 1
        prepared = self._preparer.prepare(task, index, link.tools)
        if isinstance(prepared, Fault) or prepared.on_hub or prepared.is_upload:
            return  # what it needs is found when its turn has come
        assert run.deadline_s is not None
        call = call_id(command_id(task.id, index), link.epoch)
        deadline_s = run.deadline_s + prepared.timeout_ms / 1000
        run.ahead = Ahead(index, call, link.open(Call(call, task.id, deadline_s)))
        run.sent = max(run.sent, index)
        frame = _frame(task, index, prepared, call, epoch=link.epoch, after=after)
        if not link.send_now(frame):
            await link.send(frame)

    def expect(self, link: Link, run: Run, call: CallId, *, index: int) -> None:
        """Expect the answer of a call of a former link, no longer than it had left.

        It may come right behind the hello, so nothing may be awaited before this. `index`: of its
        command, before which others may have to be adopted.
        """
        if run.deadline_s is None:
            timeout_ms = self._preparer.timeout_ms(run.course.record, index, link.tools)
            run.deadline_s = self._clock.monotonic_s() + timeout_ms / 1000
        run.expected = link.open(Call(call, run.task_id, run.deadline_s))
        run.call = call
        if run.withdrawn:
            link.give_up(call, Unanswered.WITHDRAWN)

    def _start_on_hub(self, run: Run, prepared: Prepared) -> HubWork:
        """Start a tool of the hub; it goes on when the link is lost."""
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        work = HubWork(run.course.command_id, reply)
        run.sent, run.work = run.course.index, work
        work.job = self._spawn(self._on_hub(work, prepared))
        timer = Deadline(
            self._clock,
            prepared.timeout_ms / 1000,
            partial(work.give_up, Unanswered.TIMED_OUT),
            slack_s=self._settings.deadline_slack_s,
        )
        reply.add_done_callback(lambda _: timer.cancel())
        return work

    async def _on_hub(self, work: HubWork, prepared: Prepared) -> None:
        try:
            typed = await self._tools.run(prepared.tool, prepared.args)
            answer = Answer("", text_result(typed))
        except ToolFailed as failure:
            answer = Answer("", fault=Fault(failure.code, failure.message))
        except HubError as refusal:
            answer = Answer("", fault=Fault(refusal.code.value, str(refusal), refusal.details))
        except Exception:
            # The boundary of the hub's own tools: a defect fails the command, not the lane.
            logger.exception("hub tool failed", extra={"tool": prepared.tool})
            answer = Answer("", fault=_defect("The hub's log has the details"))
        if not work.reply.done():
            work.reply.set_result(answer)

    async def _settle(self, link: Link, run: Run, reply: Reply) -> Finish | None:
        """Draw the consequences of a reply."""
        if run.work is not None and run.work.command == run.course.command_id:
            run.work = None
        match reply:
            case Unanswered.WITHDRAWN:
                return self._cancelled(run)
            case Unanswered.TIMED_OUT:
                run.recall(link)
                return self._failed(run, _and_behind(_late(run), run))
            case Answer(call=call, fault=Fault() as fault):
                run.heard(call)
                return self._failed(run, fault)
            case Answer(call=call, result=result):
                run.heard(call)
                return await self._succeeded(link, run, result)

    async def _succeeded(self, link: Link, run: Run, value: object) -> Finish | None:
        course, task = run.course, run.course.record
        try:
            result, kept = await self._artifacts.keep(
                wrap(value), task=task.id, instance=link.instance_id
            )
        except (UnreadableBytes, StoreUnavailable, OSError) as error:
            run.recall(link)
            unkept = _defect(f"The result could not be kept: {error}")
            return self._failed(run, _and_behind(unkept, run))
        index = course.index
        course.succeed(result, self._clock.now_ms())
        run.deadline_s = None  # the next one has its own
        for one in kept:
            if one.is_picture:
                self._announcer.screenshot(task, index, one)
        if run.told_success < index:
            run.told_success = index
            self._announcer.progress(task, index, CommandStatus.SUCCESS, result=result)
        return course.complete(self._clock.now_ms()) if course.is_over else None

    def _failed(self, run: Run, fault: Fault) -> Finish:
        course = run.course
        self._announcer.progress(course.record, course.index, CommandStatus.ERROR, error=fault)
        return course.fail(fault, self._clock.now_ms())

    def _cancelled(self, run: Run) -> Finish:
        course = run.course
        self._announcer.progress(course.record, course.index, CommandStatus.SKIPPED)
        return course.cancel(self._clock.now_ms())


def _frame(
    task: TaskRecord,
    index: int,
    prepared: Prepared,
    call: CallId,
    *,
    epoch: int,
    after: CallId | None = None,
) -> str:
    """The `tool_call` of command `index`."""
    fields: JsonObject = {
        "type": "tool_call",
        "id": call,
        "name": prepared.tool,
        "args": prepared.args,
        "epoch": epoch,
        "deadlineMs": prepared.timeout_ms,
        "taskId": task.id,
        "commandId": command_id(task.id, index),
        "taskName": task.name,
    }
    if task.session is not None:
        fields["session"] = task.session
    if task.dialogs is not None:
        fields["dialogs"] = task.dialogs
    if after is not None:
        fields["after"] = after
    return dumps(fields)


def _over(run: Run, now_ms: int) -> Finish | None:
    """The end of a task that has no further command to run; None: it has one."""
    if run.withdrawn:
        return run.course.cancel(now_ms)
    return run.course.complete(now_ms) if run.course.is_over else None


def _late(run: Run) -> Fault:
    command: Command = run.course.record.commands[run.course.index]
    message = f"{command.tool_name} did not finish before its deadline"
    return Fault(ToolErrorCode.COMMAND_TIMEOUT.value, message)


def _and_behind(fault: Fault, run: Run) -> Fault:
    """`fault`, of which the browser knows nothing: what waits there may begin, or has begun."""
    return with_those_behind(fault, run.course.record, run.course.index, lambda at: at <= run.sent)


def _defect(message: str) -> Fault:
    return Fault(ToolErrorCode.INTERNAL.value, message)
