"""Client frames: from text to a request, or to what is wrong with it."""

from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from pydantic import ValidationError

from tabyard.core.errors import HubError, InvalidInput, UnknownType
from tabyard.web.bodies import expect_shallow, parse, says_no_number
from tabyard_protocol.client import CLIENT_REQUEST, ClientPing, ClientRequest
from tabyard_protocol.model import WireModel
from tabyard_protocol.shapes import members, tag

__all__ = ["Refused", "is_hello", "read_request"]

MODELS: Final[dict[str, type[WireModel]]] = {
    kind: model
    for model in members(ClientRequest)
    if issubclass(model, WireModel) and (kind := tag(model)) is not None
}
"""Each request's model by its type."""

MAX_REQUEST_ID_CHARS: Final = 200
MAX_TYPE_CHARS: Final = 100
"""How much of an unknown type is told back."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame that is no request: why, and what it says about itself."""

    error: HubError
    type: str | None
    request_id: str | int | None


def read_request(frame: str | bytes, *, levels: int = 100) -> ClientRequest | Refused:
    """The request in `frame`, which may be nested `levels` deep."""
    if isinstance(frame, bytes):
        return Refused(InvalidInput("Send JSON objects as text frames"), None, None)
    try:
        if frame.count("[") + frame.count("{") > levels:
            expect_shallow(frame.encode("utf-8", "replace"), levels, what="Frame")
    except InvalidInput as error:
        return Refused(error, None, None)
    try:
        request = CLIENT_REQUEST.validate_json(frame)
    except ValidationError as error:
        return _refuse(frame, error)
    if says_no_number(frame):
        return Refused(InvalidInput("Invalid JSON in frame"), None, None)
    return request


def is_hello(frame: str | bytes) -> bool:
    """Whether `frame` is how a browser opens its link."""
    return isinstance(frame, str) and _object(frame).get("type") == "hello"


def _refuse(frame: str, error: ValidationError) -> Refused:
    """Why `frame` is no request."""
    raw = _object(frame)
    kind = raw.get("type")
    request_id = raw.get("requestId")
    return Refused(
        error=_reason(frame, error, kind),
        type=kind if isinstance(kind, str) else None,
        request_id=request_id if _is_request_id(request_id) else None,
    )


def _reason(frame: str, error: ValidationError, kind: object) -> HubError:
    """The error's meaning to the sender."""
    match error.errors(include_url=False, include_context=False)[0]["type"]:
        case "union_tag_invalid":
            return UnknownType(str(kind)[:MAX_TYPE_CHARS])
        case "union_tag_not_found":
            return InvalidInput("type is required", {"type": "is required"})
        case _:
            return _told(frame, MODELS.get(str(kind), ClientPing))


def _told(frame: str, model: type[WireModel]) -> HubError:
    """What is wrong with a frame that should be a `model`."""
    try:
        parse(model, frame, what="Frame")
    except HubError as refusal:
        return refusal
    return InvalidInput("Frame is malformed")


def _is_request_id(value: object) -> bool:
    """Whether an answer may repeat `value`."""
    if isinstance(value, str):
        return len(value) <= MAX_REQUEST_ID_CHARS
    return isinstance(value, int) and not isinstance(value, bool)


def _object(frame: str) -> dict[str, Any]:
    """The JSON object in `frame`; an empty one when it is none."""
    try:
        value: object = orjson.loads(frame)
    except orjson.JSONDecodeError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
