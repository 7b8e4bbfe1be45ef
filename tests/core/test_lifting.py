"""Long strings are lifted out of a frame, and nobody can tell."""

import orjson
import pytest

from tabyard.core.lifting import LARGE_CHARS, loads

LONG = "QUJD" * LARGE_CHARS


@pytest.mark.parametrize(
    "value",
    [
        {"type": "tool_result", "id": "1", "result": {"content": [{"data": LONG, "n": [1, "x"]}]}},
        {"data": LONG, "other": {"data": LONG + "=="}, "blob": LONG},
        [{"blob": LONG, "data": "short"}, {"data": LONG}],
        {"data": LONG + '"quoted\\', "text": 'says "data":"' + LONG},
        {"data": "é" + LONG, "more": "\n" + LONG},
        {"data": f"{LONG}", "mark": f"lifted-{0}-0"},
        LONG,
        {'odd"data': LONG},
    ],
)
def test_a_large_frame_means_what_a_parser_says(value: object) -> None:
    text = orjson.dumps(value).decode()
    assert loads(text) == value


def test_nesting_deeper_than_calls_can_be_is_no_matter() -> None:
    text = f'[{"[" * 1_000}{"]" * 1_000},{{"data":"{LONG}"}}]'
    assert loads(text)[1] == {"data": LONG}


def test_a_text_that_uses_the_marks_itself_is_parsed_whole() -> None:
    text = orjson.dumps({"data": LONG, "own": "-" * 30}).decode()
    mark = f"lifted-{len(text)}-0"
    forged = text.replace("-" * 30, mark.ljust(30))
    assert loads(forged)["own"] == mark.ljust(30)
    exact = orjson.dumps({"data": LONG, "own": ""}).decode()
    mark = f"lifted-{len(exact) + len(mark)}-0"
    text = orjson.dumps({"data": LONG, "own": mark}).decode()
    assert loads(text) == {"data": LONG, "own": mark}


@pytest.mark.parametrize("cut", [1, LARGE_CHARS])
def test_what_is_no_json_is_refused(cut: int) -> None:
    text = orjson.dumps({"data": LONG}).decode()
    with pytest.raises(orjson.JSONDecodeError):
        loads(text[:-cut])
