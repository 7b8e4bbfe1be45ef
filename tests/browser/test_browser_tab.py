"""`browser_tab`, and which tabs belong to whom."""

from collections.abc import Iterator

import pytest
from tests.browser.driver import Failed, Hub, Page
from tests.browser.origins import Site


@pytest.fixture
def other(hub: Hub) -> Iterator[Page]:
    """Somebody else's session in the same browser; closes the tab that it works in."""
    other = Page(hub, "somebody else")
    yield other
    other.do("tab", "close")


def front_of(page: Page) -> int:
    """The tab that is in front; a person would look at it."""
    return page.do("tab", "list")["activeTabId"]


def own_tab(page: Page) -> int:
    """The tab that the session works in."""
    here = page.value("(history.replaceState(null, '', `#${Math.random()}`), location.href)")
    (own,) = [tab["id"] for tab in page.do("tab", "list")["tabs"] if tab["url"] == here]
    return own


@pytest.mark.proves("tools:background_tabs_draw")
def test_a_new_tab_is_opened_behind_the_one_in_front(page: Page, site: Site) -> None:
    before = front_of(page)
    opened = page.do("tab", "new", url=site.url("desk.html"))
    assert opened["title"] == "Desk"
    listed = page.do("tab", "list")
    assert listed["count"] == len(listed["tabs"])
    (row,) = [tab for tab in listed["tabs"] if tab["id"] == opened["tabId"]]
    assert (row["url"], row["active"]) == (site.url("desk.html"), False)
    assert front_of(page) == before
    assert page.value("document.title") == "Desk"


@pytest.mark.proves("tools:background_tabs_draw")
def test_a_tab_comes_to_the_front_only_when_it_is_told_to(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    page.click("#save")
    page.picture()
    first = own_tab(page)
    opened = page.do("tab", "new", url=site.url("drag.html"), activate=True)
    assert front_of(page) == opened["tabId"]
    assert page.do("tab", "activate", tabId=first) == {"success": True, "activeTabId": first}
    assert front_of(page) == first
    assert page.value("document.title") == "Desk"


def test_a_closed_tab_is_gone(page: Page, site: Site) -> None:
    opened = page.do("tab", "new", url=site.url("desk.html"))["tabId"]
    assert page.do("tab", "close", tabId=opened) == {"success": True, "closedTabId": opened}
    with pytest.raises(Failed) as failed:
        page.value("1", tabId=opened)
    assert failed.value.code == "TAB_GONE"


def test_a_page_that_wants_to_stay_is_closed_all_the_same(page: Page, site: Site) -> None:
    page.goto(site.add("<input id=a><script>onbeforeunload = e => e.preventDefault()</script>"))
    page.do("interact", "type", selector="#a", text="x", delay=0)
    here = own_tab(page)
    page.do("tab", "close", tabId=here, timeout=4000)
    assert here not in [tab["id"] for tab in page.do("tab", "list")["tabs"]]


def test_a_tab_that_closes_itself_ends_the_command_in_it(page: Page, site: Site) -> None:
    page.goto(site.add("<a id=a href='/desk.html' target=_blank rel=opener>Open</a>"))
    before = {tab["id"] for tab in page.do("tab", "list")["tabs"]}
    page.click("#a")
    page.run([("sleep", {"duration": 300})])
    (popup,) = [tab["id"] for tab in page.do("tab", "list")["tabs"] if tab["id"] not in before]
    with pytest.raises(Failed) as failed:
        page.value("new Promise(() => setTimeout(() => window.close(), 50))", tabId=popup)
    assert failed.value.code == "TAB_GONE"
    assert page.value("a.textContent") == "Open"


@pytest.mark.proves("tools:sessions_keep_to_their_tabs")
def test_tasks_of_one_session_share_a_tab_and_others_do_not(
    page: Page, other: Page, site: Site
) -> None:
    page.goto(site.url("desk.html"))
    other.goto(site.url("drag.html"))
    assert page.value("document.title") == "Desk"
    assert other.value("document.title") == "Drag"


def test_tabs_are_grouped_under_the_name_of_the_task(page: Page, site: Site) -> None:
    page.run([("browser_navigate", {"action": "goto", "url": site.url("desk.html")})])
    page.do("tab", "new", url=site.url("drag.html"))
    listed = page.do("tab", "list")["tabs"]
    titles = [tab["title"] for tab in listed]
    assert {"Desk", "Drag"} <= set(titles)


POPUP = "<title>Opener</title><a id=a href='/desk.html' target=_blank rel=opener>Open</a>"


@pytest.mark.parametrize("opener", ["link", "script"])
@pytest.mark.proves("tools:sessions_keep_to_their_tabs")
def test_a_popup_joins_the_task_which_stays_where_it_is(
    page: Page, site: Site, opener: str
) -> None:
    script = "<button id=a onclick=\"open('/desk.html', '', 'width=300,height=300')\">Open</button>"
    page.goto(site.add(POPUP if opener == "link" else f"<title>Opener</title>{script}"))
    before = {tab["id"] for tab in page.do("tab", "list")["tabs"]}
    page.click("#a")
    page.run([("sleep", {"duration": 500})])
    assert page.value("document.title") == "Opener"
    (popup,) = [tab for tab in page.do("tab", "list")["tabs"] if tab["id"] not in before]
    page.do("interact", "click", selector="#save", tabId=popup["id"])
    assert page.value("seen", tabId=popup["id"]) == ["saved"]
    page.do("tab", "activate", tabId=popup["id"])
    assert page.value("document.title") == "Desk"
    page.do("tab", "close", tabId=popup["id"])
    assert page.value("document.title") == "Opener"


WAYS = {
    "script": "<button id=a onclick=\"window.open('/desk.html')\">Open</button>",
    "written": "<button id=a onclick=\"window.open('').document.title = 'Desk'\">Open</button>",
    "without opener": "<a id=a href='/desk.html' target=_blank>Open</a>",
    "form": "<form action='/desk.html' target=_blank><button id=a>Open</button></form>",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.proves("tools:sessions_keep_to_their_tabs")
def test_the_popup_of_a_tab_behind_stays_behind_and_with_its_own_task(
    page: Page, other: Page, site: Site, way: str
) -> None:
    other.do("tab", "activate", tabId=other.do("tab", "new", url=site.url("drag.html"))["tabId"])
    in_front = front_of(page)
    page.goto(site.add(f"<title>Opener</title>{WAYS[way]}"))
    before = page.tabs()
    page.click("#a")
    popup = page.new_tab(before)
    page.do("navigate", "wait", tabId=popup, expression="document.title === 'Desk'")
    assert front_of(page) == in_front
    page.do("tab", "close")
    # The task goes on in the pop-up, which is now the newest of its tabs.
    assert page.value("document.title") == "Desk"


@pytest.mark.proves("tools:sessions_keep_to_their_tabs")
def test_the_others_are_closed_and_those_of_another_session_are_not(
    page: Page, other: Page, site: Site
) -> None:
    other.goto(site.url("cart.html"))
    elsewhere = {tab["id"] for tab in page.do("tab", "list")["tabs"]}
    page.goto(site.add("<script>onbeforeunload = e => e.preventDefault()</script><input id=a>"))
    page.do("interact", "type", selector="#a", text="x", delay=0)
    script = "open('/rows.html', '', 'width=300,height=300')"
    kept = page.do("tab", "new", url=site.add(f'<button onclick="{script}">Open</button>'))["tabId"]
    page.click("button")
    page.do("tab", "new", url=site.url("drag.html"))
    assert page.do("tab", "list")["count"] == len(elsewhere) + 4

    closed = page.do("tab", "close_others", keepTabId=kept)

    assert closed["remainingTabId"] == kept
    assert closed["closedCount"] == 3
    assert {tab["id"] for tab in page.do("tab", "list")["tabs"]} == {kept, *elsewhere}
    assert page.value("document.querySelector('button').textContent") == "Open"
    assert other.value("document.title") == "Cart"


def test_a_tab_that_does_not_exist_is_said_to_be_gone(page: Page) -> None:
    for action in ("close", "activate"):
        with pytest.raises(Failed) as failed:
            page.do("tab", action, tabId=999_999)
        assert failed.value.code == "TAB_GONE"


def test_the_tab_in_front_is_used_only_when_asked(page: Page, other: Page, site: Site) -> None:
    other.do("tab", "new", url=site.url("drag.html"), activate=True)
    page.goto(site.url("desk.html"))
    assert page.value("document.title") == "Desk"
    assert page.value("document.title", tabId="active") == "Drag"


LATE_FRAMES = (
    "new Promise(done => { let n = 0; const start = performance.now(); (function step() {"
    "const now = performance.now() - start; if (now > 400) n++;"
    # Only a page that looks otherwise each time has frames to be held up.
    "document.body.style.marginLeft = `${now % 50}px`;"
    "now > 700 ? done(n) : requestAnimationFrame(step) })() })"
)
"""Chromium lets a page that nobody sees draw for 0.3 s, and then once a second."""


@pytest.mark.proves("tools:background_tabs_draw")
@pytest.mark.parametrize("features", ["", "popup,width=300,height=200"])
def test_a_tab_goes_on_drawing_when_another_comes_before_it(
    page: Page, site: Site, features: str
) -> None:
    page.goto(site.url("desk.html"))
    first = own_tab(page)
    page.do("tab", "activate", tabId=first)
    if features:
        page.value(f"void open('about:blank', 'beside', '{features}')")
    else:
        page.do("tab", "new", activate=True)
    assert page.value(LATE_FRAMES, tabId=first) > 8


@pytest.mark.proves("tools:background_tabs_draw")
def test_a_background_tab_draws_and_times_as_one_in_front(page: Page, site: Site) -> None:
    page.do("tab", "new", url=site.url("desk.html"))
    assert page.value(LATE_FRAMES) > 8
    assert page.value("[document.visibilityState, document.hasFocus()]") == ["visible", True]
