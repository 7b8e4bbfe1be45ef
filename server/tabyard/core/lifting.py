"""Large frames: their pictures are lifted out before anybody parses what is left."""

from collections.abc import Iterable
from typing import Any, Final, cast

import orjson

__all__ = ["loads"]

LARGE_CHARS: Final = 256 * 1024
"""From here on a parser would hold the interpreter for milliseconds."""

_OPENINGS: Final = ('"data":"', '"blob":"')
"""What stands before the bytes of a picture or a file, as `JSON.stringify` writes it."""

_WORTH_CHARS: Final = 64 * 1024
_MOST: Final = 64


def loads(text: str) -> Any:  # noqa: ANN401 -- JSON has no narrower type before its reader knows it
    """What the JSON `text` means, the same as without lifting.

    Finding the end of a string and copying it is ten times as fast as parsing it.

    Raises:
        orjson.JSONDecodeError: it is no JSON.
    """
    if len(text) < LARGE_CHARS:
        return orjson.loads(text)
    lean, lifted = _lift(text)
    if any(lean.count(f'"{mark}"') != 1 for mark in lifted):
        return orjson.loads(text)
    return _put_back(orjson.loads(lean), lifted)


def _lift(text: str) -> tuple[str, dict[str, str]]:
    """`text` with marks in place of its long strings, and those strings by their marks."""
    pieces: list[str] = []
    lifted: dict[str, str] = {}
    done = 0
    for opening in _OPENINGS:
        at = text.find(opening, done)
        while at >= 0 and len(lifted) < _MOST:
            start = at + len(opening)
            end = text.find('"', start)
            # Only what is spelled as it is meant: an escape would have to be read.
            if end - start >= _WORTH_CHARS and text.find("\\", start, end) < 0:
                mark = f"lifted-{len(text)}-{len(lifted)}"
                lifted[mark] = text[start:end]
                pieces += (text[done:start], mark)
                done = end
            at = text.find(opening, max(end, start))
    pieces.append(text[done:])
    return "".join(pieces), lifted


def _put_back(value: object, lifted: dict[str, str]) -> object:
    """`value` with the strings in place of their marks, changed where it lies."""
    # In a list of its own, as JSON may be nested deeper than calls may.
    whole = [value]
    open_: list[object] = [whole]
    while open_:
        part = open_.pop()
        inside: Iterable[tuple[Any, object]]
        if isinstance(part, dict):
            inside = cast("dict[str, object]", part).items()
        else:
            inside = enumerate(cast("list[object]", part))
        for place, item in inside:
            if isinstance(item, str) and item in lifted:
                cast("dict[Any, object]", part)[place] = lifted[item]
            elif isinstance(item, dict | list):
                open_.append(cast("object", item))
    return whole[0]
