"""`tabyard doctor`: each trouble is made for real, and has to be named with its remedy."""

import json
import shutil
import socket
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from tests.cli.processes import Outcome, Terminal
from typing_extensions import override

from tabyard import __version__

Findings = dict[str, tuple[str, str, str]]


@pytest.fixture
def extension(tmp_path: Path) -> str:
    folder = tmp_path / "built extension"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"version": __version__}))
    return str(folder)


@pytest.fixture(autouse=True)
def chromium(terminal: Terminal) -> str:
    """Says its version as Chromium does, and nothing else; the first on the PATH."""
    folder = terminal.home / "bin"
    folder.mkdir()
    program = folder / "chromium"
    program.write_text("#!/bin/sh\necho Chromium 156.0.1\n")
    program.chmod(0o755)
    terminal.environment["PATH"] = f"{folder}:{terminal.environment['PATH']}"
    return str(program)


def findings(outcome: Outcome) -> Findings:
    """By what each is about: verdict, text, remedy."""
    assert "Traceback" not in outcome.err
    return {
        one["about"]: (one["verdict"], one["says"], one["remedy"])
        for one in json.loads(outcome.out)
    }


async def examined(terminal: Terminal, *arguments: str, **more: str) -> tuple[int, Findings]:
    outcome = await terminal.run("doctor", "--json", *arguments, **more)
    return outcome.code, findings(outcome)


async def test_a_machine_in_order_has_nothing_to_complain_about(
    terminal: Terminal, extension: str, chromium: str
) -> None:
    code, found = await examined(terminal, TABYARD_EXTENSION_DIR=extension)

    assert code == 0
    assert found["extension"][:2] == ("fine", extension)
    assert found["chromium"] == ("fine", f"Chromium 156.0.1  ({chromium})", "")
    assert found["ports"][0] == "fine"
    assert found["hub"][0] == "note"
    assert found["hub"][2] == "tabyard serve"


async def test_a_taken_port_is_named_with_its_holder(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        code, found = await examined(terminal, TABYARD_HTTP_PORT=port)

    verdict, says, remedy = found["ports"]
    assert (code, verdict) == (1, "trouble")
    assert f"port {port}" in says
    assert "(process " in says
    assert "TABYARD_HTTP_PORT" in remedy


async def test_a_missing_chromium_is_named(terminal: Terminal) -> None:
    absent = str(terminal.home / "nowhere")
    code, found = await examined(terminal, TABYARD_CHROMIUM=absent)

    verdict, says, remedy = found["chromium"]
    assert (code, verdict) == (1, "trouble")
    assert absent in says
    assert remedy == "correct or unset TABYARD_CHROMIUM"


async def test_a_chromium_that_does_not_start_is_told_with_its_last_words(
    terminal: Terminal, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho cannot open shared object file >&2\nexit 127\n")
    broken.chmod(0o755)
    code, found = await examined(terminal, TABYARD_CHROMIUM=str(broken))

    verdict, says, _ = found["chromium"]
    assert (code, verdict) == (1, "trouble")
    assert "cannot open shared object file" in says


async def test_an_extension_that_is_not_built_is_named(terminal: Terminal) -> None:
    absent = str(terminal.home / "dist")
    code, found = await examined(terminal, TABYARD_EXTENSION_DIR=absent)

    assert code == 1
    assert found["extension"][0] == "trouble"
    assert absent in found["extension"][1]


async def test_an_extension_of_another_version_is_noted(terminal: Terminal, extension: str) -> None:
    (terminal.home / "built extension" / "manifest.json").write_text('{"version": "0.0.1"}')
    _, found = await examined(terminal, TABYARD_EXTENSION_DIR=extension)

    assert found["extension"][0] == "note"
    assert "0.0.1" in found["extension"][1]


async def test_a_folder_that_can_not_be_written_is_named(terminal: Terminal) -> None:
    blocked = terminal.home / "file"
    blocked.write_text("")
    code, found = await examined(terminal, TABYARD_DATA_DIR=str(blocked / "data"))

    verdict, says, remedy = found["data"]
    assert (code, verdict) == (1, "trouble")
    assert str(blocked / "data") in says
    assert "TABYARD_DATA_DIR" in remedy


async def test_a_lock_that_a_silent_hub_holds_is_named_with_its_process(
    terminal: Terminal,
) -> None:
    async with terminal.serving() as hub:
        code, found = await examined(terminal)

    verdict, says, remedy = found["database"]
    assert (code, verdict) == (1, "trouble")
    assert f"in use by process {hub.process.pid}, but no hub answers" in says
    assert remedy.startswith(f"kill {hub.process.pid}")


async def test_the_lock_of_a_hub_that_answers_is_in_order(terminal: Terminal) -> None:
    async with terminal.serving() as hub:
        _, found = await examined(terminal, TABYARD_HTTP_PORT=str(hub.port))

    assert found["database"][0] == "fine"
    assert found["hub"][0] == "fine"
    assert found["browsers"][0] == "note"
    assert "ports" not in found


async def test_a_named_hub_that_does_not_answer_is_a_trouble(
    terminal: Terminal, free_port: int
) -> None:
    code, found = await examined(terminal, "--url", f"http://127.0.0.1:{free_port}")

    assert code == 1
    assert found["hub"][0] == "trouble"
    assert "connection refused" in found["hub"][1]


async def test_a_hub_that_wants_a_key_says_so(terminal: Terminal) -> None:
    async with terminal.serving(API_KEYS="sesame") as hub:
        code, found = await examined(terminal, "--url", hub.url)

    assert code == 1
    assert found["hub"][0] == "trouble"
    assert "TABYARD_API_KEY" in found["hub"][2]


async def test_a_wrong_setting_is_the_first_thing_to_repair(terminal: Terminal) -> None:
    code, found = await examined(terminal, TABYARD_QUEUE_LIMIT="many")

    assert code == 1
    assert list(found) == ["settings"]
    assert "TABYARD_QUEUE_LIMIT=many" in found["settings"][1]


async def test_people_read_a_sign_the_finding_and_the_remedy(
    terminal: Terminal, extension: str
) -> None:
    shutil.rmtree(extension)
    outcome = await terminal.run("doctor", TABYARD_EXTENSION_DIR=extension)

    lines = outcome.out.splitlines()
    [line] = [number for number, text in enumerate(lines) if text.startswith("✗ extension")]
    assert extension in lines[line]
    assert lines[line + 1].strip().startswith("→ ")


@contextmanager
def stranger(status: int, body: str) -> Generator[str]:
    """Somebody who answers everything with `body`."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


HUB = {"name": "Tabyard", "version": __version__, "linkPort": 3400, "instances": 2}


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (404, "<html>Not here</html>", "The answer is not JSON"),
        (200, '{"hello": "world"}', "something else answers"),
    ],
)
async def test_something_else_at_the_hub_s_address_is_recognised(
    terminal: Terminal, status: int, body: str, says: str
) -> None:
    with stranger(status, body) as url:
        code, found = await examined(terminal, "--url", url)

    assert (code, found["hub"][0]) == (1, "trouble")
    assert says in found["hub"][1]
    assert "TABYARD_URL" in found["hub"][2]


async def test_an_address_where_pages_are_served_is_not_taken_for_a_hub(
    terminal: Terminal,
) -> None:
    with stranger(200, "<html>Welcome</html>") as url:
        for command in (("tasks",), ("instances",), ("cancel", "task_1_1")):
            outcome = await terminal.run(*command, "--url", url)
            assert outcome.code == 2
            assert "is this address really a Tabyard hub?" in outcome.err
            assert "TABYARD_URL" in outcome.err


async def test_a_hub_of_another_version_is_noted(terminal: Terminal) -> None:
    with stranger(200, json.dumps({**HUB, "version": "0.0.1"})) as url:
        _, found = await examined(terminal, "--url", url)

    assert found["hub"][0] == "note"
    assert "0.0.1" in found["hub"][1]
    assert found["browsers"] == ("fine", "2 connected", "")


async def test_a_port_below_1024_is_no_place_for_a_user_or_free_for_root(
    terminal: Terminal,
) -> None:
    _, found = await examined(terminal, TABYARD_HTTP_PORT="1023")

    verdict, says, _ = found["ports"]
    assert verdict == "fine" or "ports below 1024 are for the system" in says
