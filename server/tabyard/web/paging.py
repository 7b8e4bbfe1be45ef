"""Long lists in pages: how many rows, and how many of the newest to leave out."""

from dataclasses import dataclass
from typing import Annotated, Final, Self

from pydantic import Field, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from tabyard.core.errors import InvalidInput
from tabyard.web.endpoint import Parameter

__all__ = ["PAGE_PARAMETERS", "Page"]

MAX_LIMIT: Final = 1_000
MAX_OFFSET: Final = 1_000_000_000
DEFAULT_LIMIT: Final = 100

_NUMBER: Final = TypeAdapter[int](Annotated[int, Field(ge=0, le=MAX_OFFSET)])


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, newest first."""

    limit: int
    offset: int

    @classmethod
    def wanted(cls, query: QueryParams) -> Self:
        """The page that a request asks for. Raises `InvalidInput`."""
        return cls(
            limit=_whole_number(query, "limit", default=DEFAULT_LIMIT, highest=MAX_LIMIT),
            offset=_whole_number(query, "offset", default=0, highest=MAX_OFFSET),
        )


PAGE_PARAMETERS: Final = (
    Parameter(
        name="limit",
        place="query",
        says="How many at most",
        schema={"type": "integer", "minimum": 0, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    Parameter(
        name="offset",
        place="query",
        says="How many of the newest to leave out",
        schema={"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
    ),
)


def _whole_number(query: QueryParams, name: str, *, default: int, highest: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    try:
        number = _NUMBER.validate_strings(text)
    except ValidationError:
        number = -1
    if not 0 <= number <= highest:
        message = f"should be a whole number from 0 to {highest}"
        raise InvalidInput(f"{name} {message}", {name: message})
    return number
