"""Runs the snippets of the docs: against a hub of its own, with a scripted browser connected.

A page is run from top to bottom in one shell, so later snippets see what earlier ones have made.
A `text` block right after a snippet is its output; `…` in it stands for anything.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx2
import pytest

HERE: Final = Path(__file__).parent
START_WITHIN_S: Final = 15.0
BLOCK: Final = re.compile(r"^```(\w+)(?: name=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUNNERS: Final = {"python": "python", "js": "node --experimental-websocket --no-warnings"}
ENDINGS: Final = {"python": "py", "js": "mjs"}


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub and where it listens."""

    url: str
    link_url: str
    environment: dict[str, str] = field(repr=False)

    def here(self, text: str) -> str:
        """`text` with the ports of the docs replaced by those of this hub."""
        ports = {"3300": self.url.rpartition(":")[2], "3400": self.link_url.rpartition(":")[2]}
        return re.sub(
            r"(localhost|127\.0\.0\.1):(3300|3400)\b", lambda at: f"{at[1]}:{ports[at[2]]}", text
        )

    def get(self, path: str) -> Any:
        """The JSON at `path`."""
        return httpx2.get(f"{self.url}{path}", timeout=5).json()


@dataclass(frozen=True, slots=True)
class Snippet:
    """One block of a page that can be run, with what it must print."""

    language: str
    name: str | None
    text: str
    output: str | None


def snippets(page: Path) -> list[Snippet]:
    """What can be run on `page`, in its order."""
    source = page.read_text(encoding="utf-8")
    found: list[Snippet] = []
    blocks = list(BLOCK.finditer(source))
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        language, name, text = block.groups()
        if language not in {"bash", *RUNNERS}:
            continue
        output = None
        if following is not None and following[1] == "text":
            between = source[block.end() : following.start()]
            output = following[3] if not between.strip() else None
        found.append(Snippet(language, name, text, output))
    return found


def pattern(output: str) -> re.Pattern[str]:
    """What `output` stands for."""
    return re.compile(".*?".join(map(re.escape, output.strip().split("…"))), re.DOTALL)


def tidied(printed: str) -> str:
    """`printed` without spaces at the ends of its lines."""
    return "\n".join(line.rstrip() for line in printed.splitlines()).strip()


def script(found: list[Snippet], folder: Path, hub: Hub) -> str:
    """One shell script for a whole page; the output of snippet N goes to `N.out`."""
    lines = ["set -euo pipefail"]
    for number, snippet in enumerate(found):
        text = hub.here(snippet.text)
        if snippet.name is not None:
            (folder / snippet.name).write_text(text, encoding="utf-8")
            continue
        lines.append(f"exec > {number}.out")
        if snippet.language == "bash":
            lines.append(text)
            continue
        program = folder / f"{number}.{ENDINGS[snippet.language]}"
        program.write_text(text, encoding="utf-8")
        lines.append(f"{RUNNERS[snippet.language]} {program.name}")
    return "\n".join(lines)


T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str) -> T:
    """What `look` finds; a refused connection counts as nothing yet."""
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        try:
            found = look()
        except httpx2.TransportError:
            found = None
        if found is not None:
            return found
        time.sleep(0.05)
    pytest.fail(f"{what} did not come within {START_WITHIN_S:g} s")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on right now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """`tabyard serve` in a process of its own, with a scripted browser called `desk`."""
    folder = tmp_path_factory.mktemp("hub")
    http_port, link_port = free_ports(2)
    environment = {
        # What people type finds curl, jq and node where they have them.
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # noqa: TID251
        "HOME": str(folder),
        "NO_COLOR": "1",
        "TABYARD_DATA_DIR": str(folder / "data"),
        "TABYARD_UPLOAD_DIR": str(tmp_path_factory.getbasetemp()),
        "TABYARD_HTTP_PORT": str(http_port),
        "TABYARD_LINK_PORT": str(link_port),
        "TABYARD_URL": f"http://127.0.0.1:{http_port}",
    }
    hub = Hub(f"http://127.0.0.1:{http_port}", f"ws://127.0.0.1:{link_port}", environment)
    log = (folder / "log").open("w")
    serving = subprocess.Popen(
        ["tabyard", "serve"], env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT
    )
    robot = None
    try:
        wait_for(lambda: hub.get("/health"), "the hub")
        robot = subprocess.Popen([sys.executable, HERE / "robot.py", hub.url, "desk"])
        wait_for(lambda: hub.get("/instances")["instances"] or None, "the scripted browser")
        yield hub
    except BaseException:
        sys.stderr.write((folder / "log").read_text())
        raise
    finally:
        for process in (robot, serving):
            if process is not None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=15)
        log.close()


@dataclass(frozen=True, slots=True)
class Page:
    """Runs pages and compares what they print."""

    hub: Hub
    folder: Path

    def run(self, path: Path) -> None:
        """Run every snippet of the page at `path`; each must succeed and print what it says."""
        found = snippets(path)
        assert found, f"{path.name} has nothing to run"
        done = subprocess.run(
            ["bash", "-c", script(found, self.folder, self.hub)],
            cwd=self.folder,
            env=self.hub.environment,
            stderr=subprocess.PIPE,
            text=True,
            timeout=50,
            check=False,
        )
        printed = {
            number: tidied((self.folder / f"{number}.out").read_text(encoding="utf-8"))
            for number in range(len(found))
            if (self.folder / f"{number}.out").exists()
        }
        assert done.returncode == 0, (done.stderr, printed)
        for number, snippet in enumerate(found):
            if snippet.output is not None:
                assert pattern(snippet.output).fullmatch(printed[number]), printed[number]


@pytest.fixture
def page(hub: Hub, tmp_path: Path) -> Page:
    """Runs pages in an empty folder."""
    return Page(hub, tmp_path)
