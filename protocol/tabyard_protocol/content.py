"""Results of tools as they travel: MCP content, with the typed result beside it."""

from typing import Annotated, Literal

from pydantic import Field

from tabyard_protocol.model import JsonObject, WireModel

__all__ = ["Content", "ImageContent", "ResourceLink", "TextContent", "ToolContent"]


class TextContent(WireModel):
    """Text; the first one of a result is the typed result as JSON."""

    type: Literal["text"] = "text"
    text: str


class ImageContent(WireModel):
    """A picture with its bytes, as browsers send it and as REST shows it."""

    type: Literal["image"] = "image"
    data: str
    """Base64."""
    mime_type: str


class ResourceLink(WireModel):
    """A picture or file by its address, as events carry it."""

    type: Literal["resource_link"] = "resource_link"
    uri: str
    """`/artifacts/<id>` on the hub."""
    name: str
    mime_type: str | None = None


Content = Annotated[TextContent | ImageContent | ResourceLink, Field(discriminator="type")]


class ToolContent(WireModel):
    """What a tool call results in."""

    content: tuple[Content, ...]
    structured_content: JsonObject
    """The action's typed result."""
