"""From bytes to models, and from what does not fit to sentences with paths."""

import asyncio
import re
from typing import Final, TypeVar

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from tabyard.core.errors import BodyTooLarge, HubError, InvalidInput, NoCommands
from tabyard.web.exchange import exchange_of
from tabyard.web.state import WebState
from tabyard_protocol.model import WireModel
from tabyard_protocol.problems import problems, sentence

__all__ = ["expect_shallow", "parse", "read_body"]

M = TypeVar("M", bound=WireModel)

BRACKETS: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""Strings, to be skipped, and what nests."""


async def read_body(state: WebState, request: Request) -> bytes:
    """The whole body, at most the guard's limit.

    Raises:
        BodyTooLarge: it is longer.
        InvalidInput: it took too long to arrive, or is nested too deep.
    """
    exchange = exchange_of(request.scope)
    body = exchange.body_now() if exchange is not None else None
    if body is None:
        body = await _awaited_body(request, state.settings.body_timeout_s)
    elif len(body) > state.settings.body_limit_bytes:
        raise BodyTooLarge(state.settings.body_limit_bytes)
    expect_shallow(body, state.settings.json_depth)
    return body


async def _awaited_body(request: Request, within_s: float) -> bytes:
    """A body that is still on its way."""
    try:
        async with asyncio.timeout(within_s):
            return await request.body()
    except TimeoutError:
        raise InvalidInput(f"Request body did not arrive within {within_s:g} s") from None


def expect_shallow(text: bytes, levels: int, *, what: str = "Request body") -> None:
    """Refuse JSON that is nested deeper than `levels`: readers recurse, and so do its users.

    Raises:
        InvalidInput: it is.
    """
    if text.count(b"[") + text.count(b"{") <= levels:
        return
    depth = 0
    for found in BRACKETS.finditer(text):
        bracket = found[0][:1]
        if bracket in b"[{":
            depth += 1
            if depth > levels:
                raise InvalidInput(f"{what} is nested deeper than {levels} levels")
        elif bracket in b"]}":
            depth -= 1


def parse(model: type[M], text: bytes | str, *, what: str = "Request body") -> M:
    """`text` as `model`; `what` names it in refusals.

    Raises:
        InvalidInput, NoCommands: it is not.
    """
    try:
        parsed = _validated(model, text)
    except ValidationError as error:
        raise _refusal(error, text, model, what) from None
    if says_no_number(text):
        raise _not_json(what)
    return parsed


def _validated(model: type[M], text: bytes | str) -> M:
    """As `model_validate_json`, which spends as long again on its options."""
    parsed: M = model.__pydantic_validator__.validate_json(text)
    return parsed


def _refusal(
    error: ValidationError, text: bytes | str, model: type[WireModel], what: str
) -> HubError:
    """What to tell about `error`. That a task has no commands is told before anything else."""
    found = error.errors(include_url=False, include_context=False)
    if any(item["type"] == "json_invalid" for item in found):
        return _not_json(what)
    if any(not item["loc"] for item in found):
        return InvalidInput(f"{what} must be a JSON object")
    if any(_lacks_commands(item) for item in found):
        return NoCommands()
    by_path = problems(error, _loaded(text), model)
    return InvalidInput(sentence(*next(iter(by_path.items()))), by_path)


def _not_json(what: str) -> InvalidInput:
    return InvalidInput(f"Invalid JSON in {what[0].lower()}{what[1:]}")


def says_no_number(text: bytes | str) -> bool:
    """Whether `NaN` or `Infinity` stands for a number; pydantic takes both, JSON has neither."""
    if isinstance(text, str):
        suspicious = "NaN" in text or "Infinity" in text
    else:
        suspicious = b"NaN" in text or b"Infinity" in text
    return suspicious and _loaded(text) is None


def _lacks_commands(item: ErrorDetails) -> bool:
    """Whether the complaint is that there are no commands (and not that they are malformed)."""
    # A list whose items were all refused is `too_short` as well, with the items as its input.
    absent = item["type"] == "missing" or item["input"] in (None, [])
    return item["loc"] == ("commands",) and absent


def _loaded(text: bytes | str) -> object:
    """The JSON in `text`; None where the second reader is stricter than the first."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
