"""What is set for a tab holds in the pop-ups that it opens."""

from typing import Any

import pytest
from tests.browser.driver import Hub, Page, Result
from tests.browser.origins import Site

PLACE = """new Promise(done => navigator.geolocation.getCurrentPosition(
    at => done([at.coords.latitude, at.coords.longitude]), error => done(error.message)))"""
SHOWN = """[navigator.userAgent, new Date('2026-06-01T00:00Z').getHours(), innerWidth,
    navigator.maxTouchPoints > 0]"""
FIRST = f"""<meta name=viewport content='width=device-width'><script>
    first = {SHOWN}; place = {PLACE};
    sent = fetch('/sent?' + location.pathname).then(() => 0)
</script>"""
SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("browser_emulate", {"action": "viewport", "width": 390, "height": 844, "mobile": True}),
    ("browser_emulate", {"action": "user_agent", "userAgent": "PriceWatch/1.0"}),
    ("browser_emulate", {"action": "timezone", "timezoneId": "Pacific/Auckland"}),
    ("browser_emulate", {"action": "geolocation", "latitude": 52.5, "longitude": 13.25}),
    ("browser_network", {"action": "set_headers", "headers": {"X-Preview": "blue"}}),
    (
        "browser_network",
        {"action": "intercept", "patterns": [{"urlPattern": "*/ads/*", "action": "block"}]},
    ),
]
OPENERS = {
    "script": "<button id=open onclick=\"window.open('{url}')\">Open</button>",
    "window": "<button id=open onclick=\"window.open('{url}', '', 'popup')\">Open</button>",
    "link": "<a id=open href='{url}' target=_blank>Open</a>",
}


def tabs(page: Page) -> list[Result]:
    listed: list[Result] = page.do("tab", "list")["tabs"]
    return listed


def opened(page: Page) -> int:
    """The tab that a click on `#open` makes."""
    before = {tab["id"] for tab in tabs(page)}
    page.click("#open")
    for _attempt in range(50):
        new = [tab["id"] for tab in tabs(page) if tab["id"] not in before]
        if new:
            return new[0]
    raise AssertionError("no tab was opened")


@pytest.mark.parametrize("origin", ["here", "other"])
@pytest.mark.parametrize("how", OPENERS)
@pytest.mark.proves("tools:settings_hold_in_popups")
def test_settings_hold_in_a_popup(page: Page, site: Site, how: str, origin: str) -> None:
    path = site.add(FIRST, name="popup").removeprefix(site.here)
    page.goto(site.add(OPENERS[how].replace("{url}", f"{{{{{origin}}}}}{path}")))
    page.run(SETTINGS)
    popup = opened(page)
    page.wait("window.sent !== undefined", tabId=popup)
    assert page.value(SHOWN, tabId=popup) == ["PriceWatch/1.0", 12, 390, True]
    assert page.value(PLACE, tabId=popup) == [52.5, 13.25]
    blocked = "fetch('/ads/one').then(() => 'arrived', () => 'failed')"
    assert page.value(blocked, tabId=popup) == "failed"
    page.do("navigate", "reload", tabId=popup)
    asked = site.seen(path)[-1].headers
    assert (asked["User-Agent"], asked["X-Preview"]) == ("PriceWatch/1.0", "blue")
    assert page.value("first", tabId=popup) == ["PriceWatch/1.0", 12, 390, True]


@pytest.mark.parametrize("origin", ["here", "other"])
@pytest.mark.proves("tools:settings_hold_in_popups")
def test_a_link_leads_to_a_page_that_knows_nothing_else(
    page: Page, site: Site, origin: str
) -> None:
    # As late as the answers of many servers: quicker ones may be quicker than the debugger.
    path = site.add(FIRST, name="popup", delay_s=0.4).removeprefix(site.here)
    page.goto(site.add(OPENERS["link"].replace("{url}", f"{{{{{origin}}}}}{path}")))
    page.run(SETTINGS)
    popup = opened(page)
    page.wait("window.sent !== undefined", tabId=popup)
    assert page.value("first", tabId=popup) == ["PriceWatch/1.0", 12, 390, True]
    assert page.value("place", tabId=popup) == [52.5, 13.25]
    page.value("sent", tabId=popup)
    (sent,) = [one for one in site.seen("/sent") if one.query == path]
    assert (sent.headers["User-Agent"], sent.headers["X-Preview"]) == ("PriceWatch/1.0", "blue")


def test_a_popup_of_a_tab_without_settings_is_left_alone(page: Page, site: Site) -> None:
    url = site.add(FIRST, name="popup")
    page.goto(site.add(OPENERS["link"].replace("{url}", url)))
    popup = opened(page)
    page.wait("window.sent !== undefined", tabId=popup)
    assert "Chrome" in page.value("first[0]", tabId=popup)
    page.do("emulate", "user_agent", userAgent="Own/1.0", tabId=popup)
    assert "Own" not in page.value("navigator.userAgent")


@pytest.mark.parametrize("opened_as", ["/desk.html", "about:blank", ""])
@pytest.mark.proves("tools:sessions_keep_to_their_tabs")
def test_a_popup_joins_the_session_that_opened_it_though_another_is_in_front(
    page: Page, hub: Hub, site: Site, opened_as: str
) -> None:
    other = Page(hub, "in front")
    front = other.do("tab", "new", url=site.add("<title>In front</title>"), activate=True)["tabId"]
    other.do("emulate", "user_agent", userAgent="Other/1.0")
    script = f"window.open('{opened_as}', '', 'popup')"
    page.goto(site.add(f'<title>Opener</title><button id=open onclick="{script}">Open</button>'))
    popup = opened(page)
    page.run([("sleep", {"duration": 700})])
    assert page.value("navigator.userAgent", tabId=popup) != "Other/1.0"
    assert other.do("tab", "close_others", keepTabId=front)["closedCount"] == 0
    assert popup in {tab["id"] for tab in tabs(page)}
