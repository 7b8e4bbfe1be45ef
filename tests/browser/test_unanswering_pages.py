"""Pages that answer nobody, and how to get away from them."""

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

BUSY = "<title>Busy</title><button id=loop onclick='for(;;);'>Loop</button>"
HANGING = "<title>Hanging</title><script>for (;;);</script>"


@pytest.mark.proves("tools:silent_pages_can_be_left")
def test_a_page_that_never_stops_computing_is_named_and_left(page: Page, site: Site) -> None:
    page.goto(site.add(BUSY))
    with pytest.raises(Failed) as failed:
        page.click("#loop", timeout=3000)
    assert failed.value.code == "COMMAND_TIMEOUT"
    assert "does not answer" in failed.value.message
    assert failed.value.details["answers"] is False
    assert page.goto(site.url("desk.html"))["title"] == "Desk"
    page.click("#save")
    assert page.value("seen") == ["saved"]


@pytest.mark.proves("tools:silent_pages_can_be_left")
def test_a_popup_that_nobody_ever_got_an_answer_from_is_named_and_closed(
    page: Page, site: Site
) -> None:
    hanging = site.add(HANGING).replace(site.here, site.other)
    page.goto(site.add(f"<title>Opener</title><a id=a href={hanging} target=_blank>Open</a>"))
    before = page.tabs()
    page.click("#a")
    popup = page.new_tab(before)
    with pytest.raises(Failed) as failed:
        page.do("content", "snapshot", tabId=popup, timeout=2000)
    assert failed.value.code == "COMMAND_TIMEOUT"
    assert "does not answer" in failed.value.message
    assert page.do("tab", "close", tabId=popup)["closedTabId"] == popup
    assert popup not in page.tabs()
    assert page.value("document.title") == "Opener"
