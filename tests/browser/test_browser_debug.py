"""`browser_debug`: dialogs, console, performance, traces, downloads."""

import gzip
import hashlib
import json
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.browser.driver import Failed, Hub, Page
from tests.browser.origins import Site

ASK = "void setTimeout(() => { answer = %s }, 50)"


@pytest.fixture
def blank(page: Page, site: Site) -> Page:
    """On a page that shows next to nothing."""
    page.goto(site.add("<title>Blank</title><p>blank</p>"))
    return page


def opened(page: Page, script: str) -> None:
    """Opens a dialog behind the back of any command."""
    page.value(ASK % script)
    time.sleep(0.4)


@pytest.mark.parametrize(
    ("script", "kind", "told", "answer"),
    [
        ("alert('Hello')", "alert", {}, None),
        ("confirm('Sure?')", "confirm", {}, True),
        ("confirm('Sure?')", "confirm", {"dialogAction": "dismiss"}, False),
        ("prompt('Name?', 'Ada')", "prompt", {"promptText": "Grace"}, "Grace"),
        ("prompt('Name?', 'Ada')", "prompt", {"dialogAction": "dismiss"}, None),
    ],
)
def test_a_dialog_is_answered(
    blank: Page, script: str, kind: str, told: dict[str, str], answer: object
) -> None:
    opened(blank, script)
    with pytest.raises(Failed) as failure:
        blank.value("1")
    assert failure.value.code == "DIALOG_OPEN"
    handled = blank.do("debug", "dialog", **told)
    assert handled["handled"] is True
    assert handled["dialogType"] == kind
    assert handled["action"] == told.get("dialogAction", "accept")
    assert blank.value("typeof answer === 'undefined' ? null : answer") == answer


def test_without_a_dialog_there_is_nothing_to_answer(blank: Page) -> None:
    with pytest.raises(Failed) as failure:
        blank.do("debug", "dialog")
    assert failure.value.code == "NO_DIALOG"


@pytest.mark.parametrize(("policy", "answer"), [("accept", "Ada"), ("dismiss", None)])
def test_a_policy_answers_for_the_task(blank: Page, policy: str, answer: str | None) -> None:
    script = {"expression": "prompt('Name?', 'Ada')"}
    (asked,) = blank.run([("browser_execute", script)], dialogs=policy)
    assert asked["value"] == answer
    assert asked["dialog"]["type"] == "prompt"


def test_a_click_that_asks_says_so(page: Page, site: Site) -> None:
    page.goto(site.add("<button onclick=\"document.title = confirm('Sure?')\">Go</button>"))
    assert page.click("button")["dialog"] == {"type": "confirm", "message": "Sure?"}
    page.do("debug", "dialog")
    assert page.value("document.title") == "true"


def test_leaving_a_page_that_holds_on_asks_first(page: Page, site: Site) -> None:
    keep = "<button>Edit</button><script>onbeforeunload = e => e.preventDefault()</script>"
    url = site.add(keep)
    page.goto(url)
    page.click("button")
    there = site.add("<title>There</title>")
    left = page.do("navigate", "goto", url=there)
    assert left["dialog"]["type"] == "beforeunload"
    page.do("debug", "dialog", dialogAction="dismiss")
    assert page.value("location.href") == url
    page.do("navigate", "goto", url=there)
    page.do("debug", "dialog", dialogAction="accept")
    page.wait("document.title === 'There'")


def test_a_policy_lets_the_task_leave(page: Page, site: Site) -> None:
    page.goto(
        site.add("<button>Edit</button><script>onbeforeunload = e => e.preventDefault()</script>")
    )
    page.click("button")
    there = site.add("<title>There</title>")
    page.run([("browser_navigate", {"action": "goto", "url": there})], dialogs="accept")
    assert page.value("document.title") == "There"


def test_the_console_is_kept_with_levels_and_times(page: Page, site: Site) -> None:
    before = page.value("Date.now()")
    inner = site.add("<script>console.info('from inside')</script>", name="inner")
    page.goto(
        site.add(
            "<script>console.log('count %d of %s', 3, 'mugs', {a: [1], b: 'x'});"
            "console.warn('careful'); setTimeout(() => { throw new Error('boom') })</script>"
            f"<img src=/nothing.png><iframe src='{inner.replace(site.here, '{{other}}')}'></iframe>"
        ),
        waitUntil="networkidle",
    )
    logs = page.do("debug", "console")["logs"]
    after = page.value("Date.now()")
    assert all(before <= line["timestamp"] <= after + 1 for line in logs)
    told = {(line["level"], line["source"], line["text"].split("\n")[0]) for line in logs}
    assert ("log", "console", 'count 3 of mugs {a: Array(1), b: "x"}') in told
    assert ("warning", "console", "careful") in told
    assert ("error", "exception", "Uncaught Error: boom") in told
    assert ("info", "console", "from inside") in told
    assert any(level == "error" and source == "network" for level, source, _ in told)
    warnings = page.do("debug", "console", level="warning", clear=True)
    assert [line["text"] for line in warnings["logs"]] == ["careful"]
    assert warnings["count"] == 1
    assert page.do("debug", "console")["logs"] == []


def test_nothing_is_told_twice_when_the_debugger_comes_back(page: Page, site: Site) -> None:
    page.goto(
        site.add(
            "<script>console.log('first'); setTimeout(() => console.log('later'), 4800)</script>"
        )
    )
    time.sleep(6)  # Longer than an unused tab stays under control.
    logs = page.do("debug", "console")["logs"]
    assert [line["text"] for line in logs] == ["first", "later"]


def test_performance_has_metrics_and_the_pages_own_times(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p><img src=/nothing.png>"))
    told = page.do("debug", "performance")
    assert told["metrics"]["Nodes"] > 0
    assert "JSHeapUsedSize" in told["metrics"]
    again = page.do("debug", "performance")["metrics"]
    assert again.keys() == told["metrics"].keys()
    assert (
        0
        < told["timing"]["responseEnd"]
        <= told["timing"]["domContentLoaded"]
        <= told["timing"]["load"]
    )


def test_a_trace_becomes_an_artifact(hub: Hub, page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    assert page.do("debug", "trace_start") == {"tracing": True}
    with pytest.raises(Failed) as failure:
        page.do("debug", "trace_start")
    assert failure.value.code == "INVALID_ARGUMENTS"
    page.value("performance.mark('half-way')")
    stopped = page.do("debug", "trace_stop")
    assert stopped["tracing"] is False
    stored = hub.client.get(stopped["url"])
    assert stored.headers["content-type"] == "application/gzip"
    assert len(stored.content) == stopped["sizeBytes"]
    events = json.loads(gzip.decompress(stored.content))["traceEvents"]
    assert any(event["name"] == "half-way" for event in events)


def test_a_trace_that_does_not_run_can_not_be_ended(blank: Page) -> None:
    with pytest.raises(Failed) as failure:
        blank.do("debug", "trace_stop")
    assert failure.value.code == "INVALID_ARGUMENTS"


def test_a_download_lands_at_the_hub(hub: Hub, page: Page, site: Site) -> None:
    page.goto(site.add("<a href=/download>Prices</a>"))
    page.click("a")
    ended = page.do("debug", "download_wait", timeout=10_000)
    assert ended["filename"].startswith("prices")
    assert ended["state"] == "complete"
    assert ended["bytesReceived"] == ended["totalBytes"] == 7
    assert ended["progress"] == 100
    assert Path(ended["filepath"]).read_bytes() == b"mug;42\n"
    assert ended["sha256"] == hashlib.sha256(b"mug;42\n").hexdigest()
    stored = hub.client.get(f"/artifacts/{ended['artifactId']}")
    assert stored.content == b"mug;42\n"
    assert ended["filename"] in unquote(stored.headers["content-disposition"])
    listed = page.do("debug", "downloads", state="complete")["downloads"]
    assert ended["id"] in [row["id"] for row in listed]
    again = page.do("debug", "download_wait", downloadId=ended["id"])
    assert again["sha256"] == ended["sha256"]


def test_what_the_hub_keeps_can_be_uploaded_under_its_name(page: Page, site: Site) -> None:
    page.goto(site.add("<a href=/download>Prices</a><input type=file id=file multiple>"))
    page.click("a")
    ended = page.do("debug", "download_wait", timeout=10_000)
    files = [ended["artifactId"], page.do("content", "pdf")["artifactId"]]
    uploaded = page.do("interact", "upload", selector="#file", files=files)
    assert uploaded["uploaded"] == [ended["filename"], "127.0.0.1.pdf"]
    texts = "Promise.all([...document.querySelector('#file').files].map(file => file.text()))"
    prices, paper = page.value(texts)
    assert prices == "mug;42\n"
    assert paper.startswith("%PDF")


def test_an_artifact_that_is_not_there_can_not_be_uploaded(page: Page, site: Site) -> None:
    page.goto(site.add("<input type=file>"))
    with pytest.raises(Failed) as failure:
        page.do("interact", "upload", selector="input", files=["art_1_nothing"])
    assert failure.value.code == "FILE_NOT_FOUND"


def test_a_file_that_a_script_makes_is_a_download_too(page: Page, site: Site) -> None:
    page.goto(
        site.add(
            "<a download='notes ü.txt' id=a>Notes</a>"
            "<script>a.href = URL.createObjectURL(new Blob(['héllo']))</script>"
        )
    )
    page.click("a")
    ended = page.do("debug", "download_wait", timeout=10_000)
    assert ended["filename"].startswith("notes ü")
    assert ended["sha256"] == hashlib.sha256("héllo".encode()).hexdigest()


def test_a_name_that_no_file_may_have_is_cut(page: Page, site: Site) -> None:
    name = "年度報告書" * 40
    making = "a.href = URL.createObjectURL(new Blob(['long']))"
    page.goto(site.add(f"<a download='{name}.txt' id=a>Report</a><script>{making}</script>"))
    page.click("a")
    ended = page.do("debug", "download_wait", timeout=10_000)
    assert ended["sha256"] == hashlib.sha256(b"long").hexdigest()
    kept = ended["filename"].removesuffix(".txt")
    assert name.startswith(kept)
    assert len(kept) > 50


def test_several_downloads_at_once_are_all_there(page: Page, site: Site) -> None:
    taken_note_of(page)
    saving = "for (const n of [1, 2, 3]) { a.href = `/download?n=${n}`; a.click() }"
    page.goto(site.add(f"<button onclick='{saving}'>All</button><a id=a download>"))
    page.click("button")
    assert len({page.do("debug", "download_wait", timeout=10_000)["id"] for _ in range(3)}) == 3
    assert {asked.query for asked in site.seen("/download")} >= {"n=1", "n=2", "n=3"}


def taken_note_of(page: Page) -> None:
    """Waits for every download there is, so that the next wait is for one that is still to come."""
    for row in page.do("debug", "downloads")["downloads"]:
        with suppress(Failed):  # One that broke off is known by that, too.
            page.do("debug", "download_wait", downloadId=row["id"], timeout=10_000)


def test_no_download_is_a_timeout(blank: Page) -> None:
    taken_note_of(blank)
    with pytest.raises(Failed) as failure:
        blank.do("debug", "download_wait", timeout=500)
    assert failure.value.code == "DOWNLOAD_TIMEOUT"


def test_a_download_that_breaks_off_has_failed(page: Page, site: Site) -> None:
    page.goto(site.add("<a href='/download?missing=50'>Half</a>"))
    page.click("a")
    with pytest.raises(Failed) as failure:
        page.do("debug", "download_wait", timeout=15_000)
    assert failure.value.code == "DOWNLOAD_FAILED"
