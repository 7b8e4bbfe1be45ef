"""Other spellings that callers use, rewritten to the catalogue's own before anything is checked."""

from collections.abc import Mapping
from typing import Any, Final, cast

from tabyard_protocol.model import JsonObject

__all__ = ["WIRE_NAMES", "canonical"]

WIRE_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "browser_instance_list": ("browser_instance", "list"),
    "browser_instance_new": ("browser_instance", "new"),
    "browser_instance_close": ("browser_instance", "close"),
    "browser_profile_list": ("browser_instance", "profiles"),
    "browser_tab_list": ("browser_tab", "list"),
    "browser_tab_new": ("browser_tab", "new"),
    "browser_tab_close": ("browser_tab", "close"),
    "browser_tab_close_others": ("browser_tab", "close_others"),
    "browser_tab_activate": ("browser_tab", "activate"),
    "browser_reload": ("browser_navigate", "reload"),
    "browser_go_back": ("browser_navigate", "back"),
    "browser_go_forward": ("browser_navigate", "forward"),
    "browser_wait_for": ("browser_navigate", "wait"),
    "browser_screenshot": ("browser_content", "screenshot"),
    "browser_pdf": ("browser_content", "pdf"),
    "browser_get_content": ("browser_content", "get"),
    "browser_query_selector": ("browser_content", "query"),
    "browser_get_attribute": ("browser_content", "attribute"),
    "browser_mouse_click": ("browser_interact", "click"),
    "browser_mouse_move": ("browser_interact", "move"),
    "browser_type": ("browser_interact", "type"),
    "browser_keyboard_press": ("browser_interact", "press"),
    "browser_mouse_scroll": ("browser_interact", "scroll"),
    "browser_hover": ("browser_interact", "hover"),
    "browser_select": ("browser_interact", "select"),
    "browser_upload_file": ("browser_interact", "upload"),
    "browser_evaluate": ("browser_execute", ""),
    "browser_get_cookies": ("browser_network", "get_cookies"),
    "browser_set_cookie": ("browser_network", "set_cookie"),
    "browser_clear_cookies": ("browser_network", "clear_cookies"),
    "browser_set_headers": ("browser_network", "set_headers"),
    "browser_intercept_requests": ("browser_network", "intercept"),
    "browser_get_local_storage": ("browser_network", "get_storage"),
    "browser_set_local_storage": ("browser_network", "set_storage"),
    "browser_clear_storage": ("browser_network", "clear_storage"),
    "browser_set_viewport": ("browser_emulate", "viewport"),
    "browser_set_user_agent": ("browser_emulate", "user_agent"),
    "browser_set_geolocation": ("browser_emulate", "geolocation"),
    "browser_set_timezone": ("browser_emulate", "timezone"),
    "browser_emulate_device": ("browser_emulate", "device"),
    "browser_set_offline": ("browser_emulate", "offline"),
    "browser_throttle_network": ("browser_emulate", "throttle"),
    "browser_handle_dialog": ("browser_debug", "dialog"),
    "browser_get_console_logs": ("browser_debug", "console"),
    "browser_get_performance_metrics": ("browser_debug", "performance"),
    "browser_start_tracing": ("browser_debug", "trace_start"),
    "browser_stop_tracing": ("browser_debug", "trace_stop"),
    "browser_download_list": ("browser_debug", "downloads"),
    "browser_download_wait": ("browser_debug", "download_wait"),
}
"""Tool names of the origin's own link, accepted as tool names."""

ACTIONS: Final[Mapping[str, Mapping[str, tuple[str, JsonObject]]]] = {
    "browser_navigate": {
        "navigate": ("goto", {}),
        "wait_for": ("wait", {}),
    },
    "browser_interact": {
        "keyboard": ("press", {}),
        "mouse_move": ("move", {}),
    },
    "browser_content": {
        "get_text": ("get", {"format": "text"}),
        "get_html": ("get", {"format": "html"}),
        "get_markdown": ("get", {"format": "markdown"}),
    },
    "browser_execute": {
        "evaluate": ("", {}),
        "execute": ("", {}),
        "run": ("", {}),
    },
}
"""Other names of actions, with the arguments that they imply."""

SCROLL_STEP_PX: Final = 500
"""How far `scroll {direction}` goes without an `amount`."""


def canonical(tool: str, args: Mapping[str, Any]) -> tuple[str, JsonObject]:
    """The catalogue's tool name and the arguments, `action` included, for any accepted spelling.

    Names that nobody knows come back as they are: refusing them is the catalogue's business.
    """
    tool, rewritten = _from_wire_name(tool, dict(args))
    if tool == "browser_navigate" and "action" not in rewritten and "url" in rewritten:
        rewritten["action"] = "goto"
    alias = ACTIONS.get(tool, {}).get(str(rewritten.get("action", "")))
    if alias is not None:
        action, implied = alias
        rewritten = {**implied, **rewritten, "action": action}
    if tool == "browser_execute":
        rewritten = _execute(rewritten)
    if tool == "browser_interact" and rewritten.get("action") == "scroll":
        rewritten = _scroll(rewritten)
    if tool == "browser_network" and rewritten.get("action") == "intercept":
        rewritten = _intercept(rewritten)
    return tool, rewritten


def _from_wire_name(tool: str, args: JsonObject) -> tuple[str, JsonObject]:
    """The origin's `browser_handle_dialog {action}` as `browser_debug {action, dialogAction}`."""
    if tool not in WIRE_NAMES:
        return tool, args
    name, action = WIRE_NAMES[tool]
    if name == "browser_network" and "type" in args:
        args.setdefault("storageType", args.pop("type"))
    if action == "dialog" and "action" in args:
        args.setdefault("dialogAction", args.pop("action"))
    return name, {**args, "action": action}


def _execute(args: JsonObject) -> JsonObject:
    """`{script: "return …"}` is a function body; `expression` is one already."""
    if "script" in args and "expression" not in args:
        args = dict(args)
        script = str(args.pop("script"))
        args["expression"] = f"(async () => {{ {script}\n}})()"
    return args


def _scroll(args: JsonObject) -> JsonObject:
    """`{direction, amount}` as deltas, unless deltas are given."""
    direction = args.get("direction")
    if direction not in ("up", "down", "left", "right") or "deltaX" in args or "deltaY" in args:
        return args
    amount = args.get("amount", SCROLL_STEP_PX)
    if not isinstance(amount, int | float) or amount < 0:
        return args
    args = {name: value for name, value in args.items() if name not in ("direction", "amount")}
    sign = -1 if direction in ("up", "left") else 1
    args["deltaX" if direction in ("left", "right") else "deltaY"] = sign * amount
    return args


def _intercept(args: JsonObject) -> JsonObject:
    """`fulfill` is `fulfil`; what is no list of objects is left to be refused."""
    patterns = args.get("patterns")
    if not isinstance(patterns, list):
        return args
    return {**args, "patterns": [_spelled(one) for one in cast("list[object]", patterns)]}


def _spelled(pattern: object) -> object:
    if not isinstance(pattern, dict):
        return pattern
    known = cast("JsonObject", pattern)
    return {**known, "action": "fulfil"} if known.get("action") == "fulfill" else known
