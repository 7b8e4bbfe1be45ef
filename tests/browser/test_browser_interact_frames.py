"""Elements in frames, of this and of another process, and in shadow roots."""

import re

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site


@pytest.fixture
def framed(page: Page, site: Site) -> Page:
    """Frames in frames; the innermost one has the origin that its parent has not."""
    page.goto(site.url("frames.html"))
    return page


@pytest.mark.parametrize("frame", ["same", "cross", "#cross", "frame_middle.html?cross", 0])
def test_a_frame_is_named_by_name_selector_address_or_index(framed: Page, frame: str | int) -> None:
    framed.click("#go", frame=frame)
    assert framed.value("go.textContent", frame=frame) == "middle clicked"
    assert framed.value("go.textContent") == "Outer button"


@pytest.mark.parametrize("outer", ["same", "cross"])
@pytest.mark.proves("tools:frames_and_shadow_roots")
def test_a_frame_in_a_frame_of_another_origin_is_clicked_and_typed_into(
    framed: Page, outer: str
) -> None:
    inner = f"frame_inner.html?{outer}"
    framed.click("#deep", frame=inner)
    framed.do("interact", "type", selector="#word", frame=inner, text="deep", delay=0)
    framed.do("interact", "select", selector="#pick", frame=inner, value="b")
    said = framed.value("[deep.textContent, word.value, pick.value]", frame=inner)
    assert said == ["inner clicked true", "deep", "b"]


def test_a_written_frame_is_reached(framed: Page) -> None:
    framed.click("#go", frame="written")
    assert framed.value("go.textContent", frame="#written") == "1"


@pytest.mark.proves("tools:frames_and_shadow_roots")
def test_refs_of_a_snapshot_lead_into_frames_of_every_origin(framed: Page) -> None:
    snapshot = framed.snapshot()
    refs = re.findall(r'button "Inner button".*?\[ref=(e\d+)\]', snapshot)
    assert len(refs) == 2
    for ref in refs:
        framed.do("interact", "click", ref=ref)
    for outer in ("same", "cross"):
        said = framed.value("deep.textContent", frame=f"frame_inner.html?{outer}")
        assert said == "inner clicked true"


BIN = """<div id=bin style="height: 90px; background: silver">Bin</div><script>
  bin.ondragover = (event) => event.preventDefault();
  bin.ondrop = (event) => { bin.textContent = event.dataTransfer.getData("text/plain") };
</script>"""


@pytest.mark.parametrize("origin", ["here", "other"])
def test_an_element_is_dragged_into_another_frame_by_ref(
    page: Page, site: Site, origin: str
) -> None:
    path = site.add(f"<div role=button tabindex=0 aria-label=Target>{BIN}</div>").removeprefix(
        site.here
    )
    card = "ondragstart=\"event.dataTransfer.setData('text/plain', 'mug')\""
    page.goto(
        site.add(
            f"<p id=card draggable=true {card}>Mug</p><iframe name=in src={{{{{origin}}}}}{path}>"
        )
    )
    (ref,) = re.findall(r'"Target".*?\[ref=(e\d+)\]', page.snapshot())
    page.do("interact", "drag", selector="#card", to=ref)
    assert page.value("document.querySelector('#bin').textContent", frame="in") == "mug"
    with pytest.raises(Failed) as failed:
        page.do("interact", "drag", selector="#card", to="#bin", timeout=1500)
    assert failed.value.code == "ELEMENT_NOT_FOUND"
    assert "by its ref" in failed.value.message


def test_an_element_of_another_frame_is_said_to_be_there(framed: Page) -> None:
    with pytest.raises(Failed) as failed:
        framed.click("#deep", timeout=1500)
    assert failed.value.code == "ELEMENT_NOT_FOUND"
    assert "it is in frame" in failed.value.message


def test_a_frame_that_is_not_there_lists_those_that_are(framed: Page) -> None:
    with pytest.raises(Failed) as failed:
        framed.click("#deep", frame="nowhere", timeout=1500)
    assert failed.value.code == "ELEMENT_NOT_FOUND"
    assert len(failed.value.details["frames"]) == 5


def test_an_element_in_a_frame_is_pictured_where_it_is(framed: Page) -> None:
    facts, _file = framed.picture(selector="#go", frame="cross")
    inside = framed.value("(r => [r.width, r.height])(go.getBoundingClientRect())", frame="cross")
    assert abs(facts["width"] - inside[0] * 0.8) <= 2
    assert abs(facts["height"] - inside[1] * 0.8) <= 2


def test_a_frame_that_comes_late_is_waited_for(page: Page, site: Site) -> None:
    page.goto(
        site.add(
            "<script>setTimeout(() => { const f = document.createElement('iframe');"
            "f.name = 'late'; f.src = '{{other}}/frame_inner.html'; document.body.append(f) }, 300)"
            "</script><body>"
        )
    )
    page.click("#deep", frame="late")
    assert page.value("deep.textContent", frame="late") == "inner clicked true"


@pytest.mark.proves("tools:frames_and_shadow_roots")
def test_open_shadow_roots_are_pierced(page: Page, site: Site) -> None:
    page.goto(site.url("shadow.html"))
    page.click("#open")
    page.click("open-box >>> inner-box >>> #deep")
    page.do("interact", "type", selector="#word", text="dusk", delay=0)
    assert page.value("seen") == ["open", "deep"]
    word = "document.querySelector('open-box').shadowRoot.querySelector('inner-box').shadowRoot"
    assert page.value(f"{word}.querySelector('#word').value") == "dusk"


@pytest.mark.proves("tools:frames_and_shadow_roots")
def test_closed_shadow_roots_are_seen_and_clicked(page: Page, site: Site) -> None:
    page.goto(site.url("shadow.html"))
    page.click("#shut")
    page.do("interact", "type", selector="#secret", text="hush", delay=0)
    assert page.value("[seen[0], seen.at(-1)]") == ["shut", "hush"]
    assert 'button "Shut away"' in page.snapshot()


@pytest.mark.parametrize("outer", ["same", "cross"])
@pytest.mark.proves("tools:frames_and_shadow_roots")
def test_what_the_viewport_shows_in_frames_is_told_so_that_it_can_be_clicked(
    framed: Page, outer: str
) -> None:
    framed.do("interact", "scroll", selector=f"#{outer}")
    elements = framed.do("content", "get_viewport_dom")["elements"]
    (deep,) = [one for one in elements if one["id"] == "deep"]
    assert deep["text"] == "Inner button"
    where = {"selector": deep["selector"], "frame": deep["frame"]}
    assert framed.value("location.search", frame=deep["frame"]) == f"?{outer}"
    # By the place, and by the name: both lead to it.
    box = deep["rect"]
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    framed.do("interact", "click", **middle)
    assert framed.value("deep.textContent", frame=deep["frame"]) == "inner clicked true"
    framed.value("void (deep.textContent = 'again')", frame=deep["frame"])
    framed.do("interact", "click", **where)
    assert framed.value("deep.textContent", frame=deep["frame"]) == "inner clicked true"
    # Half a pixel less than the whole button: the rect is no larger than what gets the click.
    framed.value("void (deep.textContent = 'again')", frame=deep["frame"])
    framed.do("interact", "click", x=box["x"] + box["width"] + 3, y=middle["y"])
    assert framed.value("deep.textContent", frame=deep["frame"]) == "again"


def test_frames_that_are_not_seen_are_left_out_of_the_viewport(page: Page, site: Site) -> None:
    inner = "<button style='display:block;margin-top:{0}px' id=b{0}>{0}</button>"
    frame = "<iframe style='{}' srcdoc=\"" + inner.format(0) + '"></iframe>'
    tall = "".join(inner.format(top) for top in (1, 300))
    page.goto(
        site.add(
            frame.format("visibility:hidden")
            + frame.format("display:none")
            + frame.format("position:absolute;top:-900px")
            # Half of it is cut off by its own frame's box.
            + f'<iframe style="height:100px" srcdoc="{tall}"></iframe>'
        )
    )
    page.wait("frames[3].document.querySelector('#b300')")
    told = page.do("content", "get_viewport_dom")["elements"]
    assert [one["id"] for one in told if one["tag"] == "button"] == ["b1"]
