"""Where the built extension lies: beside the sources in a checkout, inside an installed wheel."""

import json
from pathlib import Path
from typing import Final

from typing_extensions import override

import tabyard
from tabyard.app.errors import CannotStart

__all__ = ["ExtensionNotBuilt", "extension_folder", "extension_version"]

PACKAGE: Final = Path(tabyard.__file__).parent
IN_WHEEL: Final = PACKAGE / "extension"
IN_CHECKOUT: Final = PACKAGE.parent.parent / "extension" / "dist"


class ExtensionNotBuilt(CannotStart):
    """There is no extension where it should be."""

    def __init__(self, folder: Path, remedy: str) -> None:
        super().__init__(folder, remedy)
        self.folder = folder
        self.remedy = remedy

    @override
    def __str__(self) -> str:
        return f"There is no built extension in {self.folder}"


def extension_folder(configured: Path | None) -> Path:
    """The folder to load: the configured one, else the one that came with this installation.

    Raises:
        ExtensionNotBuilt: it has no manifest.
    """
    if configured is not None:
        folder, remedy = configured, "set TABYARD_EXTENSION_DIR to a folder with a manifest.json"
    elif IN_WHEEL.is_dir():
        folder, remedy = IN_WHEEL, "install tabyard again: the package is damaged"
    else:
        folder, remedy = IN_CHECKOUT, "make extension"
    if not (folder / "manifest.json").is_file():
        raise ExtensionNotBuilt(folder, remedy)
    return folder


def extension_version(folder: Path) -> str:
    """The version in the extension's manifest."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["version"])
