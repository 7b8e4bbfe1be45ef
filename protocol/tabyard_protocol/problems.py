"""What is wrong with an input, in sentences: one per field, by its path as the caller wrote it."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tabyard_protocol.shapes import nested, slots

__all__ = ["problems", "sentence"]

KINDS: Final[Mapping[str, str]] = {
    "bool": "true or false",
    "dict": "an object",
    "float": "a number",
    "int": "a whole number",
    "list": "an array",
    "mapping": "an object",
    "model": "an object",
    "string": "text",
    "tuple": "an array",
}
"""What a field wants, by the first word of pydantic's error type."""

LIMITS: Final[Mapping[str, str]] = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "must have at most {max_length} items",
    "too_short": "must have at least {min_length} items",
}
"""Sentences for pydantic's error types that carry a limit."""

SYNONYMS: Final[Mapping[str, str]] = {
    "code": "expression",
    "css": "selector",
    "element": "selector",
    "file": "files",
    "href": "url",
    "keys": "key",
    "link": "url",
    "locator": "selector",
    "script": "expression",
    "seconds": "timeout",
    "xpath": "selector",
}
"""Names that people take for others, where no spelling is close."""

Path = tuple[int | str, ...]


def problems(
    error: ValidationError, given: object, model: type[BaseModel], *, root: str = ""
) -> dict[str, str]:
    """Path (`fields[0].value`, below `root`) to a sentence without a subject: `is required`.

    The branches of a union count as one field; a complaint about a container whose items are
    complained about is left out.
    """
    by_path: dict[Path, list[ErrorDetails]] = {}
    for item in error.errors():
        by_path.setdefault(_path(item, given), []).append(item)
    return {
        _spelled(path, root): _sentence(items, path, model)
        for path, items in by_path.items()
        if not any(_below(other, path) for other in by_path)
    }


def sentence(path: str, text: str) -> str:
    """`text` with its subject, unless it has one of its own."""
    return f"{path} {text}" if text.startswith(("is ", "must ")) else text


def _below(other: Path, path: Path) -> bool:
    return len(other) > len(path) and other[: len(path)] == path and path != ()


def _path(item: ErrorDetails, given: object) -> Path:
    """The part of pydantic's location that the caller wrote; branches of unions are not."""
    path: list[int | str] = []
    value: Any = given
    for part in item["loc"]:
        if isinstance(value, Mapping) and part in value:
            value = cast("Mapping[object, Any]", value)[part]
        elif isinstance(value, list | tuple) and isinstance(part, int):
            value = cast("list[Any]", value)[part]
        elif item["type"] == "missing" and part == item["loc"][-1]:
            value = None
        else:
            break
        path.append(part)
    return tuple(path)


def _spelled(path: Path, root: str) -> str:
    text = root
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def _sentence(items: list[ErrorDetails], path: Path, model: type[BaseModel]) -> str:
    first = items[0]
    kind = first["type"]
    if kind == "extra_forbidden":
        return _unknown(str(path[-1]), _model_at(model, path[:-1]))
    if kind == "missing":
        return "is required"
    wanted = list(dict.fromkeys(filter(None, map(_wanted, items))))
    if "a number" in wanted and "a whole number" in wanted:
        wanted.remove("a whole number")
    return f"must be {_either(wanted)}" if wanted else _limit(first)


def _wanted(item: ErrorDetails) -> str | None:
    """The kind of value that this branch would have taken."""
    kind = item["type"]
    if kind in ("literal_error", "enum"):
        return str(item.get("ctx", {})["expected"])
    family, _, rest = kind.partition("_")
    if rest in ("type", "parsing", "parsing_size", "from_float", "attributes_type", "unicode"):
        return KINDS.get(family)
    return None


def _limit(item: ErrorDetails) -> str:
    if item["type"] == "value_error":
        return item["msg"].removeprefix("Value error, ")
    template = LIMITS.get(item["type"])
    if template is None:
        return f"is not valid: {item['msg']}"
    text = template.format(**item.get("ctx", {})).removesuffix(".0")
    return "must not be empty" if text.endswith(("least 1 characters", "least 1 items")) else text


def _either(wanted: list[str]) -> str:
    *most, last = wanted
    return f"{', '.join(most)} or {last}" if most else last


def _unknown(name: str, model: type[BaseModel]) -> str:
    valid = [slot.name for slot in slots(model, sent=False)]
    lowered = {candidate.lower().replace("_", ""): candidate for candidate in valid}
    plain = name.lower().replace("_", "").replace("-", "")
    close: Iterable[str] = difflib.get_close_matches(plain, lowered, n=1, cutoff=0.6)
    meant = next((lowered[match] for match in close), SYNONYMS.get(plain))
    if meant in valid:
        return f"is unknown; did you mean '{meant}'?"
    return f"is unknown; valid: {', '.join(valid)}"


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """The model that refused something inside `path`: an argument has at most one model in it."""
    for part in path:
        fields = {slot.name: slot.annotation for slot in slots(model, sent=False)}
        if part in fields:
            (model,) = (kind for kind in nested(fields[part]) if issubclass(kind, BaseModel))
    return model
