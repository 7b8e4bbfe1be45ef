"""Tasks, from their submission to what callers read of them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

from tabyard.core.errors import HubError, ShuttingDown, TaskNotFound
from tabyard.core.mcp import text_result
from tabyard.core.records import Command, Fault, Outcome, TaskRecord
from tabyard.hub.hub import Hub
from tabyard.hub.ports import Blobs, ToolFailed
from tabyard.work.checks import refusal, resolve_commands
from tabyard.work.pictures import with_pictures
from tabyard.work.ports import Accepted, IdempotencyKey, NewTask, TaskFilter, TaskStore
from tabyard.work.views import Live, summarize, view_task
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.model import JsonObject
from tabyard_protocol.resources.hub import ToolAnswer, ToolFailureBody
from tabyard_protocol.resources.instance import InstanceRef
from tabyard_protocol.resources.task import (
    CommandDraft,
    CommandStatus,
    TaskAccepted,
    TaskDraft,
    TaskList,
    TaskView,
)
from tabyard_protocol.tools.catalogue import InvalidCall, ResolvedCall, resolve

__all__ = ["Tasks"]

TOOL_SESSION: Final = "tools"
"""Single tool calls share a tab, so that one can go on where the last left off."""


class Tasks:
    """The books of work."""

    def __init__(self, *, hub: Hub, store: TaskStore, blobs: Blobs) -> None:
        self._hub = hub
        self._store = store
        self._blobs = blobs

    async def submit(
        self,
        draft: TaskDraft,
        *,
        idempotency_key: str | None = None,
        body_hash: str | None = None,
    ) -> TaskAccepted:
        """Store a task; it is on disk when this returns.

        Raises:
            UnknownTool, UnknownAction: a tool or action that nobody has.
            InvalidInput: arguments that do not fit.
            NoInstance: no browser is there.
            InvalidInstance: the named one is not there.
            QueueFull: too much waits for it already.
            IdempotencyConflict: the key was used for something else.
            StoreUnavailable: it could not be stored.
            ShuttingDown: the hub takes no more work.
        """
        return await self.begin(draft, idempotency_key=idempotency_key, body_hash=body_hash)

    def begin(
        self,
        draft: TaskDraft,
        *,
        idempotency_key: str | None = None,
        body_hash: str | None = None,
    ) -> "asyncio.Future[TaskAccepted]":
        """Have a task stored: the future is done when it is on disk, and its queueing is told.

        Raises and fails as `submit` does.
        """
        if not self._hub.is_open:
            raise ShuttingDown
        instance, calls = self._checked(draft)
        key = None
        if idempotency_key is not None:
            key = IdempotencyKey(idempotency_key, body_hash or "")
        told: asyncio.Future[TaskAccepted] = asyncio.get_running_loop().create_future()
        stored = self._store_task(self._hub.ids.task(), draft, instance, calls, key)
        stored.add_done_callback(partial(self._accepted, told))
        return told

    def _accepted(
        self, told: "asyncio.Future[TaskAccepted]", stored: "asyncio.Future[Accepted]"
    ) -> None:
        if told.done():
            return
        error = stored.exception()
        if error is not None:
            told.set_exception(error)
            return
        accepted = stored.result()
        told.set_result(
            TaskAccepted(
                task_id=accepted.task,
                queue_position=accepted.position,
                ws_endpoint=self._hub.settings.link_url,
                instance_id=accepted.instance_id,
                status=accepted.status,
            )
        )

    async def view(self, task: TaskId) -> TaskView:
        """The whole task, its pictures included. Raises `TaskNotFound`."""
        record = await self._record(task)
        outcomes = [await self._with_pictures(outcome) for outcome in record.outcomes]
        record = record._replace(outcomes=tuple(outcomes))
        return view_task(record, self._live(record.id, record.instance_id))

    async def linked_view(self, task: TaskId) -> TaskView:
        """The whole task, its pictures as links to `/artifacts`. Raises `TaskNotFound`."""
        record = await self._record(task)
        return view_task(record, self._live(record.id, record.instance_id))

    async def _record(self, task: TaskId) -> TaskRecord:
        record = await self._store.task(task)
        if record is None:
            raise TaskNotFound(task)
        return record

    async def list(self, wanted: TaskFilter) -> TaskList:
        """A page of tasks, newest first."""
        page = await self._store.tasks(wanted)
        rows = tuple(summarize(row, self._live(row.id, row.instance_id)) for row in page.rows)
        return TaskList(tasks=rows, total=page.total)

    async def cancel(self, task: TaskId) -> None:
        """End a queued or running task.

        Raises:
            TaskNotFound: nobody knows it.
            TaskFinished: it has ended already.
        """
        await self._hub.cancel(task)

    async def run_tool(
        self,
        name: str,
        args: JsonObject,
        *,
        instance_id: InstanceRef | None = None,
        timeout: int | None = None,  # noqa: ASYNC109 -- the tool's deadline in ms
        session: str = TOOL_SESSION,
    ) -> ToolAnswer:
        """Run one tool as a task of one command, and wait for its result.

        A tool of the hub runs at once, beside all queues. Raises what `submit` raises.
        """
        if timeout is not None:
            args = {**args, "timeout": timeout}
        asked = args.get("instanceId")
        named = instance_id or (str(asked) if asked else None)
        call = self._resolved(name, args, named)
        if call is not None and call.action.place == "hub":
            return await self._run_on_hub(call)
        draft = TaskDraft(
            task_name=name,
            task_intention=f"Run {name}",
            instance_id=named,
            commands=(CommandDraft(tool_name=name, intention=f"Run {name}", args=args),),
            session=session,
        )
        if not self._hub.is_open:
            raise ShuttingDown
        instance, calls = self._checked(draft)
        task = self._hub.ids.task()
        end = self._hub.announcer.watch(task)
        try:
            stored = self._store_task(task, draft, instance, calls, None)
            await asyncio.shield(stored)
            record = await end
        finally:
            end.cancel()
        return await self._answer(record)

    def _checked(self, draft: TaskDraft) -> tuple[InstanceId, tuple[ResolvedCall | None, ...]]:
        """Where it is to run, and its calls. What is wrong with the task is said first."""
        missing: HubError | None = None
        instance: InstanceId | None = None
        try:
            instance = self._hub.registry.pick(draft.instance_id)
        except HubError as error:
            missing = error
        extra = self._hub.registry.tools_of(instance) if instance else frozenset[str]()
        calls = resolve_commands(draft.commands, extra_tools=extra)
        if instance is None:
            assert missing is not None
            raise missing
        return instance, calls

    def _store_task(
        self,
        task: TaskId,
        draft: TaskDraft,
        instance: InstanceId,
        calls: tuple[ResolvedCall | None, ...],
        key: IdempotencyKey | None,
    ) -> "asyncio.Future[Accepted]":
        """Store the task and let its lane claim it, both in one commit when the lane is idle."""
        hub = self._hub
        hub.preparer.remember(task, calls)
        stored = self._store.submit(
            NewTask(
                id=task,
                instance_id=instance,
                name=draft.task_name,
                intention=draft.task_intention,
                commands=tuple(
                    Command(one.tool_name, one.intention, one.args) for one in draft.commands
                ),
                metadata=draft.metadata,
                session=draft.session,
                dialogs=draft.dialogs,
                priority=0,
                created_at_ms=hub.clock.now_ms(),
                queue_limit=hub.settings.queue_limit,
                idempotency=key,
            )
        )
        # What is stored is told, even when the caller has left meanwhile; and it is told before
        # the claim that follows.
        stored.add_done_callback(partial(self._stored, task, draft))
        hub.wake(instance)
        return stored

    def _stored(self, task: TaskId, draft: TaskDraft, stored: "asyncio.Future[Accepted]") -> None:
        hub = self._hub
        if stored.cancelled() or stored.exception() is not None or stored.result().repeated:
            hub.preparer.forget(task)
            return
        accepted = stored.result()
        hub.accepted(accepted.instance_id)
        hub.announcer.queued(
            task,
            accepted.instance_id,
            name=draft.task_name,
            position=accepted.position,
            total=len(draft.commands),
        )

    def _resolved(
        self, name: str, args: Mapping[str, Any], named: InstanceRef | None
    ) -> ResolvedCall | None:
        extra = self._offered(named)
        try:
            return resolve(name, args, extra_tools=extra)
        except InvalidCall as error:
            raise refusal(error) from None

    def _offered(self, named: InstanceRef | None) -> frozenset[str]:
        """The tools beyond the catalogue of the browser that would be picked; none without one."""
        registry = self._hub.registry
        with suppress(HubError):
            return registry.tools_of(registry.pick(named))
        return frozenset()

    async def _run_on_hub(self, call: ResolvedCall) -> ToolAnswer:
        timeout_ms = call.timeout_ms or self._hub.settings.command_timeout_ms
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                typed = await self._hub.tools.run(call.tool, call.args)
        except ToolFailed as failure:
            return _failure(Fault(failure.code, failure.message))
        except TimeoutError:
            code = ToolErrorCode.COMMAND_TIMEOUT.value
            return _failure(Fault(code, f"{call.tool} did not finish before its deadline"))
        return ToolAnswer(success=True, result=text_result(typed))

    async def _answer(self, record: TaskRecord) -> ToolAnswer:
        outcome = record.outcomes[0]
        if outcome.status is CommandStatus.SUCCESS and outcome.result is not None:
            result = await with_pictures(outcome.result, self._blobs)
            return ToolAnswer(success=True, result=result, task_id=record.id)
        fault = outcome.error
        if fault is None:
            error = record.error
            assert error is not None, "a task that did not succeed says why"
            fault = Fault(error.code, error.message)
        return _failure(fault, record.id)

    async def _with_pictures(self, outcome: Outcome) -> Outcome:
        if outcome.result is None:
            return outcome
        return replace(outcome, result=await with_pictures(outcome.result, self._blobs))

    def _live(self, task: TaskId, instance: InstanceId) -> Live | None:
        run = self._hub.run_of(task, instance)
        if run is None:
            return None
        course = run.course
        at_work = course.status is CommandStatus.RUNNING
        return Live(course.last_started, at_work, course.started_at_ms)


def _failure(fault: Fault, task: TaskId | None = None) -> ToolAnswer:
    error = ToolFailureBody(code=fault.code, message=fault.message, details=fault.details)
    return ToolAnswer(success=False, error=error, task_id=task)
