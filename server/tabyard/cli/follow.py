"""Submitting a task over the client WebSocket, and following it to its end."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Final
from urllib.parse import quote

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tabyard.cli.exits import CliError
from tabyard.cli.hub_client import HubAddress, HubClient, HubRefused, HubUnreachable, as_object

__all__ = ["FINAL", "Follower"]

FINAL: Final = frozenset({"completed", "failed", "cancelled"})
RECONNECT_FOR_S: Final = 30.0
"""As long as the hub waits for a browser by default: a restart takes less."""
RECONNECT_EVERY_S: Final = 0.5
ANSWER_WITHIN_S: Final = 30.0
FINAL_EVENT: Final = "task_complete"

Event = dict[str, Any]


class Follower:
    """One task from its submission to its end."""

    def __init__(self, address: HubAddress, draft: dict[str, Any], *, idempotency_key: str) -> None:
        self._address = address
        self._draft = draft
        self._key = idempotency_key
        self._met = False
        self._offset = -1
        self._epoch: str | None = None
        self._waiting: deque[Event] = deque()
        """Events that came while an answer was awaited."""
        self.task_id: str | None = None
        """None until the hub has stored the task."""

    async def events(self) -> AsyncGenerator[Event]:
        """The hub's answer to the submission, then the task's events, `task_complete` last.

        When the connection breaks, it is made again and goes on where it was. When the hub has
        forgotten the events in between, the end is read by REST and told as one `task_complete`.

        Raises:
            HubUnreachable: no hub for half a minute.
            HubRefused: it did not take the task.
        """
        while True:
            async with aclosing(self._events_of_one_connection(await self._connect())) as events:
                with suppress(ConnectionClosed):
                    async for event in events:
                        yield event
                        if event["type"] == FINAL_EVENT:
                            return

    async def _connect(self) -> ClientConnection:
        # A hub that never answered is not waited for; one that was there may come back.
        patience = int(RECONNECT_FOR_S / RECONNECT_EVERY_S) if self._met else 1
        for attempt in range(patience):
            try:
                socket = await connect(
                    self._address.events_url,
                    additional_headers=self._address.headers,
                    proxy=None,
                    max_size=None,
                    open_timeout=ANSWER_WITHIN_S,
                )
            except InvalidStatus as error:
                raise _refusal(error) from None
            except (OSError, InvalidHandshake) as error:
                reason = "connection refused" if isinstance(error, OSError) else str(error)
                if attempt == patience - 1:
                    raise HubUnreachable(self._address, reason) from None
                await asyncio.sleep(RECONNECT_EVERY_S)
            else:
                self._met = True
                return socket
        raise AssertionError

    async def _events_of_one_connection(self, socket: ClientConnection) -> AsyncGenerator[Event]:
        self._waiting.clear()
        async with socket:
            if self.task_id is None:
                yield await self._submit(socket)
                # Submitting has subscribed already; this asks in which epoch the offsets count.
                self._epoch = (await self._subscribed(socket, {})).get("epoch")
            elif (missed := await self._resume(socket)) is not None:
                yield missed
                return
            while True:
                event = self._waiting.popleft() if self._waiting else await _received(socket)
                if event.get("taskId") != self.task_id:
                    continue
                if event["type"] == "resync":
                    # What is gone can't be told, but the end has to be.
                    ended = await self._end_by_rest()
                    self._offset = event["offset"]
                    yield ended or event
                elif event.get("offset", -1) > self._offset:
                    self._offset = event["offset"]
                    yield event

    async def _submit(self, socket: ClientConnection) -> Event:
        request = {
            **self._draft,
            "type": "task_submit",
            "requestId": "submit",
            "idempotencyKey": self._key,
        }
        answer = await self._asked(socket, request)
        if not answer.get("success", False):
            details = as_object(answer.get("details"))
            raise HubRefused(
                _status_of(str(answer.get("code"))),
                str(answer.get("code")),
                str(answer.get("error")),
                details,
            )
        self.task_id = str(answer["taskId"])
        return answer

    async def _resume(self, socket: ClientConnection) -> Event | None:
        """Ask for what came after the last event; the end itself when nobody will tell it again."""
        where: Event = {"after": max(self._offset, 0)}
        if self._epoch is not None:
            where["epoch"] = self._epoch
        ack = await self._subscribed(socket, where)
        same_hub = ack.get("epoch") == self._epoch
        if not same_hub:
            self._offset, self._epoch = -1, ack.get("epoch")
        return None if same_hub or ack.get("status") not in FINAL else await self._end_by_rest()

    async def _subscribed(self, socket: ClientConnection, where: Event) -> Event:
        request = {"type": "subscribe_task", "requestId": "follow", "taskId": self.task_id}
        ack = await self._asked(socket, request | where)
        if ack.get("type") == "error":
            raise HubRefused(404, str(ack.get("code")), str(ack.get("error")), {})
        return ack

    async def _asked(self, socket: ClientConnection, request: dict[str, Any]) -> Event:
        await socket.send(orjson.dumps(request).decode())
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                frame = await _received(socket)
                if frame.get("requestId") == request["requestId"]:
                    return frame
                self._waiting.append(frame)

    async def _end_by_rest(self) -> Event | None:
        """The end of the task as an event; None while it has not ended."""
        path = f"/tasks/{quote(self.task_id or '', safe='')}"
        view = (await asyncio.to_thread(HubClient(self._address).get, path))["task"]
        if view["status"] not in FINAL:
            return None
        results = [
            {"commandId": one["id"], **{key: one[key] for key in ("status", "error") if key in one}}
            for one in view["commands"]
        ]
        succeeded = sum(one["status"] == "success" for one in view["commands"])
        tally = {"totalCommands": len(results), "successfulCommands": succeeded}
        ran_ms = view["completedAt"] - view["startedAt"] if "startedAt" in view else 0
        return {
            "type": FINAL_EVENT,
            "taskId": view["id"],
            "instanceId": view["instanceId"],
            "status": view["status"],
            "timestamp": view["completedAt"],
            "summary": {**tally, "duration": ran_ms},
            "results": results,
            **({"error": view["error"]} if "error" in view else {}),
        }


async def _received(socket: ClientConnection) -> Event:
    frame: Event = orjson.loads(await socket.recv())
    return frame


RETRY_CODES: Final = frozenset({"NO_INSTANCE", "QUEUE_FULL", "SHUTTING_DOWN", "STORE_UNAVAILABLE"})


def _status_of(code: str) -> int:
    """The HTTP status that REST would have given with this code: come back later, or never."""
    return 503 if code in RETRY_CODES else 400


def _refusal(error: InvalidStatus) -> CliError:
    """What the hub said instead of opening the socket."""
    response = error.response
    try:
        body = as_object(orjson.loads(response.body or b"{}"))
    except orjson.JSONDecodeError:
        body = {}
    message = str(body.get("error") or f"the WebSocket was refused with {response.status_code}")
    return HubRefused(response.status_code, str(body.get("code", "")), message, {})
