"""JSON of whatever people send."""

import json
from typing import Any

import pytest

from tabyard.core.json_text import dumps, is_deeper, loads

BIG = 2**70


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, "é", None]}, '{"a":[1,"é",null]}'),
        ([BIG, -BIG], f"[{BIG},{-BIG}]"),
        ([float("inf"), 1.5], "[null,1.5]"),
        ({"a": (float("-inf"), float("nan")), "b": BIG}, f'{{"a":[null,null],"b":{BIG}}}'),
        (["\ud800"], '["\\ud800"]'),
    ],
)
def test_everything_is_written_as_json(value: object, text: str) -> None:
    assert dumps(value) == text

    def no_word(word: str) -> None:
        pytest.fail(f"{word} is not JSON")

    json.loads(text, parse_constant=no_word)


@pytest.mark.parametrize("value", [1.5, "\ud800", float(BIG), 10**400])
def test_what_was_written_is_read(value: object) -> None:
    assert loads(dumps([value])) == [value]


def nested(levels: int) -> object:
    """Lists and objects in turns."""
    value: Any = "x"
    for level in range(levels):
        value = [1, value] if level % 2 else {"a": value, "b": {}}
    return value


@pytest.mark.parametrize("levels", [0, 1, 7, 300])
def test_depth_counts_lists_and_objects(levels: int) -> None:
    assert not is_deeper(nested(levels), levels + 1)
    assert not is_deeper(nested(levels), levels + (levels > 0))
    assert levels == 0 or is_deeper(nested(levels), levels - 1)
