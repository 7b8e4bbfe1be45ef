"""The files speak of the product alone: no machine's paths, no registry's address."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

# Each pattern is written so that it does not find itself in this file.
MACHINE_PATH: Final = re.compile(r"(?<![\w.~-])/(?:(?:home|Users)/(?!me/)|root/|work/)[\w.-]+")
"""`/home/me/` is anybody's: examples may use it."""
REGISTRY_HOST: Final = re.compile(
    r"pypi[.]org|pythonhosted[.]org|registry[.](?:npmjs|yarnpkg)[.]|npmjs[.]org|proxy[.]golang[.]org"
)

TEXT: Final = frozenset({
    "", ".cfg", ".css", ".html", ".ini", ".js", ".json", ".lock", ".md", ".mjs", ".py", ".sh",
    ".toml", ".ts", ".txt", ".yaml", ".yml",
})  # fmt: skip


def hits(root: Path, files: Sequence[Path], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {found[0]}"
        for path in files
        if path.suffix in TEXT
        for number, line in enumerate(
            (root / path).read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if (found := pattern.search(line))
    ]


def test_no_file_names_a_path_of_one_machine(root: Path, files: Sequence[Path]) -> None:
    assert hits(root, files, MACHINE_PATH) == []


def test_no_file_names_a_package_registry(root: Path, files: Sequence[Path]) -> None:
    assert hits(root, files, REGISTRY_HOST) == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert MACHINE_PATH.search("see " + "/home" + "/somebody")
    assert REGISTRY_HOST.search("https://" + "pypi" + ".org/simple")
    assert not MACHINE_PATH.search("POST /homework/start")
    assert not MACHINE_PATH.search("/home/me/photo.png")


def test_the_node_lock_names_no_address(root: Path) -> None:
    lock = (root / "extension" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
