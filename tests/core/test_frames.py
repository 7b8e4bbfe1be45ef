"""From text to frames."""

import orjson
import pytest

from tabyard.core.frames import MalformedFrame, call_frame, read_frame, read_hello
from tabyard_protocol.link import (
    BROWSER_FRAME,
    BrowserEvent,
    Hello,
    LinkPing,
    LinkPong,
    ToolError,
    ToolProgress,
    ToolResult,
)


@pytest.mark.parametrize(
    "frame",
    [
        Hello(instance_id="i1", protocol=1),
        ToolResult(id="c#1", result={"content": []}),
        ToolResult(id="c#1"),
        ToolError.model_validate({"id": "c#1", "error": {"code": "X", "message": "y"}}),
        ToolProgress(id="c#1", note="half"),
        BrowserEvent(kind="tab", data={}),
        LinkPing(),
        LinkPong(),
    ],
    ids=lambda frame: frame.type,
)
def test_the_quick_reader_agrees_with_the_vocabulary(frame: object) -> None:
    text = frame.to_json().decode()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    assert read_frame(text) == BROWSER_FRAME.validate_json(text) == frame  # pyright: ignore[reportUnknownArgumentType]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        '{"type":5}',
        '{"type":"welcome"}',
        '{"type":"tool_result"}',
        '{"type":"tool_result","id":5}',
        '{"type":"tool_error","id":"c"}',
        '{"type":"event","kind":"weather","data":{}}',
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedFrame, match="malformed frame"):
        read_frame(text)


def test_only_a_hello_is_a_hello() -> None:
    assert read_hello('{"type":"hello","instanceId":"i1"}').instance_id == "i1"
    with pytest.raises(MalformedFrame, match="hello expected, got ping"):
        read_hello('{"type":"ping"}')


def test_absent_fields_are_left_out() -> None:
    assert orjson.loads(call_frame({"a": None, "b": 0, "c": []})) == {"b": 0, "c": []}
