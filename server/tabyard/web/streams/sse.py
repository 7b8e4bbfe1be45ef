"""`/tasks/{id}/events` and `/instances/{id}/events`: events for readers without WebSockets."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.errors import TaskNotFound
from tabyard.core.events import EncodedEvent, complete_fields
from tabyard.core.json_text import dumps
from tabyard.core.lifecycle import TASK_NEXT, is_final
from tabyard.core.records import TaskRecord
from tabyard.hub.subscription import Position, Subscription
from tabyard.web.endpoint import Endpoint, Parameter
from tabyard.web.state import WebState
from tabyard.web.streams.event_stream import HEADERS, EventStream, encode, parse_id
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.events import Resync
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.key import Scope

__all__ = ["ENDPOINTS"]

END: Final = "end"
"""Stands for the offset in the id of a `task_complete` that was told from the store."""


@dataclass(frozen=True, slots=True)
class _Resume:
    """Where a reader left off. `after` is None: at no place that has a number."""

    epoch: str | None
    after: int | None
    at_end: bool
    """It has seen the task's end."""


async def task_events(state: WebState, request: Request) -> Response:
    """The events of one task, from its first one on, until its last."""
    task = TaskId(request.path_params["task_id"])
    resume = _resume(request) or _Resume(None, 0, at_end=False)
    slow = asyncio.Event()
    subscription = _subscribe(state, slow)
    try:
        # Numbers of another hub process mean nothing here: all there is, then.
        position = subscription.add_task(task, after=resume.after, epoch=resume.epoch)
        record = await _known(state, task)
        if is_final(TASK_NEXT, record.status):
            finished = _finished(state, record, position, resume)
            if finished is not None:
                subscription.close()
                return finished
    except BaseException:
        subscription.close()
        raise
    return EventStream(
        subscription,
        slow,
        opening=_resync(position, task=task) if position.gap else b"",
        id_of=lambda event: f"{position.epoch}.{event.offset}",
        is_last=lambda event: event.type == "task_complete" and event.task_id == task,
        open_streams=state.metrics.streams,
        comment_interval_s=state.settings.comment_interval_s,
        close_timeout_s=state.settings.close_timeout_s,
        state=state,
    )


async def _known(state: WebState, task: TaskId) -> TaskRecord:
    """The task, or `TaskNotFound`."""
    record = await state.records.task(task)
    if record is None:
        raise TaskNotFound(task)
    return record


async def instance_events(state: WebState, request: Request) -> Response:
    """The events of all tasks of one browser, from now on, without end."""
    instance = InstanceId(request.path_params["instance_id"])
    state.hub.registry.view(instance)
    resume = _resume(request)
    slow = asyncio.Event()
    subscription = _subscribe(state, slow)
    position = subscription.add_instance(
        instance,
        after=None if resume is None else resume.after,
        epoch=None if resume is None else resume.epoch,
    )
    return EventStream(
        subscription,
        slow,
        opening=_resync(position, instance=instance) if position.gap else b"",
        id_of=lambda event: f"{position.epoch}.{event.instance_offset}",
        is_last=_never,
        open_streams=state.metrics.streams,
        comment_interval_s=state.settings.comment_interval_s,
        close_timeout_s=state.settings.close_timeout_s,
        state=state,
    )


def _finished(
    state: WebState, record: TaskRecord, position: Position, resume: _Resume
) -> Response | None:
    """The whole answer about a task that has ended; None when its history is there to be replayed.

    204 tells a browser's EventSource not to come back: its reader has seen the end.
    """
    if resume.at_end:
        return Response(status_code=204)
    if position.gap or position.offset == 0:
        missed = _resync(position, task=record.id) if position.gap else b""
        return Response(missed + _from_store(record, position), headers=HEADERS)
    if resume.after != position.offset:
        return None
    newest = state.hub.bus.history.since_task(record.id, position.offset - 1).events
    has_seen_end = any(event.type == "task_complete" for event in newest)
    # If not, the end is stored and about to be published: the stream will have it.
    return Response(status_code=204) if has_seen_end else None


def _from_store(record: TaskRecord, position: Position) -> bytes:
    """The last event of a task whose history is forgotten. It has no number: its offsets are 0."""
    fields = {
        "type": "task_complete",
        "taskId": record.id,
        "instanceId": record.instance_id,
        "offset": 0,
        "instanceOffset": 0,
        "timestamp": record.completed_at_ms or record.created_at_ms,
        **complete_fields(record),
    }
    text = dumps(fields)
    return encode("task_complete", text, stream_id=f"{position.epoch}.{END}")


def _resync(
    position: Position, *, task: TaskId | None = None, instance: str | None = None
) -> bytes:
    """Part of the history is gone; its id is where the stream stands now."""
    frame = Resync(task_id=task, instance_id=instance, epoch=position.epoch, offset=position.offset)
    stream_id = f"{position.epoch}.{position.offset}"
    return encode("resync", frame.to_json().decode(), stream_id=stream_id)


def _resume(request: Request) -> _Resume | None:
    """Where the reader left off, if it says so."""
    text = request.headers.get("last-event-id")
    if not text:
        return None
    epoch, after = parse_id(text)
    if text.endswith(f".{END}"):
        return _Resume(epoch, 0, at_end=True)
    # A foreign id belongs to no epoch of ours: its reader is told to resync.
    return _Resume(epoch or text, after or 0, at_end=False)


def _subscribe(state: WebState, slow: asyncio.Event) -> Subscription:
    """A reader whose falling behind is noticed and counted."""

    def on_slow() -> None:
        state.metrics.slow_readers.inc()
        slow.set()

    return state.hub.bus.subscribe(on_slow=on_slow)


def _never(_event: EncodedEvent) -> bool:
    return False


_RESUME_PARAMETER: Final = Parameter(
    name="Last-Event-ID",
    place="header",
    says="Go on after this event; `EventSource` sends it by itself",
    schema={"type": "string"},
)

ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/tasks/{task_id}/events",
        run=task_events,
        group="Events",
        says="Follow a task to its end, from its first event or from `Last-Event-ID`",
        needs=Scope.TASKS_READ,
        media_type="text/event-stream",
        parameters=(_RESUME_PARAMETER,),
        also={204: "The reader has seen the end"},
        errors=(ErrorCode.TASK_NOT_FOUND,),
    ),
    Endpoint(
        method="GET",
        path="/instances/{instance_id}/events",
        run=instance_events,
        group="Events",
        says="Follow a browser and its tasks, from now or from `Last-Event-ID`",
        needs=Scope.TASKS_READ,
        media_type="text/event-stream",
        parameters=(_RESUME_PARAMETER,),
        errors=(ErrorCode.INSTANCE_NOT_FOUND,),
    ),
)
