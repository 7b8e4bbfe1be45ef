"""Pictures and files out of results: bytes to the blob store, a row, a link in their place."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from typing_extensions import override

from tabyard.core.images import PixelSize, pixel_size
from tabyard.core.mcp import Embedded, Kept, OnDisk, embedded, on_disk, with_links
from tabyard.core.records import ArtifactRecord
from tabyard.hub.ports import Blobs, Clock, Ids, LinkStore
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId
from tabyard_protocol.model import JsonObject

__all__ = ["Artifacts", "UnreadableBytes"]

_DECODE_HERE_CHARS: Final = 64 * 1024
"""Decoding and hashing this much takes some 0.1 ms; a thread's round trip takes as long."""

_PIECE_CHARS: Final = 128 * 1024
"""A multiple of four, as base64 has it."""

_SUFFIXES: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/json": "json",
}


ReadFile = Callable[[InstanceId, str], Awaitable[bytes | None]]
"""The bytes of a file that a browser has saved; None when the hub may not or can't read it."""


class UnreadableBytes(Exception):
    """What claims to be base64 is none."""

    @override
    def __str__(self) -> str:
        return "the result carries bytes that are not base64"


@dataclass(frozen=True, slots=True)
class _Decoded:
    data: bytes
    sha256: str
    size: PixelSize | None


class Artifacts:
    """Keeps the bytes that results carry."""

    def __init__(
        self, *, store: LinkStore, blobs: Blobs, clock: Clock, ids: Ids, downloaded: ReadFile
    ) -> None:
        """`downloaded` reads what a browser on this machine has saved where the hub lets it."""
        self._downloaded = downloaded
        self._store = store
        self._blobs = blobs
        self._clock = clock
        self._ids = ids

    async def keep(
        self, result: JsonObject, *, task: TaskId, instance: InstanceId
    ) -> tuple[JsonObject, tuple[Kept, ...]]:
        """`result` with links instead of bytes, and what was kept. All of it is on disk by then.

        Raises:
            UnreadableBytes: an item is not base64.
            StoreUnavailable: rows or bytes could not be written.
        """
        items: list[Embedded | OnDisk] = [*embedded(result), *on_disk(result)]
        if not items:
            return result, ()
        kept: list[Kept] = []
        for item in items:
            decoded = await self._bytes_of(item, instance)
            if decoded is not None:
                kept.append(await self._keep_one(item, decoded, task, instance))
        return with_links(result, kept), tuple(kept)

    async def _bytes_of(self, item: Embedded | OnDisk, instance: InstanceId) -> _Decoded | None:
        """None: the hub may not read that file, so the link stays what it is."""
        if isinstance(item, Embedded):
            return await self._decode(item.data)
        data = await self._downloaded(instance, item.path)
        return None if data is None else await asyncio.to_thread(_decoded, data)

    async def _keep_one(
        self, item: Embedded | OnDisk, decoded: _Decoded, task: TaskId, instance: InstanceId
    ) -> Kept:
        artifact = self._ids.artifact()
        file = item.name if isinstance(item, OnDisk) else item.file
        record = ArtifactRecord(
            id=artifact,
            task_id=task,
            instance_id=instance,
            name=file or _name(item.mime_type),
            mime_type=item.mime_type,
            size_bytes=len(decoded.data),
            sha256=decoded.sha256,
            width_px=decoded.size.width_px if decoded.size else None,
            height_px=decoded.size.height_px if decoded.size else None,
            created_at_ms=self._clock.now_ms(),
        )
        # The row goes first, so that the sweep finds the bytes whatever happens in between.
        await asyncio.shield(self._store.add_artifact(record))
        await self._blobs.put(ArtifactId(artifact), decoded.data)
        return Kept(
            index=item.index,
            artifact=artifact,
            name=record.name,
            mime_type=record.mime_type,
            width_px=record.width_px,
            height_px=record.height_px,
            size_bytes=record.size_bytes,
            sha256=record.sha256,
            file=file is not None,
        )

    async def _decode(self, data: str) -> _Decoded:
        try:
            if len(data) <= _DECODE_HERE_CHARS:
                return _decode(data)
            return await asyncio.to_thread(_decode, data)
        except (binascii.Error, ValueError):
            raise UnreadableBytes from None


def _decode(data: str) -> _Decoded:
    if len(data) <= _DECODE_HERE_CHARS or "=" in data[:-2]:
        return _decoded(base64.b64decode(data, validate=True))
    # Decoding holds the interpreter: in pieces, others get their turns.
    pieces = range(0, len(data), _PIECE_CHARS)
    return _decoded(
        b"".join(base64.b64decode(data[at : at + _PIECE_CHARS], validate=True) for at in pieces)
    )


def _decoded(data: bytes) -> _Decoded:
    return _Decoded(data, sha256(data).hexdigest(), pixel_size(data))


def _name(mime_type: str) -> str:
    stem = "screenshot" if mime_type.startswith("image/") else "file"
    return f"{stem}.{_SUFFIXES.get(mime_type, 'bin')}"
