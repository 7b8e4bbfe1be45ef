"""The JSON Schema: what a well-behaved sender writes."""

import json

import pytest

from tabyard_protocol import schema
from tabyard_protocol.inventory import BODIES, UNIONS
from tabyard_protocol.model import JsonObject
from tabyard_protocol.tools.catalogue import TOOLS


@pytest.fixture(scope="module")
def definitions() -> dict[str, JsonObject]:
    """All definitions of each document."""
    return {name: document["$defs"] for name, document in schema.render().items()}


def test_every_union_body_and_tool_is_defined(definitions: dict[str, JsonObject]) -> None:
    assert {"HubFrame", "BrowserFrame"} <= set(definitions["link"])
    assert {"ClientRequest", "ClientAnswer", "HubEvent"} <= set(definitions["client"])
    assert {body.model.__name__ for body in BODIES} <= set(definitions["rest"])
    for tool in TOOLS.values():
        for action in tool.actions.values():
            assert {action.args.__name__, action.result.__name__} <= set(definitions["tools"])
    assert len(definitions["link"]["HubFrame"]["oneOf"]) == len(UNIONS["HubFrame"].models)


def test_a_reference_leads_somewhere(definitions: dict[str, JsonObject]) -> None:
    for name, defined in definitions.items():
        text = json.dumps(defined)
        wanted = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
        assert wanted <= set(defined), name
        assert not any(key.endswith(("-Input", "-Output")) for key in defined)


def test_a_tag_is_required_and_absence_is_not_null(definitions: dict[str, JsonObject]) -> None:
    call = definitions["link"]["ToolCall"]
    assert call["required"] == ["type", "id", "name", "args", "epoch", "deadlineMs"]
    assert call["properties"]["type"] == {"const": "tool_call", "type": "string"}
    assert call["properties"]["taskId"] == {"type": "string"}
    answer = definitions["client"]["TaskStatusResponse"]
    assert answer["required"] == ["type", "task"]


def test_a_field_may_be_called_title(definitions: dict[str, JsonObject]) -> None:
    row = definitions["tools"]["TabRow"]
    assert row["properties"]["title"] == {"type": "string"}
    assert "title" not in row
