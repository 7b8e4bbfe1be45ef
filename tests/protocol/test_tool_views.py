"""The tools as a language model sees them: small, flat, and honest about each action."""

import pytest

from tabyard_protocol.tools.browser_interact import BROWSER_INTERACT
from tabyard_protocol.tools.catalogue import TOOLS
from tabyard_protocol.tools.definition import Tool
from tabyard_protocol.tools.schema import describe, signature

CHARACTERS_PER_TOKEN = 3.5
"""Low on purpose: JSON costs more tokens than prose, at about 3.7 characters each."""


def test_all_tools_together_cost_less_than_5000_tokens() -> None:
    characters = sum(len(describe(tool).to_json()) for tool in TOOLS.values())
    assert characters / CHARACTERS_PER_TOKEN < 5_000


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_a_view_names_every_action_and_argument(tool: Tool) -> None:
    view = describe(tool)
    schema = view.input_schema
    assert view.name == tool.name
    assert "$ref" not in str(schema)
    assert "$defs" not in schema
    named = {a.name for a in tool.actions.values()} - {""}
    assert set(schema["properties"].get("action", {}).get("enum", ())) == named
    for action in tool.actions.values():
        fields = action.args.model_json_schema(mode="validation")["properties"]
        assert set(fields) <= set(schema["properties"])
        if action.name:
            assert f"{signature(action)}: {action.summary}" in view.description


def test_only_the_action_is_required_where_there_are_actions() -> None:
    required = {name: describe(tool).input_schema["required"] for name, tool in TOOLS.items()}
    assert required.pop("browser_execute") == ["expression"]
    assert required.pop("sleep") == ["duration"]
    assert all(names == ["action"] for names in required.values())


def test_a_signature_says_which_arguments_stand_for_each_other() -> None:
    signatures = {name: signature(action) for name, action in BROWSER_INTERACT.actions.items()}
    assert (
        signatures["click"] == "click(selector|ref|x,y, frame?, button?, clickCount?, modifiers?)"
    )
    assert signatures["select"] == "select(selector|ref, value|label|index, frame?)"
    assert signatures["fill_form"] == "fill_form(fields, frame?)"


def test_what_two_actions_call_by_one_name_is_merged() -> None:
    content = describe(TOOLS["browser_content"]).input_schema["properties"]
    assert content["format"] == {
        "enum": ["png", "jpeg", "webp", "html", "text", "markdown"],
        "description": "screenshot: default png; get: default html",
    }
    network = describe(TOOLS["browser_network"]).input_schema["properties"]
    assert network["headers"] == {"type": "object", "additionalProperties": {"type": "string"}}
    assert list(content)[-2:] == ["tabId", "timeout"]
