"""`browser_navigate`: going to pages, and waiting for what they do."""

from typing import ClassVar, Final, Literal

from pydantic import Field

from tabyard_protocol.model import WireModel
from tabyard_protocol.tools.definition import Action, Targeted, Tool, ToolArgs, ToolOutcome

__all__ = [
    "BROWSER_NAVIGATE",
    "DialogSeen",
    "NavigateBack",
    "NavigateForward",
    "NavigateGoto",
    "NavigateReload",
    "NavigateWait",
    "Navigated",
    "Waited",
]

WaitUntil = Literal["load", "domcontentloaded", "networkidle", "commit"]


class DialogSeen(WireModel):
    """A dialog that an action opened."""

    type: str
    message: str
    tab_id: int | None = Field(None, description="Where, when that is another tab")


class NavigateGoto(ToolArgs):
    """A page to load."""

    url: str = Field(min_length=1, description="goto: what to load")
    wait_until: WaitUntil | None = Field(None, description="Default load")


class NavigateReload(ToolArgs):
    """Load the page again."""

    ignore_cache: bool | None = None
    wait_until: WaitUntil | None = None


class NavigateBack(ToolArgs):
    """One step back in the tab's history."""

    wait_until: WaitUntil | None = None


class NavigateForward(ToolArgs):
    """One step forward in the tab's history."""

    wait_until: WaitUntil | None = None


class Navigated(ToolOutcome):
    """Where the tab is now; `status` is the HTTP status, null when there was no response."""

    success: bool
    url: str
    title: str
    status: int | None = None
    dialog: DialogSeen | None = None


class NavigateWait(Targeted):
    """What to wait for: an element's state, a true expression, a URL part, or just `timeout` ms."""

    NEEDS: ClassVar[tuple[str, ...]] = ("selector|ref|expression|url|timeout",)

    state: Literal["visible", "hidden", "attached", "detached"] | None = Field(
        None, description="Default visible"
    )
    expression: str | None = Field(None, min_length=1)
    url: str | None = Field(
        None, min_length=1, description="wait: part of the URL, or a glob with *"
    )


class Waited(ToolOutcome):
    """It happened, after `waited` ms."""

    success: bool
    waited: int
    url: str
    value: object = None


BROWSER_NAVIGATE: Final = Tool.of(
    "browser_navigate",
    "Pages and history: goto, reload, back, forward, wait (selector, expression or url)",
    Action(
        name="goto",
        summary="Load a URL",
        args=NavigateGoto,
        result=Navigated,
        example={"url": "https://example.com", "waitUntil": "domcontentloaded"},
    ),
    Action(
        name="reload",
        summary="Load the page again",
        args=NavigateReload,
        result=Navigated,
        example={"ignoreCache": True},
    ),
    Action(name="back", summary="One step back", args=NavigateBack, result=Navigated),
    Action(name="forward", summary="One step forward", args=NavigateForward, result=Navigated),
    Action(
        name="wait",
        summary="Wait for an element, an expression or a URL",
        args=NavigateWait,
        result=Waited,
        example={"selector": "#name", "state": "visible", "timeout": 5000},
        read_only=True,
        retry_safe=True,
    ),
)
