"""The import rules of pyproject.toml hold; here too, so that plain pytest tells the truth."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

LATER: Final = frozenset({"agent", "models"})
"""Layers that keep their place in the contract although nothing is there yet."""


def test_nobody_imports_upwards(root: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    outcome = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout


def test_a_layer_is_optional_only_until_it_is_built(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    layers = [name.strip() for line in contract["layers"] for name in line.split("|")]
    optional = {name.strip("()") for name in layers if name.startswith("(")}
    assert optional == LATER
    assert contract["exhaustive"] is True
