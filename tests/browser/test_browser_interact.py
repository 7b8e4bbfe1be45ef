"""`browser_interact`: each action has its effect in the page."""

from pathlib import Path

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site


@pytest.fixture
def desk(page: Page, site: Site) -> Page:
    """A page with a bit of everything; `seen` in it is what it was told."""
    page.goto(site.url("desk.html"))
    return page


def test_a_click_reaches_the_element(desk: Page) -> None:
    clicked = desk.click("#save")
    assert clicked["clicked"] is True
    assert clicked["selector"] == "#save"
    assert desk.value("seen") == ["saved"]


def test_a_click_at_a_point_lands_there(desk: Page) -> None:
    x, y = desk.value("(r => [r.x + 7, r.y + 9].map(Math.round))(pad.getBoundingClientRect())")
    desk.do("interact", "click", x=x, y=y)
    assert f"click 1 {x},{y}" in desk.value("seen")


def test_a_click_has_buttons_counts_and_modifiers(desk: Page) -> None:
    desk.run(
        [
            ("browser_interact", {"action": "click", "selector": "#pad", "clickCount": 2}),
            ("browser_interact", {"action": "click", "selector": "#pad", "button": "right"}),
            ("browser_interact", {"action": "click", "selector": "#pad", "button": "middle"}),
            (
                "browser_interact",
                {"action": "click", "selector": "#pad", "modifiers": ["ctrl", "shift"]},
            ),
        ]
    )
    seen = desk.value("seen")
    for kind in ("dblclick true", "contextmenu true", "auxclick true"):
        assert kind in seen
    assert any(one.startswith("click 1") and one.endswith("ctrlKey+shiftKey") for one in seen)


@pytest.mark.parametrize(
    "selector",
    [
        "text=Save",
        "button:has-text(Sav)",
        'role=button[name="Save"]',
        "xpath=//button[@id='save']",
        "body >>> [data-role=primary]",
        "#nothing, #save",
    ],
)
def test_selectors_name_the_element_in_many_ways(desk: Page, selector: str) -> None:
    desk.click(selector)
    assert desk.value("seen") == ["saved"]


def test_moving_the_mouse_is_seen_by_the_page(desk: Page) -> None:
    assert desk.do("interact", "move", selector="#pad")["moved"] is True
    assert "mousemove true" in desk.value("seen")


def test_hovering_shows_what_hovering_shows(page: Page, site: Site) -> None:
    page.goto(
        site.add(
            "<style>#more{display:none} #menu:hover #more{display:block}</style>"
            "<div id=menu>Menu<button id=more onclick='document.title=1'>More</button></div>"
        )
    )
    assert page.do("interact", "hover", selector="#menu")["hovered"] is True
    page.click("#more")
    assert page.value("document.title") == "1"


@pytest.mark.parametrize("delay", [0, 5, None], ids=["at once", "5 ms", "human pace"])
def test_typing_comes_key_by_key(desk: Page, delay: int | None) -> None:
    pace = {} if delay is None else {"delay": delay}
    typed = desk.do("interact", "type", selector="#name", text="Ab c!", **pace)
    assert typed == {"typed": True, "text": "Ab c!"}
    assert desk.value("[name.value, seen.filter(s => s.startsWith('key'))].length") == 2
    assert desk.value("document.querySelector('#name').value") == "Ab c!"
    keys = [one for one in desk.value("seen") if one != "key shift+Shift"]
    assert keys == ["key shift+A", "key b", "key  ", "key c", "key shift+!"]


def test_typing_goes_on_at_the_end_or_clears_first(desk: Page) -> None:
    desk.do("interact", "type", selector="#filled", text="er", delay=0)
    assert desk.value("document.querySelector('#filled').value") == "older"
    desk.do("interact", "type", selector="#filled", text="new", clear=True, delay=0)
    assert desk.value("document.querySelector('#filled').value") == "new"
    desk.do("interact", "type", selector="#filled", text="", clear=True)
    assert desk.value("document.querySelector('#filled').value") == ""


def test_typing_without_a_target_goes_where_the_focus_is(desk: Page) -> None:
    desk.click("#notes")
    desk.do("interact", "type", text="one\ntwo", delay=0)
    assert desk.value("document.querySelector('#notes').value") == "one\ntwo"


def test_typing_can_submit(desk: Page) -> None:
    desk.do("interact", "type", selector="#name", text="Ada", submit=True, delay=0)
    assert "submitted Ada" in desk.value("seen")


def test_a_key_is_pressed_where_the_focus_is(desk: Page) -> None:
    assert desk.do("interact", "press", selector="#name", key="Enter")["pressed"] == "Enter"
    desk.do("interact", "press", key="Control+ArrowLeft")
    desk.do("interact", "press", key="k", modifiers=["ctrl"])
    seen = desk.value("seen")
    assert "submitted " in seen
    assert [one for one in seen if one.startswith("key ctrl+")] == [
        "key ctrl+Control",
        "key ctrl+ArrowLeft",
        "key ctrl+Control",
        "key ctrl+k",
    ]


def test_the_page_scrolls_by_a_distance_and_to_an_element(desk: Page) -> None:
    assert desk.do("interact", "scroll", deltaY=400) == {"scrolled": True, "x": 0, "y": 400}
    assert desk.do("interact", "scroll", direction="up", amount=150)["y"] == 250
    desk.do("interact", "scroll", selector="#far")
    where = "(r => r.top >= 0 && r.bottom <= innerHeight)(far.getBoundingClientRect())"
    assert desk.value(where) is True


def test_a_box_scrolls_in_both_directions(desk: Page) -> None:
    scrolled = desk.do("interact", "scroll", selector="#box", deltaX=50, deltaY=120)
    assert (scrolled["x"], scrolled["y"]) == (50, 120)
    assert desk.value("[box.scrollLeft, box.scrollTop, scrollY]") == [50, 120, 0]


def test_options_are_chosen_by_value_label_and_index(desk: Page) -> None:
    assert desk.do("interact", "select", selector="#size", value="m")["selected"] == ["m"]
    assert desk.do("interact", "select", selector="#size", label="Large")["selected"] == ["l"]
    assert desk.do("interact", "select", selector="#size", index=0)["selected"] == ["s"]
    assert desk.value("seen") == ["size m", "size l", "size s"]
    desk.do("interact", "select", selector="#many", value=["red", "blue"])
    assert desk.value("[...many.selectedOptions].map(o => o.value)") == ["red", "blue"]


def test_a_file_is_uploaded(desk: Page, tmp_path: Path) -> None:
    (tmp_path / "mug.txt").write_text("blue mug")
    uploaded = desk.do("interact", "upload", selector="#photo", files=[str(tmp_path / "mug.txt")])
    assert uploaded["uploaded"] == ["mug.txt"]
    assert desk.value("photo.files[0].text()") == "blue mug"
    assert desk.value("seen") == ["photo mug.txt"]


def test_a_file_that_is_not_there_is_named(desk: Page, tmp_path: Path) -> None:
    with pytest.raises(Failed) as failed:
        desk.do("interact", "upload", selector="#photo", files=[str(tmp_path / "none.txt")])
    assert failed.value.code == "FILE_NOT_FOUND"


def test_a_form_is_filled_in_one_go(desk: Page) -> None:
    fields = [
        {"selector": "#name", "value": "Ada"},
        {"selector": "#notes", "value": "two\nlines"},
        {"selector": "#size", "value": "Large"},
        {"selector": "#news", "value": True},
        {"selector": "#cash", "value": True},
    ]
    filled = desk.do("interact", "fill_form", fields=fields)["filled"]
    assert filled == ["#name", "#notes", "#size", "#news", "#cash"]
    values = "['#name', '#notes', '#size'].map(s => document.querySelector(s).value)"
    assert desk.value(values) == ["Ada", "two\nlines", "l"]
    assert desk.value("[news.checked, form.pay.value]") == [True, "cash"]


def test_an_element_is_dragged_by_the_pointer(page: Page, site: Site) -> None:
    page.goto(site.url("drag.html"))
    page.do("interact", "drag", selector="#slider", to="#end")
    assert page.value("at") > 250


def test_an_element_is_dragged_as_html_drag_and_drop(page: Page, site: Site) -> None:
    page.goto(site.url("drag.html"))
    assert page.do("interact", "drag", selector="#card", to="#bin") == {"dragged": True}
    assert page.value("bin.textContent") == "got card 7"
    assert page.value("kinds.includes('dragend') && kinds.includes('dragover')") is True


@pytest.mark.parametrize("action", ["click", "move", "hover"])
def test_a_point_that_is_not_shown_is_refused(desk: Page, action: str) -> None:
    with pytest.raises(Failed) as failed:
        desk.do("interact", action, x=5, y=5000)
    assert failed.value.code == "INVALID_ARGUMENTS"
    assert "by 720; scroll first" in failed.value.message
