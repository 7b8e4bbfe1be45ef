"""What can be wrong with a store before it is open. An open one fails with `StoreUnavailable`."""

from pathlib import Path

from typing_extensions import override

__all__ = ["BlobsUnusable", "StoreInUse", "StoreNewer", "StoreOpenFailed"]


class StoreOpenFailed(Exception):
    """The store can't be opened; `str()` says why and what to do."""

    def __init__(self, place: Path | str, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason

    @override
    def __str__(self) -> str:
        return (
            f"The database {self.place} can't be opened: {self.reason}. "
            "Check that its folder exists, is writable and has free space"
        )


class StoreInUse(StoreOpenFailed):
    """Another hub has the database open."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(path, f"in use by process {holder}")
        self.holder = holder

    @override
    def __str__(self) -> str:
        return (
            f"Another hub (process {self.holder}) already uses the database {self.place}. "
            "Stop it, or give this hub a database of its own with TABYARD_DATA_DIR"
        )


class StoreNewer(StoreOpenFailed):
    """The database was written by a newer version."""

    def __init__(self, path: Path, revision: str) -> None:
        super().__init__(path, f"it has the unknown revision {revision}")
        self.revision = revision

    @override
    def __str__(self) -> str:
        return (
            f"The database {self.place} has the revision {self.revision}, which this version does "
            "not know. Start the version that wrote it, or a newer one"
        )


class BlobsUnusable(StoreOpenFailed):
    """The place for pictures and files is none."""

    @override
    def __str__(self) -> str:
        return (
            f"The object store {self.place!r} can't be used: {self.reason}. Give a URL such as "
            "s3://bucket/prefix, with its credentials in the variables of its own tools"
        )
