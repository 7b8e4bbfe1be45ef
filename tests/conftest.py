"""What every test may rely on: nothing blocks the loop, ports are free, Chromium is found once."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from blockbuster import BlockBuster

ROOT: Final = Path(__file__).parent.parent

BROWSER_TIMEOUT_S: Final = 60.0
"""A cold Chromium on a loaded machine needs some 5 s to start; the rest is the test's own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with a real browser the time that they need, unless they say otherwise.

    These, and those that kill processes, get one second chance, which is counted as `rerun`: a
    machine that stalls for seconds is no defect of ours. Every other test has to pass at once.
    """
    for item in items:
        browser = item.get_closest_marker("browser") is not None
        if browser and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(BROWSER_TIMEOUT_S))
        if browser or item.get_closest_marker("chaos") is not None:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def blocking_detector() -> Iterator[BlockBuster]:
    """Raises `BlockingError` where our own code blocks a running event loop.

    Only stacks that pass through our packages count: a test may read its own files.
    """
    detector = BlockBuster(scanned_modules=["tabyard", "tabyard_protocol"])
    # A short operation of the store: a few statements on what is in memory as a rule.
    for name in (
        "Connection.execute",
        "Connection.executemany",
        "Cursor.fetchall",
        "Cursor.fetchone",
    ):
        detector.functions[f"sqlite3.{name}"].can_block_in("storage/sqlite/writer.py", "_run_here")
    detector.activate()
    yield detector
    detector.deactivate()


@pytest.fixture(autouse=True)
def nothing_blocks(
    request: pytest.FixtureRequest, blocking_detector: BlockBuster
) -> Iterator[None]:
    """Hold the detector on, except in a test that is marked `blocking_allowed`."""
    if request.node.get_closest_marker("blocking_allowed") is None:
        yield
        return
    blocking_detector.deactivate()
    yield
    blocking_detector.activate()


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on. Prefer binding port 0 where you can."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium for tests marked `browser`. Its absence is an error: `make test` installs it."""
    found = subprocess.run(
        [ROOT / "scripts" / "chromium", "--find"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, "no Chromium found; run scripts/chromium to install one"
    return Path(found.stdout.strip())


@pytest.fixture(scope="session")
def extension_dist() -> Path:
    """The built extension, ready for --load-extension; its absence is an error."""
    dist = ROOT / "extension" / "dist"
    assert (dist / "manifest.json").is_file(), "the extension is not built; run make extension"
    return dist
