"""The files of the pages, read once, when the program starts."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

__all__ = ["ASSETS", "Asset"]

TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    data: bytes
    media_type: str
    tag: str
    """Its `ETag`."""


def _read(name: str) -> Asset:
    data = files("tabyard.web.ui").joinpath(name).read_bytes()
    media_type = TYPES[name.rpartition(".")[2]]
    return Asset(data, media_type, f'"{sha256(data).hexdigest()[:24]}"')


ASSETS: Final = {
    name: _read(name)
    for name in (
        "base.css", "commands.js", "demo.html", "docs.css", "docs.html", "docs.js", "dom.js",
        "fold.css", "hub.js", "mark.svg", "status.css", "status.html", "status.js", "tasks.js",
        "times.js", "tracks.js",
    )
}  # fmt: skip
"""Every file by its name; nothing else is ever served."""
