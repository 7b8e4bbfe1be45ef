"""What a client's requests are answered: one method per request of the protocol."""

import asyncio
from typing import Final, assert_never

from tabyard.core.errors import (
    Forbidden,
    InvalidInput,
    TaskFinished,
    TaskNotFound,
    Unauthorized,
)
from tabyard.core.keys import Principal
from tabyard.hub.subscription import Position, Subscription
from tabyard.web.authority import confined, expect_standing, expect_task, only_instance
from tabyard.web.routes.tasks import body_hash, status_filter
from tabyard.web.standing import Standing
from tabyard.web.state import WebState
from tabyard.web.streams.outlet import Outlet
from tabyard.work.ports import TaskFilter
from tabyard_protocol.client import (
    AuthAck,
    AuthRequest,
    ClientPing,
    ClientPong,
    ClientRequest,
    SubscribeAck,
    SubscribeInstance,
    SubscribeTask,
    TaskCancelRequest,
    TaskCancelResponse,
    TaskListRequest,
    TaskListResponse,
    TaskStatusRequest,
    TaskStatusResponse,
    TaskSubmit,
    TaskSubmitResponse,
    Unsubscribe,
    UnsubscribeAck,
)
from tabyard_protocol.events import Resync
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.key import Scope
from tabyard_protocol.resources.task import TaskStatus

__all__ = ["Answers"]

MAX_TOPICS: Final = 1_000
"""So many tasks and instances one client may follow at once."""

EVERYTHING: Final = "*"


class Answers:
    """Answers one client's requests, as far as its key allows.

    `authorised` is set once a key was accepted, `revoked` when it is no good any more.
    """

    def __init__(
        self, state: WebState, outlet: Outlet, subscription: Subscription, standing: Standing
    ) -> None:
        self._state = state
        self._outlet = outlet
        self._subscription = subscription
        self._topics: set[tuple[str, str]] = set()
        self._standing = standing
        self._session = f"{standing.payer} {id(self)}"
        self.authorised = asyncio.Event()
        self.revoked = asyncio.Event()
        self._end = self.revoked.set
        if standing.principal is not None:
            self._enter(standing)

    @property
    def standing(self) -> Standing:
        """Who the client is by now."""
        return self._standing

    async def give(self, request: ClientRequest) -> None:
        """Do what `request` asks for and answer it.

        Raises:
            HubError: it can't be done.
        """
        match request:
            case AuthRequest():
                await self._auth(request)
            case ClientPing():
                await self._outlet.say(ClientPong(request_id=request.request_id))
            case SubscribeTask() | SubscribeInstance() | Unsubscribe():
                await self._follow(request)
            case _:
                await self._work(request)

    def leave(self) -> None:
        """The client is gone."""
        self._state.part(self._standing, self._end)

    def _enter(self, standing: Standing) -> None:
        """The client has a key, or needs none."""
        self.leave()
        self._standing = standing
        self._state.welcome(standing, self._end)
        self.authorised.set()

    def _principal(self, needs: Scope) -> Principal:
        """The client, who may do what needs `needs`, and does not ask too fast."""
        principal = expect_standing(self._standing, needs)
        if self._standing.payer is not None:
            self._state.limits.expect_pace(self._session)
        return principal

    async def _work(
        self, request: TaskSubmit | TaskListRequest | TaskStatusRequest | TaskCancelRequest
    ) -> None:
        match request:
            case TaskSubmit():
                await self._submit(request)
            case TaskListRequest():
                await self._list(request)
            case TaskStatusRequest():
                await self._status(request)
            case TaskCancelRequest():
                await self._cancel(request)
            case _:
                assert_never(request)

    async def _follow(self, request: SubscribeTask | SubscribeInstance | Unsubscribe) -> None:
        match request:
            case SubscribeTask():
                await self._subscribe_task(request)
            case SubscribeInstance():
                await self._subscribe_instance(request)
            case Unsubscribe():
                await self._unsubscribe(request)
            case _:
                assert_never(request)

    def note_ended(self, task: TaskId) -> None:
        """Nothing follows a task's end: its topic makes room."""
        self._forget_topic("task", task)

    async def _auth(self, request: AuthRequest) -> None:
        principal = self._standing.principal
        if self._state.keys.required:
            principal = self._state.recognise(request.token, self._standing.address)
        if principal is None:
            raise Unauthorized
        self._enter(self._standing._replace(principal=principal, refusal=None))
        await self._outlet.say(AuthAck(request_id=request.request_id, success=True))

    async def _submit(self, request: TaskSubmit) -> None:
        """The answer names the task before the first of its events arrives."""
        principal = self._principal(Scope.TASKS_WRITE)
        self._expect_room()
        key = request.idempotency_key
        accepted = await self._state.tasks.submit(
            confined(self._state, principal, request),
            idempotency_key=key,
            body_hash=None if key is None else body_hash(request),
        )
        task = TaskId(accepted.task_id)
        self._note("task.submit", task, accepted.instance_id)
        answer = TaskSubmitResponse(
            request_id=request.request_id,
            success=True,
            task_id=task,
            queue_position=accepted.queue_position,
            instance_id=accepted.instance_id,
        )
        async with self._outlet.turn() as put:
            self._topics.add(("task", task))
            position = self._subscription.add_task(task, after=0)
            await put(answer.to_json().decode())
            # A new task has been told of already. One without any event is an old one, and this
            # is the first answer again: what happened since then is forgotten.
            if position.gap or position.offset == 0:
                await put(_resync(position, task=task))

    async def _list(self, request: TaskListRequest) -> None:
        instance = only_instance(self._principal(Scope.TASKS_READ), request.instance_id or None)
        wanted = TaskFilter(
            instance_id=InstanceId(instance) if instance else None,
            status=status_filter(request.status),
            limit=request.limit,
            offset=request.offset,
        )
        page = await self._state.tasks.list(wanted)
        await self._outlet.say(
            TaskListResponse(request_id=request.request_id, tasks=page.tasks, total=page.total)
        )

    async def _status(self, request: TaskStatusRequest) -> None:
        principal = self._principal(Scope.TASKS_READ)
        try:
            await expect_task(self._state, principal, TaskId(request.task_id))
            view = await self._state.tasks.view(TaskId(request.task_id))
        except TaskNotFound:
            view = None
        await self._outlet.say(TaskStatusResponse(request_id=request.request_id, task=view))

    async def _cancel(self, request: TaskCancelRequest) -> None:
        principal = self._principal(Scope.TASKS_WRITE)
        reason: str | None = None
        try:
            await expect_task(self._state, principal, TaskId(request.task_id))
            await self._state.tasks.cancel(TaskId(request.task_id))
            self._note("task.cancel", request.task_id)
        except (TaskNotFound, TaskFinished) as error:
            reason = str(error)
        await self._outlet.say(
            TaskCancelResponse(
                request_id=request.request_id,
                success=reason is None,
                task_id=request.task_id,
                reason=reason,
            )
        )

    async def _subscribe_task(self, request: SubscribeTask) -> None:
        """The state is read once the subscription stands: what follows it is seen as an event."""
        task = TaskId(request.task_id)
        await expect_task(self._state, self._principal(Scope.TASKS_READ), task)
        async with self._outlet.turn() as put:
            known = ("task", task) in self._topics
            self._expect_room(unless=known)
            self._topics.add(("task", task))
            position = self._subscription.add_task(task, after=request.after, epoch=request.epoch)
            record = await self._state.records.task(task)
            if record is None:
                if not known:
                    self._forget_topic("task", task)
                raise TaskNotFound(task)
            await put(_ack(request, position, status=record.status))
            if position.gap:
                await put(_resync(position, task=task))

    async def _subscribe_instance(self, request: SubscribeInstance) -> None:
        instance = request.instance_id
        if not self._principal(Scope.TASKS_READ).reaches(instance):
            raise Forbidden
        if instance != EVERYTHING:
            # Unknown ones are refused here.
            self._state.hub.registry.view(InstanceId(instance))
        async with self._outlet.turn() as put:
            self._expect_room(unless=("instance", instance) in self._topics)
            self._topics.add(("instance", instance))
            position = self._subscription.add_instance(
                InstanceId(instance), after=request.after, epoch=request.epoch
            )
            await put(_ack(request, position))
            if position.gap:
                await put(_resync(position, instance=instance))

    async def _unsubscribe(self, request: Unsubscribe) -> None:
        self._principal(Scope.TASKS_READ)
        if request.task_id is None and request.instance_id is None:
            message = "taskId or instanceId is required"
            raise InvalidInput(message, {"taskId": message})
        if request.task_id is not None:
            self._forget_topic("task", request.task_id)
        if request.instance_id is not None:
            self._forget_topic("instance", request.instance_id)
        await self._outlet.say(
            UnsubscribeAck(
                request_id=request.request_id,
                task_id=request.task_id,
                instance_id=request.instance_id,
            )
        )

    def _note(self, action: str, subject: str, instance: str | None = None) -> None:
        self._state.audit.note(self._standing, action, subject=subject, instance=instance)

    def _expect_room(self, *, unless: bool = False) -> None:
        """Refuse one topic more than a connection may have."""
        if len(self._topics) >= MAX_TOPICS and not unless:
            message = f"This connection follows {MAX_TOPICS} tasks and instances already"
            raise InvalidInput(message)

    def _forget_topic(self, kind: str, name: str) -> None:
        self._topics.discard((kind, name))
        if kind == "task":
            self._subscription.remove_task(TaskId(name))
        else:
            self._subscription.remove_instance(InstanceId(name))


def _ack(
    request: SubscribeTask | SubscribeInstance,
    position: Position,
    *,
    status: TaskStatus | None = None,
) -> str:
    """Events after the named offset follow: after the caller's own when its history is whole."""
    resumed = request.after is not None and not position.gap
    ack = SubscribeAck(
        request_id=request.request_id,
        task_id=request.task_id if isinstance(request, SubscribeTask) else None,
        instance_id=request.instance_id if isinstance(request, SubscribeInstance) else None,
        offset=request.after if resumed and request.after is not None else position.offset,
        epoch=position.epoch,
        status=status,
    )
    return ack.to_json().decode()


def _resync(position: Position, *, task: TaskId | None = None, instance: str | None = None) -> str:
    """Part of the history is gone."""
    frame = Resync(task_id=task, instance_id=instance, epoch=position.epoch, offset=position.offset)
    return frame.to_json().decode()
