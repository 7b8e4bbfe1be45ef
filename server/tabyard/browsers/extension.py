"""The one extension: its id follows from the public key in its manifest."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Final

__all__ = ["EXTENSION_ID", "EXTENSION_ORIGIN", "id_of"]

EXTENSION_ID: Final = "nfbcofmoalenebffkngmmghffjpdiopo"
"""What `extension/manifest.mjs` fixes by its key; a test holds both together."""

EXTENSION_ORIGIN: Final = f"chrome-extension://{EXTENSION_ID}"
"""The one web origin of an extension that a hub admits."""


def id_of(folder: Path) -> str:
    """The id that Chromium gives to the extension in `folder`: its key's hash, spelled a to p."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(base64.b64decode(manifest["key"])).hexdigest()[:32]
    return digest.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop"))
