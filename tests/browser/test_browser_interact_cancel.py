"""A cancel and a deadline stop what is under way in the page, not only the answer."""

import time
from typing import Any

import pytest
from tests.browser.driver import Failed, Hub, Page
from tests.browser.origins import Site

NOTHING = {"selector": "#never"}
WAITS: list[tuple[str, dict[str, Any]]] = [
    ("browser_interact", {"action": "click", **NOTHING}),
    ("browser_interact", {"action": "hover", **NOTHING}),
    ("browser_interact", {"action": "type", "text": "x", **NOTHING}),
    ("browser_interact", {"action": "select", "value": "x", **NOTHING}),
    ("browser_interact", {"action": "drag", "to": "#never2", **NOTHING}),
    ("browser_interact", {"action": "fill_form", "fields": [{**NOTHING, "value": "x"}]}),
    ("browser_interact", {"action": "scroll", **NOTHING}),
    ("browser_content", {"action": "get", **NOTHING}),
    ("browser_content", {"action": "attribute", "attribute": "id", **NOTHING}),
    ("browser_content", {"action": "screenshot", **NOTHING}),
    ("browser_content", {"action": "snapshot", **NOTHING}),
    ("browser_navigate", {"action": "wait", **NOTHING}),
    ("browser_navigate", {"action": "wait", "expression": "window.never"}),
    ("browser_execute", {"expression": "new Promise(() => 0)"}),
]
NAMES = [f"{tool} {args.get('action', '')}".rstrip() for tool, args in WAITS]


@pytest.fixture
def desk(page: Page, site: Site) -> Page:
    page.goto(site.url("desk.html"))
    return page


@pytest.mark.parametrize(("tool", "args"), WAITS, ids=NAMES)
@pytest.mark.proves("tools:cancel_stops_the_page")
def test_a_waiting_action_ends_with_its_deadline_and_leaves_the_page_usable(
    desk: Page, tool: str, args: dict[str, Any]
) -> None:
    before = time.monotonic()
    with pytest.raises(Failed) as failed:
        desk.run([(tool, {**args, "timeout": 400})])
    assert failed.value.code in {"ELEMENT_NOT_FOUND", "WAIT_TIMEOUT", "COMMAND_TIMEOUT"}
    assert time.monotonic() - before < 4
    assert desk.value("1 + 1") == 2


@pytest.mark.parametrize(("tool", "args"), WAITS, ids=NAMES)
@pytest.mark.proves("tools:cancel_stops_the_page")
def test_a_cancelled_action_acts_no_more(
    hub: Hub, desk: Page, tool: str, args: dict[str, Any]
) -> None:
    ended = hub.cancel_at_last_command(desk.start([(tool, args)]), after_s=0.1)
    assert ended["status"] == "cancelled"
    # What the action had waited for comes now, and nobody touches it.
    told = desk.value(
        "new Promise(done => { const seen = []; for (const id of ['never', 'never2']) {"
        "const field = Object.assign(document.createElement('input'), {id});"
        "for (const kind of ['focus', 'input', 'mousemove', 'mousedown', 'click'])"
        "field.addEventListener(kind, () => seen.push(kind)); document.body.prepend(field) }"
        "setTimeout(() => done([seen, never.value]), 300) })"
    )
    assert told == [[], ""]


@pytest.mark.proves("tools:cancel_stops_the_page")
def test_nothing_goes_on_typing_after_a_cancel(hub: Hub, desk: Page) -> None:
    typing = {"action": "type", "selector": "#notes", "text": "x" * 500, "delay": 20}
    ended = hub.cancel_at_last_command(desk.start([("browser_interact", typing)]))
    assert ended["status"] == "cancelled"
    count = "document.querySelector('#notes').value.length"
    typed = desk.value(count)
    assert 0 < typed < 500
    desk.run([("sleep", {"duration": 200})])
    assert desk.value(count) == typed


@pytest.mark.proves("tools:cancel_stops_the_page")
def test_nothing_goes_on_typing_after_a_deadline(desk: Page) -> None:
    with pytest.raises(Failed) as failed:
        desk.do("interact", "type", selector="#notes", text="x" * 500, delay=20, timeout=600)
    assert failed.value.code == "COMMAND_TIMEOUT"
    count = "document.querySelector('#notes').value.length"
    typed = desk.value(count)
    desk.run([("sleep", {"duration": 200})])
    assert desk.value(count) == typed


def test_a_navigation_is_cancelled(hub: Hub, desk: Page, site: Site) -> None:
    goto = ("browser_navigate", {"action": "goto", "url": f"{site.here}/never"})
    ended = hub.cancel_at_last_command(desk.start([goto]))
    assert ended["status"] == "cancelled"
    assert desk.value("document.title") == "Desk"
