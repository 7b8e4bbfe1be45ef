"""Elements that move, come late, are covered, re-rendered, far away, turned or disabled."""

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site


@pytest.mark.proves("tools:waits_like_a_person")
def test_a_moving_element_is_clicked_once_it_rests(page: Page, site: Site) -> None:
    page.goto(site.url("restless.html?moves=700"))
    page.click("#mover")
    assert page.value("seen") == ["mover 300"]


def test_an_element_that_never_rests_is_not_clicked(page: Page, site: Site) -> None:
    page.goto(site.url("restless.html?moves=60000"))
    with pytest.raises(Failed) as failed:
        page.click("#mover", timeout=1500)
    assert failed.value.code == "ELEMENT_NOT_VISIBLE"
    assert "moving" in failed.value.message
    assert page.value("seen") == []


@pytest.mark.proves("tools:waits_like_a_person")
def test_a_late_element_is_waited_for(page: Page, site: Site) -> None:
    page.goto(site.url("restless.html?late"))
    page.click("#late")
    assert page.value("seen") == ["late"]


def test_an_element_that_is_rendered_anew_for_every_frame_is_clicked(
    page: Page, site: Site
) -> None:
    page.goto(site.url("restless.html?renders"))
    page.click("#fresh")
    assert page.value("seen") == ["fresh"]


@pytest.mark.proves("tools:covered_elements_are_not_clicked")
def test_what_covers_an_element_is_named(page: Page, site: Site) -> None:
    page.goto(site.url("restless.html?cookie"))
    with pytest.raises(Failed) as failed:
        page.click("#mover", timeout=1500)
    assert failed.value.code == "ELEMENT_OBSCURED"
    assert "consent" in failed.value.message
    assert "consent" in failed.value.details["coveredBy"]
    assert page.value("seen") == []


@pytest.mark.proves("tools:covered_elements_are_not_clicked")
def test_a_cover_that_goes_away_is_waited_for(page: Page, site: Site) -> None:
    page.goto(site.url("restless.html?cookie=500"))
    page.click("#mover")
    assert page.value("seen") == ["mover 0"]


def test_an_element_under_a_sticky_bar_is_scrolled_out_from_under_it(
    page: Page, site: Site
) -> None:
    page.goto(site.url("restless.html"))
    page.value("under.scrollIntoView()")
    page.click("#under")
    assert page.value("seen") == ["under"]


@pytest.mark.parametrize("name", ["turn", "zoom"])
def test_a_turned_or_zoomed_element_is_hit(page: Page, site: Site, name: str) -> None:
    page.goto(site.url("restless.html"))
    page.click(f"#{name}")
    assert page.value("seen") == [f"{name}ed"]


def test_a_zoomed_page_is_hit_and_pictured(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    page.value("void (document.documentElement.style.zoom = 1.5)")
    page.click("#save")
    assert page.value("seen") == ["saved"]


def test_a_row_of_a_virtual_list_is_reached_by_scrolling(page: Page, site: Site) -> None:
    page.goto(site.url("rows.html"))
    scrolled = page.do("interact", "scroll", selector="#list", deltaY=150_000)
    assert scrolled["y"] == 150_000
    page.click("text=Row 5003")
    assert page.value("chosen") == [5003]


@pytest.mark.proves("tools:waits_like_a_person")
def test_a_hidden_element_is_not_clicked(page: Page, site: Site) -> None:
    page.goto(site.add("<button id=no style='visibility:hidden' onclick='document.title=1'>No"))
    with pytest.raises(Failed) as failed:
        page.click("#no", timeout=1500)
    assert failed.value.code == "ELEMENT_NOT_VISIBLE"
    assert page.value("document.title") == ""


@pytest.mark.proves("tools:waits_like_a_person")
def test_a_disabled_element_is_not_clicked(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    with pytest.raises(Failed) as failed:
        page.click("#off", timeout=1500)
    assert failed.value.code == "ELEMENT_DISABLED"


def test_a_read_only_field_is_not_typed_into(page: Page, site: Site) -> None:
    page.goto(site.add("<input id=fixed readonly value=fixed>"))
    with pytest.raises(Failed) as failed:
        page.do("interact", "type", selector="#fixed", text="x", timeout=1500)
    assert failed.value.code == "ELEMENT_DISABLED"
    assert page.value("fixed.value") == "fixed"


@pytest.mark.proves("tools:waits_like_a_person")
def test_an_element_that_is_not_there_has_its_nearest_named(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    with pytest.raises(Failed) as failed:
        page.click("#sav", timeout=1500)
    assert failed.value.code == "ELEMENT_NOT_FOUND"
    assert failed.value.details["candidates"][0] == {"selector": "#save", "text": "Save"}
    assert "#save" in failed.value.message


def test_a_selector_that_cannot_be_read_is_said_at_once(page: Page, site: Site) -> None:
    page.goto(site.url("desk.html"))
    with pytest.raises(Failed) as failed:
        page.click("button[[")
    assert failed.value.code == "INVALID_ARGUMENTS"


def test_of_several_matches_the_first_is_taken(page: Page, site: Site) -> None:
    page.goto(site.add("<button onclick='document.title=1'>A</button><button>B</button>"))
    page.click("button")
    assert page.value("document.title") == "1"


def test_a_page_that_never_stops_loading_is_worked_on(page: Page, site: Site) -> None:
    page.goto(f"{site.here}/drip", waitUntil="commit")
    page.click("#go")
    assert page.value("go.textContent") == "1"


def test_a_click_waits_for_the_page_it_leads_to(page: Page, site: Site) -> None:
    page.goto(site.add("<a id=a href='/slow?ms=300'>Go</a>"))
    page.click("#a")
    assert page.value("location.pathname") == "/slow"


@pytest.mark.parametrize("after", ["", "; f.remove()"], ids=["stays", "goes"])
def test_a_form_that_a_script_submits_is_waited_for(page: Page, site: Site, after: str) -> None:
    script = (
        "const f = document.createElement('form'); f.action = '/slow'; f.innerHTML ="
        "'<input name=ms value=300>'; document.body.append(f); f.submit()" + after
    )
    page.goto(site.add(f'<button id=a onclick="{script}">Go</button>'))
    page.click("#a")
    assert page.value("location.pathname") == "/slow"
