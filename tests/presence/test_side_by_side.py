"""Browsers, sessions and a person work side by side, and none is in another's way."""

import asyncio

import pytest
from tests.browser.origins import Site
from tests.presence.home import Command, Home, script

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = """<title>Shop</title><button>Buy</button><input>
    <a href=/desk.html target=_blank rel=opener>Desk</a>
    <button id=window onclick="open('/drag.html', '', 'width=300,height=300')">Drag</button>
    <button id=focus onclick="window.focus(); this.focus()">Look</button>"""

GROUPED = "async title => (await chrome.tabs.query({title})).some(({groupId}) => groupId !== -1)"
ALONE_IN_FRONT = """async title => {
    const titles = (await chrome.tabs.query({active: true})).map(tab => tab.title);
    return titles.length === 1 && titles[0] === title;
}"""


def on_page(action: str, **args: object) -> Command:
    return "browser_interact", {"action": action, **args}


@pytest.mark.proves("tools:sessions_keep_to_their_tabs", "lanes:parallel_instances")
async def test_two_browsers_with_two_profiles_never_meet(home: Home, site: Site) -> None:
    shop = site.add("<title>Shop</title>")
    ada, bob = await asyncio.gather(home.launch("ada"), home.launch("bob"))
    work = {"a1": ada, "b1": bob, "a2": ada, "b2": bob, "a3": ada, "b3": bob}

    async def open_shop(session: str, instance: str) -> None:
        await home.results(
            ("browser_navigate", {"action": "goto", "url": f"{shop}?{session}"}),
            script(f"document.cookie = '{session}=1'"),
            instanceId=instance,
            session=session,
        )

    async def look_again(session: str, instance: str) -> None:
        here, cookies, listed = await home.results(
            script("location.search"),
            script("document.cookie.split('; ').sort().join()"),
            ("browser_tab", {"action": "list"}),
            instanceId=instance,
            session=session,
        )
        mine = [other for other in work if work[other] == instance]
        assert here["value"] == f"?{session}"
        assert cookies["value"] == ",".join(f"{other}=1" for other in mine)
        assert sorted(tab["url"] for tab in listed["tabs"]) == [f"{shop}?{one}" for one in mine]

    await asyncio.gather(*(open_shop(*one) for one in work.items()))
    await asyncio.gather(*(look_again(*one) for one in work.items()))
    await asyncio.gather(home.close(ada), home.close(bob))


@pytest.mark.proves("tools:background_tabs_draw")
async def test_what_a_person_looks_at_stays_in_front(home: Home, site: Site) -> None:
    mine = await home.context.new_page()
    await mine.goto(site.add("<title>Mine</title>"))
    await mine.bring_to_front()
    for title, selector in (("Shop", "#focus"), ("Desk", "a"), ("Drag", "#window")):
        await home.results(
            ("browser_navigate", {"action": "goto", "url": site.add(PAGE)}),
            on_page("type", selector="input", text="tea"),
            ("browser_content", {"action": "screenshot"}),
            ("browser_tab", {"action": "new", "url": site.url("rows.html")}),
            ("browser_tab", {"action": "close"}),
            on_page("click", selector=selector),
            session=title,
        )
        await home.until_true(GROUPED, title)
        await home.until_true(ALONE_IN_FRONT, "Mine")


async def test_a_popup_of_the_page_that_a_person_looks_at_comes_to_the_front(
    home: Home, site: Site
) -> None:
    page = site.add(PAGE.replace("Shop", "Watched"))
    await home.results(("browser_navigate", {"action": "goto", "url": page}), session="watched")
    tab = await home.titled("Watched")
    await tab.bring_to_front()
    await home.until_true(ALONE_IN_FRONT, "Watched")
    await home.results(on_page("click", selector="a"), session="watched")
    await home.until_true(ALONE_IN_FRONT, "Desk")
