"""`browser_content get`, `query` and `attribute`: what stands in the page."""

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site


@pytest.fixture
def desk(page: Page, site: Site) -> Page:
    page.goto(site.url("desk.html"))
    return page


def test_the_page_is_read_as_html_with_its_doctype(desk: Page, site: Site) -> None:
    desk.value("void (document.body.dataset.mark = 'live')")
    read = desk.do("content", "get", format="html")
    assert read["content"].startswith("<!DOCTYPE html>")
    assert 'data-mark="live"' in read["content"]
    assert (read["format"], read["url"], read["truncated"]) == (
        "html",
        site.url("desk.html"),
        False,
    )


def test_an_element_is_read_as_text(desk: Page) -> None:
    assert desk.do("content", "get", format="text", selector="#far")["content"] == "Far away"


def test_a_page_is_read_as_markdown(page: Page, site: Site) -> None:
    page.goto(
        site.add(
            "<h1>Mugs</h1><p>A <b>blue</b> <a href='/mug'>mug</a>.<ul><li>One<li>Two</ul>"
            "<table><tr><th>Name<th>Price<tr><td>Mug<td>9</table><script>no()</script>"
        )
    )
    read = page.do("content", "get", format="markdown")["content"]
    assert "# Mugs" in read
    assert f"[mug]({site.here}/mug)" in read or "[mug](/mug)" in read
    assert "| Mug | 9 |" in read
    assert "no()" not in read


MANUAL = """
<ol start=3><li>Third<li value=10>Tenth</ol>
<pre><code class="language-sh">echo `date`</code></pre><pre>```
fenced</pre><p><code>a`b</code> <input value=typed><button>Send</button><button>Stop</button>
<table><tr><td><ul><li>red<li>blue</ul><td>9</table>
<details><summary>More</summary>Not yet</details>
"""

AS_MARKDOWN = """\
3. Third
10. Tenth

```sh
echo `date`
```

````
```
fenced
````

``a`b``  typed  Send  Stop

| red blue | 9 |
| --- | --- |

More"""


def test_what_markdown_could_confuse_is_kept_apart(page: Page, site: Site) -> None:
    page.goto(site.add(MANUAL))
    read = page.do("content", "get", format="markdown")["content"]
    assert read == AS_MARKDOWN


SHADOWS = """
<h1>Top</h1><x-card><b slot=name>Mug</b></x-card><pre>  kept</pre><button id=last>Last</button>
<script>
  const root = document.querySelector("x-card").attachShadow({ mode: "open" });
  root.innerHTML = "<p>A <slot name=name></slot> for <i>you</i><br>today</p><button>Buy</button>";
</script>
"""


@pytest.mark.proves("tools:frames_and_shadow_roots")
def test_the_text_of_a_page_has_that_of_its_shadow_roots(page: Page, site: Site) -> None:
    page.goto(site.add(SHADOWS))
    read = page.do("content", "get", format="text")["content"]
    assert read == "Top\n\nA Mug for you\ntoday\nBuy\n  kept\nLast"


@pytest.mark.proves("tools:frames_and_shadow_roots")
def test_matches_come_in_the_order_of_the_page_also_from_shadow_roots(
    page: Page, site: Site
) -> None:
    page.goto(site.add(SHADOWS))
    rows = page.do("content", "query", selector="button")["elements"]
    assert [row["textContent"] for row in rows] == ["Buy", "Last"]


def test_a_text_is_not_cut_in_the_middle_of_a_character(page: Page, site: Site) -> None:
    page.goto(site.add("<p>a👍b"))
    read = page.do("content", "get", format="text", maxChars=2)
    assert (read["content"], read["truncated"]) == ("a", True)


def test_what_is_cut_is_said(desk: Page) -> None:
    read = desk.do("content", "get", format="html", maxChars=100)
    assert (len(read["content"]), read["truncated"]) == (100, True)


def test_matches_are_counted_and_described(desk: Page) -> None:
    queried = desk.do("content", "query", selector="select", limit=1)
    (first,) = queried["elements"]
    assert (queried["count"], first["tagName"], first["id"]) == (2, "select", "size")
    assert first["textContent"] == "Small Medium Large"
    assert first["attributes"]["onchange"].startswith("log(")
    assert first["boundingBox"]["width"] > 0
    assert desk.do("content", "query", selector="#nothing") == {"elements": [], "count": 0}


def test_an_attribute_or_the_value_now_is_told(desk: Page) -> None:
    desk.do("interact", "type", selector="#name", text="Ada", delay=0)
    told = desk.do("content", "attribute", selector="#name", attribute="value")
    assert told == {"selector": "#name", "attribute": "value", "value": "Ada"}
    role = desk.do("content", "attribute", selector="#save", attribute="data-role")
    assert role["value"] == "primary"
    assert desk.do("content", "attribute", selector="#save", attribute="none")["value"] is None


@pytest.mark.parametrize("action", ["get", "attribute", "screenshot", "snapshot"])
def test_what_is_not_there_cannot_be_read(desk: Page, action: str) -> None:
    more = {"attribute": "id"} if action == "attribute" else {}
    with pytest.raises(Failed) as failed:
        desk.do("content", action, selector="#nothing", timeout=1500, **more)
    assert failed.value.code == "ELEMENT_NOT_FOUND"


def test_a_right_to_left_page_with_pictographs_is_read_as_it_is(page: Page, site: Site) -> None:
    page.goto(site.add("<html dir=rtl><p id=p>שלום 👩‍👩‍👧‍👦 <bdo dir=ltr>abc</bdo></p>"))
    assert page.do("content", "get", format="text", selector="#p")["content"] == "שלום 👩‍👩‍👧‍👦 abc"
    assert "שלום 👩‍👩‍👧‍👦 abc" in page.snapshot()
