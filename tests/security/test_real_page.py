"""A real Chromium on another origin tries every way in that pages have; the hub says who came."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, async_playwright
from tests.web.door import ServedDoor, serve_door, succeed, task_body

from tabyard.work.ports import TaskFilter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

PAGE: Final = Path(__file__).with_name("attacks.html").read_bytes()
ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"
FLAGS: Final = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP evil.test 127.0.0.1",
)  # fmt: skip
HARMLESS: Final = {"refused", "unreadable", "true", "false", "nothing"}
"""`unreadable`: sent, and the page learns nothing of the answer; the hub is asked what it did."""


@asynccontextmanager
async def evil_site() -> AsyncGenerator[int]:
    """Any path of it is the page; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def chromium_of(path: Path) -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        try:
            yield browser
        finally:
            await browser.close()


async def attack(page: Page, door: ServedDoor, host: str) -> dict[str, str]:
    outcomes: dict[str, str] = await page.evaluate(
        "([host, http, link]) => attack(host, http, link)", [host, door.http_port, door.link_port]
    )
    return outcomes


def sockets_before(door: ServedDoor) -> int:
    """Each accepted client socket takes the next number; so does this question."""
    return int(door.state.ids.session().removeprefix("sess_"))


async def expect_untouched(door: ServedDoor, browsers: list[str], before: int) -> None:
    """Nothing is stored, nobody joined, and no socket was ever accepted."""
    assert (await door.yard.store.tasks(TaskFilter())).total == 0
    assert [view.id for view in door.state.hub.registry.views()] == browsers
    assert not door.state.keys.records
    rows, _ = await door.state.audit.page(limit=1_000, offset=0)
    assert {row.action for row in rows} <= {"refused"}
    assert sockets_before(door) == before + 1


@pytest.mark.proves("security:no_page_gets_in")
@pytest.mark.blocking_allowed  # Playwright starts its driver, and a page is read from disk.
async def test_no_page_on_another_origin_gets_in(chromium: Path) -> None:
    async with serve_door() as door, evil_site() as port, chromium_of(chromium) as browser:
        mine = await door.yard.browser(handler=succeed)
        before = sockets_before(door)
        page = await browser.new_page()
        seen: dict[str, dict[str, str]] = {}
        for origin in (f"http://evil.test:{port}", f"http://127.0.0.1:{port}"):
            await page.goto(f"{origin}/")
            for host in ("127.0.0.1", "localhost", "evil.test"):
                seen[f"{origin} -> {host}"] = await attack(page, door, host)
        harmful = {
            f"{way}: {name}": outcome
            for way, outcomes in seen.items()
            for name, outcome in outcomes.items()
            if outcome not in HARMLESS
        }
        assert harmful == {}
        assert len(seen) == 6
        rows, total = await door.state.audit.page(limit=1_000, offset=0)
        assert total > 100
        codes = {row.outcome for row in rows}
        assert codes >= {"FORBIDDEN_ORIGIN", "UNKNOWN_HOST"}
        await expect_untouched(door, [mine.instance_id], before)
        # The door itself is open: a program of this machine gets in.
        assert (await door.http.post("/tasks", json=task_body())).status_code == 200


@pytest.mark.proves("security:no_page_gets_in")
@pytest.mark.blocking_allowed  # As above.
async def test_a_name_that_is_bound_anew_shows_nothing(chromium: Path) -> None:
    """The page's own origin is the hub's address by another name: no browser rule stops it."""
    async with serve_door() as door, chromium_of(chromium) as browser:
        before = sockets_before(door)
        page = await browser.new_page()
        for path in ("/", "/tasks", "/api/docs", "/ui/status.js"):
            answer = await page.goto(f"http://evil.test:{door.http_port}{path}")
            assert answer is not None
            assert answer.status == 421
        await expect_untouched(door, [], before)


SANDBOXED: Final = """
async ([http, link]) => {
  const told = new Promise((done) => addEventListener("message", (event) => done(event.data)));
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  frame.srcdoc = `<script>
    const posted = fetch("http://127.0.0.1:${http}/tasks", {
      method: "POST", body: "{}", headers: { "content-type": "application/json" },
    }).then((answer) => "read " + answer.status, () => "refused");
    const opened = new Promise((done) => {
      const socket = new WebSocket("ws://127.0.0.1:${link}/");
      socket.onopen = () => done("open");
      socket.onerror = () => done("refused");
    });
    Promise.all([posted, opened]).then((all) => parent.postMessage([origin, ...all], "*"));
  </` + "script>";
  document.body.append(frame);
  return told;
}
"""


@pytest.mark.blocking_allowed  # As above.
async def test_a_sandboxed_frame_whose_origin_is_null_gets_nowhere(chromium: Path) -> None:
    async with serve_door() as door, evil_site() as port, chromium_of(chromium) as browser:
        before = sockets_before(door)
        page = await browser.new_page()
        await page.goto(f"http://evil.test:{port}/")
        told: Any = await page.evaluate(SANDBOXED, [door.http_port, door.link_port])
        assert told == ["null", "refused", "refused"]
        await expect_untouched(door, [], before)
