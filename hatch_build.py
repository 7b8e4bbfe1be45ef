"""Packs the built extension into the wheel, so that an installed hub can launch browsers."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ExtensionHook(BuildHookInterface):
    """Adds extension/dist as tabyard/extension; an editable installation reads it where it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuse to build a wheel without the extension: it would install, and never launch."""
        if version == "editable":
            return
        dist = Path(self.root, "extension", "dist")
        if not (dist / "manifest.json").is_file():
            message = "extension/dist is not built; run `make extension` first"
            raise FileNotFoundError(message)
        build_data["force_include"][str(dist)] = "tabyard/extension"
