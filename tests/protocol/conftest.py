"""What the tests of the wire share: the golden frames, and every model there is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tabyard_protocol.inventory import BODIES, UNIONS
from tabyard_protocol.shapes import tag

Golden = Callable[[str, str], dict[str, Any]]


@pytest.fixture(scope="session")
def frames(root: Path) -> Path:
    """The folder of golden frames."""
    return root / "protocol" / "frames"


@pytest.fixture(scope="session")
def golden(frames: Path) -> Golden:
    """Reads the golden frame of a group (`HubFrame`) by its name (`tool_call`)."""

    def read(group: str, name: str) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads((frames / group / f"{name}.json").read_text("utf-8"))
        return frame

    return read


def wire_names() -> list[tuple[str, str]]:
    """Everything that must have a golden frame, as (group, name)."""
    tagged = [(union.name, str(tag(model))) for union in UNIONS.values() for model in union.models]
    return [*tagged, *(("Body", body.model.__name__) for body in BODIES)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that take `group` and `name` run once for every golden frame."""
    if {"group", "name"} <= set(metafunc.fixturenames):
        metafunc.parametrize(("group", "name"), wire_names())
