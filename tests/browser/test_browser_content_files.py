"""`browser_content`: pages as PDF, and the elements that are in view."""

import hashlib
import json

import pytest
from tests.browser.driver import Failed, Hub, Page
from tests.browser.origins import Site
from websockets.sync.client import connect

THREE_PAGES = "<title>Paper</title>" + "<h1 style='break-after: page'>One</h1>" * 2 + "<p>Last</p>"


def test_a_page_is_printed_and_stored(hub: Hub, page: Page, site: Site) -> None:
    page.goto(site.add(THREE_PAGES))
    printed = page.do("content", "pdf", printBackground=True)
    assert printed["pageCount"] == 3
    stored = hub.client.get(printed["pdf"])
    assert stored.headers["content-type"] == "application/pdf"
    assert stored.content.startswith(b"%PDF")
    assert stored.content.rstrip().endswith(b"%%EOF")
    assert hashlib.sha256(stored.content).hexdigest() == printed["sha256"]
    assert printed["pdf"] == f"/artifacts/{printed['artifactId']}"


def test_it_is_printed_over_a_socket_and_by_a_single_call_as_well(
    hub: Hub, page: Page, site: Site
) -> None:
    url = site.add(THREE_PAGES)
    draft = {
        "type": "task_submit",
        "requestId": "r1",
        "task_name": "Print",
        "task_intention": "Have it on paper",
        "instanceId": hub.instance,
        "session": page.session,
        "commands": [
            {"tool_name": tool, "intention": tool, "args": args}
            for tool, args in (
                ("browser_navigate", {"action": "goto", "url": url}),
                ("browser_content", {"action": "pdf"}),
            )
        ],
    }
    with connect(hub.link_url) as socket:
        socket.send(json.dumps(draft))
        frames = iter(lambda: json.loads(socket.recv(timeout=20)), None)
        told = next(
            frame["result"]["structuredContent"]
            for frame in frames
            if frame["type"] == "task_progress"
            and frame["tool_name"] == "browser_content"
            and frame["status"] == "success"
        )
    tab = page.do("tab", "list")["tabs"][-1]["id"]
    wish = {"action": "pdf", "tabId": tab, "instanceId": hub.instance}
    once = hub.call("browser_content", wish)
    for printed in (told, once):
        assert printed["pageCount"] == 3
        assert hub.client.get(printed["pdf"]).content.startswith(b"%PDF")


def test_paper_has_the_size_and_direction_that_was_asked_for(
    hub: Hub, page: Page, site: Site
) -> None:
    page.goto(site.add("<p>here</p>"))
    printed = page.do("content", "pdf", landscape=True, paperWidth=5, paperHeight=7)
    assert b"/MediaBox [0 0 504 360]" in hub.client.get(printed["pdf"]).content


def test_a_pdf_may_be_larger_than_a_piece_of_it(hub: Hub, page: Page, site: Site) -> None:
    noise = (
        "<canvas width=1400 height=1400></canvas><script>c = document.querySelector('canvas');"
        "x = c.getContext('2d'); d = x.createImageData(1400, 1400);"
        "for (let i = 0; i < d.data.length; i++) d.data[i] = Math.random() * 256;"
        "x.putImageData(d, 0, 0)</script>"
    )
    page.goto(site.add(noise))
    printed = page.do("content", "pdf")
    stored = hub.client.get(printed["pdf"]).content
    assert len(stored) == printed["sizeBytes"] > 3_000_000
    assert hashlib.sha256(stored).hexdigest() == printed["sha256"]


def test_impossible_paper_is_refused(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    with pytest.raises(Failed) as failure:
        page.do("content", "pdf", paperWidth=0.01, paperHeight=0.01)
    assert failure.value.code == "INVALID_ARGUMENTS"


SCENE = """<body style="margin:0"><main id=shop class="a b"><h1>Mugs</h1>
<button name=buy>Buy <b>now</b></button><span style="visibility:hidden">secret</span>
<i style="display:block;width:2px;height:2px"></i><div id=host></div></main>
<p style="margin-top:3000px">far below</p>
<script>host.attachShadow({mode: 'open'}).innerHTML = '<a href="/x">inside</a>'</script>"""


def test_what_is_in_view_is_told(page: Page, site: Site) -> None:
    page.goto(site.add(SCENE))
    told = page.do("content", "get_viewport_dom")
    assert told["viewport"]["width"] == page.value("innerWidth")
    assert told["viewport"]["scrollY"] == 0
    assert told["elementCount"] == len(told["elements"])
    assert told["truncated"] is False
    rows = {row["tag"]: row for row in told["elements"]}
    assert rows["button"]["interactive"] is True
    assert rows["button"]["text"] == "Buy now"
    assert rows["button"]["ancestors"] == ["main#shop.a.b", "body"]
    assert rows["h1"]["interactive"] is False
    assert rows["h1"]["rect"]["width"] > 0
    assert rows["main"]["class"] == "a b"
    texts = [row["text"] for row in told["elements"]]
    assert "inside" in texts
    assert "secret" not in texts
    assert "far below" not in texts


def test_its_selectors_find_the_same_elements_again(page: Page, site: Site) -> None:
    page.goto(site.add(SCENE))
    for row in page.do("content", "get_viewport_dom")["elements"]:
        found = page.do("content", "query", selector=row["selector"])
        assert found["count"] == 1, row["selector"]
        assert found["elements"][0]["tagName"] == row["tag"]


def test_more_or_less_is_told_on_request(page: Page, site: Site) -> None:
    page.goto(site.add(SCENE))
    few = page.do("content", "get_viewport_dom", maxElements=2, domDepth=0)
    assert few["elementCount"] == 2
    assert few["truncated"] is True
    assert few["elements"][1]["ancestors"] == []
    hidden = page.do("content", "get_viewport_dom", includeHidden=True)["elements"]
    assert [row["visible"] for row in hidden if row["text"] == "secret"] == [False]
    large = page.do("content", "get_viewport_dom", minSize=10)["elements"]
    assert "i" not in {row["tag"] for row in large}
    page.value("scrollTo(0, document.body.scrollHeight)")
    below = page.do("content", "get_viewport_dom")["elements"]
    assert "far below" in {row["text"] for row in below}
    assert "button" not in {row["tag"] for row in below}
