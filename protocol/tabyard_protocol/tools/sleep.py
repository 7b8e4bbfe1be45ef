"""`sleep`: waiting."""

from typing import Annotated, Final

from pydantic import Field

from tabyard_protocol.tools.definition import MAX_TIMEOUT_MS, Action, Tool, ToolArgs, ToolOutcome

__all__ = ["SLEEP", "Sleep", "Slept"]


class Sleep(ToolArgs):
    """How long, in ms."""

    duration: Annotated[int, Field(ge=0, le=MAX_TIMEOUT_MS)]


class Slept(ToolOutcome):
    """How long it was, in ms."""

    slept: int


SLEEP: Final = Tool.of(
    "sleep",
    "Wait",
    Action(
        name="",
        summary="Wait for duration ms",
        args=Sleep,
        result=Slept,
        example={"duration": 250},
        read_only=True,
        retry_safe=True,
        place="hub",
    ),
)
