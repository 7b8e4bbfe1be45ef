"""Golden frames: what both sides of the wire agree on, byte for byte but for white space."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tabyard_protocol.inventory import BODIES, UNIONS
from tabyard_protocol.link import BROWSER_FRAME, HUB_FRAME, ToolCall, Welcome
from tabyard_protocol.model import WireModel
from tabyard_protocol.shapes import tag

Golden = Callable[[str, str], dict[str, Any]]
ADAPTERS = {union.name: TypeAdapter[WireModel](union.union) for union in UNIONS.values()}
MODELS = {body.model.__name__: body.model for body in BODIES}


def parse(group: str, name: str, frame: object) -> WireModel:
    """What `frame` is read as."""
    model = MODELS[name].model_validate(frame) if group == "Body" else None
    parsed = model if model is not None else ADAPTERS[group].validate_python(frame)
    assert isinstance(parsed, WireModel)
    return parsed


def test_a_golden_frame_survives_parsing_and_dumping(golden: Golden, group: str, name: str) -> None:
    frame = golden(group, name)
    parsed = parse(group, name, frame)
    assert parsed.to_object() == frame
    assert parse(group, name, TypeAdapter(dict[str, Any]).validate_json(parsed.to_json())) == parsed


def test_unknown_fields_are_ignored(golden: Golden, group: str, name: str) -> None:
    frame = golden(group, name)
    newer = {**frame, "fromTheFuture": {"a": 1}}
    assert parse(group, name, newer).to_object() == frame


def test_no_golden_frame_is_left_over(frames: Path) -> None:
    present = {(path.parent.name, path.stem) for path in frames.rglob("*.json")}
    tagged = {(union.name, str(tag(model))) for union in UNIONS.values() for model in union.models}
    assert present == tagged | {("Body", name) for name in MODELS}


def test_every_member_of_a_union_has_a_tag_of_its_own() -> None:
    for union in UNIONS.values():
        tags = [tag(model) for model in union.models]
        assert None not in tags
        assert len(tags) == len(set(tags)), union.name


def test_a_frame_goes_by_its_tag() -> None:
    welcome = HUB_FRAME.validate_json(
        b'{"type":"welcome","instanceId":"inst_1_a","serverVersion":"1","protocol":1,'
        b'"epoch":1,"acks":[]}'
    )
    assert isinstance(welcome, Welcome)
    call = HUB_FRAME.validate_json(
        b'{"type":"tool_call","id":"a#1","name":"sleep","args":{},"epoch":1,"deadlineMs":1}'
    )
    assert isinstance(call, ToolCall)
    assert call.task_id is None


@pytest.mark.parametrize("text", [b'{"type":"tool_cal"}', b"{}", b"[]", b"null", b'{"type":1}'])
def test_an_unknown_tag_is_refused(text: bytes) -> None:
    with pytest.raises(ValidationError):
        BROWSER_FRAME.validate_json(text)


def test_absent_fields_are_left_out_and_a_null_inside_a_value_stays() -> None:
    call = ToolCall(id="a#1", name="x", args={"value": None}, epoch=1, deadline_ms=5)
    assert call.to_json() == (
        b'{"type":"tool_call","id":"a#1","name":"x","args":{"value":null},"epoch":1,"deadlineMs":5}'
    )


def test_frames_can_not_be_changed() -> None:
    frame = ToolCall(id="a#1", name="x", args={}, epoch=1, deadline_ms=5)
    with pytest.raises(ValidationError, match="frozen"):
        frame.epoch = 2
