"""For each action of the catalogue: commands that use it, and what must then have happened."""

import gzip
import hashlib
import json
import struct
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.browser.driver import Command, Hub, Result
from tests.browser.origins import Asked, Site

PHOTO: Final = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PLACE: Final = (
    "new Promise(done => navigator.geolocation.getCurrentPosition("
    "at => done([at.coords.latitude, at.coords.longitude]), error => done(error.message)))"
)


@dataclass(frozen=True, slots=True)
class Done:
    """What one command has answered."""

    facts: Result
    content: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the rows happen; `way` is in every address, so that the server can tell them apart."""

    hub: Hub
    site: Site
    way: str
    photo: Path
    made: dict[str, str] = field(default_factory=dict[str, str])
    """What earlier rows have made and later ones need."""

    @property
    def url(self) -> str:
        return self.site.url(f"every.html?{self.way}")

    def asked(self, path: str) -> Sequence[Asked]:
        """The requests for `path` that this way has caused."""
        return [one for one in self.site.seen(path) if one.query.startswith(self.way)]

    def artifact(self, done: Done) -> bytes:
        """The bytes behind a result, which must be those that it has announced."""
        answer = self.hub.client.get(done.facts["url"])
        assert answer.status_code == 200
        if "sha256" in done.facts:
            assert hashlib.sha256(answer.content).hexdigest() == done.facts["sha256"]
        return answer.content


@dataclass(frozen=True, slots=True)
class Row:
    """`proof` asserts the effect, from what the commands have answered and what stands outside."""

    commands: Callable[[Ground], Sequence[Command]]
    proof: Callable[[Ground, Sequence[Done]], None]


def act(tool: str, action: str, /, **args: Any) -> Command:
    return (f"browser_{tool}", {"action": action, **args})


def look(expression: str) -> Command:
    return ("browser_execute", {"expression": expression, "awaitPromise": True})


def then(look_at: str, expected: object, *commands: Command) -> Row:
    """After `commands`, the page says `expected` to `look_at`."""

    def proof(_ground: Ground, done: Sequence[Done]) -> None:
        assert done[-1].facts["value"] == expected

    return Row(lambda _: [*commands, look(look_at)], proof)


def answers(test: Callable[[Result], bool], *commands: Command) -> Row:
    """The last of `commands` answers what was true before."""

    def proof(_ground: Ground, done: Sequence[Done]) -> None:
        assert test(done[-1].facts), done[-1].facts

    return Row(lambda _: commands, proof)


def navigated() -> dict[str, Row]:
    def arrived(end: str, count: int) -> Callable[[Ground, Sequence[Done]], None]:
        def proof(ground: Ground, done: Sequence[Done]) -> None:
            assert done[-1].facts["status"] == 200
            here = [one.query for one in ground.asked("/every.html")]
            assert here.count(ground.way + end) == count

        return proof

    def is_at(end: str) -> Callable[[Ground, Sequence[Done]], None]:
        def proof(ground: Ground, done: Sequence[Done]) -> None:
            assert done[-1].facts["value"] == ground.way + end

        return proof

    def goto(end: str) -> Callable[[Ground], Command]:
        return lambda ground: act("navigate", "goto", url=ground.url + end)

    here = look("location.search.slice(1)")
    reload = act("navigate", "reload", ignoreCache=True)
    late = look("void setTimeout(() => { late.hidden = false }, 50)")
    return {
        "browser_navigate goto": Row(lambda ground: [goto("&1")(ground)], arrived("&1", 1)),
        "browser_navigate reload": Row(
            lambda ground: [goto("&2")(ground), reload], arrived("&2", 2)
        ),
        "browser_navigate back": Row(
            lambda ground: [goto("&3")(ground), act("navigate", "back"), here], is_at("&2")
        ),
        "browser_navigate forward": Row(lambda _: [act("navigate", "forward"), here], is_at("&3")),
        "browser_navigate wait": then(
            "`${late.checkVisibility()}`", "true", late, act("navigate", "wait", selector="#late")
        ),
    }


def tabs() -> dict[str, Row]:
    def opened(ground: Ground, done: Sequence[Done]) -> None:
        assert done[0].facts["tabId"] in {tab["id"] for tab in done[1].facts["tabs"]}
        assert len(ground.asked("/more")) == 1

    def closed(_ground: Ground, done: Sequence[Done]) -> None:
        assert done[0].facts["closedTabId"] not in {tab["id"] for tab in done[1].facts["tabs"]}
        assert done[2].facts["value"] == "Every action"

    def alone(ground: Ground, done: Sequence[Done]) -> None:
        left = {tab["id"]: tab["url"] for tab in done[1].facts["tabs"]}
        assert left[done[0].facts["remainingTabId"]] == ground.url + "&4"
        assert ground.url + "&3" not in left.values()

    def front(_ground: Ground, done: Sequence[Done]) -> None:
        assert done[-1].facts["activeTabId"] == done[0].facts["tabId"]

    def listed(ground: Ground, done: Sequence[Done]) -> None:
        assert ground.url + "&3" in {tab["url"] for tab in done[0].facts["tabs"]}

    everything = act("tab", "list")
    return {
        "browser_tab list": Row(lambda _: [everything], listed),
        "browser_tab new": Row(
            lambda ground: [
                act("tab", "new", url=ground.site.url(f"more?{ground.way}")),
                everything,
            ],
            opened,
        ),
        "browser_tab close": Row(
            lambda _: [act("tab", "close"), everything, look("document.title")], closed
        ),
        "browser_tab activate": Row(
            lambda ground: [
                act("tab", "new", url=ground.url + "&4"),
                act("tab", "activate"),
                everything,
            ],
            front,
        ),
        "browser_tab close_others": Row(lambda _: [act("tab", "close_others"), everything], alone),
    }


def first_pixel(png: bytes) -> tuple[int, ...]:
    """Of a PNG with three or four bytes for each; the first one is the same under every filter."""
    at, packed = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        packed += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    return tuple(zlib.decompress(packed)[1:4])


def read() -> dict[str, Row]:
    def pictured(ground: Ground, done: Sequence[Done]) -> None:
        png = ground.artifact(done[0])
        assert first_pixel(png) == (255, 0, 0)
        assert struct.unpack(">II", png[16:24]) == (40, 40)
        assert [part["type"] for part in done[0].content] == ["text", "image"]

    def printed(ground: Ground, done: Sequence[Done]) -> None:
        assert ground.artifact(done[0]).startswith(b"%PDF-")

    def seen(_ground: Ground, done: Sequence[Done]) -> None:
        (save,) = [one for one in done[0].facts["elements"] if one["id"] == "save"]
        assert save["interactive"] is True
        assert [save["rect"][side] for side in ("x", "y", "width", "height")] == done[1].facts[
            "value"
        ]

    box = "(({x, y, width, height}) => [x, y, width, height])(save.getBoundingClientRect())"
    return {
        "browser_content screenshot": Row(
            lambda _: [act("content", "screenshot", selector="#red")], pictured
        ),
        "browser_content pdf": Row(lambda _: [act("content", "pdf")], printed),
        "browser_content get": answers(
            lambda facts: facts["content"] == "# Blue mug",
            act("content", "get", format="markdown", selector="h1"),
        ),
        "browser_content query": answers(
            lambda facts: [one["id"] for one in facts["elements"]] == ["save", "ask"],
            act("content", "query", selector="button"),
        ),
        "browser_content attribute": answers(
            lambda facts: facts["value"] == "more about it",
            act("content", "attribute", selector="#more", attribute="title"),
        ),
        "browser_content get_viewport_dom": Row(
            lambda _: [act("content", "get_viewport_dom"), look(box)], seen
        ),
        "browser_content snapshot": answers(
            lambda facts: 'button "Save"' in facts["snapshot"], act("content", "snapshot")
        ),
    }


def acted() -> dict[str, Row]:
    def received(ground: Ground, _done: Sequence[Done]) -> None:
        assert [one.body for one in ground.asked("/uploaded")] == [PHOTO]

    last = "notes.at(-1)"
    form = [{"selector": "#price", "value": 42}, {"selector": "#terms", "value": True}]
    return {
        "browser_interact click": then(
            last, "saved true", act("interact", "click", selector="#save")
        ),
        "browser_interact move": then(last, "mouse 7,9 true", act("interact", "move", x=7, y=9)),
        "browser_interact hover": then(
            "[save.matches(':hover'), notes.includes('entered')]",
            [True, True],
            act("interact", "hover", selector="#save"),
        ),
        "browser_interact type": then(
            "document.querySelector('#name').value",
            "blue müg",
            act("interact", "type", selector="#name", text="blue müg", delay=0),
        ),
        "browser_interact press": then(
            "document.querySelector('#name').value",
            "",
            act("interact", "press", selector="#name", key="Control+a"),
            act("interact", "press", key="Delete"),
        ),
        "browser_interact scroll": then(
            "[scrollY, scrollTo(0, 0)][0]", 600, act("interact", "scroll", deltaY=600)
        ),
        "browser_interact select": then(
            "size.value", "l", act("interact", "select", selector="#size", label="Large")
        ),
        "browser_interact upload": Row(
            lambda ground: [
                act("interact", "upload", selector="#photo", files=[str(ground.photo)]),
                act("navigate", "wait", expression="notes.includes('uploaded')"),
            ],
            received,
        ),
        "browser_interact drag": then(
            last, "dropped card", act("interact", "drag", selector="#card", to="#bin")
        ),
        "browser_interact fill_form": then(
            "[price.value, terms.checked]", ["42", True], act("interact", "fill_form", fields=form)
        ),
        "browser_execute": Row(
            lambda _: [look("fetch('/executed' + location.search).then(() => 0)")],
            lambda ground, _: check(len(ground.asked("/executed")) == 1),
        ),
        "sleep": answers(
            lambda facts: facts["value"] >= 50,
            look("void (began = Date.now())"),
            ("sleep", {"duration": 60}),
            look("Date.now() - began"),
        ),
    }


def check(holds: object) -> None:
    assert holds


def networked() -> dict[str, Row]:
    def header(path: str, name: str, wanted: str | None) -> Callable[[Ground, Any], None]:
        return lambda ground, _: check(ground.asked(path)[-1].headers.get(name) == wanted)

    def cookies(ground: Ground, _done: Sequence[Done]) -> None:
        assert "theme=dark" in ground.asked("/baked")[-1].headers["Cookie"]

    def answered(ground: Ground, done: Sequence[Done]) -> None:
        assert done[1].facts["value"] == "42"
        assert not ground.asked("/price-tag")

    answer = {"urlPattern": "*/price-tag*", "action": "fulfil", "body": "42"}
    cookie = {"name": "theme", "value": "dark", "httpOnly": True}
    return {
        "browser_network set_cookie": Row(
            lambda _: [act("network", "set_cookie", **cookie), look("text('/baked')")], cookies
        ),
        "browser_network get_cookies": answers(
            lambda facts: ("theme", "dark") in {(c["name"], c["value"]) for c in facts["cookies"]},
            act("network", "get_cookies"),
        ),
        "browser_network clear_cookies": Row(
            lambda _: [act("network", "clear_cookies", name="theme"), look("text('/eaten')")],
            lambda ground, _: check(
                "theme=" not in ground.asked("/eaten")[-1].headers.get("Cookie", "")
            ),
        ),
        "browser_network set_headers": Row(
            lambda _: [
                act("network", "set_headers", headers={"X-Preview": "blue"}),
                look("text('/headed')"),
                act("network", "set_headers", headers={}),
            ],
            header("/headed", "X-Preview", "blue"),
        ),
        "browser_network intercept": Row(
            lambda _: [
                act("network", "intercept", patterns=[answer]),
                look("text('/price-tag')"),
                act("network", "intercept", enabled=False),
            ],
            answered,
        ),
        "browser_network set_storage": then(
            "localStorage.getItem('cart')",
            "[]",
            act("network", "set_storage", key="cart", value="[]"),
        ),
        "browser_network get_storage": answers(
            lambda facts: facts["value"] == "[]", act("network", "get_storage", key="cart")
        ),
        "browser_network clear_storage": then(
            "localStorage.length", 0, act("network", "clear_storage")
        ),
        "browser_network requests": answers(
            lambda facts: [row["method"] for row in facts["requests"]] == ["POST"],
            look("fetch('/listed', {method: 'POST'}).then(() => 0)"),
            act("network", "requests", urlPattern="*/listed"),
        ),
    }


def emulated() -> dict[str, Row]:
    def agent(ground: Ground, _done: Sequence[Done]) -> None:
        assert ground.asked("/agent")[-1].headers["User-Agent"] == "PriceWatch/1.0"

    def cut(ground: Ground, done: Sequence[Done]) -> None:
        assert done[1].facts["value"] == "failed"
        assert not ground.asked("/offline")

    timed = (
        "(async start => (await text('/slow-way'), performance.now() - start))(performance.now())"
    )
    return {
        "browser_emulate viewport": then(
            "[innerWidth, innerHeight, devicePixelRatio]",
            [500, 400, 2],
            act("emulate", "viewport", width=500, height=400, deviceScaleFactor=2),
        ),
        "browser_emulate device": then(
            "[screen.width, navigator.userAgent.includes('iPhone')]",
            [390, True],
            act("emulate", "device", device="iPhone 14"),
        ),
        "browser_emulate user_agent": Row(
            lambda _: [
                act("emulate", "user_agent", userAgent="PriceWatch/1.0"),
                look("text('/agent')"),
                act("emulate", "device", device="none"),
            ],
            agent,
        ),
        "browser_emulate geolocation": then(
            PLACE, [52.5, 13.25], act("emulate", "geolocation", latitude=52.5, longitude=13.25)
        ),
        "browser_emulate timezone": then(
            "new Date('2026-06-01T00:00Z').getHours()",
            12,
            act("emulate", "timezone", timezoneId="Pacific/Auckland"),
        ),
        "browser_emulate offline": Row(
            lambda _: [
                act("emulate", "offline", offline=True),
                look("text('/offline')"),
                act("emulate", "offline", offline=False),
            ],
            cut,
        ),
        "browser_emulate throttle": Row(
            lambda _: [
                act("emulate", "throttle", latency=200),
                look(timed),
                act("emulate", "throttle", preset="none"),
            ],
            lambda _, done: check(done[1].facts["value"] >= 190),
        ),
    }


def debugged() -> dict[str, Row]:
    def traced(ground: Ground, done: Sequence[Done]) -> None:
        stopped = next(one for one in done if one.facts.get("tracing") is False)
        events = json.loads(gzip.decompress(ground.artifact(stopped)))["traceEvents"]
        assert any(event["name"] == "half-way" for event in events)

    def loaded(ground: Ground, done: Sequence[Done]) -> None:
        assert ground.artifact(done[-1]) == b"mug;42\n"

    trace = [
        act("debug", "trace_start", categories=["blink.user_timing"]),
        look("void performance.mark('half-way')"),
        act("debug", "trace_stop"),
    ]
    return {
        "browser_debug dialog": then(
            "notes.at(-1)",
            "said Ada",
            act("interact", "click", selector="#ask"),
            act("debug", "dialog", promptText="Ada"),
        ),
        "browser_debug console": answers(
            lambda facts: [line["text"] for line in facts["logs"]] == ["careful"],
            look("void console.warn('careful')"),
            act("debug", "console", level="warning"),
        ),
        "browser_debug performance": answers(
            lambda facts: facts["metrics"]["Nodes"] > 10 and facts["timing"]["load"] > 0,
            act("debug", "performance"),
        ),
        "browser_debug trace_start": Row(lambda _: trace, traced),
        "browser_debug trace_stop": Row(lambda _: trace, traced),
        "browser_debug download_wait": Row(
            lambda _: [
                act("interact", "click", selector="#download"),
                act("debug", "download_wait", timeout=10_000),
            ],
            loaded,
        ),
        "browser_debug downloads": answers(
            lambda facts: facts["downloads"][0]["bytesReceived"] == 7,
            act("debug", "downloads", state="complete"),
        ),
    }


def launched() -> dict[str, Row]:
    """Browsers: the one that is opened here is closed by `CLOSING`, which has to know its id."""

    def opened(ground: Ground, _done: Sequence[Done]) -> None:
        assert len(ground.asked("/first-page")) == 1

    def listed(ground: Ground, done: Sequence[Done]) -> None:
        assert ground.hub.instance in {row["id"] for row in done[0].facts["instances"]}

    def closing(ground: Ground) -> list[Command]:
        # The browser is there as soon as it is connected, and asks for its page at about that time.
        for _ in range(200):
            if ground.asked("/first-page"):
                break
            time.sleep(0.05)
        close = act("instance", "close", instanceId=ground.made["instance"])
        return [close, act("instance", "list")]

    def closed(ground: Ground, done: Sequence[Done]) -> None:
        assert done[0].facts["success"] is True
        assert ground.made["instance"] not in {row["id"] for row in done[1].facts["instances"]}

    return {
        "browser_instance new": Row(
            lambda ground: [
                act(
                    "instance",
                    "new",
                    headless=True,
                    label=ground.way,
                    url=ground.site.url(f"first-page?{ground.way}"),
                )
            ],
            opened,
        ),
        "browser_instance list": Row(lambda _: [act("instance", "list")], listed),
        "browser_instance profiles": answers(
            lambda facts: isinstance(facts["profiles"], list), act("instance", "profiles")
        ),
        "browser_instance close": Row(
            closing,
            closed,
        ),
    }


ROWS: Final[Mapping[str, Row]] = {
    **navigated(),
    **tabs(),
    **read(),
    **acted(),
    **networked(),
    **debugged(),
    **emulated(),
    **launched(),
}
"""In the order in which they are run, one after the other in one tab."""

CLOSING: Final = "browser_instance close"
