"""Pages that put themselves in the place of what a driver leans on."""

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

OF_ELEMENTS = """
    children attributes nodeName tagName localName id name className classList parentNode
    parentElement ownerDocument matches closest contains getAttribute hasAttribute
    getAttributeNode querySelector querySelectorAll shadowRoot getBoundingClientRect
    getClientRects childNodes firstChild lastChild nextSibling previousSibling
    firstElementChild nextElementSibling textContent innerText innerHTML outerHTML style
    isConnected nodeType nodeValue getRootNode assignedSlot slot checkVisibility elements
    length labels role title lang hidden tabIndex dispatchEvent addEventListener focus click
    scrollIntoView isContentEditable value type checked form disabled namespaceURI
    compareDocumentPosition scrollTop clientWidth offsetParent hasChildNodes
    getElementsByTagName toString constructor __proto__
"""
OF_DOCUMENT = """
    querySelector querySelectorAll documentElement body head activeElement defaultView
    createElement createTreeWalker elementFromPoint elementsFromPoint readyState title
    getSelection visibilityState getElementById getElementsByTagName styleSheets doctype
    forms scrollingElement contains childNodes children firstChild addEventListener nodeType
    nodeName getRootNode ownerDocument cookie location execCommand designMode hasFocus
    compatMode fonts
"""
NOTED = """<script>saved = []; addEventListener('click', ({target, isTrusted}) =>
    target.localName === 'button' && saved.push(target.textContent + isTrusted), true)</script>"""
FIELDS = """<h2>Order</h2><label>Street <input id=street name=street></label>
    <label>Size <select id=size name=size><option>small<option>large</select></label>
    <label><input type=checkbox id=terms> Terms</label><button type=button id=save>Save</button>"""


def clobbered_form() -> str:
    named = "".join(f"<input type=hidden name={name}>" for name in OF_ELEMENTS.split())
    return f"<main><form id=order>{named}{FIELDS}</form></main>{NOTED}"


def clobbered_document() -> str:
    named = "".join(f"<img name={name} alt=''>" for name in OF_DOCUMENT.split())
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


PATCHES = """<script>
    const real = {now: performance.now.bind(performance), define: Object.defineProperty};
    const boom = () => { throw new Error('boom') };
    const never = () => { for (;;); };
    const lie = document.createElement('b');
    saved = [];
    save.addEventListener('click', ({isTrusted}) => { saved[saved.length] = isTrusted });
    const getter = (owner, name, get) =>
        real.define(owner, name, {get, set: boom, configurable: true});
    for (const name of ['childNodes', 'parentNode', 'parentElement', 'ownerDocument', 'isConnected',
                        'nodeType', 'nodeName', 'firstChild', 'textContent', 'getRootNode'])
        getter(Node.prototype, name, () => lie);
    for (const name of ['attributes', 'shadowRoot', 'children', 'tagName', 'id', 'className',
                        'getBoundingClientRect', 'getClientRects', 'closest', 'matches',
                        'getAttribute', 'checkVisibility', 'scrollIntoView'])
        getter(Element.prototype, name, boom);
    getter(HTMLElement.prototype, 'innerText', never);
    getter(HTMLInputElement.prototype, 'type', never);
    for (const name of ['querySelector', 'querySelectorAll', 'createTreeWalker', 'activeElement',
                        'readyState', 'elementFromPoint', 'elementsFromPoint', 'title'])
        getter(Document.prototype, name, never);
    for (const kind of [Map, Set, WeakMap, WeakSet, Array])
        for (const name of Object.getOwnPropertyNames(kind.prototype))
            if (!['constructor', 'length', 'size'].includes(name)) kind.prototype[name] = boom;
    Array.prototype[Symbol.iterator] = boom;
    for (const name of ['call', 'apply', 'bind', 'toString']) Function.prototype[name] = boom;
    for (const name of ['then', 'catch', 'finally']) Promise.prototype[name] = never;
    for (const name of ['toJSON', 'get', 'value', 'ok', 'then'])
        real.define(Object.prototype, name, {get: boom, set() {}, configurable: true});
    Error.prepareStackTrace = never;
    for (const name of ['getComputedStyle', 'requestAnimationFrame', 'setTimeout', 'WeakRef', 'Map',
                        'Set', 'JSON', 'Promise', 'Intl', 'Proxy', 'Reflect', 'CSS', 'Node'])
        getter(window, name, boom);
    for (const name of ['dispatchEvent', 'addEventListener']) EventTarget.prototype[name] = boom;
</script>"""


@pytest.mark.proves("tools:pages_cannot_lie")
def test_a_patched_world_neither_lies_nor_hangs(page: Page, site: Site) -> None:
    body = f"<title>Patched</title><main><form id=order>{FIELDS}</form></main>{PATCHES}"
    page.goto(site.add(body))
    limit = {"timeout": 5000}
    snapshot = page.snapshot(**limit)
    for line in ('heading "Order"', 'textbox "Street"', 'combobox "Size"', 'button "Save"'):
        assert line in snapshot, snapshot
    assert "Street" in page.do("content", "get", format="text", **limit)["content"]
    assert "## Order" in page.do("content", "get", format="markdown", **limit)["content"]
    assert "<button" in page.do("content", "get", format="html", **limit)["content"]
    (field,) = page.do("content", "query", selector="#street", **limit)["elements"]
    assert (field["tagName"], field["attributes"]["name"]) == ("input", "street")
    shown = page.do("content", "get_viewport_dom", **limit)["elements"]
    (save,) = [one for one in shown if one["id"] == "save"]
    assert save["ancestors"] == ["form#order", "main"]
    page.do("interact", "click", selector=save["selector"], **limit)
    page.do("interact", "click", selector="role=button[name='Save']", **limit)
    page.do("interact", "type", selector="#street", text="Elm ü日", delay=0, **limit)
    page.do("interact", "select", selector="#size", label="large", **limit)
    terms = [{"selector": "label:has-text(Terms)", "value": True}]
    page.do("interact", "fill_form", fields=terms, **limit)
    read = page.do("content", "attribute", selector="#street", attribute="value", **limit)
    assert read["value"] == "Elm ü日"
    assert "[checked]" in page.snapshot(**limit)
    assert 'option "large" [selected]' in page.snapshot(**limit)
    assert page.value("saved", **limit) == [True, True]
    page.picture(selector="form", **limit)


HOSTILE_RESULTS: dict[str, tuple[str, object]] = {
    "cycle": ("(() => { const a = {}; a.self = a; return a })()", "NOT_SERIALIZABLE"),
    "toJSON throws": ("({toJSON() { throw new Error('no') }})", "NOT_SERIALIZABLE"),
    "toJSON lies": ("({a: 1, toJSON: () => 'said'})", "said"),
    "getter throws": ("({get a() { throw new Error('no') }})", "NOT_SERIALIZABLE"),
    "proxy": ("new Proxy({}, {ownKeys() { throw new Error('no') }})", "NOT_SERIALIZABLE"),
    "revoked proxy": (
        "(() => { const {proxy, revoke} = Proxy.revocable({}, {}); revoke(); return proxy })()",
        "SCRIPT_ERROR",
    ),
    "big": ("2n ** 80n", str(2**80)),
    "big inside": ("({a: 1n})", "NOT_SERIALIZABLE"),
    "symbol": ("Symbol('x')", "NOT_SERIALIZABLE"),
    "node": ("document.body", "NOT_SERIALIZABLE"),
    "nodes": ("[document.body]", [{}]),
    "window": ("window", "NOT_SERIALIZABLE"),
    "function": ("(function f() {}).bind(null)", None),
    "endless getter": ("({get a() { for (;;); }})", "COMMAND_TIMEOUT"),
    "endless function": ("() => { for (;;); }", "COMMAND_TIMEOUT"),
    "thenable": ("({then(done) { done('later') }})", "later"),
    "never": ("({then() {}})", "COMMAND_TIMEOUT"),
    "throws nothing": ("(() => { throw undefined })()", "SCRIPT_ERROR"),
    "throws a proxy": (
        "(() => { throw new Proxy({}, {get() { throw 1 }}) })()",
        "SCRIPT_ERROR",
    ),
    "rejects with a node": ("Promise.reject(document.body)", "SCRIPT_ERROR"),
}


@pytest.mark.parametrize("name", HOSTILE_RESULTS)
def test_hostile_results_are_values_or_errors(page: Page, site: Site, name: str) -> None:
    expression, wanted = HOSTILE_RESULTS[name]
    page.goto(site.add("<p>here</p>"))
    try:
        seen = page.value(expression, timeout=1200)
    except Failed as failure:
        seen = failure.code
    assert seen == wanted
    page.goto(site.add("<p>next</p>"))
    assert page.value("1 + 1") == 2


def test_a_huge_result_is_an_answer(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    assert len(page.value("'x'.repeat(5_000_000)")) == 5_000_000
    assert page.value("1 + 1") == 2
