"""`browser_execute`: JavaScript in the page."""

from typing import Annotated, Final

from pydantic import Field

from tabyard_protocol.tools.definition import Action, Tool, ToolArgs, ToolOutcome

__all__ = ["BROWSER_EXECUTE", "Execute", "Executed"]


class Execute(ToolArgs):
    """An expression, or a function that gets `args`; its value must be JSON."""

    expression: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    await_promise: bool | None = Field(None, description="Default true")
    args: tuple[object, ...] | None = None
    frame: str | int | None = None


class Executed(ToolOutcome):
    """The value, under both names that callers look for."""

    result: object
    value: object


BROWSER_EXECUTE: Final = Tool.of(
    "browser_execute",
    "Run JavaScript in the page",
    Action(
        name="",
        summary="Evaluate an expression",
        args=Execute,
        result=Executed,
        example={"expression": "document.title"},
    ),
)
