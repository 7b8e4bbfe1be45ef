"""Text that a US keyboard does not type, in fields and editors of several kinds."""

import pytest
from tests.browser.driver import Hub, Page
from tests.browser.origins import Site

MIXED = "Grüße 日本語、한국어 。שלום مرحبا नमस्ते 👩‍👩‍👧🇩🇪👍🏽 e\u0301é 𠮷 “x” €"
HEARD = """heard = [];
for (const kind of ['keydown', 'compositionstart', 'compositionupdate', 'beforeinput', 'input',
                    'compositionend', 'keyup'])
    addEventListener(kind, (event) =>
        heard.push([kind, event.inputType ?? event.key, event.data].filter(Boolean).join(' ')))"""
EDITORS = {
    "field": "<input id=it><script>told = () => it.value</script>",
    "password": "<input id=it type=password><script>told = () => it.value</script>",
    "editable": "<div id=it contenteditable></div><script>told = () => it.textContent</script>",
    # As React does it: the state is what was typed, and is put into the field again each time.
    "controlled": """<input id=it><script>
        let state = ''; told = () => it.value + (it.value === state ? '' : ' is not ' + state);
        it.addEventListener('input', () => { state = it.value; it.value = ''; it.value = state })
        </script>""",
    # Renders all of it anew for each input, as some highlighters do.
    "highlighted": """<div id=it contenteditable></div><script>told = () => it.textContent;
        it.addEventListener('input', () => {
            it.innerHTML = it.textContent.replace(/x/, '<b>$&</b>');
            getSelection().selectAllChildren(it); getSelection().collapseToEnd() })
        </script>""",
    # Keeps a model of its own, renders all of it anew, and leaves only compositions to the browser.
    "modelled": """<div id=it contenteditable></div><script>
        let model = ''; told = () => it.textContent === model ? model : [it.textContent, model];
        const add = (text) => {
            model += text; it.textContent = model; getSelection().selectAllChildren(it);
            getSelection().collapseToEnd() };
        it.addEventListener('beforeinput', (event) => {
            if (event.inputType === 'insertText') { event.preventDefault(); add(event.data) } });
        it.addEventListener('compositionend', ({data}) => add(data))
        </script>""",
}


@pytest.mark.parametrize("delay", [0, 1])
@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.proves("tools:any_text_is_typed")
def test_any_text_ends_up_as_it_was_given(page: Page, site: Site, editor: str, delay: int) -> None:
    page.goto(site.add(EDITORS[editor]))
    page.do("interact", "type", selector="#it", text=MIXED, delay=delay)
    assert page.value("told()") == MIXED


@pytest.mark.proves("tools:any_text_is_typed")
def test_it_reaches_a_frame_of_another_origin(page: Page, site: Site) -> None:
    inner = site.add(EDITORS["field"], name="inner").replace(site.here, "{{other}}")
    page.goto(site.add(f"<iframe src='{inner}'></iframe>"))
    page.do("interact", "type", selector="#it", frame=0, text=MIXED, delay=0)
    assert page.value("told()", frame=0) == MIXED


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("ü", ["keydown ü", "beforeinput insertText ü", "input insertText ü", "keyup ü"]),
        ("ש", ["keydown ש", "beforeinput insertText ש", "input insertText ש", "keyup ש"]),
        ("👩‍👩‍👧", ["beforeinput insertText 👩‍👩‍👧", "input insertText 👩‍👩‍👧"]),
        ("e\u0301", ["beforeinput insertText e\u0301", "input insertText e\u0301"]),
        (
            "日",
            [
                "keydown Process",
                "compositionstart",
                *["compositionupdate 日", "beforeinput insertCompositionText 日"],
                "input insertCompositionText 日",
                *["compositionupdate 日", "beforeinput insertCompositionText 日"],
                "input insertCompositionText 日",
                "compositionend 日",
                "keyup Process",
            ],
        ),
    ],
    ids=["umlaut", "hebrew", "emoji", "combining", "han"],
)
def test_the_page_hears_of_it_as_from_a_person(
    page: Page, site: Site, text: str, heard: list[str]
) -> None:
    page.goto(site.add(f"<input id=it><script>{HEARD}</script>"))
    page.do("interact", "type", selector="#it", text=text)
    assert page.value("heard") == heard


@pytest.mark.proves("tools:cancel_stops_the_page")
def test_a_cancel_between_two_characters_leaves_no_composition_open(
    hub: Hub, page: Page, site: Site
) -> None:
    page.goto(site.add(f"<input id=it><script>{HEARD}</script>"))
    typing = {"action": "type", "selector": "#it", "text": "日本" * 200, "delay": 10}
    ended = hub.cancel_at_last_command(page.start([("browser_interact", typing)]))
    assert ended["status"] == "cancelled"
    counted = "heard.filter(one => one.startsWith('composition' + end)).length"
    count = f"['start', 'end'].map(end => {counted})"
    page.run([("sleep", {"duration": 150})])
    begun, done = page.value(count)
    assert 0 < begun == done < 400
    assert len(page.value("it.value")) == done
    page.run([("sleep", {"duration": 150})])
    assert page.value(count) == [begun, done]
