"""JSON of whatever people send: orjson is fast, and refuses what JSON itself allows."""

import json
from typing import Any

import orjson

__all__ = ["dumps", "loads"]


def dumps(value: object) -> str:
    """Compact JSON. What orjson refuses (integers over 64 bits, lone surrogates) is kept too."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":"))


# JSON has no narrower type before its reader knows what it is.
def loads(text: str) -> Any:  # noqa: ANN401
    """What `dumps` wrote."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
