"""Artifacts that a command uploads: lent to the browser as files where the hub launched it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, cast

from tabyard.core.errors import ArtifactNotFound
from tabyard.core.records import Fault
from tabyard.hub.catalogue import Prepared
from tabyard.hub.ports import Blobs, LinkStore
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.ids import ArtifactId, InstanceId

__all__ = ["Lend", "Lending"]

ARTIFACT: Final = "art_"
"""How an artifact's id begins; a path on the browser's machine is absolute."""

Lend = Callable[[InstanceId, ArtifactId, str, bytes], Awaitable[str | None]]
"""Puts bytes under a name where a browser can read them: the path; None when it is not ours."""


class Lending:
    """Turns ids of artifacts into paths. A browser of a person's own fetches them itself."""

    def __init__(self, *, store: LinkStore, blobs: Blobs, lend: Lend) -> None:
        self._store = store
        self._blobs = blobs
        self._lend = lend

    async def lent(self, prepared: Prepared, instance: InstanceId) -> Prepared | Fault:
        """The call with paths in the place of ids, or which artifact there is not.

        Raises:
            StoreUnavailable, OSError: bytes could not be read or written.
        """
        if prepared.tool != "browser_interact" or prepared.args.get("action") != "upload":
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
            files.append(await self._lend(instance, artifact, record.name, data) or name)
        return replace(prepared, args={**prepared.args, "files": files})


def _files(prepared: Prepared) -> list[str]:
    files = prepared.args.get("files")
    return [str(file) for file in cast("list[object]", files)] if isinstance(files, list) else []
