"""`browser_emulate`: another device, place or network."""

from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from tabyard_protocol.model import JsonObject
from tabyard_protocol.tools.definition import Action, Tool, ToolArgs, ToolOutcome

__all__ = [
    "BROWSER_EMULATE",
    "EmulateDevice",
    "EmulateGeolocation",
    "EmulateOffline",
    "EmulateThrottle",
    "EmulateTimezone",
    "EmulateUserAgent",
    "EmulateViewport",
    "Emulated",
]


class EmulateViewport(ToolArgs):
    """A viewport in CSS pixels."""

    width: Annotated[int, Field(ge=1, le=10_000)]
    height: Annotated[int, Field(ge=1, le=10_000)]
    device_scale_factor: Annotated[float, Field(gt=0, le=10)] | None = None
    mobile: bool | None = None


class EmulateUserAgent(ToolArgs):
    """A user agent; empty ends it."""

    user_agent: str
    platform: str | None = None


class EmulateGeolocation(ToolArgs):
    """A place in degrees, `accuracy` in metres; without a place, the true one again."""

    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    accuracy: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _is_a_place_or_none(self) -> Self:
        given = [self.latitude is not None, self.longitude is not None]
        if any(given) != all(given):
            raise ValueError("latitude and longitude belong together; leave both out to end it")
        return self


class EmulateTimezone(ToolArgs):
    """A time zone such as `Europe/Berlin`; empty ends it."""

    timezone_id: str


class EmulateDevice(ToolArgs):
    """A device by name such as `iPhone 14`, `Pixel 7`, `iPad Pro`; `none` ends it."""

    device: str = Field(min_length=1)


class EmulateOffline(ToolArgs):
    """Cut the tab off the network, or not."""

    offline: bool


class EmulateThrottle(ToolArgs):
    """A slower network: a preset, or numbers (bytes/s, ms)."""

    NEEDS: ClassVar[tuple[str, ...]] = ("preset|downloadThroughput|uploadThroughput|latency",)

    preset: Literal["slow-3g", "fast-3g", "4g", "wifi", "offline", "none"] | None = None
    download_throughput: Annotated[float, Field(ge=-1)] | None = None
    upload_throughput: Annotated[float, Field(ge=-1)] | None = None
    latency: Annotated[float, Field(ge=0)] | None = None


class Emulated(ToolOutcome):
    """Done; `details` says with which values."""

    success: bool
    details: JsonObject | None = None


BROWSER_EMULATE: Final = Tool.of(
    "browser_emulate",
    "Emulate viewport, user_agent, geolocation, timezone, device, offline, throttle",
    Action(
        name="viewport",
        summary="Set the viewport",
        args=EmulateViewport,
        result=Emulated,
        example={"width": 390, "height": 844, "deviceScaleFactor": 3, "mobile": True},
        retry_safe=True,
    ),
    Action(
        name="user_agent",
        summary="Set the user agent",
        args=EmulateUserAgent,
        result=Emulated,
        example={"userAgent": "Mozilla/5.0 (compatible; PriceWatch/1.0)"},
        retry_safe=True,
    ),
    Action(
        name="geolocation",
        summary="Set the place, or end it",
        args=EmulateGeolocation,
        result=Emulated,
        example={"latitude": 52.52, "longitude": 13.405, "accuracy": 50},
        retry_safe=True,
    ),
    Action(
        name="timezone",
        summary="Set the time zone",
        args=EmulateTimezone,
        result=Emulated,
        example={"timezoneId": "Europe/Berlin"},
        retry_safe=True,
    ),
    Action(
        name="device",
        summary="Act as a device",
        args=EmulateDevice,
        result=Emulated,
        example={"device": "iPhone 14"},
        retry_safe=True,
    ),
    Action(
        name="offline",
        summary="Go offline or online",
        args=EmulateOffline,
        result=Emulated,
        example={"offline": True},
        retry_safe=True,
    ),
    Action(
        name="throttle",
        summary="Slow the network down",
        args=EmulateThrottle,
        result=Emulated,
        example={"preset": "slow-3g"},
        retry_safe=True,
    ),
)
