"""`browser_tab`: the tabs of a browser."""

from typing import Final

from tabyard_protocol.model import WireModel
from tabyard_protocol.tools.definition import Action, Tool, ToolArgs, ToolOutcome

__all__ = [
    "BROWSER_TAB",
    "OthersClosed",
    "TabActivate",
    "TabActivated",
    "TabClose",
    "TabCloseOthers",
    "TabClosed",
    "TabListArgs",
    "TabListed",
    "TabNew",
    "TabOpened",
    "TabRow",
]


class TabListArgs(ToolArgs):
    """No arguments."""


class TabRow(WireModel):
    """One tab; `index` is its place in its window, from 0."""

    id: int
    url: str
    title: str
    active: bool
    index: int


class TabListed(ToolOutcome):
    """All tabs."""

    tabs: tuple[TabRow, ...]
    active_tab_id: int | None = None
    count: int


class TabNew(ToolArgs):
    """A tab to open; in the background unless `activate`."""

    url: str | None = None
    activate: bool | None = None


class TabOpened(ToolOutcome):
    """The new tab; from now on the task works in it."""

    tab_id: int
    url: str
    title: str


class TabClose(ToolArgs):
    """The tab to close: `tabId`, or the task's own."""


class TabClosed(ToolOutcome):
    """The tab is closed."""

    success: bool
    closed_tab_id: int


class TabCloseOthers(ToolArgs):
    """The tab to keep: `keepTabId`, or the task's own."""

    keep_tab_id: int | None = None


class OthersClosed(ToolOutcome):
    """The other tabs of that window are closed."""

    success: bool
    closed_count: int
    remaining_tab_id: int


class TabActivate(ToolArgs):
    """The tab to bring to the front: `tabId`, or the task's own."""


class TabActivated(ToolOutcome):
    """The tab is in front."""

    success: bool
    active_tab_id: int


BROWSER_TAB: Final = Tool.of(
    "browser_tab",
    "Tabs: list, new, close, close_others, activate",
    Action(
        name="list",
        summary="All tabs",
        args=TabListArgs,
        result=TabListed,
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="new",
        summary="Open a tab; the task goes on in it",
        args=TabNew,
        result=TabOpened,
        example={"url": "https://example.com"},
    ),
    Action(name="close", summary="Close a tab", args=TabClose, result=TabClosed, destructive=True),
    Action(
        name="close_others",
        summary="Close the session's tabs but one",
        args=TabCloseOthers,
        result=OthersClosed,
        destructive=True,
    ),
    Action(
        name="activate",
        summary="Bring a tab to the front",
        args=TabActivate,
        result=TabActivated,
        retry_safe=True,
    ),
)
