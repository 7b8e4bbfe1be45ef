"""`browser_navigate`: going to pages and waiting for what they do."""

import pytest
from tests.browser.driver import Failed, Hub, Page
from tests.browser.origins import Site


def test_a_page_is_opened_and_told(page: Page, site: Site) -> None:
    told = page.goto(site.url("desk.html"))
    assert told == {"success": True, "url": site.url("desk.html"), "title": "Desk", "status": 200}
    assert page.value("location.href") == site.url("desk.html")


@pytest.mark.parametrize("code", [404, 500, 418])
def test_a_page_that_says_no_is_still_an_answer(page: Page, site: Site, code: int) -> None:
    assert page.goto(f"{site.here}/status?code={code}")["status"] == code


def test_an_answer_without_content_is_an_answer(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    with pytest.raises(Failed) as failed:
        page.goto(f"{site.here}/empty")
    assert failed.value.code == "NAVIGATION_FAILED"
    assert page.value("document.title") == "Desk"


def test_a_redirect_is_followed(page: Page, site: Site) -> None:
    told = page.goto(f"{site.here}/redirect?to={site.other}/desk.html")
    assert told["url"] == f"{site.other}/desk.html"
    assert told["status"] == 200


def test_an_address_that_nobody_answers_fails(page: Page) -> None:
    with pytest.raises(Failed) as failed:
        page.goto("http://127.0.0.1:9/")
    assert failed.value.code == "NAVIGATION_FAILED"
    assert "ERR_" in failed.value.details["errorText"]


def test_an_address_that_is_a_download_says_so(page: Page, site: Site) -> None:
    with pytest.raises(Failed) as failed:
        page.goto(f"{site.here}/download")
    assert failed.value.code == "NAVIGATION_FAILED"
    assert failed.value.details["download"] is True


@pytest.mark.parametrize(
    "url",
    [
        "chrome://settings",
        "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/popup.html",
        "https://chromewebstore.google.com/",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "javascript:document.title='x'",
        "view-source:http://127.0.0.1/",
        "devtools://devtools/bundled/inspector.html",
    ],
)
def test_pages_that_are_not_a_tasks_business_are_refused(page: Page, url: str) -> None:
    with pytest.raises(Failed) as failed:
        page.goto(url)
    assert failed.value.code == "FORBIDDEN_URL"


def test_the_hub_itself_is_refused(page: Page, hub: Hub) -> None:
    with pytest.raises(Failed) as failed:
        page.goto(f"{hub.url}/instances")
    assert failed.value.code == "FORBIDDEN_URL"


def test_a_redirect_to_a_forbidden_page_does_not_stay_there(
    page: Page, hub: Hub, site: Site
) -> None:
    with pytest.raises(Failed) as failed:
        page.goto(f"{site.here}/redirect?to={hub.url}/instances")
    assert failed.value.code == "FORBIDDEN_URL"
    assert page.value("location.href") == "about:blank"


def test_history_goes_back_and_forward(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    page.goto(site.url("drag.html"))
    assert page.do("navigate", "back")["title"] == "Desk"
    assert page.value("document.title") == "Desk"
    assert page.do("navigate", "forward")["title"] == "Drag"
    assert page.value("document.title") == "Drag"


@pytest.mark.parametrize("way", ["back", "forward"])
def test_where_history_ends_it_says_so(page: Page, site: Site, way: str) -> None:
    page.goto(site.url("desk.html"))
    page.do("navigate", "back")
    page.do("navigate", "forward") if way == "forward" else None
    with pytest.raises(Failed) as failed:
        page.do("navigate", way)
    assert failed.value.code == "NO_HISTORY"


def test_steps_within_a_document_count_as_history(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    page.value("void history.pushState({}, '', '/virtual')")
    assert page.do("navigate", "back")["url"] == site.url("desk.html")
    assert page.do("navigate", "forward")["url"] == f"{site.here}/virtual"


def test_a_reload_runs_the_page_again(page: Page, site: Site) -> None:
    url = site.add("<script>sessionStorage.n = 1 + Number(sessionStorage.n ?? 0)</script>")
    page.goto(url)
    page.value("void (window.mark = 1)")
    assert page.do("navigate", "reload")["url"] == url
    page.do("navigate", "reload", ignoreCache=True)
    assert page.value("[sessionStorage.n, typeof mark]") == ["3", "undefined"]
    last = site.seen(url.removeprefix(site.here))[-1]
    assert last.headers.get("Cache-Control") == "no-cache"


def test_each_way_of_waiting_waits_for_its_own(page: Page, site: Site) -> None:
    url = site.add("<title>Slow</title><img src='/slow?ms=700&type=image/png'>")
    page.goto(url, waitUntil="domcontentloaded")
    assert page.value("document.readyState") == "interactive"
    page.goto(url, waitUntil="load")
    assert page.value("document.readyState") == "complete"


def test_waiting_for_a_quiet_network_sees_late_requests_through(page: Page, site: Site) -> None:
    url = site.add(
        "<script>onload = () => setTimeout(() => fetch('/slow?ms=300')"
        ".then(() => document.title = 'fetched'), 50)</script>"
    )
    page.goto(url, waitUntil="networkidle")
    assert page.value("document.title") == "fetched"


def test_a_page_that_never_loads_ends_with_its_deadline(page: Page, site: Site) -> None:
    with pytest.raises(Failed) as failed:
        page.goto(f"{site.here}/never", timeout=700)
    assert failed.value.code == "COMMAND_TIMEOUT"
    page.goto(site.url("desk.html"))
    assert page.value("document.title") == "Desk"


def test_an_image_that_never_comes_holds_up_load_but_not_the_rest(page: Page, site: Site) -> None:
    url = site.add("<title>Waits</title><img src='/never'>")
    with pytest.raises(Failed) as failed:
        page.goto(url, timeout=800)
    assert failed.value.code == "COMMAND_TIMEOUT"
    assert page.value("document.title") == "Waits"
    assert page.goto(url, waitUntil="domcontentloaded")["title"] == "Waits"


def test_a_script_that_goes_on_at_once_is_followed(page: Page, site: Site) -> None:
    url = site.add("<script>location.replace('/desk.html')</script>")
    assert page.goto(url)["url"] in {url, site.url("desk.html")}
    page.do("navigate", "wait", url="desk.html", timeout=3000)
    assert page.value("document.title") == "Desk"


@pytest.mark.parametrize(
    ("state", "before", "after"),
    [
        ("visible", "<p id=x hidden>x", "x.hidden = false"),
        ("hidden", "<p id=x>x", "x.hidden = true"),
        ("attached", "<p>", "document.body.innerHTML = '<i id=x>'"),
        ("detached", "<p id=x>x", "x.remove()"),
    ],
)
def test_an_element_is_waited_for_in_each_state(
    page: Page, site: Site, state: str, before: str, after: str
) -> None:
    page.goto(site.add(f"{before}<script>setTimeout(() => {{ {after} }}, 400)</script>"))
    waited = page.do("navigate", "wait", selector="#x", state=state)
    assert waited["success"] is True
    expected = {"visible": False, "hidden": True, "attached": False, "detached": None}[state]
    assert page.value("document.getElementById('x')?.hidden") == expected


def test_a_truth_is_waited_for_and_told(page: Page, site: Site) -> None:
    page.goto(site.add("<script>setTimeout(() => window.state = {done: 7}, 200)</script>"))
    assert page.do("navigate", "wait", expression="state.done")["value"] == 7


def test_an_address_is_waited_for(page: Page, site: Site) -> None:
    page.goto(site.add("<script>setTimeout(() => history.pushState({}, '', '/a/b'), 200)</script>"))
    assert page.do("navigate", "wait", url="*/a/*")["url"] == f"{site.here}/a/b"


def test_time_is_waited_for(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    assert page.do("navigate", "wait", timeout=150)["waited"] >= 100


@pytest.mark.parametrize(
    "wish", [{"selector": "#never"}, {"expression": "window.never"}, {"url": "never"}]
)
def test_what_does_not_happen_is_said_in_time(page: Page, site: Site, wish: dict[str, str]) -> None:
    page.goto(site.url("desk.html"))
    with pytest.raises(Failed) as failed:
        page.do("navigate", "wait", **wish, timeout=400)
    assert failed.value.code == "WAIT_TIMEOUT"
    assert "never" in failed.value.message


def test_what_is_no_script_is_not_waited_for(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    with pytest.raises(Failed) as failed:
        page.do("navigate", "wait", expression="document.title ===", timeout=10_000)
    assert failed.value.code == "SCRIPT_ERROR"
    assert failed.value.message == "SyntaxError: Unexpected end of input"


def test_a_thing_that_is_not_there_yet_is_waited_for(page: Page, site: Site) -> None:
    page.goto(site.add("<script>setTimeout(() => (shop = { open: 1 }), 200)</script>"))
    assert page.do("navigate", "wait", expression="shop.open")["value"] == 1
    with pytest.raises(Failed) as failed:
        page.do("navigate", "wait", expression="cart.full", timeout=1500)
    assert failed.value.code == "WAIT_TIMEOUT"
    assert "ReferenceError: cart is not defined" in failed.value.message


def test_a_reference_to_a_place_in_the_page_does_not_load_it_again(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    page.value("void (window.mark = 1)")
    page.goto(site.url("desk.html#far"))
    assert page.value("[location.hash, mark]") == ["#far", 1]


ORIGIN = "[location.href, self.origin, location.origin]"


@pytest.mark.proves("tools:blank_pages_have_no_rights")
def test_an_empty_page_has_nobodys_rights(page: Page, site: Site) -> None:
    nobody = ["about:blank", "null", "null"]
    assert page.value(ORIGIN) == nobody, "as it was opened"
    gone = page.goto("about:blank")
    assert (gone["url"], gone["status"]) == ("about:blank", None)
    assert page.value(ORIGIN) == nobody
    page.goto(site.url("desk.html"))
    assert page.goto("about:blank#top", waitUntil="networkidle")["url"] == "about:blank#top"
    assert page.value(ORIGIN) == ["about:blank#top", "null", "null"]
    assert page.do("navigate", "back")["title"] == "Desk"
    page.do("navigate", "forward")
    page.do("navigate", "reload")
    assert page.value("self.origin") == "null"
    fetched = f"fetch('{site.url('desk.html')}').then(() => 'read', () => 'refused')"
    assert page.value(fetched) == "refused"
    page.goto(site.url("desk.html"))
    assert page.value("document.title") == "Desk"


@pytest.mark.proves("tools:blank_pages_have_no_rights")
def test_a_tab_that_was_emptied_has_nobodys_rights(page: Page, site: Site) -> None:
    forbidden = "http://169.254.169.254/"
    page.goto(site.add(f"<button onclick=\"location = '{forbidden}'\">Go</button>"))
    with pytest.raises(Failed) as failed:
        page.click("button")
    assert failed.value.code == "FORBIDDEN_URL"
    assert page.value(ORIGIN) == ["about:blank", "null", "null"]


def test_a_page_that_the_browser_shows_by_itself_is_no_closed_tab(page: Page, site: Site) -> None:
    url = site.add("%PDF-1.4", headers={"Content-Type": "application/pdf"})
    assert page.goto(url)["url"] == url
    assert page.do("content", "screenshot")["width"] == 1280
    page.goto(site.add(f"<a href={url}>Paper</a>"))
    assert page.click("a")["clicked"] is True
    page.do("navigate", "wait", url=url)
    assert page.goto(site.url("desk.html"))["title"] == "Desk"


def test_a_drawing_is_a_page_like_others(page: Page, site: Site) -> None:
    link = "<a href='/desk.html'><text y='20'>To the desk</text></a>"
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg'>{link}</svg>"
    page.goto(site.add(drawing, headers={"Content-Type": "image/svg+xml"}))
    assert page.snapshot() == 'img > link "To the desk" [ref=e1]'
    for form in ("text", "markdown"):
        assert "To the desk" in page.do("content", "get", format=form)["content"]
    page.do("interact", "click", ref="e1")
    assert page.value("document.title") == "Desk"
