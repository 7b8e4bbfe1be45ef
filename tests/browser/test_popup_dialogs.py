"""Dialogs of pop-ups that no command has named yet."""

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

ASKING = """<title>Popup</title><script>
onload = () => setTimeout(() => { answer = confirm('Sure?') }, 300)
</script>"""
"""No command has named it yet. It does not ask with its first script, which on a busy machine runs
before the debugger is there; what it asked then would be the browser's own affair."""
WAYS = {
    "same process": "<button onclick=\"window.open('{url}')\">Open</button>",
    "own process": "<a href='{url}' target=_blank>Open</a>",
}
OPEN = ("browser_interact", {"action": "click", "selector": "button, a"})
TITLE = ("browser_execute", {"expression": "document.title"})
PAUSE = ("sleep", {"duration": 800})


def opener(page: Page, site: Site, way: str) -> Page:
    """A page that opens, at a click, a pop-up that asks something when it is loaded."""
    page.goto(site.add(f"<title>Opener</title>{WAYS[way].replace('{url}', site.add(ASKING))}"))
    return page


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("policy", ["accept", "dismiss"])
@pytest.mark.proves("tools:dialogs_of_popups_are_the_tasks")
def test_the_policy_of_a_task_handles_them(page: Page, site: Site, way: str, policy: str) -> None:
    opener(page, site, way)
    before = page.tabs()
    *_, seen = page.run([OPEN, PAUSE, TITLE], dialogs=policy)
    assert seen["value"] == "Opener"
    assert page.value("answer", tabId=page.new_tab(before)) is (policy == "accept")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.proves("tools:dialogs_of_popups_are_the_tasks")
def test_they_are_answered_under_the_tab_of_the_popup(page: Page, site: Site, way: str) -> None:
    opener(page, site, way)
    before = page.tabs()
    page.run([OPEN, PAUSE])
    popup = page.new_tab(before)
    with pytest.raises(Failed) as failed:
        page.value("document.title", tabId=popup)
    assert failed.value.code == "DIALOG_OPEN"
    handled = page.do("debug", "dialog", dialogAction="accept", tabId=popup)
    assert (handled["dialogType"], handled["message"]) == ("confirm", "Sure?")
    assert page.value("answer", tabId=popup) is True
    assert page.value("document.title") == "Opener"


@pytest.mark.proves("tools:dialogs_of_popups_are_the_tasks")
def test_an_opener_that_stands_still_with_its_popup_says_why(page: Page, site: Site) -> None:
    opener(page, site, "same process")
    before = page.tabs()
    page.run([OPEN, PAUSE])
    with pytest.raises(Failed) as failed:
        page.value("document.title", timeout=3000)
    popup = page.new_tab(before)
    assert failed.value.code == "DIALOG_OPEN"
    assert failed.value.details["dialog"] == {
        "type": "confirm",
        "message": "Sure?",
        "tabId": popup,
    }
    *_, seen = page.run([TITLE], dialogs="accept")
    assert seen["value"] == "Opener"
    assert page.value("answer", tabId=popup) is True


def test_a_command_ends_when_a_popup_holds_up_its_page(page: Page, site: Site) -> None:
    opener(page, site, "same process")
    before = page.tabs()
    script = "new Promise(() => document.querySelector('button').click())"
    (seen,) = page.run([("browser_execute", {"expression": script, "awaitPromise": True})])
    popup = page.new_tab(before)
    assert seen["dialog"] == {"type": "confirm", "message": "Sure?", "tabId": popup}
    page.do("debug", "dialog", tabId=popup)
