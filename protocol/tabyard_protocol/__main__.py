"""Writes every view that is derived from the wire: `python -m tabyard_protocol [--check]`."""

import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tabyard_protocol import schema, typescript
from tabyard_protocol.reference.errors import errors_page
from tabyard_protocol.reference.frames import Examples, events_page, frames_page
from tabyard_protocol.reference.tools import tools_page

SOURCE: Final = Path(__file__).parent.parent.parent
"""The tree that the golden frames are read from."""
ROOT: Final = SOURCE
"""The tree that is written to."""


def views() -> Mapping[str, str]:
    """Every derived file with what must stand in it."""
    examples = _golden_frames()
    files = {
        "extension/src/generated/protocol.ts": typescript.render(),
        "docs/reference/frames.md": frames_page(examples),
        "docs/reference/events.md": events_page(examples),
        "docs/reference/errors.md": errors_page(),
        "docs/reference/tools.md": tools_page(),
    }
    for name, document in schema.render().items():
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        files[f"protocol/schema/{name}.schema.json"] = text
    return files


def main(arguments: Sequence[str]) -> int:
    """Write the views; with `--check`, print what is out of date and fail instead."""
    if not (SOURCE / "protocol" / "frames").is_dir():
        sys.stderr.write("This writes files of Tabyard's source tree; run it there.\n")
        return 2
    check = "--check" in arguments
    stale = False
    for name, wanted in views().items():
        path = ROOT / name
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if present == wanted:
            continue
        stale = True
        if check:
            before, after = present.splitlines(), wanted.splitlines()
            diff = difflib.unified_diff(before, after, f"{name} (run make wire)", name, lineterm="")
            sys.stdout.write("\n".join(diff) + "\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, encoding="utf-8")
    return 1 if check and stale else 0


def _golden_frames() -> Examples:
    return {
        (path.parent.name, path.stem): json.loads(path.read_text(encoding="utf-8"))
        for path in (SOURCE / "protocol" / "frames").rglob("*.json")
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
