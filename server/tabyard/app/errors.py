"""Why the hub can't start, each with what to do about it."""

from pathlib import Path

from typing_extensions import override

__all__ = ["CannotStart", "DataFolderUnusable"]


class CannotStart(Exception):
    """The base: `str()` says what is wrong, `remedy` what to do about it."""

    remedy: str


class DataFolderUnusable(CannotStart):
    """The hub can't keep anything in its folder."""

    remedy = "set TABYARD_DATA_DIR to a folder that you can write to"

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(folder, reason)
        self.folder = folder
        self.reason = reason

    @override
    def __str__(self) -> str:
        return f"{self.folder} can't be used to keep data in: {self.reason}"
