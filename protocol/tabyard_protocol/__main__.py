"""Writes every view that is derived from the wire: `python -m tabyard_protocol [--check]`."""

import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tabyard_protocol import schema, typescript

ROOT: Final = Path(__file__).parent.parent.parent


def views() -> Mapping[Path, str]:
    """Every derived file with what must stand in it."""
    files = {ROOT / "extension" / "src" / "generated" / "protocol.ts": typescript.render()}
    for name, document in schema.render().items():
        path = ROOT / "protocol" / "schema" / f"{name}.schema.json"
        files[path] = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return files


def main(arguments: Sequence[str]) -> int:
    """Write the views; with `--check`, print what is out of date and fail instead."""
    check = "--check" in arguments
    stale = False
    for path, wanted in views().items():
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if present == wanted:
            continue
        stale = True
        if check:
            name = str(path.relative_to(ROOT))
            diff = difflib.unified_diff(
                present.splitlines(),
                wanted.splitlines(),
                f"{name} (run make wire)",
                name,
                lineterm="",
            )
            sys.stdout.write("\n".join(diff) + "\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
