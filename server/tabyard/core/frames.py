"""From text to a browser's frame: a tagged decode that looks no deeper than it has to."""

from collections.abc import Callable, Mapping
from typing import Final, cast

import orjson
from pydantic import ValidationError
from typing_extensions import override

from tabyard.core.json_text import DEEPEST, dumps
from tabyard.core.lifting import loads
from tabyard_protocol.link import (
    BrowserEvent,
    BrowserFrame,
    Hello,
    LinkPing,
    LinkPong,
    ToolError,
    ToolProgress,
    ToolResult,
)
from tabyard_protocol.model import JsonObject

__all__ = ["MalformedFrame", "call_frame", "read_frame", "read_hello", "read_result"]


class MalformedFrame(Exception):
    """A message that is no frame of a browser."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @override
    def __str__(self) -> str:
        return f"malformed frame: {self.reason}"


_PING: Final = LinkPing()
_PONG: Final = LinkPong()


_READERS: Final[Mapping[str, Callable[[JsonObject], BrowserFrame]]] = {
    # Looks no deeper than the frame itself: the payload is the caller's, and may have megabytes.
    "tool_result": ToolResult.__pydantic_validator__.validate_python,
    "tool_error": ToolError.model_validate,
    "tool_progress": ToolProgress.model_validate,
    "event": BrowserEvent.model_validate,
    "hello": Hello.model_validate,
    "ping": lambda _: _PING,
    "pong": lambda _: _PONG,
}


def read_frame(message: str) -> BrowserFrame:
    """The frame in `message`.

    Raises:
        MalformedFrame: no JSON object, an unknown type, or fields that do not fit.
    """
    try:
        fields: object = loads(message)
        if not isinstance(fields, dict):
            raise MalformedFrame("not a JSON object")
        kind: object = fields.get("type")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] -- checked next
        reader = _READERS.get(kind) if isinstance(kind, str) else None
        if reader is None:
            raise MalformedFrame(f"unknown type {kind!r:.100}")
        return reader(fields)  # pyright: ignore[reportUnknownArgumentType] -- a JSON object's keys are text
    except orjson.JSONDecodeError as error:
        raise MalformedFrame(f"not JSON: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise MalformedFrame(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def read_result(message: bytes) -> tuple[str, object] | None:
    """The call and the result of a `tool_result`; None: it is anything else, or not in order.

    The same as `read_frame`, for the one frame that comes all the time. What may be nested too deep
    is left to that one.
    """
    if message.count(b"{") + message.count(b"[") > DEEPEST:
        return None
    try:
        fields: object = orjson.loads(message)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(fields, dict):
        return None
    known = cast("JsonObject", fields)
    call = known.get("id")
    if known.get("type") != "tool_result" or not isinstance(call, str):
        return None
    return call, known.get("result")


def read_hello(message: str) -> Hello:
    """The hello in `message`.

    Raises:
        MalformedFrame: it is anything else.
    """
    frame = read_frame(message)
    if not isinstance(frame, Hello):
        raise MalformedFrame(f"hello expected, got {frame.type}")
    return frame


def call_frame(fields: JsonObject) -> str:
    """A hub's frame as text, absent fields left out."""
    present = {name: value for name, value in fields.items() if value is not None}
    return dumps(present)
