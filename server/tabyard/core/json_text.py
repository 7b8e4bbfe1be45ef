"""JSON of whatever people send: orjson is fast, and refuses some of what JSON allows."""

import json
import math
from collections.abc import Iterable
from typing import Any, Final, cast

import orjson

__all__ = ["DEEPEST", "dumps", "is_deeper", "loads"]

DEEPEST: Final = 200
"""Results are written inside events and tasks, and writers of JSON give up at some 250 levels."""


def dumps(value: object) -> str:
    """Compact JSON, with integers of any size, lone surrogates, and null for what is no number.

    Raises:
        TypeError: there is something in it that JSON has no word for.
    """
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(_finite(value), separators=(",", ":"), allow_nan=False)


# JSON has no narrower type before its reader knows what it is.
def loads(text: str) -> Any:  # noqa: ANN401
    """What `dumps` wrote. Integers over 64 bits are the nearest float, as JavaScript has them."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def is_deeper(value: object, levels: int = DEEPEST) -> bool:
    """Whether lists and objects in `value` are nested deeper than `levels`: writers recurse."""
    found = _parts([value])
    for _ in range(levels):
        if not found:
            return False
        found = _parts(part for one in found for part in one)
    return bool(found)


def _parts(values: Iterable[object]) -> list[Iterable[object]]:
    """What is in each of `values` that is a list or an object."""
    return [
        cast("dict[str, object]", it).values() if isinstance(it, dict) else cast("list[object]", it)
        for it in values
        if isinstance(it, dict | list)
    ]


def _finite(value: object) -> object:
    """`value` with null for infinities, as orjson writes them."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in cast("dict[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in cast("list[object]", value)]
    return value
