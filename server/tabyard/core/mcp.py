"""Results as MCP content: bare values wrapped, pictures taken out and put back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard, cast
from urllib.parse import unquote

import orjson

from tabyard_protocol.model import JsonObject

__all__ = [
    "ARTIFACTS",
    "Embedded",
    "Kept",
    "OnDisk",
    "embedded",
    "inline",
    "linked_artifacts",
    "on_disk",
    "text_result",
    "with_links",
    "wrap",
]

ARTIFACTS: Final = "/artifacts/"
"""The path under which stored artifacts are served; a `resource_link` of ours starts with it."""

_FILE: Final = "file://"
_NAME_CHARS: Final = 200
"""As long as a file's name gets; file systems take 255 bytes."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Bytes inside a result: item `index` of its content, as base64."""

    index: int
    data: str
    mime_type: str
    file: str | None = None
    """The name of a file; None: a picture or a sound that the result shows."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file that item `index` of a result links to, by its path on the browser's machine."""

    index: int
    path: str
    name: str
    mime_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where the bytes of item `index` lie now."""

    index: int
    artifact: str
    name: str
    mime_type: str
    width_px: int | None = None
    height_px: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    file: bool = False
    """Whether it is a file, and no picture that the result shows, whatever its type."""

    @property
    def is_picture(self) -> bool:
        """Whether the result shows it."""
        return not self.file and self.mime_type.startswith("image/")

    @property
    def url(self) -> str:
        """The path of the bytes on the hub."""
        return f"{ARTIFACTS}{self.artifact}"


def _is_object(value: object) -> TypeGuard[JsonObject]:
    return isinstance(value, dict)


def _items(result: Mapping[str, Any]) -> list[JsonObject]:
    return cast("list[JsonObject]", result["content"])


def _is_content(value: object) -> TypeGuard[JsonObject]:
    if not _is_object(value) or not isinstance(value.get("content"), list):
        return False
    items = cast("list[object]", value["content"])
    return all(_is_object(item) and isinstance(item.get("type"), str) for item in items)


def text_result(structured: JsonObject) -> JsonObject:
    """The typed result `structured` as MCP content."""
    text = orjson.dumps(structured).decode()
    return {"content": [{"type": "text", "text": text}], "structuredContent": structured}


def wrap(value: object) -> JsonObject:
    """`value` as MCP content with `structuredContent`; content stays as it is."""
    if not _is_content(value):
        structured = value if _is_object(value) else {"value": value}
        text = orjson.dumps(value).decode()
        return {"content": [{"type": "text", "text": text}], "structuredContent": structured}
    if _is_object(value.get("structuredContent")):
        return value
    return {**value, "structuredContent": _told_by_text(_items(value))}


def _told_by_text(items: Sequence[JsonObject]) -> JsonObject:
    """The first text item as a typed result, for peers that send no `structuredContent`."""
    for item in items:
        if item["type"] != "text":
            continue
        text = item.get("text")
        try:
            parsed: object = orjson.loads(text) if isinstance(text, str) else text
        except orjson.JSONDecodeError:
            parsed = text
        return parsed if _is_object(parsed) else {"value": parsed}
    return {}


def embedded(result: JsonObject) -> list[Embedded]:
    """The pictures and files that `result` carries inside itself, in order."""
    found: list[Embedded] = []
    for index, item in enumerate(_items(result)):
        kind, file = item["type"], None
        if kind in ("image", "audio"):
            data, mime_type = item.get("data"), item.get("mimeType")
        elif kind == "resource" and _is_object(item.get("resource")):
            data, mime_type = item["resource"].get("blob"), item["resource"].get("mimeType")
            file = _last_part(str(item["resource"].get("uri", "")))
        else:
            continue
        if isinstance(data, str):
            found.append(Embedded(index, data, _mime_type(mime_type), file))
    return found


def on_disk(result: JsonObject) -> list[OnDisk]:
    """The files on the browser's machine that `result` links to, in order."""
    found: list[OnDisk] = []
    for index, item in enumerate(_items(result)):
        uri = str(item.get("uri", ""))
        if item["type"] == "resource_link" and uri.startswith(_FILE):
            path = unquote(uri.removeprefix(_FILE))
            name = _last_part(str(item.get("name") or uri))
            found.append(OnDisk(index, path, name, _mime_type(item.get("mimeType"))))
    return found


def _last_part(uri: str) -> str:
    """A file's name, without any path; empty when there is none."""
    return re.split(r"[/\\]", unquote(uri))[-1][:_NAME_CHARS]


def _mime_type(told: object) -> str:
    return told if isinstance(told, str) and told else "application/octet-stream"


def with_links(result: JsonObject, kept: Sequence[Kept]) -> JsonObject:
    """`result` with stored bytes replaced by links, and the first of them named in its facts."""
    if not kept:
        return result
    items = list(_items(result))
    for one in kept:
        items[one.index] = {
            "type": "resource_link",
            "uri": one.url,
            "name": one.name,
            "mimeType": one.mime_type,
        }
    before: JsonObject = result.get("structuredContent", {})
    after = {**before, **_facts(before, kept[0])}
    for index, item in enumerate(items):
        if item["type"] == "text" and _says(item.get("text"), before):
            items[index] = {**item, "text": orjson.dumps(after).decode()}
            break
    return {**result, "content": items, "structuredContent": after}


def _facts(before: JsonObject, first: Kept) -> JsonObject:
    """What the typed result gains: where the bytes are, and their true size where it is missing."""
    if not first.is_picture:
        facts: JsonObject = {"artifactId": first.artifact, "url": first.url}
        if first.mime_type == "application/pdf":
            facts["pdf"] = first.url
        for name, known in (("sizeBytes", first.size_bytes), ("sha256", first.sha256)):
            if known is not None:
                facts[name] = known
        return facts
    facts = {"screenshotId": first.artifact, "url": first.url}
    for name, value in (("width", first.width_px), ("height", first.height_px)):
        if value is not None and not before.get(name):
            facts[name] = value
    return facts


def _says(text: object, structured: JsonObject) -> bool:
    try:
        return isinstance(text, str) and orjson.loads(text) == structured
    except orjson.JSONDecodeError:
        return False


def linked_artifacts(result: JsonObject) -> list[str]:
    """Ids of the pictures that `result` links to."""
    return [
        str(item["uri"]).removeprefix(ARTIFACTS)
        for item in _items(result)
        if _is_picture_link(item)
    ]


def inline(result: JsonObject, pictures: Mapping[str, str]) -> JsonObject:
    """`result` with links to pictures replaced by the pictures: base64 by artifact id.

    A link whose bytes are not given stays a link.
    """
    items = [
        {
            "type": "image",
            "data": pictures[str(item["uri"]).removeprefix(ARTIFACTS)],
            "mimeType": item.get("mimeType", "image/png"),
        }
        if _is_picture_link(item) and str(item["uri"]).removeprefix(ARTIFACTS) in pictures
        else item
        for item in _items(result)
    ]
    return {**result, "content": items}


def _is_picture_link(item: JsonObject) -> bool:
    return (
        item["type"] == "resource_link"
        and str(item.get("uri", "")).startswith(ARTIFACTS)
        and str(item.get("mimeType", "")).startswith("image/")
    )
