"""`browser_content snapshot`: short, true, and with refs that last as long as their elements."""

import re
import statistics
from pathlib import Path

import pytest
from tests.bench.lines.pages import served
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

CART = """\
navigation "Main" > list
  link "Home" [ref=e1]
  link "Help" [ref=e2]
heading "Cart" [level=1]
text: Blue mug
button "Remove" [ref=e3]
text: Red mug
button "Remove" [ref=e4]
text: Green mug
button "Remove" [ref=e5]
button "Clear" [ref=e6]
textbox "Code" [placeholder="Voucher"] [ref=e7]: MUG
checkbox "Gift" [checked] [ref=e8]
button "Buy" [disabled] [ref=e9]
group > generic "More" [ref=e10]
table
  row: Name | Price
  row: Mug | 9
status: Total 3"""

NAMES = """\
heading "New: Names" [level=1]
textbox "First" [ref=e1]
combobox "Second" [ref=e2]
  option "One"
  option "Two" [selected]
text: Third
textbox "Third of them" [ref=e3]
textbox "Fourth" [ref=e4]
button "Submit" [ref=e5]
button "Go" [ref=e6]
button "Close" [ref=e7]: x
button "Star" [ref=e8]
link "Away (elsewhere)" [ref=e9]
link [ref=e10] > img "Home"
group "Card works"
  text: Card
  radio "works" [ref=e11]
  radio "off" [disabled] [ref=e12]
checkbox "Some bold words" [checked=mixed] [ref=e13]
table "Prices"
  caption: Prices
  row
    rowheader "Mug"
    cell "9"
    cell > button "Buy now" [ref=e14]
text: no item
group
  paragraph: Owner
  paragraph
    text: Owned
    button "Mine" [ref=e15]
group > generic "More" [ref=e16]
button "Loose" [ref=e17]
generic [ref=e18]: A card to press
textbox "Within" [ref=e19]
button "Slotted" [ref=e20]
img "Drawn"
paragraph > button [ref=e21]: All"""


STATES = """\
textbox "Password" [ref=e1]: ••••••
combobox "Size" [ref=e2] > group "Small"
  option "S"
  option "M" [selected]
button "Photo" [ref=e3]: mug.png
button "Send" [ref=e4]
textbox "Note" [ref=e5]: Two mugs
button [ref=e6]: Bare
group
  generic "Open" [expanded] [ref=e7]
  text: Within
group > generic "Shut" [ref=e8]
heading "Two words" [level=2]
list: New York | San Francisco
progressbar: 75%
meter: 0.5
slider "Heat" [ref=e9]: warm
text: Behind
dialog [modal]
  text: Sure?
  button "Yes" [active] [ref=e10]"""


OF_PLAYWRIGHT_MCP = {
    "/form": 698,
    "/order": 724,
    "/orders": 6_970,
    "/shop": 14_549,
    "/article": 5_232,
    "/rows500": 35_763,
    "/rows5000": 370_769,
}
"""Characters of its `browser_snapshot` of the benchmark's pages, as `make bench` counts them."""

CHARACTERS_PER_TOKEN = 3.7
"""Low on purpose: a snapshot has about four."""


@pytest.fixture
def states(page: Page, site: Site, tmp_path: Path) -> Page:
    page.goto(site.url("states.html"))
    page.value("void (secret.value = 'abc123')")
    (tmp_path / "mug.png").write_bytes(b"png")
    page.do("interact", "upload", selector="#photo", files=[str(tmp_path / "mug.png")])
    return page


@pytest.fixture
def cart(page: Page, site: Site) -> Page:
    page.do("tab", "new", url=site.url("cart.html"))
    return page


def ref_of(snapshot: str, line: str, nth: int = 0) -> str:
    """The ref of the nth line that begins like that."""
    found: list[str] = re.findall(rf"{re.escape(line)}.*?\[ref=(e\d+)\]", snapshot)
    return found[nth]


@pytest.mark.proves("tools:snapshots_are_short")
def test_a_snapshot_says_what_one_can_see_and_do(cart: Page) -> None:
    assert cart.snapshot() == CART


@pytest.mark.proves("tools:snapshots_are_short")
def test_everything_has_the_name_that_a_screen_reader_would_say(page: Page, site: Site) -> None:
    page.goto(site.url("names.html"))
    assert page.snapshot() == NAMES


@pytest.mark.proves("tools:snapshots_are_short")
def test_what_fields_hold_is_told_secrets_are_not_and_what_is_inert_is_left_out(
    states: Page,
) -> None:
    assert states.snapshot() == STATES


def test_fields_say_what_they_hold_also_without_the_text_around_them(states: Page) -> None:
    lines = states.snapshot(interactiveOnly=True).splitlines()
    assert lines[:6] == [
        'textbox "Password" [ref=e1]: ••••••',
        'combobox "Size" [ref=e2]: M',
        'button "Photo" [ref=e3]: mug.png',
        'button "Send" [ref=e4]',
        'textbox "Note" [ref=e5]: Two mugs',
        "button [ref=e6]: Bare",
    ]


def test_a_list_that_is_long_loses_none_of_its_items(page: Page, site: Site) -> None:
    items = [f"Number {number} of the list" for number in range(30)]
    page.goto(site.add(f"<ul><li>{'<li>'.join(items)}</ul>"))
    snapshot = page.snapshot()
    assert [item for item in items if item not in snapshot] == []
    assert len(snapshot.splitlines()) < 8


def test_no_error_and_no_list_of_elements_tells_a_password(page: Page, site: Site) -> None:
    page.goto(site.add("<input type=password id=pass-word value=abc123>"))
    with pytest.raises(Failed) as failed:
        page.click("#password", timeout=400)
    assert "#pass-word" in failed.value.message
    rows = page.do("content", "get_viewport_dom")["elements"]
    assert [row["value"] for row in rows if row["tag"] == "input"] == ["••••••"]
    assert "abc123" not in str(failed.value) + str(failed.value.details) + str(rows)


def test_only_what_one_can_act_on_is_told_when_asked(cart: Page) -> None:
    lines = cart.snapshot(interactiveOnly=True).splitlines()
    assert lines[0] == 'link "Home" [ref=e1]'
    assert all("[ref=" in line for line in lines)
    assert len(lines) == 10


def test_a_part_of_the_page_is_told_when_asked(cart: Page) -> None:
    told = cart.snapshot(selector="#rows")
    assert told.splitlines()[0] == "text: Blue mug"
    assert "Home" not in told


@pytest.mark.proves("tools:snapshots_are_short")
def test_what_is_cut_is_said(cart: Page) -> None:
    taken = cart.do("content", "snapshot", maxChars=160)
    assert taken["truncated"] is True
    assert len(taken["snapshot"]) <= 160
    lines = taken["snapshot"].splitlines()
    assert lines[:2] == CART.splitlines()[:2]
    assert re.match(r"… \d+ of 19 lines cut", lines[-1])


@pytest.mark.proves("tools:snapshots_are_short")
def test_only_what_has_changed_is_told_since_an_earlier_one(cart: Page) -> None:
    first = cart.do("content", "snapshot")
    assert cart.snapshot(since=first["snapshotId"]) == "(no changes)"
    cart.value("void (total.textContent = 'Total 2', buy.disabled = false)")
    changes = cart.snapshot(since=first["snapshotId"]).splitlines()
    assert changes == [
        '- button "Buy" [disabled] [ref=e9]',
        "- status: Total 3",
        '+ button "Buy" [ref=e9]',
        "+ status: Total 2",
    ]


@pytest.mark.proves("tools:snapshots_are_short")
def test_what_can_not_be_compared_is_told_whole_and_said_to_be(cart: Page, site: Site) -> None:
    first = cart.do("content", "snapshot")
    since = {"since": first["snapshotId"]}
    part = cart.snapshot(selector="#rows", **since).splitlines()
    assert part[0].startswith("(s1 showed another page, part or kind")
    assert part[1] == "text: Blue mug"
    assert cart.snapshot(since="s4711").splitlines()[0].startswith("(there is no snapshot s4711")
    cart.value("void (document.body.innerHTML = '<p>All sold')")
    assert cart.snapshot(**since).splitlines()[1:] == ["paragraph: All sold"]
    cart.goto(site.url("desk.html"))
    told = cart.snapshot(**since)
    assert told.startswith("(s1 showed another page")
    assert "Cart" not in told


def test_a_ref_is_worth_as_much_as_a_selector(cart: Page) -> None:
    snapshot = cart.snapshot()
    cart.do("interact", "type", ref=ref_of(snapshot, 'textbox "Code"'), text="!", delay=0)
    assert cart.do("content", "attribute", ref="e7", attribute="value")["value"] == "MUG!"
    cart.do("interact", "click", ref=ref_of(snapshot, 'button "Remove"', 1))
    assert cart.value("removed") == ["Red mug"]


@pytest.mark.proves("tools:refs_last")
def test_refs_outlive_a_page_that_renders_anew(cart: Page) -> None:
    snapshot = cart.snapshot()
    cart.value("render()")
    cart.do("interact", "click", ref=ref_of(snapshot, 'button "Remove"', 2))
    assert cart.value("removed") == ["Green mug"]
    cart.value("render()")
    blue = ref_of(snapshot, 'button "Remove"', 0)
    assert ref_of(cart.snapshot(), 'button "Remove"', 0) == blue


@pytest.mark.proves("tools:refs_last")
def test_a_ref_never_moves_on_to_a_twin(cart: Page) -> None:
    snapshot = cart.snapshot()
    red = ref_of(snapshot, 'button "Remove"', 1)
    cart.do("interact", "click", ref=red)
    with pytest.raises(Failed) as failed:
        cart.do("interact", "click", ref=red)
    assert failed.value.code == "STALE_REF"
    assert 'button "Remove"' in failed.value.message
    assert cart.value("removed") == ["Red mug"]


@pytest.mark.proves("tools:refs_last")
def test_refs_of_a_page_that_was_left_are_stale(cart: Page, site: Site) -> None:
    ref = ref_of(cart.snapshot(), 'link "Home"')
    cart.goto(site.url("desk.html"))
    with pytest.raises(Failed) as failed:
        cart.do("interact", "click", ref=ref)
    assert failed.value.code == "STALE_REF"
    assert ref_of(cart.snapshot(), "button") != ref


def test_a_ref_that_was_never_given_is_stale(cart: Page) -> None:
    with pytest.raises(Failed) as failed:
        cart.do("interact", "click", ref="e4711")
    assert failed.value.code == "STALE_REF"


@pytest.mark.parametrize("rows", [40])
@pytest.mark.proves("tools:snapshots_are_short")
def test_a_shop_of_forty_cards_fits_into_ten_thousand_characters(
    page: Page, site: Site, rows: int
) -> None:
    cards = "".join(
        f"<article><a href='/{n}'><img src='data:,' alt='Mug {n}' width=9 height=9></a>"
        f"<h2><a href='/{n}'>Mug {n}</a></h2><p>A sturdy mug, number {n}.</p>"
        f"<div><span>{n}</span><span>.99</span> <span>EUR</span></div>"
        "<button>Add to cart</button></article>"
        for n in range(rows)
    )
    page.goto(site.add(f"<main><h1>Mugs</h1>{cards}</main>"))
    snapshot = page.snapshot()
    assert snapshot.count("Add to cart") == rows
    assert len(snapshot) < 10_000


@pytest.mark.proves("tools:snapshots_are_short")
def test_snapshots_cost_less_than_a_model_is_ready_to_pay(page: Page) -> None:
    characters: dict[str, int] = {}
    with served() as pages:
        for path in OF_PLAYWRIGHT_MCP:
            page.goto(pages + path)
            characters[path] = len(page.snapshot())
    assert statistics.median(characters.values()) / CHARACTERS_PER_TOKEN < 1_500
    shares = {path: characters[path] / most for path, most in OF_PLAYWRIGHT_MCP.items()}
    assert max(shares.values()) < 0.7, shares
