"""`browser_instance`: which browsers there are, and launching and closing them."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tabyard_protocol.model import WireModel
from tabyard_protocol.tools.definition import Action, Choosy, Tool, ToolArgs, ToolOutcome

__all__ = [
    "BROWSER_INSTANCE",
    "InstanceClose",
    "InstanceClosed",
    "InstanceListArgs",
    "InstanceListed",
    "InstanceNew",
    "InstanceOpened",
    "InstanceProfiles",
    "InstanceRow",
    "ProfileRow",
    "ProfilesListed",
    "ViewportSize",
]


class ViewportSize(Choosy):
    """A window's inner size in CSS pixels."""

    width: Annotated[int, Field(ge=320, le=7680)]
    height: Annotated[int, Field(ge=240, le=4320)]


class InstanceListArgs(ToolArgs):
    """No arguments."""


class InstanceRow(WireModel):
    """One browser. Times are milliseconds since 1970."""

    id: str
    label: str
    browser_type: str
    profile: str
    user_agent: str
    window_id: int | str | None = None
    connected_at: int | None = None
    last_activity: int | None = None
    status: str
    queue_length: int


class InstanceListed(ToolOutcome):
    """All browsers, in order of connection."""

    instances: tuple[InstanceRow, ...]


class InstanceNew(ToolArgs):
    """A browser to launch."""

    url: str | None = None
    mode: Literal["chrome", "testing", "chromium"] | None = None
    headless: bool | None = None
    profile: str | None = Field(None, min_length=1)
    viewport: ViewportSize | None = None
    extensions: tuple[str, ...] | None = Field(None, description="Folders of further extensions")
    label: str | None = Field(None, min_length=1, max_length=200)
    close_other_tabs: bool | None = None


class InstanceOpened(ToolOutcome):
    """The browser is connected."""

    instance_id: str
    browser_type: str
    profile: str
    download_directory: str
    message: str


class InstanceClose(ToolArgs):
    """The browser to close."""

    instance_id: str


class InstanceClosed(ToolOutcome):
    """Whether it was closed."""

    success: bool
    message: str


class InstanceProfiles(ToolArgs):
    """No arguments."""


class ProfileRow(WireModel):
    """One profile of the installed Chrome."""

    directory: str
    name: str


class ProfilesListed(ToolOutcome):
    """The profiles of the installed Chrome."""

    profiles: tuple[ProfileRow, ...]


BROWSER_INSTANCE: Final = Tool.of(
    "browser_instance",
    "Browsers: list, launch (new), close, profiles",
    Action(
        name="list",
        summary="Connected browsers",
        args=InstanceListArgs,
        result=InstanceListed,
        read_only=True,
        retry_safe=True,
        place="hub",
    ),
    Action(
        name="new",
        summary="Launch a browser",
        args=InstanceNew,
        result=InstanceOpened,
        example={"url": "https://example.com", "headless": True, "label": "checkout"},
        place="hub",
    ),
    Action(
        name="close",
        summary="Close a browser",
        args=InstanceClose,
        result=InstanceClosed,
        example={"instanceId": "inst_1767225600000_k3x9q2"},
        destructive=True,
        place="hub",
    ),
    Action(
        name="profiles",
        summary="Profiles of the installed Chrome",
        args=InstanceProfiles,
        result=ProfilesListed,
        read_only=True,
        retry_safe=True,
        place="hub",
    ),
)
