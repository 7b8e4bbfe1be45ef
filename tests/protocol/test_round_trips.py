"""Whatever a model can hold comes out of the wire as it went in."""

import json
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import TypeAdapter

from tabyard_protocol.client import TaskStatusResponse
from tabyard_protocol.content import ToolContent
from tabyard_protocol.events import EVENT, Event
from tabyard_protocol.inventory import BODIES, UNIONS
from tabyard_protocol.link import BROWSER_FRAME, BrowserFrame
from tabyard_protocol.model import WireModel

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
    object: JSON,
    Any: JSON,
}


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """Python values that `annotation` allows; limits on length and size are not kept."""
    if get_origin(annotation) is None:
        return SCALARS[annotation] if annotation in SCALARS else named(annotation)
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is tuple:
            return st.lists(values(arguments[0]), max_size=3).map(tuple)
        case origin if origin is dict:
            return st.dictionaries(TEXT, values(arguments[1]), max_size=3)
        case origin if origin is Annotated:
            return values(arguments[0])
        case origin if origin is Literal:
            return st.sampled_from(arguments)
        case _:
            return st.one_of(*map(values, arguments))


def named(kind: type) -> st.SearchStrategy[Any]:
    """Values of a model or of an enum."""
    if issubclass(kind, WireModel):
        return models(kind)
    assert issubclass(kind, Enum)
    return st.sampled_from(kind)


@st.composite
def models(draw: st.DrawFn, model: type[WireModel]) -> WireModel:
    """Any value of `model`, built without validation so that limits do not matter."""
    fields = {name: draw(values(field.annotation)) for name, field in model.model_fields.items()}
    return model.model_construct(**fields)


def without_absence(value: object) -> object:
    """`value` as JSON, as the wire shows it."""
    return json.loads(json.dumps(value))


SENT: list[type[WireModel]] = [
    model
    for model in (
        *(
            model
            for union in UNIONS.values()
            if union.direction == "sent"
            for model in union.models
        ),
        *(body.model for body in BODIES if body.direction == "sent"),
    )
    if issubclass(model, WireModel)
]


@pytest.mark.parametrize("model", SENT)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_the_hub_sends_can_be_read_back(model: type[WireModel], data: st.DataObject) -> None:
    value = data.draw(models(model))
    sent = value.to_json()
    again = model.model_validate_json(sent)
    assert again.to_json() == sent
    assert json.loads(sent) == without_absence(value.to_object())


@given(event=values(Event), frame=values(BrowserFrame))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_tag_leads_back_to_the_same_model(event: WireModel, frame: WireModel) -> None:
    assert type(EVENT.validate_json(event.to_json())) is type(event)
    assert type(BROWSER_FRAME.validate_json(frame.to_json())) is type(frame)


@given(text=st.binary(max_size=60))
def test_bytes_of_any_kind_are_read_or_refused_and_nothing_else(text: bytes) -> None:
    try:
        parsed: object = BROWSER_FRAME.validate_json(text)
    except ValueError:
        return
    assert isinstance(parsed, WireModel)


def test_an_unknown_task_is_null_and_not_left_out() -> None:
    answer = TaskStatusResponse(task=None, request_id=4)
    assert json.loads(answer.to_json()) == {
        "type": "task_status_response",
        "requestId": 4,
        "task": None,
    }


def test_content_tells_its_kinds_apart() -> None:
    items = [
        {"type": "text", "text": "{}"},
        {"type": "image", "data": "aGk=", "mimeType": "image/png"},
        {"type": "resource_link", "uri": "/artifacts/a", "name": "a.png"},
    ]
    content = TypeAdapter(ToolContent).validate_python({"content": items, "structuredContent": {}})
    assert [type(item).__name__ for item in content.content] == [
        "TextContent",
        "ImageContent",
        "ResourceLink",
    ]
