"""The core decides and the wire describes: neither ever waits for anything."""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PURE: Final = ("server/tabyard/core/", "protocol/tabyard_protocol/")
WAITING: Final = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)


def test_the_core_never_awaits(root: Path, sources: Sequence[Path]) -> None:
    pure = [path for path in sources if path.as_posix().startswith(PURE)]
    waiting = [
        f"{path}:{node.lineno}"
        for path in pure
        for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8")))
        if isinstance(node, WAITING)
    ]
    assert pure
    assert waiting == []
