"""Why the hub can't start, each with what to do about it."""

from pathlib import Path

from typing_extensions import override

__all__ = ["CannotStart", "CertificateUnusable", "DataFolderUnusable"]


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


class CertificateUnusable(CannotStart):
    """The ports can't speak TLS."""

    remedy = "name readable PEM files that belong together, or unset both"

    def __init__(self, certificate: Path, reason: str) -> None:
        super().__init__(certificate, reason)
        self.certificate = certificate
        self.reason = reason

    @override
    def __str__(self) -> str:
        return (
            f"TABYARD_TLS_CERT={self.certificate} and TABYARD_TLS_KEY can't be used: {self.reason}"
        )
