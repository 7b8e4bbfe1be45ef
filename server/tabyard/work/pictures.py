"""Pictures back into results: REST answers carry them as base64, as the link delivered them."""

import asyncio
import base64
from typing import Final, Protocol

from tabyard.core.errors import ArtifactNotFound
from tabyard.core.mcp import inline, linked_artifacts
from tabyard_protocol.ids import ArtifactId
from tabyard_protocol.model import JsonObject

__all__ = ["PictureSource", "with_pictures"]

_ENCODE_HERE_BYTES: Final = 64 * 1024
"""Encoding this much takes less than a thread's round trip."""


class PictureSource(Protocol):
    """Where the bytes are."""

    async def get(self, artifact: ArtifactId) -> bytes:
        """The bytes. Raises `ArtifactNotFound`."""
        ...


async def with_pictures(result: JsonObject, source: PictureSource) -> JsonObject:
    """`result` with its pictures inside; one whose bytes are gone stays a link."""
    wanted = linked_artifacts(result)
    if not wanted:
        return result
    pictures: dict[str, str] = {}
    for artifact in wanted:
        try:
            data = await source.get(ArtifactId(artifact))
        except ArtifactNotFound:
            continue
        small = len(data) <= _ENCODE_HERE_BYTES
        pictures[artifact] = _encode(data) if small else await asyncio.to_thread(_encode, data)
    return inline(result, pictures)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
