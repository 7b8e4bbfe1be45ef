"""Fields of all kinds: editors, dates, sliders, lists, files, canvases; all scripts."""

import hashlib
from pathlib import Path

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

WORDS = [
    "plain",
    "naïve Straße",
    "שלום עולם",
    "مرحبا بالعالم",
    "你好 世界",
    "हिन्दी में",
    "👩‍👩‍👧‍👦🇩🇪👍🏽",
    "e\u0301\u200dx",
]


@pytest.fixture
def fields(page: Page, site: Site) -> Page:
    page.goto(site.url("fields.html"))
    return page


@pytest.mark.parametrize("word", WORDS)
def test_every_script_arrives_as_it_was_written(fields: Page, word: str) -> None:
    fields.run(
        [
            ("browser_interact", {"action": "type", "selector": "#rtl", "text": word, "delay": 0}),
            (
                "browser_interact",
                {"action": "type", "selector": "#managed", "text": word, "delay": 0},
            ),
        ]
    )
    assert fields.value("[rtl.value, model]") == [word, word]


def test_an_editable_element_is_typed_into_at_its_end(fields: Page) -> None:
    fields.do("interact", "type", selector="#editor", text=" and new", delay=0)
    assert fields.value("editor.textContent") == "Old bold and new"


def test_an_editable_element_is_cleared_first_when_asked(fields: Page) -> None:
    fields.do("interact", "type", selector="#editor", text="Fresh", clear=True, delay=0)
    assert fields.value("editor.textContent.trim()") == "Fresh"


def test_an_editor_with_a_model_of_its_own_hears_each_key(fields: Page) -> None:
    fields.do("interact", "type", selector="#managed", text="ab\nc", delay=0)
    fields.do("interact", "press", key="Backspace")
    assert fields.value("model") == "ab\n"


def test_a_field_that_a_framework_controls_keeps_what_is_filled(fields: Page) -> None:
    fields.do("interact", "fill_form", fields=[{"selector": "#picky", "value": "mug"}])
    assert fields.value("[known, picky.value]") == ["MUG", "MUG"]


def test_dates_times_colours_and_sliders_are_set(fields: Page) -> None:
    fields.do("interact", "type", selector="#day", text="2026-12-24")
    filled = [
        {"selector": "#hour", "value": "13:45"},
        {"selector": "#colour", "value": "#ff8800"},
        {"selector": "#volume", "value": 70},
        {"selector": "#count", "value": 12},
        {"selector": "#switch", "value": True},
    ]
    fields.do("interact", "fill_form", fields=filled)
    values = fields.value("['day','hour','colour','volume','count'].map(id => by(id).value)")
    assert values == ["2026-12-24", "13:45", "#ff8800", "70", "12"]
    assert fields.value("seen") == ["day 2026-12-24", "hour 13:45", "volume 70"]
    assert fields.value("by('switch').getAttribute('aria-checked')") == "true"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("#day", "24.12.2026", "2031-12-24"),
        ("#hour", "25:00", "18:30"),
        ("#colour", "no colour", "#ff8800"),
        ("#volume", 700, "from 0 to 100"),
        ("#tick", "perhaps", "true or false"),
    ],
)
def test_a_value_that_a_field_would_not_take_is_refused_and_nothing_is_lost(
    fields: Page, field: str, value: str | int, said: str
) -> None:
    fields.value("void (day.value = '2026-01-01', hour.value = '08:00', tick.checked = true)")
    values = "[day.value, hour.value, colour.value, volume.value, tick.checked]"
    before = fields.value(values)
    with pytest.raises(Failed) as failed:
        fields.do("interact", "fill_form", fields=[{"selector": field, "value": value}])
    assert failed.value.code == "INVALID_ARGUMENTS"
    assert said in failed.value.message
    assert fields.value(values) == before


def test_a_label_stands_for_its_field_also_when_that_is_cleared(fields: Page) -> None:
    fields.value("void (named.value = 'old')")
    fields.do("interact", "type", selector="#label", text="new", clear=True, delay=0)
    assert fields.value("named.value") == "new"


def test_a_limit_of_length_holds_for_typed_text(fields: Page) -> None:
    fields.do("interact", "type", selector="#masked", text="1234567", delay=0)
    assert fields.value("masked.value") == "12345"


def test_an_option_of_a_combobox_is_chosen_once_its_list_is_open(fields: Page) -> None:
    chosen = fields.do("interact", "select", selector="#combo", label="Coffee")
    assert chosen["selected"] == ["Coffee"]
    assert fields.value("combo.textContent") == "Coffee"


def test_files_go_to_the_hidden_input_of_a_label(fields: Page, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    paths = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    assert fields.do("interact", "upload", selector="#pick", files=paths)["uploaded"] == [
        "a.txt",
        "b.txt",
    ]
    assert fields.value("Promise.all([...files.files].map(f => f.text()))") == ["a.txt", "b.txt"]


def test_a_canvas_is_drawn_on_by_coordinates(fields: Page) -> None:
    x, y = fields.value(
        "(r => [Math.round(r.x) + 50, Math.round(r.y) + 40])(canvas.getBoundingClientRect())"
    )
    fields.do("interact", "click", x=x, y=y)
    pixel = "[...pen.getImageData(50, 40, 1, 1).data]"
    assert fields.value(pixel) == [0, 0, 255, 255]


def test_a_text_pasted_in_one_piece_is_quick(fields: Page) -> None:
    text = "line of text \n" * 2000
    fields.value(
        "void document.body.append(Object.assign(document.createElement('textarea'), {id: 'long'}))"
    )
    fields.do("interact", "type", selector="#long", text=text, delay=0)
    assert fields.value("long.value.length") == len(text)


def test_a_key_chord_selects_and_replaces(fields: Page) -> None:
    fields.do("interact", "type", selector="#rtl", text="abc", delay=0)
    fields.do("interact", "press", key="Control+a")
    fields.do("interact", "type", text="x", delay=0)
    assert fields.value("rtl.value") == "x"


SENT = """sent = Promise.all([...event.target.files].map(async (body) =>
    [body.name, await (await fetch('/digest', {method: 'POST', body})).text()]))"""


def test_large_files_arrive_whole_and_an_artifact_as_it_is_kept(
    page: Page, site: Site, tmp_path: Path
) -> None:
    page.goto(site.add(f'<input id=pick type=file multiple onchange="{SENT}">'))
    sizes = {"film.bin": 96 << 20, "small.txt": 5}
    digests: list[list[str]] = []
    for name, size in sizes.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size - 3)
            file.seek(0, 2)
            file.write(b"end")
        with (tmp_path / name).open("rb") as file:
            digests.append([name, f"{size} {hashlib.file_digest(file, 'sha256').hexdigest()}"])
    paths = [str(tmp_path / name) for name in sizes]
    done = page.do("interact", "upload", selector="#pick", files=paths)
    assert done["uploaded"] == list(sizes)
    assert page.value("sent") == digests
    paper = page.do("content", "pdf")
    page.do("interact", "upload", selector="#pick", files=[paper["artifactId"]])
    told = f"{paper['sizeBytes']} {paper['sha256']}"
    assert page.value("sent") == [["127.0.0.1.pdf", told]]


@pytest.mark.parametrize(
    ("kind", "instead"),
    [
        ("checkbox", "fill_form"),
        ("radio", "fill_form"),
        ("file hidden", "upload"),
        ("submit", "click"),
    ],
)
def test_a_field_that_takes_no_text_says_what_to_use(
    page: Page, site: Site, kind: str, instead: str
) -> None:
    page.goto(site.add(f"<form><input id=a type={kind}></form>"))
    with pytest.raises(Failed) as failed:
        page.do("interact", "type", selector="#a", text=" ", timeout=3000)
    assert failed.value.code == "INVALID_ARGUMENTS"
    assert kind.removesuffix(" hidden") in failed.value.message
    assert instead in failed.value.message
    assert page.value("a.checked || location.search !== ''") is False
