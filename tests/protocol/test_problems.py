"""What is wrong with an input, told in one clear sentence per field."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from tabyard_protocol.problems import problems, sentence
from tabyard_protocol.resources.task import TaskDraft
from tabyard_protocol.tools.browser_content import ContentScreenshot
from tabyard_protocol.tools.browser_instance import InstanceNew
from tabyard_protocol.tools.browser_interact import InteractClick, InteractFillForm, InteractSelect
from tabyard_protocol.tools.browser_network import Intercept, SetHeaders


def told(model: type[BaseModel], given: object, *, root: str = "") -> dict[str, str]:
    """The problems of `given` as a `model`."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(given)
    return problems(caught.value, given, model, root=root)


@pytest.mark.parametrize(
    ("model", "given", "wanted"),
    [
        (
            InteractClick,
            {"ref": "e1", "tabId": "x"},
            {"tabId": "must be a whole number or 'active'"},
        ),
        (
            InteractClick,
            {"ref": "e1", "modifiers": ["strg"]},
            {"modifiers[0]": "must be 'ctrl', 'alt', 'shift' or 'meta'"},
        ),
        (InteractClick, {"ref": ""}, {"ref": "must not be empty"}),
        (InteractClick, {"ref": "e1", "clickCount": 9}, {"clickCount": "must be at most 3"}),
        (
            InteractClick,
            {"ref": "e1", "clickCount": "two"},
            {"clickCount": "must be a whole number"},
        ),
        (InteractClick, {"x": 1}, {"": "selector, ref or both x and y is required"}),
        (InteractSelect, {"ref": "e1"}, {"": "value, label or index is required"}),
        (InteractFillForm, {"fields": []}, {"fields": "must not be empty"}),
        (InteractFillForm, {"fields": "a"}, {"fields": "must be an array"}),
        (
            InteractFillForm,
            {"fields": [{"ref": "e1", "value": None}]},
            {"fields[0].value": "must be text, true or false or a number"},
        ),
        (
            InteractFillForm,
            {"fields": [{"value": 1}]},
            {"fields[0]": "selector or ref is required"},
        ),
        (
            InteractFillForm,
            {"fields": [{"ref": "e1", "value": 1, "slector": "a"}]},
            {"fields[0].slector": "is unknown; did you mean 'selector'?"},
        ),
        (
            Intercept,
            {"patterns": [{"urlPatern": "*"}]},
            {"patterns[0].urlPatern": "is unknown; did you mean 'urlPattern'?"},
        ),
        (
            InstanceNew,
            {"viewport": {"width": 800, "height": 600, "zoom": 1}},
            {"viewport.zoom": "is unknown; valid: width, height"},
        ),
        (
            ContentScreenshot,
            {"clip": {"x": -1, "y": 0, "width": 0, "height": 1}},
            {"clip.x": "must be at least 0", "clip.width": "must be more than 0"},
        ),
        (ContentScreenshot, {"clip": 7}, {"clip": "must be an object"}),
        (ContentScreenshot, {"fullPage": "maybe"}, {"fullPage": "must be true or false"}),
        (InstanceNew, {"label": "x" * 201}, {"label": "must have at most 200 characters"}),
        (SetHeaders, {"headers": {"a": 1}}, {"headers.a": "must be text"}),
        (SetHeaders, {"headers": 1}, {"headers": "must be an object"}),
        (
            Intercept,
            {"patterns": [{"action": "kill"}]},
            {"patterns[0].action": "must be 'block', 'fulfil' or 'continue'"},
        ),
        (
            TaskDraft,
            {"task_intention": "b", "commands": [{"tool_name": "sleep", "intention": "c"}]},
            {"task_name": "is required", "commands[0].args": "is required"},
        ),
        (TaskDraft, [], {"": "must be an object"}),
    ],
)
def test_a_field_is_told_what_it_must_be(
    model: type[BaseModel], given: Any, wanted: dict[str, str]
) -> None:
    assert told(model, given) == wanted


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("selectr", "is unknown; did you mean 'selector'?"),
        ("tab_id_", "is unknown; did you mean 'tabId'?"),
        ("click-count", "is unknown; did you mean 'clickCount'?"),
        ("css", "is unknown; did you mean 'selector'?"),
        ("script", None),
    ],
)
def test_an_unknown_name_is_answered_with_what_was_meant(name: str, says: str | None) -> None:
    answer = told(InteractClick, {"ref": "e1", name: 1})[name]
    valid = "tabId, timeout, selector, ref, frame, x, y, button, clickCount, modifiers"
    assert answer == (says or f"is unknown; valid: {valid}")


def test_the_python_spelling_of_a_name_is_taken_too() -> None:
    assert InteractClick.model_validate({"ref": "e1", "click_count": 2}).click_count == 2


def test_paths_start_where_the_caller_starts() -> None:
    assert told(InteractClick, {"x": 1}, root="args") == {
        "args": "selector, ref or both x and y is required"
    }
    assert list(told(InteractClick, {"ref": 1}, root="commands[1].args")) == [
        "commands[1].args.ref"
    ]


def test_a_sentence_has_its_subject_once() -> None:
    assert sentence("args.url", "is required") == "args.url is required"
    assert sentence("args", "selector or ref is required") == "selector or ref is required"


def test_a_limit_that_has_no_words_yet_is_told_in_pydantics() -> None:
    class Coded(BaseModel):
        code: Annotated[str, Field(pattern="^[a-z]+$")]

    assert told(Coded, {"code": "7"}) == {
        "code": "is not valid: String should match pattern '^[a-z]+$'"
    }
