"""Areas of image maps, which have no box of their own."""

import re

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='300' height='200'/%3E"
)
PAGE = f"""<body style="margin: 0"><div style="height: 1500px">Far above</div>
<img usemap="#shop" src="{PICTURE}" width=300 height=200 alt=Shelves
  style="border: 7px solid; padding: 5px; transform: scale(1.5); transform-origin: 0 0">
<map name=shop>
  <area id=mugs shape=rect coords="10,10,60,60" href="#mugs" alt=Mugs>
  <area id=tea shape=circle coords="150,50,20" href="#tea" alt=Tea>
  <area id=pots shape=poly coords="200,100,290,100,200,190" href="#pots" alt=Pots>
  <area id=rest shape=default href="#rest" alt="All the rest">
</map>
<map name=unused><area id=nowhere coords="0,0,9,9" href="#nowhere" alt=Nowhere></map>
<script>
  const hits = [];
  for (const area of document.querySelectorAll("area")) area.onclick = () => hits.push(area.id);
</script>"""


@pytest.mark.proves("tools:waits_like_a_person")
def test_areas_of_each_shape_are_clicked(page: Page, site: Site) -> None:
    page.goto(site.add(PAGE))
    areas = ["mugs", "tea", "pots", "rest"]
    page.run([("browser_interact", {"action": "click", "selector": f"#{name}"}) for name in areas])
    assert page.value("hits") == areas
    assert page.value("location.hash") == "#rest"


def test_areas_are_links_of_the_snapshot(page: Page, site: Site) -> None:
    page.goto(site.add(PAGE))
    seen = page.snapshot()
    (ref,) = re.findall(r'link "Tea" \[ref=(e\d+)\]', seen)
    assert "Nowhere" not in seen
    page.do("interact", "click", ref=ref)
    assert page.value("hits") == ["tea"]


def test_an_area_that_no_picture_shows_is_not_visible(page: Page, site: Site) -> None:
    page.goto(site.add(PAGE))
    with pytest.raises(Failed) as failed:
        page.click("#nowhere", timeout=500)
    assert failed.value.code == "ELEMENT_NOT_VISIBLE"
