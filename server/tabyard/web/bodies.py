"""From bytes to models, and from pydantic's complaints to sentences with paths."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from tabyard.core.errors import HubError, InvalidInput, NoCommands
from tabyard_protocol.model import WireModel

__all__ = ["explain", "parse", "read_body"]

M = TypeVar("M", bound=WireModel)

UNION_ARMS: Final = frozenset({"constrained-str", "str", "int", "float", "bool"})
"""How pydantic names the arms of a union inside a location; no part of any path."""


async def read_body(request: Request, *, within_s: float) -> bytes:
    """The whole body, at most the guard's limit.

    Raises:
        BodyTooLarge: it is longer.
        InvalidInput: it took longer than `within_s` to arrive.
    """
    try:
        async with asyncio.timeout(within_s):
            return await request.body()
    except TimeoutError:
        raise InvalidInput(f"Request body did not arrive within {within_s:g} s") from None


def parse(model: type[M], body: bytes) -> M:
    """`body` as `model`.

    Raises:
        InvalidInput, NoCommands: it is not.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise explain(error) from None


def explain(error: ValidationError, *, skip: int = 0) -> HubError:
    """The refusal that tells a caller what `error` found.

    `skip` leading parts of a location belong to no path. That a task has no commands is told
    before anything else that is wrong with it.
    """
    found = error.errors(include_url=False, include_context=False, include_input=True)
    if any(item["type"] == "json_invalid" for item in found):
        return InvalidInput("Invalid JSON in request body")
    if any(_lacks_commands(item, skip) for item in found):
        return NoCommands()
    if any(len(item["loc"]) <= skip for item in found):
        return InvalidInput("Request body must be a JSON object")
    problems = _problems(found, skip)
    path, text = next(iter(problems.items()))
    return InvalidInput(f"{path} {text}", problems)


def _lacks_commands(item: ErrorDetails, skip: int) -> bool:
    """Whether the complaint is that there are no commands (and not that they are malformed)."""
    absent = item["input"] is None or item["type"] in {"missing", "too_short"}
    return item["loc"][skip:] == ("commands",) and absent


def _problems(found: Sequence[ErrorDetails], skip: int) -> Mapping[str, str]:
    """Each path with what is wrong there; the first complaint about a path is the one told."""
    problems: dict[str, str] = {}
    for item in found:
        problems.setdefault(_path(item["loc"][skip:]), _sentence(item))
    return problems


def _path(location: tuple[int | str, ...]) -> str:
    """`commands[1].args.url` for pydantic's location tuple."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in UNION_ARMS:
            path += f".{part}" if path else part
    return path


def _sentence(item: ErrorDetails) -> str:
    """What is wrong, to be read after the path: `is required`, `should be a valid string`."""
    if item["type"] == "missing":
        return "is required"
    text = item["msg"].removeprefix("Value error, ")
    for subject in ("Input ", "String ", "Tuple "):
        text = text.removeprefix(subject)
    return text
