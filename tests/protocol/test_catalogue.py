"""From a caller's words to a call that will fit."""

from typing import Any

import pytest

from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.tools.aliases import ACTIONS, WIRE_NAMES
from tabyard_protocol.tools.catalogue import TOOLS, InvalidCall, find_action, resolve
from tabyard_protocol.tools.definition import MAX_TIMEOUT_MS, Action

ACTIONS_OF = {
    "browser_instance": "list new close profiles",
    "browser_tab": "list new close close_others activate",
    "browser_navigate": "goto reload back forward wait",
    "browser_content": "screenshot pdf get query attribute get_viewport_dom snapshot",
    "browser_interact": "click move hover type press scroll select upload drag fill_form",
    "browser_execute": "",
    "browser_network": "get_cookies set_cookie clear_cookies set_headers intercept get_storage "
    "set_storage clear_storage requests",
    "browser_emulate": "viewport user_agent geolocation timezone device offline throttle",
    "browser_debug": "dialog console performance trace_start trace_stop downloads download_wait",
    "sleep": "",
}
"""The promise to callers, written a second time on purpose: a tool or action may come, never go."""

EVERY_ACTION = [(tool.name, action) for tool in TOOLS.values() for action in tool.actions.values()]


def resolved(tool: str, **args: Any) -> dict[str, Any]:
    """The arguments that go to the browser."""
    call = resolve(tool, args)
    assert call is not None
    return {"tool": call.tool, **call.args}


def refusal(tool: str, **args: Any) -> InvalidCall:
    """Why the call can't be made."""
    with pytest.raises(InvalidCall) as caught:
        resolve(tool, args)
    return caught.value


def test_the_tools_and_actions_are_those_that_were_promised() -> None:
    listed = {name: " ".join(tool.actions) for name, tool in TOOLS.items()}
    assert listed == ACTIONS_OF


@pytest.mark.parametrize(("tool", "action"), EVERY_ACTION)
def test_the_example_of_an_action_is_a_valid_call(tool: str, action: Action) -> None:
    named = {"action": action.name} if action.name else {}
    call = resolve(tool, {**named, **action.example})
    assert call is not None
    assert call.action is action
    assert find_action(tool, call.args) is action
    assert call.args == {**named, **action.args.model_validate(action.example).to_object()}


@pytest.mark.parametrize(("wire_name", "target"), WIRE_NAMES.items())
def test_a_wire_name_of_the_origin_means_a_tool_and_an_action(
    wire_name: str, target: tuple[str, str]
) -> None:
    tool, name = target
    action = TOOLS[tool].actions[name]
    call = resolve(wire_name, action.example)
    assert call is not None
    assert (call.tool, call.action) == (tool, action)


@pytest.mark.parametrize(
    ("tool", "alias", "action"),
    [(tool, alias, target) for tool, row in ACTIONS.items() for alias, (target, _) in row.items()],
)
def test_another_name_of_an_action_means_the_same(tool: str, alias: str, action: str) -> None:
    call = resolve(tool, {"action": alias, **TOOLS[tool].actions[action].example})
    assert call is not None
    assert call.action is TOOLS[tool].actions[action]


def test_aliases_imply_their_arguments() -> None:
    assert resolved("browser_content", action="get_text") == {
        "tool": "browser_content",
        "action": "get",
        "format": "text",
    }
    assert resolved("browser_content", action="get_html", format="markdown")["format"] == "markdown"
    assert resolved("browser_interact", action="keyboard", key="Enter")["action"] == "press"
    assert resolved("browser_navigate", url="https://example.com")["action"] == "goto"


def test_a_script_is_the_body_of_a_function() -> None:
    call = resolved("browser_execute", action="execute", script="return 1 + 1")
    assert call == {"tool": "browser_execute", "expression": "(async () => { return 1 + 1\n})()"}
    assert resolved("browser_evaluate", expression="2")["expression"] == "2"


def test_a_request_is_fulfilled_in_either_spelling() -> None:
    patterns = [{"urlPattern": "*", "action": "fulfill", "body": "x"}, {"action": "block"}]
    call = resolved("browser_network", action="intercept", patterns=patterns)
    assert [one["action"] for one in call["patterns"]] == ["fulfil", "block"]
    assert patterns[0]["action"] == "fulfill"


@pytest.mark.parametrize("patterns", ["fulfill", ["fulfill"], [{"action": "fulfilled"}]])
def test_patterns_that_are_none_are_refused(patterns: object) -> None:
    error = refusal("browser_network", action="intercept", patterns=patterns)
    assert error.code is ToolErrorCode.INVALID_ARGUMENTS


@pytest.mark.parametrize(
    ("given", "deltas"),
    [
        ({"direction": "down"}, {"deltaY": 500}),
        ({"direction": "up", "amount": 120}, {"deltaY": -120}),
        ({"direction": "left", "amount": 10}, {"deltaX": -10}),
        ({"direction": "right", "amount": 10}, {"deltaX": 10}),
        ({"direction": "down", "deltaY": 7}, {"direction": "down", "deltaY": 7}),
    ],
)
def test_a_direction_is_a_delta(given: dict[str, Any], deltas: dict[str, Any]) -> None:
    assert resolved("browser_interact", action="scroll", **given) == {
        "tool": "browser_interact",
        "action": "scroll",
        **deltas,
    }


@pytest.mark.parametrize("amount", ["far", -1])
def test_an_amount_that_is_no_number_is_refused(amount: object) -> None:
    error = refusal("browser_interact", action="scroll", direction="down", amount=amount)
    assert error.code is ToolErrorCode.INVALID_ARGUMENTS


def test_the_origins_dialog_and_storage_keep_their_argument_names() -> None:
    assert resolved("browser_handle_dialog", action="dismiss")["dialogAction"] == "dismiss"
    stored = resolved("browser_get_local_storage", type="sessionStorage")
    assert stored["storageType"] == "sessionStorage"


def test_an_instance_in_the_arguments_is_ignored_but_where_it_is_the_subject() -> None:
    assert "instanceId" not in resolved("browser_tab", action="list", instanceId="inst_1_a")
    closed = resolved("browser_instance", action="close", instanceId="inst_1_a")
    assert closed["instanceId"] == "inst_1_a"


def test_the_deadline_is_the_callers_else_the_actions_own() -> None:
    waiting = resolve("browser_debug", {"action": "download_wait"})
    shorter = resolve("browser_debug", {"action": "download_wait", "timeout": 5})
    listing = resolve("browser_tab", {"action": "list"})
    assert (waiting and waiting.timeout_ms) == 300_000
    assert (shorter and shorter.timeout_ms) == 5
    assert listing is not None
    assert listing.timeout_ms is None
    assert refusal("sleep", duration=1, timeout=MAX_TIMEOUT_MS + 1).details == {
        "args.timeout": f"must be at most {MAX_TIMEOUT_MS}"
    }


def test_an_unknown_tool_is_told_the_valid_ones() -> None:
    error = refusal("browser_teleport")
    assert error.code is ToolErrorCode.UNKNOWN_TOOL
    assert str(error).startswith("Unknown tool 'browser_teleport'. Valid tools: browser_instance, ")
    assert resolve("my_tool", {"a": 1}, extra_tools=frozenset({"my_tool"})) is None
    assert find_action("my_tool", {}) is None


def test_an_unknown_action_is_told_the_valid_ones() -> None:
    assert str(refusal("browser_tab", action="opne")) == (
        "browser_tab has no action 'opne'. Valid actions: list, new, close, close_others, activate"
    )
    assert str(refusal("browser_tab")) == (
        "browser_tab needs an action: list, new, close, close_others, activate"
    )
    assert str(refusal("sleep", action="long", duration=1)) == (
        "sleep has no actions; leave out 'action' ('long')"
    )
    assert refusal("browser_tab", action=["list"]).code is ToolErrorCode.UNKNOWN_ACTION


@pytest.mark.parametrize(
    ("tool", "args", "says"),
    [
        ("browser_navigate", {"action": "goto"}, "browser_navigate goto: args.url is required"),
        (
            "browser_interact",
            {"action": "click"},
            "browser_interact click: selector, ref or both x and y is required",
        ),
        (
            "browser_interact",
            {"action": "click", "selectr": "a"},
            "browser_interact click: args.selectr is unknown; did you mean 'selector'?",
        ),
        (
            "browser_interact",
            {"action": "fill_form", "fields": [{"ref": "e1", "vlaue": 1}]},
            "browser_interact fill_form: args.fields[0].value is required",
        ),
        ("browser_execute", {}, "browser_execute: args.expression is required"),
    ],
)
def test_a_wrong_argument_is_named_by_its_path(tool: str, args: dict[str, Any], says: str) -> None:
    assert str(refusal(tool, **args)) == says


def test_every_read_is_retry_safe_unless_reading_it_changes_it() -> None:
    odd = [
        f"{tool} {action.name}"
        for tool, action in EVERY_ACTION
        if action.read_only and not action.retry_safe
    ]
    assert odd == ["browser_debug console"]
    assert not any(action.read_only and action.destructive for _, action in EVERY_ACTION)
