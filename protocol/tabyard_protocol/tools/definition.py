"""How a tool is defined: its actions, each with the models of its arguments and of its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from tabyard_protocol.model import WireModel

__all__ = [
    "MAX_TIMEOUT_MS",
    "Action",
    "Choosy",
    "Place",
    "Targeted",
    "TargetedStrictly",
    "Tool",
    "ToolArgs",
    "ToolOutcome",
]

MAX_TIMEOUT_MS: Final = 10_800_000
"""The longest deadline that a caller may ask for: three hours."""

Place = Literal["browser", "hub"]
"""Where an action runs."""


class Choosy(WireModel):
    """What callers write as arguments: unknown names are typos, some fields are alternatives."""

    model_config = ConfigDict(extra="forbid")

    NEEDS: ClassVar[tuple[str, ...]] = ()
    """Wire names; of each entry one alternative must be given: `selector|ref|x,y`."""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if not self.NEEDS:
            return self
        given = self.to_object()
        for need in self.NEEDS:
            ways = [way.split(",") for way in need.split("|")]
            if not any(all(name in given for name in way) for way in ways):
                named = [way[0] if len(way) == 1 else f"both {' and '.join(way)}" for way in ways]
                *most, last = named
                raise ValueError(f"{', '.join(most)} or {last} is required")
        return self


class ToolArgs(Choosy):
    """What every action takes."""

    tab_id: int | Literal["active"] | None = Field(None, description="Default: the task's own tab")
    timeout: Annotated[int, Field(ge=1, le=MAX_TIMEOUT_MS, description="ms")] | None = None


class ToolOutcome(WireModel):
    """What an action returns as its typed result."""


class Targeted(ToolArgs):
    """An action on an element, named by selector or by a ref of a snapshot."""

    selector: str | None = Field(
        None,
        min_length=1,
        description='CSS, text=Exact, tag:has-text(part), role=button[name="Save"], xpath=',
    )
    ref: str | None = Field(None, min_length=1, description="Of a snapshot")
    frame: str | int | None = Field(None, description="Frame name, URL part or index")


class TargetedStrictly(Targeted):
    """An action that can't do without an element."""

    NEEDS: ClassVar[tuple[str, ...]] = ("selector|ref",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action of a tool.

    `retry_safe`: running it twice does no harm, so a lost call may be repeated.
    """

    name: str
    summary: str
    args: type[ToolArgs]
    result: type[ToolOutcome]
    read_only: bool = False
    retry_safe: bool = False
    destructive: bool = False
    place: Place = "browser"
    timeout_ms: int | None = None
    """The default deadline; None: the hub's own (60 s)."""
    example: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Arguments that work, `action` left out; the reference shows them, a test runs them."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: a name, a sentence, and its actions by name (`""` for a tool with only one)."""

    name: str
    description: str
    actions: Mapping[str, Action]

    @classmethod
    def of(cls, name: str, description: str, *actions: Action) -> Self:
        """The tool with these actions, in this order."""
        return cls(name, description, {action.name: action for action in actions})
