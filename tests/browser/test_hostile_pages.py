"""Pages that put themselves in the place of what a driver leans on: clobbered names and patched worlds."""

import pytest
from tests.browser.driver import Page
from tests.browser.origins import Site

OF_ELEMENTS = """children attributes nodeName tagName localName id name className classList parentNode
    parentElement ownerDocument matches closest contains getAttribute hasAttribute getAttributeNode
    querySelector querySelectorAll shadowRoot getBoundingClientRect getClientRects childNodes
    firstChild lastChild nextSibling previousSibling firstElementChild nextElementSibling
    textContent innerText innerHTML outerHTML style isConnected nodeType nodeValue getRootNode
    assignedSlot slot checkVisibility elements length labels role title lang hidden tabIndex
    dispatchEvent addEventListener focus click scrollIntoView isContentEditable value type checked
    form disabled namespaceURI compareDocumentPosition scrollTop clientWidth offsetParent
    hasChildNodes getElementsByTagName toString constructor __proto__""".split()
OF_DOCUMENT = """querySelector querySelectorAll documentElement body head activeElement defaultView
    createElement createTreeWalker elementFromPoint elementsFromPoint readyState title getSelection
    visibilityState getElementById getElementsByTagName styleSheets doctype forms scrollingElement
    contains childNodes children firstChild addEventListener nodeType nodeName getRootNode
    ownerDocument cookie location execCommand designMode hasFocus compatMode fonts""".split()
NOTED = """<script>saved = []; addEventListener('click', ({target, isTrusted}) =>
    target.localName === 'button' && saved.push(target.textContent + isTrusted), true)</script>"""
FIELDS = """<h2>Order</h2><label>Street <input id=street name=street></label>
    <label>Size <select id=size name=size><option>small<option>large</select></label>
    <label><input type=checkbox id=terms> Terms</label><button type=button id=save>Save</button>"""


def clobbered_form() -> str:
    named = "".join(f"<input type=hidden name={name}>" for name in OF_ELEMENTS)
    return f"<main><form id=order>{named}{FIELDS}</form></main>{NOTED}"


def clobbered_document() -> str:
    named = "".join(f"<img name={name} alt=''>" for name in OF_DOCUMENT)
    return f"<main><form id=order>{FIELDS}</form></main><div>{named}</div>{NOTED}"


def hidden_in_ids() -> str:
    """Globals: `window.innerWidth` stays what it is, other names do not."""
    return f"<main><form id=order>{FIELDS}</form></main>{NOTED}" + "".join(
        f"<a id={name}></a>" for name in ("CSS", "Node", "Map", "JSON", "__tabyard", "self", "top")
    )


PAGES = {
    "form": clobbered_form(),
    "document": clobbered_document(),
    "window": hidden_in_ids(),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.proves("tools:pages_cannot_lie")
def test_names_that_stand_for_other_things_deceive_nobody(
    page: Page, site: Site, kind: str
) -> None:
    page.goto(site.add(PAGES[kind]))
    snapshot = page.snapshot(timeout=4000)
    for line in ('heading "Order"', 'textbox "Street"', 'combobox "Size"', 'button "Save"'):
        assert line in snapshot, snapshot
    assert "Save" in page.do("content", "get", format="text", timeout=4000)["content"]
    assert "## Order" in page.do("content", "get", format="markdown", timeout=4000)["content"]
    assert "<button" in page.do("content", "get", format="html", timeout=4000)["content"]
    (form,) = page.do("content", "query", selector="#order", timeout=4000)["elements"]
    assert (form["tagName"], form["id"], form["attributes"]) == ("form", "order", {"id": "order"})
    assert form["boundingBox"]["width"] > 100
    read = page.do("content", "attribute", selector="form", attribute="id", timeout=4000)
    assert read["value"] == "order"
    shown = page.do("content", "get_viewport_dom", timeout=4000)["elements"]
    (save,) = [one for one in shown if one["id"] == "save"]
    assert save["ancestors"] == ["form#order", "main"]
    assert "form" in [one["tag"] for one in shown]
    page.do("interact", "click", selector=save["selector"], timeout=4000)
    page.do("interact", "click", selector="role=button[name='Save']", timeout=4000)
    page.do("interact", "click", selector="form >> text=Save", timeout=4000)
    page.do("interact", "type", selector="#street", text="Elm 1", delay=0, timeout=4000)
    page.do("interact", "select", selector="#size", label="large", timeout=4000)
    page.do(
        "interact",
        "fill_form",
        fields=[{"selector": "label:has-text(Terms)", "value": True}],
        timeout=4000,
    )
    seen = "[saved, street.value, size.value, terms.checked]"
    assert page.value(seen) == [["Savetrue"] * 3, "Elm 1", "large", True]
    facts, _file = page.picture(selector="form", timeout=4000)
    assert facts["width"] > 100
