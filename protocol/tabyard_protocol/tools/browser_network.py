"""`browser_network`: cookies, headers, interception, storage, requests."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.tools.definition import Action, Choosy, Tool, ToolArgs, ToolOutcome

__all__ = [
    "BROWSER_NETWORK",
    "ClearCookies",
    "ClearStorage",
    "CookieRow",
    "CookiesRead",
    "GetCookies",
    "GetStorage",
    "Intercept",
    "InterceptPattern",
    "Intercepting",
    "NetworkDone",
    "RequestRow",
    "Requests",
    "RequestsRead",
    "SetCookie",
    "SetHeaders",
    "SetStorage",
    "StorageRead",
]

SameSite = Literal["Strict", "Lax", "None"]


class GetCookies(ToolArgs):
    """Of these URLs; default: of the page."""

    urls: tuple[str, ...] | None = None


class CookieRow(WireModel):
    """One cookie; `expires` in seconds since 1970, -1 for the session's."""

    name: str
    value: str
    domain: str
    path: str
    expires: float
    http_only: bool
    secure: bool
    same_site: str | None = None


class CookiesRead(ToolOutcome):
    """The cookies."""

    cookies: tuple[CookieRow, ...]


class SetCookie(ToolArgs):
    """A cookie to set; for the page's URL unless `url` or `domain` says otherwise."""

    name: str = Field(min_length=1)
    value: str
    url: str | None = None
    domain: str | None = None
    path: str | None = None
    secure: bool | None = None
    http_only: bool | None = None
    same_site: SameSite | None = None
    expires: float | None = None


class ClearCookies(ToolArgs):
    """Of the page's site; `urls` narrows or widens it."""

    urls: tuple[str, ...] | None = None
    name: str | None = None


class SetHeaders(ToolArgs):
    """Headers that the tab sends with every request; an empty object ends it."""

    headers: dict[str, str]


class InterceptPattern(Choosy):
    """What to do with which requests; `urlPattern` is a glob with `*`.

    `headers` are those of the answer, or what a request that goes on has more or otherwise.
    """

    url_pattern: str | None = None
    resource_type: str | None = None
    action: Literal["block", "fulfil", "continue"] = "continue"
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    headers: dict[str, str] | None = None
    body: str | None = None


class Intercept(ToolArgs):
    """Patterns stay until `enabled:false`."""

    enabled: bool = True
    patterns: tuple[InterceptPattern, ...] | None = None


class Intercepting(ToolOutcome):
    """Whether interception is on, and with how many patterns."""

    success: bool
    enabled: bool
    patterns: int


class GetStorage(ToolArgs):
    """One key, or all."""

    key: str | None = None
    storage_type: Literal["localStorage", "sessionStorage"] | None = None


class StorageRead(ToolOutcome):
    """`value` of the one key, or all `items`."""

    value: str | None = None
    items: dict[str, str] | None = None


class SetStorage(ToolArgs):
    """A value to store."""

    key: str
    value: str
    storage_type: Literal["localStorage", "sessionStorage"] | None = None


class ClearStorage(ToolArgs):
    """What to empty."""

    storage_type: Literal["localStorage", "sessionStorage", "all"] | None = None


class Requests(ToolArgs):
    """What the page has loaded since it is watched."""

    url_pattern: str | None = None
    resource_type: str | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] | None = None
    clear: bool | None = None


class RequestRow(WireModel):
    """One request."""

    url: str
    method: str
    resource_type: str
    status: int | None = None
    size_bytes: int | None = None
    duration_ms: float | None = None
    failed: str | None = None


class RequestsRead(ToolOutcome):
    """The requests, oldest first."""

    requests: tuple[RequestRow, ...]
    count: int


class NetworkDone(ToolOutcome):
    """Done; `details` says what."""

    success: bool
    details: JsonObject | None = None


BROWSER_NETWORK: Final = Tool.of(
    "browser_network",
    "Cookies, headers, interception, storage, requests",
    Action(
        name="get_cookies",
        summary="Read cookies",
        args=GetCookies,
        result=CookiesRead,
        example={"urls": ["https://example.com"]},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="set_cookie",
        summary="Set a cookie",
        args=SetCookie,
        result=NetworkDone,
        example={"name": "theme", "value": "dark", "path": "/"},
        retry_safe=True,
    ),
    Action(
        name="clear_cookies",
        summary="Delete cookies",
        args=ClearCookies,
        result=NetworkDone,
        example={"name": "theme"},
        destructive=True,
        retry_safe=True,
    ),
    Action(
        name="set_headers",
        summary="Send extra headers",
        args=SetHeaders,
        result=NetworkDone,
        example={"headers": {"X-Preview": "1"}},
        retry_safe=True,
    ),
    Action(
        name="intercept",
        summary="Block, answer or pass requests",
        args=Intercept,
        result=Intercepting,
        example={
            "patterns": [
                {"urlPattern": "*/ads/*", "action": "block"},
                {
                    "urlPattern": "*/api/price",
                    "action": "fulfil",
                    "status": 200,
                    "headers": {"Content-Type": "application/json"},
                    "body": '{"price":42}',
                },
            ]
        },
        retry_safe=True,
    ),
    Action(
        name="get_storage",
        summary="Read local or session storage",
        args=GetStorage,
        result=StorageRead,
        example={"key": "cart"},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="set_storage",
        summary="Write storage",
        args=SetStorage,
        result=NetworkDone,
        example={"key": "cart", "value": "[]", "storageType": "localStorage"},
        retry_safe=True,
    ),
    Action(
        name="clear_storage",
        summary="Empty storage",
        args=ClearStorage,
        result=NetworkDone,
        example={"storageType": "all"},
        destructive=True,
        retry_safe=True,
    ),
    Action(
        name="requests",
        summary="What the page loaded",
        args=Requests,
        result=RequestsRead,
        example={"urlPattern": "*/api/*", "limit": 50},
        read_only=True,
        retry_safe=True,
    ),
)
