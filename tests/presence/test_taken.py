"""What a person or Chrome does to a task's tab is said, and the next command finds its way."""

import pytest
from tests.browser.origins import Site
from tests.presence.home import Home, script

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANCEL = """async url => {
    const [{id: tabId}] = await chrome.tabs.query({url});
    await chrome.debugger.detach({tabId});
    // Chrome tells this only of its bar, which no test can press.
    chrome.debugger.onDetach.dispatch({tabId}, "canceled_by_user");
}"""


async def test_a_tab_that_a_person_closes_ends_its_task_at_once(home: Home, site: Site) -> None:
    task = await home.waiting(site)
    await (await home.task_page()).close()
    code, message = await home.failure(task)
    assert code == "TAB_GONE"
    assert "was closed while the command worked in it" in message
    assert await home.value("location.href") == "about:blank"


async def test_a_tab_that_is_closed_between_commands_fails_the_next_one(
    home: Home, site: Site
) -> None:
    task = await home.submit(
        ("browser_navigate", {"action": "goto", "url": site.add("<title>Between</title>")}),
        ("sleep", {"duration": 1000}),
        script("6 * 7"),
    )
    await home.until_command(task, 1)
    await (await home.titled("Between")).close()
    code, message = await home.failure(task)
    assert code == "TAB_GONE"
    assert "was closed in the browser" in message
    assert await home.value("location.href") == "about:blank"


async def test_a_window_that_is_closed_takes_the_task_along_and_the_next_one_finds_another(
    home: Home, site: Site
) -> None:
    await home.in_worker("() => chrome.windows.create({url: 'about:blank'})")
    task = await home.waiting(site)
    await home.in_worker(
        "async url => chrome.windows.remove((await chrome.tabs.query({url}))[0].windowId)",
        home.page,
    )
    assert (await home.failure(task))[0] == "TAB_GONE"
    assert await home.value("location.href") == "about:blank"


@pytest.mark.proves("tools:debugging_that_ends_is_said")
async def test_debugging_that_a_person_ends_is_said_and_begins_again_with_the_next_command(
    home: Home, site: Site
) -> None:
    task = await home.waiting(site)
    await home.in_worker(CANCEL, home.page)
    code, message = await home.failure(task)
    assert code == "DEBUGGER_DETACHED"
    assert "ask them before you go on" in message
    assert await home.value("document.title") == "Waiting"


@pytest.mark.proves("tools:discarded_tabs_come_back")
async def test_a_discarded_tab_is_loaded_again_behind_the_one_in_front(
    home: Home, site: Site
) -> None:
    url = site.add("<title>Kept</title>")
    device = {"action": "device", "device": "iPhone 13"}
    await home.results(
        ("browser_navigate", {"action": "goto", "url": url}), ("browser_emulate", device)
    )
    agent = await home.value("navigator.userAgent")
    front = [tab["id"] for tab in await home.tabs() if tab["active"]]

    discarded = await home.in_worker(
        """async url => {
            const [{id}] = await chrome.tabs.query({url});
            return (await chrome.tabs.discard(id)).discarded;
        }""",
        url,
    )

    assert discarded is True
    assert await home.value("document.title") == "Kept"
    assert await home.value("navigator.userAgent") == agent
    assert "iPhone" in agent
    assert [tab["id"] for tab in await home.tabs() if tab["active"]] == front
    assert len(site.seen(url.removeprefix(site.here))) == 2


@pytest.mark.proves("tools:groups_are_named")
async def test_the_tabs_of_a_task_stand_in_a_group_with_its_name(home: Home, site: Site) -> None:
    titles = """async urls => {
        const tabs = (await chrome.tabs.query({})).filter(tab => urls.includes(tab.url));
        const groups = await Promise.all(tabs.map(tab => chrome.tabGroups.get(tab.groupId)));
        return groups.map(({id, title, color}) => [id, title, color]);
    }"""
    first, second = site.add("<title>One</title>"), site.add("<title>Two</title>")
    await home.results(
        ("browser_navigate", {"action": "goto", "url": first}),
        ("browser_tab", {"action": "new", "url": second}),
        task_name="Buy tea",
        session="groups",
    )
    one, two = await home.in_worker(titles, [first, second])
    assert one == two
    assert one[1:] == ["Buy tea", "cyan"]

    await home.results(script("1"), task_name="Sell tea", session="groups")
    [renamed, _] = await home.in_worker(titles, [first, second])
    assert renamed == [one[0], "Sell tea", "cyan"]


@pytest.mark.proves("tools:blank_pages_have_no_rights")
async def test_an_empty_page_that_the_extension_opened_has_lost_its_rights(
    home: Home, site: Site
) -> None:
    url = site.add("<title>Full</title>")
    await home.results(("browser_navigate", {"action": "goto", "url": url}))
    await home.in_worker(
        """async url => {
            const [{id}] = await chrome.tabs.query({url});
            await chrome.debugger.detach({tabId: id});
            chrome.debugger.onDetach.dispatch({tabId: id}, "canceled_by_user");
            await chrome.tabs.update(id, {url: "about:blank"});
            while ((await chrome.tabs.get(id)).url !== "about:blank") {}
        }""",
        url,
    )
    assert await home.value("[location.href, self.origin]") == ["about:blank", "null"]
