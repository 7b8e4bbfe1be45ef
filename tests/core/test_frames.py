"""From text to frames."""

import orjson
import pytest

from tabyard.core.frames import (
    MalformedFrame,
    call_frame,
    read_frame,
    read_hello,
    read_result,
)
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


@pytest.mark.parametrize("result", [None, {"content": []}, "text", [1, {"a": "ä"}]])
def test_a_result_that_is_read_shortly_is_the_same(result: object) -> None:
    frame = ToolResult(id="c#1", result=result)
    assert read_result(frame.to_json()) == (frame.id, frame.result)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"type":"tool_error","id":"c"}',
        b'{"type":"tool_result"}',
        b'{"type":"tool_result","id":5,"result":1}',
    ],
)
def test_anything_else_is_left_to_the_reader_of_frames(text: bytes) -> None:
    assert read_result(text) is None
