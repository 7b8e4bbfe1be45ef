"""`browser_content screenshot`: what is on it, and that its size is the size that it says."""

import base64
import struct
from collections.abc import Sequence
from typing import Any

import pytest
from tests.browser.driver import Page, Result
from tests.browser.origins import Site

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
Colour = tuple[int, int, int]


@pytest.fixture
def colours(page: Page, site: Site) -> Page:
    page.goto(site.url("colours.html"))
    return page


def size_of(file: bytes) -> tuple[int, int]:
    """As the header of a PNG says."""
    assert file.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", file[16:24])
    return width, height


def decoded(page: Page, kind: str, file: bytes, points: Sequence[tuple[int, int]]) -> Result:
    """Size and colours as the browser's own decoder sees them."""
    script = """async (kind, data, points) => {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], {type: kind}));
        const canvas = new OffscreenCanvas(1, 1);
        const pen = canvas.getContext('2d', {willReadFrequently: true});
        const colours = points.map(([x, y]) => {
            pen.drawImage(image, -x, -y);
            return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
        });
        return {width: image.width, height: image.height, colours};
    }"""
    data = base64.b64encode(file).decode()
    return page.value(script, args=[f"image/{kind}", data, [list(point) for point in points]])


def near(seen: Sequence[Sequence[int]], wanted: Sequence[Colour]) -> bool:
    pairs = zip(seen, wanted, strict=True)
    return all(abs(a - b) < 8 for one, two in pairs for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.proves("tools:pictures_are_exact")
def test_the_viewport_is_pictured_in_each_format(colours: Page, kind: str) -> None:
    facts, file = colours.picture(format=kind, **({} if kind == "png" else {"quality": 90}))
    seen = decoded(colours, kind, file, [(60, 40), (220, 55), (700, 300)])
    assert facts["format"] == kind
    assert (facts["width"], facts["height"]) == (seen["width"], seen["height"])
    assert [facts["width"], facts["height"]] == colours.value("[innerWidth, innerHeight]")
    assert near(seen["colours"], [RED, GREEN, WHITE])


@pytest.mark.proves("tools:pictures_are_exact")
def test_an_element_is_pictured_to_the_pixel(colours: Page) -> None:
    facts, file = colours.picture(selector="#red")
    assert size_of(file) == (facts["width"], facts["height"]) == (120, 80)
    assert near(decoded(colours, "png", file, [(0, 0), (119, 79)])["colours"], [RED, RED])


def test_an_element_with_half_pixels_is_pictured_whole(colours: Page) -> None:
    _facts, file = colours.picture(selector="#green")
    assert size_of(file) == (51, 30)
    assert near(decoded(colours, "png", file, [(0, 0), (49, 29)])["colours"], [GREEN, GREEN])


def test_an_element_far_down_is_scrolled_to_and_pictured(colours: Page) -> None:
    _facts, file = colours.picture(selector="#far")
    assert size_of(file) == (60, 40)
    assert near(decoded(colours, "png", file, [(0, 0), (59, 39)])["colours"], [BLUE, BLUE])


def test_a_part_is_pictured(colours: Page) -> None:
    clip = {"x": 190, "y": 30, "width": 30, "height": 20}
    _facts, file = colours.picture(clip=clip)
    assert size_of(file) == (30, 20)
    assert near(decoded(colours, "png", file, [(5, 5), (15, 15)])["colours"], [WHITE, GREEN])


def test_the_whole_page_is_pictured(colours: Page) -> None:
    facts, file = colours.picture(fullPage=True)
    assert facts["height"] == colours.value("document.documentElement.scrollHeight")
    assert size_of(file) == (facts["width"], facts["height"])
    seen = decoded(colours, "png", file, [(60, 40), (40, 2520), (40, 2200)])
    assert near(seen["colours"], [RED, BLUE, WHITE])


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.proves("tools:pictures_are_exact")
def test_a_very_long_page_is_pictured_to_its_end(page: Page, site: Site, kind: str) -> None:
    bands = "".join(
        f"<div style='top:{y}px;background:{colour}'></div>"
        for y, colour in [(0, "#f00"), (16_500, "#0f0"), (24_950, "#00f")]
    )
    page.goto(
        site.add(
            f"<style>body {{ margin: 0 }}"
            f"div {{ position: absolute; width: 50px; height: 50px }}</style>{bands}"
        )
    )
    facts, file = page.picture(fullPage=True, format=kind)
    assert facts["height"] == 25_000
    # A WebP can't be that long.
    assert facts["format"] == ("png" if kind == "webp" else kind)
    seen = decoded(page, facts["format"], file, [(25, 25), (25, 16_525), (25, 24_975), (25, 8200)])
    assert (seen["width"], seen["height"]) == (facts["width"], 25_000)
    assert near(seen["colours"], [RED, GREEN, BLUE, WHITE])


@pytest.mark.proves("tools:pictures_are_exact")
def test_bars_that_stay_in_view_are_on_a_stitched_picture_once(page: Page, site: Site) -> None:
    def colours_of(height: int) -> tuple[Result, list[tuple[int, int]]]:
        page.goto(
            site.add(
                "<style>body { margin: 0 } div { width: 60px; height: 40px }</style>"
                "<div style='position:fixed; top:0; left:0; background:#f00'></div>"
                "<div style='position:fixed; bottom:0; left:0; background:#0f0'></div>"
                f"<section style='height:{height}px; margin-left:100px'>"
                "<div style='position:sticky; top:0; background:#00f'></div></section>"
            )
        )
        page.do("interact", "scroll", deltaY=1_000)
        before = page.value("[scrollX, scrollY, innerWidth, innerHeight]")
        _facts, file = page.picture(fullPage=True)
        assert page.value("[scrollX, scrollY, innerWidth, innerHeight]") == before
        places = [(x, y) for x in (30, 130) for y in range(20, height, 40)]
        seen = decoded(page, "png", file, places)
        return seen, [
            place
            for place, colour in zip(places, seen["colours"], strict=True)
            if colour != list(WHITE)
        ]

    short, once = colours_of(4_000)
    long, stitched = colours_of(20_000)
    assert [short["height"], long["height"]] == [4_000, 20_000]
    assert len(once) == 3
    assert stitched == once


@pytest.mark.proves("tools:pictures_are_exact")
def test_a_tab_in_the_background_is_pictured_itself(page: Page, site: Site) -> None:
    page.goto(site.url("colours.html"))
    page.do("tab", "new", url=site.add("<body style='margin:0;background:#0f0'>"), activate=True)
    back = page.do("tab", "new", url=site.url("colours.html"))["tabId"]
    _facts, file = page.picture(tabId=back)
    assert near(decoded(page, "png", file, [(60, 40)])["colours"], [RED])
    _facts, file = page.picture(tabId="active")
    assert near(decoded(page, "png", file, [(60, 40)])["colours"], [GREEN])


@pytest.mark.parametrize("ratio", [2, 3])
@pytest.mark.proves("tools:pictures_are_exact")
def test_a_finer_screen_gives_finer_pictures(colours: Page, ratio: int) -> None:
    device = {"width": 400, "height": 300, "deviceScaleFactor": ratio}
    colours.do("emulate", "viewport", **device)
    _facts, file = colours.picture()
    assert size_of(file) == (400 * ratio, 300 * ratio)
    assert near(decoded(colours, "png", file, [(100 * ratio, 70 * ratio)])["colours"], [RED])
    _facts, file = colours.picture(selector="#red")
    assert size_of(file) == (120 * ratio, 80 * ratio)


def test_the_result_names_where_the_picture_is_kept(colours: Page) -> None:
    facts, file = colours.picture()
    kept: Any = colours.hub.client.get(facts["url"])
    assert kept.content == file
    assert facts["screenshotId"] in facts["url"]
