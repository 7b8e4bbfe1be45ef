"""Artifacts that a command uploads: lent to the browser as files where the hub launched it."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Final, cast
from urllib.parse import quote

from tabyard.core.errors import ArtifactNotFound
from tabyard.core.records import ArtifactRecord, Fault
from tabyard.hub.catalogue import Prepared
from tabyard.hub.ports import Blobs, LinkStore
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import ArtifactId, InstanceId

__all__ = ["Lend", "Lending"]

ARTIFACT: Final = "art_"
"""How an artifact's id begins; a path on the browser's machine is absolute."""

INLINE_BYTES: Final = 16 * 1024 * 1024
"""A call with it stays within the 32 MiB of a frame."""

Lend = Callable[[InstanceId, ArtifactId, str, bytes], Awaitable[str | None]]
"""Puts bytes under a name where a browser can read them: the path; None when it is not ours."""


def inlined(record: ArtifactRecord, data: bytes) -> str:
    """The file itself in the place of its path."""
    kind = quote(record.mime_type, safe="/+.-")
    name = quote(record.name, safe="")
    return f"data:{kind};name={name};base64,{base64.b64encode(data).decode()}"


class Lending:
    """Turns ids of artifacts into paths; for a browser of a person's own into the bytes.

    It would have no key to fetch them with. Only what is too large for a call it must fetch.
    """

    def __init__(self, *, store: LinkStore, blobs: Blobs, lend: Lend) -> None:
        self._store = store
        self._blobs = blobs
        self._lend = lend

    async def lent(self, prepared: Prepared, instance: InstanceId) -> Prepared | Fault:
        """The call with paths in the place of ids, or which artifact there is not.

        Raises:
            StoreUnavailable, OSError: bytes could not be read or written.
        """
        if not prepared.is_upload:
            return prepared
        files: list[str] = []
        for name in _files(prepared):
            if not name.startswith(ARTIFACT):
                files.append(name)
                continue
            artifact = ArtifactId(name)
            record = await self._store.artifact(artifact)
            try:
                data = None if record is None else await self._blobs.get(artifact)
            except ArtifactNotFound:
                data = None
            if record is None or data is None:
                message = f"the hub has no artifact {name}"
                return Fault(ToolErrorCode.FILE_NOT_FOUND.value, message, {"artifact": name})
            path = await self._lend(instance, artifact, record.name, data)
            if path is None and len(data) <= INLINE_BYTES:
                path = await asyncio.to_thread(inlined, record, data)
            files.append(path or name)
        return prepared._replace(args={**prepared.args, "files": files})


def _files(prepared: Prepared) -> list[str]:
    files = prepared.args.get("files")
    return [str(file) for file in cast("list[object]", files)] if isinstance(files, list) else []
