"""A cancel while an action is half done: it ends, lets go of what it holds, and nothing follows."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.browser.driver import Command, Failed, Hub, Page
from tests.browser.origins import Site

pytestmark = pytest.mark.proves("tools:cancel_stops_the_page")

HEARD = """<script>heard = []; pressed = 0;
    for (const kind of ['mousemove', 'mousedown', 'mouseup', 'keydown', 'input', 'change', 'drop',
                        'dragstart', 'dragend', 'focusin', 'scroll'])
        addEventListener(kind, (event) => {
            if ('buttons' in event) pressed = event.buttons;
            heard.push(kind + (event.target.id ? ' ' + event.target.id : ''));
        }, true);
    for (const kind of ['mousedown', 'dragstart', 'input', 'keydown'])
        addEventListener(kind, () => navigator.sendBeacon(location.pathname + '/' + kind), true);
    busy = (ms) => { for (const end = performance.now() + ms; performance.now() < end;); }
</script>"""
CARDS = """<style>div { width: 80px; height: 80px; margin: 9px; background: #def }</style>
    <div id=card></div><div id=bin></div>"""
GONE = "<script>addEventListener('{}', () => bin.remove(), true)</script>"


def cancelled(
    hub: Hub, page: Page, command: Command, *, at: Callable[[], object] | None = None
) -> str:
    """Cancels the command once `at` holds, or soon; how its task ended. Nothing follows."""
    task = page.start([command])
    for event in hub.events(task):
        if event["type"] == "task_progress" and event["status"] == "running":
            until = time.monotonic() + (10 if at else 0.1)
            while time.monotonic() < until and not (at and at()):
                time.sleep(0.005)
            hub.client.post(f"/tasks/{task}/cancel")
    before = page.value("heard.length")
    page.run([("sleep", {"duration": 200})])
    assert page.value("heard.length") == before
    status: str = hub.task(task)["status"]
    return status


def heard(site: Site, url: str, kind: str) -> Callable[[], object]:
    """Whether the page at `url` has had such an event."""
    return lambda: site.seen(f"{url.removeprefix(site.here)}/{kind}")


def interact(action: str, **args: Any) -> Command:
    return ("browser_interact", {"action": action, **args})


DRAG = interact("drag", selector="#card", to="#bin")


def test_a_drag_lets_go_of_the_mouse(hub: Hub, page: Page, site: Site) -> None:
    url = site.add(CARDS + HEARD + GONE.format("mousedown"))
    page.goto(url)
    assert cancelled(hub, page, DRAG, at=heard(site, url, "mousedown")) == "cancelled"
    assert page.value("pressed") == 0
    assert page.value("heard").count("mouseup card") == 1
    page.do("interact", "move", x=40, y=40)
    assert page.value("pressed") == 0


def test_a_drag_of_data_is_dropped_nowhere(hub: Hub, page: Page, site: Site) -> None:
    take = "card.draggable = true; card.ondragstart = (e) => e.dataTransfer.setData('a', 'b');"
    drop = "ondragover = (event) => event.preventDefault()"
    url = site.add(CARDS + HEARD + f"<script>{take} {drop}</script>" + GONE.format("dragstart"))
    page.goto(url)
    assert cancelled(hub, page, DRAG, at=heard(site, url, "dragstart")) == "cancelled"
    assert not [one for one in page.value("heard") if one.startswith("drop")]
    page.goto(site.add(CARDS + HEARD + f"<script>{take} {drop}</script>"))
    page.run([DRAG])
    assert "drop bin" in page.value("heard")


def test_a_form_is_filled_no_further(hub: Hub, page: Page, site: Site) -> None:
    fields = "".join(f"<input id=f{n} oninput='busy(60)'>" for n in range(40))
    url = site.add(HEARD + fields)
    page.goto(url)
    values = [{"selector": f"#f{n}", "value": "x"} for n in range(40)]
    fill = interact("fill_form", fields=values)
    assert cancelled(hub, page, fill, at=heard(site, url, "input")) == "cancelled"
    filled = "[...document.querySelectorAll('input')].map(({value}) => value).join('')"
    assert 0 < len(page.value(filled)) < 40


def test_keys_that_a_slow_page_still_has_to_take_are_not_many(
    hub: Hub, page: Page, site: Site
) -> None:
    url = site.add(HEARD + "<input id=slow onkeydown='busy(20)'>")
    page.goto(url)
    fill = interact("type", selector="#slow", text="x" * 400, delay=0)
    assert cancelled(hub, page, fill, at=heard(site, url, "keydown")) == "cancelled"
    assert 0 < len(page.value("slow.value")) < 100


def test_an_option_that_comes_later_is_not_chosen(hub: Hub, page: Page, site: Site) -> None:
    page.goto(site.add(HEARD + "<select id=list><option>a</select>"))
    choose = interact("select", selector="#list", value="b")
    assert cancelled(hub, page, choose) == "cancelled"
    page.value("void list.add(new Option('b'))")
    page.run([("sleep", {"duration": 200})])
    assert page.value("list.value") == "a"


def test_a_field_that_comes_later_gets_no_file(
    hub: Hub, page: Page, site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    page.goto(site.add(HEARD))
    upload = interact("upload", selector="#pick", files=[str(file)])
    assert cancelled(hub, page, upload) == "cancelled"
    made = "Object.assign(document.createElement('input'), {type: 'file', id: 'pick'})"
    page.value(f"document.body.append({made})")
    page.run([("sleep", {"duration": 200})])
    assert page.value("pick.files.length") == 0


CONTENT = [
    ("browser_content", {"action": "screenshot", "fullPage": True}),
    ("browser_content", {"action": "pdf"}),
]


@pytest.mark.parametrize("command", CONTENT, ids=["screenshot", "pdf"])
def test_a_long_page_is_drawn_no_further(
    hub: Hub, page: Page, site: Site, command: Command
) -> None:
    rows = "".join(f"<p style='height:300px'>{n}</p>" for n in range(190))
    page.goto(site.add(HEARD + rows))
    before = page.value("[scrollY, innerWidth, innerHeight]")
    cancelled(hub, page, command)
    assert page.value("[scrollY, innerWidth, innerHeight]") == before
    page.goto(site.add(HEARD + "<p>short</p>"))
    page.run([command])


BUSY = "void setTimeout(() => busy(900), 20)"
"""The page answers nothing for a while."""
STATE = """[innerWidth, navigator.userAgent, navigator.onLine,
    new Intl.DateTimeFormat().resolvedOptions().timeZone]"""
SETTINGS: list[Command] = [
    ("browser_emulate", {"action": "viewport", "width": 333, "height": 444}),
    ("browser_emulate", {"action": "device", "device": "iPhone 14"}),
    ("browser_emulate", {"action": "timezone", "timezoneId": "Asia/Tokyo"}),
    ("browser_emulate", {"action": "offline", "offline": True}),
]


@pytest.mark.parametrize("command", SETTINGS, ids=lambda command: command[1]["action"])
def test_a_setting_is_made_or_not_but_not_by_half(
    hub: Hub, page: Page, site: Site, command: Command
) -> None:
    page.goto(site.add(HEARD))
    before = page.value(STATE)
    page.value(BUSY)
    page.run([("sleep", {"duration": 40})])
    assert cancelled(hub, page, command) == "cancelled"
    assert page.value(STATE) == before
    page.goto(site.add("<p>next</p>"))
    assert page.value(STATE) == before


def test_a_trace_that_was_not_begun_is_not_in_the_way(hub: Hub, page: Page, site: Site) -> None:
    page.goto(site.add(HEARD))
    trace = [("browser_debug", {"action": action}) for action in ("trace_start", "trace_stop")]
    for command in trace:
        cancelled(hub, page, command, at=lambda: True)
    with suppress(Failed):
        page.run(trace[1:])
    *_, stopped = page.run(trace)
    assert stopped["sizeBytes"] > 0
