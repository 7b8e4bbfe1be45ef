"""Dialogs never hang a command: they are told, or handled by policy."""

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

CLICK = ("browser_interact", {"action": "click", "selector": "#a"})
TITLE = ("browser_execute", {"expression": "document.title"})


@pytest.fixture
def asking(page: Page, site: Site) -> Page:
    page.goto(
        site.add(
            "<button id=a onclick=\"document.title = 'asked'; document.title = 'said ' + "
            "prompt('Your name?', 'Ada')\">Ask</button>"
            "<button id=b onclick=\"document.title = confirm('Sure?')\">Sure</button>"
            "<button id=c onclick=\"alert('Hello'); document.title = 'told'\">Tell</button>"
        )
    )
    return page


@pytest.mark.proves("tools:dialogs_never_hang")
def test_an_action_that_opens_a_dialog_says_so_at_once(asking: Page) -> None:
    clicked = asking.click("#a")
    assert clicked["clicked"] is True
    assert clicked["dialog"] == {"type": "prompt", "message": "Your name?"}
    handled = asking.do("debug", "dialog", dialogAction="accept", promptText="Grace")
    assert handled["handled"] is True
    assert asking.value("document.title") == "said Grace"


@pytest.mark.proves("tools:dialogs_never_hang")
def test_behind_an_open_dialog_nothing_is_done(asking: Page) -> None:
    asking.click("#c")
    for tool, args in [
        ("interact", {"action": "click", "selector": "#b"}),
        ("content", {"action": "snapshot"}),
        ("content", {"action": "screenshot"}),
        ("navigate", {"action": "reload"}),
    ]:
        with pytest.raises(Failed) as failed:
            asking.run([(f"browser_{tool}", args)])
        assert failed.value.code == "DIALOG_OPEN"
        assert failed.value.details["dialog"] == {"type": "alert", "message": "Hello"}
    asking.do("debug", "dialog", dialogAction="dismiss")
    assert asking.value("document.title") == "told"


@pytest.mark.parametrize(("policy", "title"), [("accept", "said Ada"), ("dismiss", "said null")])
@pytest.mark.proves("tools:dialogs_never_hang")
def test_the_policy_of_a_task_handles_dialogs(asking: Page, policy: str, title: str) -> None:
    results = asking.run([CLICK, TITLE], dialogs=policy)
    assert results[0]["dialog"] == {"type": "prompt", "message": "Your name?"}
    assert results[1]["value"] == title


def test_a_dialog_that_a_script_opens_ends_the_script_with_its_name(asking: Page) -> None:
    answer = asking.run([("browser_execute", {"expression": "confirm('From a script?')"})])
    assert answer[0]["dialog"] == {"type": "confirm", "message": "From a script?"}
    asking.do("debug", "dialog", dialogAction="accept")
    assert asking.value("1 + 1") == 2


def test_a_dialog_of_a_timer_is_met_by_the_next_command(asking: Page) -> None:
    asking.value("void setTimeout(() => alert('Later'), 50)")
    asking.run([("sleep", {"duration": 300})])
    with pytest.raises(Failed) as failed:
        asking.click("#b")
    assert failed.value.code == "DIALOG_OPEN"
    asking.do("debug", "dialog", dialogAction="accept")
    asking.click("#b", tabId=None)
    asking.do("debug", "dialog", dialogAction="accept")
    assert asking.value("document.title") == "true"


@pytest.fixture
def holding(page: Page, site: Site) -> Page:
    """A page that does not like to be left."""
    page.goto(site.add("<input id=a><script>onbeforeunload = e => e.preventDefault()</script>"))
    page.do("interact", "type", selector="#a", text="x", delay=0)
    return page


@pytest.mark.proves("tools:dialogs_never_hang")
def test_a_page_that_wants_to_stay_is_left_when_it_is_told_so(holding: Page, site: Site) -> None:
    went = holding.goto(site.url("desk.html"))
    assert went["dialog"]["type"] == "beforeunload"
    holding.do("debug", "dialog", dialogAction="accept")
    holding.do("navigate", "wait", expression="document.title === 'Desk'")
    assert holding.value("location.href") == site.url("desk.html")


def test_a_page_that_wants_to_stay_stays_when_it_is_told_so(holding: Page, site: Site) -> None:
    holding.goto(site.url("desk.html"))
    holding.do("debug", "dialog", dialogAction="dismiss")
    assert holding.value("a.value") == "x"


def test_the_policy_leaves_a_page_that_wants_to_stay(holding: Page, site: Site) -> None:
    goto = ("browser_navigate", {"action": "goto", "url": site.url("desk.html")})
    results = holding.run([goto, TITLE], dialogs="accept")
    assert results[1]["value"] == "Desk"


def test_the_policy_keeps_a_page_that_wants_to_stay(holding: Page, site: Site) -> None:
    goto = ("browser_navigate", {"action": "goto", "url": site.url("desk.html")})
    with pytest.raises(Failed) as failed:
        holding.run([goto], dialogs="dismiss")
    assert failed.value.code == "NAVIGATION_FAILED"
    assert holding.value("a.value") == "x"
