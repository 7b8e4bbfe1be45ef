"""`browser_execute`: JavaScript of the caller, in whatever the page has made of its world."""

import time
from typing import Any

import pytest
from tests.browser.driver import Failed, Hub, Page
from tests.browser.origins import Site


@pytest.fixture
def desk(page: Page, site: Site) -> Page:
    page.goto(site.url("desk.html"))
    return page


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 1", 2),
        ("({a: [1, 'two', null, {b: true}]})", {"a": [1, "two", None, {"b": True}]}),
        ("{a: 1}", {"a": 1}),
        ("undefined", None),
        ("() => 5", 5),
        ("async () => { await 0; return document.title }", "Desk"),
        ("const a = 2; return a * 3", 6),
        ("await Promise.resolve('later')", "later"),
        ("Promise.resolve([1])", [1]),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("10n ** 20n", "100000000000000000000"),
        ("NaN", "NaN"),
        ("new Map([[1, 2]])", {}),
        ("document.querySelector('#save').getBoundingClientRect().toJSON().x >= 0", True),
        ("let x = 1; x", 1),
    ],
)
def test_an_expression_has_its_value(desk: Page, expression: str, value: Any) -> None:
    assert desk.value(expression) == value


def test_a_function_is_called_with_arguments(desk: Page) -> None:
    summed = desk.value("(a, b) => a.n + b", args=[{"n": 3}, 4])
    assert summed == 7


def test_a_promise_is_left_alone_when_it_is_not_to_be_awaited(desk: Page) -> None:
    run = ("browser_execute", {"expression": "new Promise(() => 0)", "awaitPromise": False})
    assert desk.run([run])[0]["value"] == {}


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("nothing.at.all", "nothing is not defined"),
        ("throw new RangeError('too far')", "too far"),
        ("Promise.reject(new Error('not today'))", "not today"),
        ("(", "SyntaxError"),
        ("throw 'a string'", "a string"),
        ("throw null", "null"),
    ],
)
def test_what_a_script_throws_is_told(desk: Page, expression: str, part: str) -> None:
    with pytest.raises(Failed) as failed:
        desk.value(expression)
    assert failed.value.code == "SCRIPT_ERROR"
    assert part in failed.value.message


@pytest.mark.parametrize(
    "expression",
    ["document.body", "Symbol('x')", "(() => { const a = {}; a.a = a; return a })()", "({n: 1n})"],
)
def test_what_json_can_not_say_is_refused(desk: Page, expression: str) -> None:
    with pytest.raises(Failed) as failed:
        desk.value(expression)
    assert failed.value.code == "NOT_SERIALIZABLE"


def test_a_large_value_arrives_whole(desk: Page) -> None:
    assert len(desk.value("'x'.repeat(2_000_000)")) == 2_000_000


def test_a_script_that_never_pauses_ends_with_its_deadline(desk: Page) -> None:
    before = time.monotonic()
    with pytest.raises(Failed) as failed:
        desk.value("(() => { for (;;); })()", timeout=700)
    assert failed.value.code == "COMMAND_TIMEOUT"
    assert time.monotonic() - before < 5
    assert desk.value("document.title") == "Desk"


def test_a_page_that_blocks_itself_is_answered_for_in_time(page: Page, site: Site) -> None:
    page.goto(
        site.add(
            "<title>Busy</title><button id=a onclick='for (const end = Date.now() + 2500;"
            " Date.now() < end;);document.title = 1'>Block</button>"
        )
    )
    page.value("void setTimeout(() => a.click(), 50)")
    with pytest.raises(Failed) as failed:
        page.run(
            [
                ("sleep", {"duration": 200}),
                ("browser_content", {"action": "get", "format": "text", "timeout": 600}),
            ]
        )
    assert failed.value.code == "COMMAND_TIMEOUT"
    assert page.value("document.title", timeout=8000) == "1"


def test_a_page_that_blocks_for_ever_can_be_left(desk: Page, site: Site) -> None:
    desk.value("void setTimeout(() => { for (;;); }, 50)")
    desk.run([("sleep", {"duration": 200})])
    with pytest.raises(Failed) as failed:
        desk.value("1", timeout=500)
    assert failed.value.code == "COMMAND_TIMEOUT"
    desk.goto(f"{site.other}/drag.html", timeout=10_000)
    assert desk.value("document.title") == "Drag"


def test_a_cancelled_script_stops(hub: Hub, page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    expression = (
        "(async () => { window.beats = 0; for (;;) { beats++;"
        " await new Promise(r => setTimeout(r, 10)) } })()"
    )
    ended = hub.cancel_at_last_command(
        page.start([("browser_execute", {"expression": expression})])
    )
    assert ended["status"] == "cancelled"


STRICT = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'nonce-x'; require-trusted-types-for 'script';"
        " trusted-types 'none'"
    )
}


@pytest.mark.proves("tools:pages_cannot_lie")
def test_strict_policies_of_a_page_do_not_bind_the_caller(page: Page, site: Site) -> None:
    page.goto(
        site.add(
            "<title>Strict</title><button id=a>A</button><input id=b><script nonce=x>"
            "a.onclick = () => { document.title = 'clicked' }</script>",
            headers=STRICT,
        )
    )
    page.click("#a")
    page.do("interact", "type", selector="#b", text="typed", delay=0)
    page.do("interact", "fill_form", fields=[{"selector": "#b", "value": "filled"}])
    assert page.value("[document.title, b.value]") == ["clicked", "filled"]
    assert page.value("const f = (x) => x * 2; return f(21)") == 42
    assert 'button "A"' in page.snapshot()
    page.do("navigate", "wait", expression="document.title === 'clicked'")
    assert "clicked" in page.do("content", "get", format="html")["content"]


@pytest.mark.proves("tools:pages_cannot_lie")
def test_a_page_that_patches_its_world_can_neither_lie_nor_crash(page: Page, site: Site) -> None:
    page.goto(site.url("hostile.html"))
    page.click("#real")
    page.do("interact", "type", selector="#field", text="honest", delay=0)
    queried = page.do("content", "query", selector="#real")
    assert queried["count"] == 1
    assert queried["elements"][0]["textContent"] == "Real"
    assert page.do("content", "get", format="text", selector="#real")["content"] == "Real"
    assert (
        page.do("content", "attribute", selector="#field", attribute="value")["value"] == "honest"
    )
    snapshot = page.snapshot()
    assert 'button "Real"' in snapshot
    assert "Lie" not in snapshot
    assert page.value("({a: [1, {b: 'two'}], when: new Date(0)})") == {
        "a": [1, {"b": "two"}],
        "when": "1970-01-01T00:00:00.000Z",
    }
    assert page.value("(a, b) => [a, b]", args=[1, 2]) == [1, 2]
    assert page.value("truth") == ["clicked true"]
    facts, _file = page.picture(selector="#real")
    assert facts["width"] > 10
