"""`browser_content`: reading pages: pictures, text, elements, snapshots."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.tools.definition import (
    Action,
    Choosy,
    Targeted,
    TargetedStrictly,
    Tool,
    ToolArgs,
    ToolOutcome,
)

__all__ = [
    "BROWSER_CONTENT",
    "AttributeRead",
    "Captured",
    "Clip",
    "ContentAttribute",
    "ContentGet",
    "ContentPdf",
    "ContentQuery",
    "ContentRead",
    "ContentScreenshot",
    "ContentSnapshot",
    "ContentViewportDom",
    "ElementRow",
    "Printed",
    "Queried",
    "Rect",
    "SnapshotTaken",
    "ViewportDom",
]


class Rect(WireModel):
    """A rectangle in CSS pixels, relative to the viewport."""

    x: float
    y: float
    width: float
    height: float


class Clip(Choosy):
    """A part of the page in CSS pixels, relative to the page's top left."""

    x: Annotated[float, Field(ge=0)]
    y: Annotated[float, Field(ge=0)]
    width: Annotated[float, Field(gt=0)]
    height: Annotated[float, Field(gt=0)]


class ContentScreenshot(Targeted):
    """A picture of the viewport, of an element, of a part, or of the full page."""

    format: Literal["png", "jpeg", "webp"] | None = Field(
        None, description="screenshot: default png"
    )
    quality: Annotated[int, Field(ge=0, le=100, description="jpeg, webp")] | None = None
    full_page: bool | None = None
    clip: Clip | None = None


class Captured(ToolOutcome):
    """A picture; sizes in pixels of the picture. The hub adds `screenshotId` and `url`."""

    format: str
    width: int
    height: int
    screenshot_id: str | None = None
    url: str | None = None


class ContentPdf(ToolArgs):
    """The page as PDF; paper sizes in inches."""

    landscape: bool | None = None
    print_background: bool | None = None
    scale: Annotated[float, Field(ge=0.1, le=2)] | None = None
    paper_width: Annotated[float, Field(gt=0, le=200)] | None = None
    paper_height: Annotated[float, Field(gt=0, le=200)] | None = None


class Printed(ToolOutcome):
    """The PDF, as an artifact's URL."""

    pdf: str
    page_count: int
    artifact_id: str | None = None
    url: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None


class ContentGet(Targeted):
    """The page or an element as text."""

    format: Literal["html", "text", "markdown"] | None = Field(
        None, description="get: default html"
    )
    max_chars: Annotated[int, Field(ge=1)] | None = None


class ContentRead(ToolOutcome):
    """What was read."""

    content: str
    format: str
    url: str
    truncated: bool


class ContentQuery(TargetedStrictly):
    """All elements that match."""

    limit: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="Default 100")


class ElementRow(WireModel):
    """One element."""

    tag_name: str
    id: str
    class_name: str
    text_content: str
    attributes: dict[str, str]
    bounding_box: Rect | None = None


class Queried(ToolOutcome):
    """The elements, and how many match in all."""

    elements: tuple[ElementRow, ...]
    count: int


class ContentAttribute(TargetedStrictly):
    """One attribute of an element."""

    attribute: str = Field(min_length=1)


class AttributeRead(ToolOutcome):
    """Its value; null when the element does not have it."""

    selector: str
    attribute: str
    value: str | None


class ContentViewportDom(ToolArgs):
    """The elements that are in the viewport now."""

    max_elements: Annotated[int, Field(ge=1, le=5000)] | None = None
    dom_depth: Annotated[int, Field(ge=0, le=20)] | None = None
    include_hidden: bool | None = None
    min_size: Annotated[float, Field(ge=0)] | None = None


class ViewportDom(ToolOutcome):
    """The viewport and its elements, each with `domDepth` ancestors, in frames with `frame`."""

    viewport: JsonObject
    elements: tuple[JsonObject, ...]
    element_count: int
    truncated: bool = False
    """Whether there were more than `maxElements`."""


class ContentSnapshot(Targeted):
    """The accessibility tree as compact text with refs."""

    max_chars: Annotated[int, Field(ge=100)] | None = None
    interactive_only: bool | None = None
    since: str | None = Field(None, description="snapshotId: only what changed")


class SnapshotTaken(ToolOutcome):
    """The tree; refs such as `e12` are good for the other actions."""

    snapshot: str
    snapshot_id: str
    url: str
    title: str
    truncated: bool


BROWSER_CONTENT: Final = Tool.of(
    "browser_content",
    "Read the page: snapshot (accessibility tree with refs), get, query, attribute, "
    "get_viewport_dom, screenshot, pdf",
    Action(
        name="screenshot",
        summary="A picture of the viewport, an element or the full page",
        args=ContentScreenshot,
        result=Captured,
        example={"format": "jpeg", "quality": 70, "fullPage": True},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="pdf",
        summary="The page as PDF",
        args=ContentPdf,
        result=Printed,
        example={"landscape": True, "printBackground": True},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="get",
        summary="HTML, text or Markdown of the page or an element",
        args=ContentGet,
        result=ContentRead,
        example={"format": "markdown", "selector": "main"},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="query",
        summary="Elements that match a selector",
        args=ContentQuery,
        result=Queried,
        example={"selector": "a", "limit": 20},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="attribute",
        summary="One attribute of an element",
        args=ContentAttribute,
        result=AttributeRead,
        example={"selector": "a", "attribute": "href"},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="get_viewport_dom",
        summary="The elements in the viewport",
        args=ContentViewportDom,
        result=ViewportDom,
        example={"maxElements": 100},
        read_only=True,
        retry_safe=True,
    ),
    Action(
        name="snapshot",
        summary="The accessibility tree with refs",
        args=ContentSnapshot,
        result=SnapshotTaken,
        example={"interactiveOnly": True},
        read_only=True,
        retry_safe=True,
    ),
)
