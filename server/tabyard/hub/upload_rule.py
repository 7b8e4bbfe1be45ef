"""Which files of the machine a task may hand to a page: those of one folder, and artifacts."""

import asyncio
import os
import re
from pathlib import Path
from typing import Final, cast

from tabyard.core.records import Fault
from tabyard.hub.catalogue import Prepared
from tabyard_protocol.errors import ToolErrorCode

__all__ = ["UploadRule"]

ARTIFACT: Final = re.compile(r"art_[\w-]+", re.ASCII)


class UploadRule:
    """The rule of one hub. Without a folder, artifacts are all that there is to upload."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    async def checked(self, call: Prepared | Fault) -> Prepared | Fault:
        """`call`, unless it uploads what lies elsewhere: then why it is not made."""
        paths = [] if isinstance(call, Fault) else paths_of(call)
        if not paths:
            return call
        outside = await asyncio.to_thread(self._outside, paths)
        if outside is None:
            return call
        allowed = "only artifacts may, by their ids"
        if self._folder is not None:
            allowed = f"only artifacts and files in {self._folder} (TABYARD_UPLOAD_DIR) may"
        message = f"files: {outside} must not be uploaded: {allowed}"
        return Fault(ToolErrorCode.INVALID_ARGUMENTS.value, message, {"files": message})

    def _outside(self, paths: list[str]) -> str | None:
        """The first that does not lie in the folder, wherever its links lead. Asks the disk."""
        if self._folder is None:
            return paths[0]
        folder = os.path.realpath(self._folder)
        for path in paths:
            inside = Path(os.path.realpath(path)).is_relative_to(folder)
            if not inside or not Path(path).is_absolute():
                return path
        return None


def paths_of(call: Prepared) -> list[str]:
    """What an upload takes from the machine; empty for any other call."""
    files = call.args.get("files")
    if (call.tool, call.args.get("action")) != ("browser_interact", "upload"):
        return []
    names = cast("list[object]", files) if isinstance(files, list) else [files]
    return [str(name) for name in names if not ARTIFACT.fullmatch(str(name))]
