"""The generated TypeScript: tags are required, absence is `?`, names are unique."""

import re

import pytest

from tabyard_protocol import typescript
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.inventory import BODIES, UNIONS
from tabyard_protocol.model import WireModel
from tabyard_protocol.tools.catalogue import TOOLS


@pytest.fixture(scope="module")
def text() -> str:
    """The module, once."""
    return typescript.render()


def interface(text: str, name: str) -> str:
    """The body of one interface, comments left out."""
    found = re.search(rf"^export interface {name} \{{\n(.*?)^\}}", text, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return re.sub(r" */\*\*.*?\*/\n", "", found[1])


def test_everything_of_the_inventory_is_declared_once(text: str) -> None:
    names = [model.__name__ for union in UNIONS.values() for model in union.models]
    names += [body.model.__name__ for body in BODIES]
    for name in set(names):
        assert len(re.findall(rf"^export interface {name} ", text, re.MULTILINE)) == 1
    for name in UNIONS:
        assert len(re.findall(rf"^export type {name} =", text, re.MULTILINE)) == 1


def test_a_tag_is_required_and_absence_is_never_null(text: str) -> None:
    assert interface(text, "ToolCancel") == (
        '  readonly type: "tool_cancel";\n  readonly id: string;\n  readonly reason: string;\n'
    )
    assert "readonly taskId?: string;" in interface(text, "ToolCall")
    nullable = re.findall(r"(\w+)\??: [^;]*null", text)
    assert nullable == ["task", "value"]


def test_defaults_are_spelled_out_by_the_hub_and_may_be_left_out_by_others(text: str) -> None:
    assert "readonly console: boolean;" in interface(text, "Subscribe")
    assert "readonly outbox?: readonly Answered[];" in interface(text, "Hello")
    assert "readonly limit?: number;" in interface(text, "TaskListRequest")


def test_only_what_its_sender_shapes_has_open_keys(text: str) -> None:
    assert "[key: string]" not in text
    assert "any" not in re.findall(r": (\w+)", text)
    assert "readonly args: JsonObject;" in interface(text, "ToolCall")


def test_every_code_and_every_action_is_there(text: str) -> None:
    for code in ToolErrorCode:
        assert f'  {code.name}: "{code.value}",' in text
    for tool in TOOLS.values():
        for action in tool.actions.values():
            key = action.name or '""'
            types = f"readonly args: {action.args.__name__}; "
            assert f"    readonly {key}: {{ {types}readonly result: " in text


def test_two_types_of_one_name_are_refused() -> None:
    class ToolCall(WireModel):
        """Not the frame."""

        id: str

    with pytest.raises(typescript.NameTaken, match="two wire types are called ToolCall"):
        typescript.render(extra=(ToolCall,))
