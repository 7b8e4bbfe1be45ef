"""`tabyard key`, with and without a running hub."""

import json
import sqlite3
from pathlib import Path

from tests.cli.processes import Terminal


async def test_a_key_is_made_while_no_hub_runs_and_is_asked_for_when_one_does(
    terminal: Terminal,
) -> None:
    made = await terminal.run("key", "new", "--name", "ci", "--scope", "tasks:read", "--json")
    assert made.code == 0, made.err
    key = json.loads(made.out)["key"]

    async with terminal.serving() as hub:
        without = await terminal.run("tasks", "--url", hub.url)
        with_key = await terminal.run("tasks", "--url", hub.url, TABYARD_API_KEY=key)
        beyond = await terminal.run("instances", "--url", hub.url, TABYARD_API_KEY=key)

    assert without.code == 2
    assert "A valid API key is required" in without.err
    assert with_key.code == 0
    assert beyond.code == 2
    assert "does not allow that" in beyond.err


async def test_keys_of_a_running_hub_are_made_listed_and_revoked_over_rest(
    terminal: Terminal, tmp_path: Path
) -> None:
    async with terminal.serving() as hub:
        made = await terminal.run("key", "new", "--name", "me", "--url", hub.url)
        assert made.code == 0, made.err
        key = next(word for word in made.out.split() if word.startswith("tyk_"))
        listed = await terminal.run("key", "list", "--url", hub.url, TABYARD_API_KEY=key)
        assert key[:12] in listed.out
        assert key not in listed.out
        refused = await terminal.run("key", "list", "--url", hub.url)
        assert refused.code == 2
        gone = await terminal.run("key", "revoke", key, "--url", hub.url, TABYARD_API_KEY=key)
        assert gone.code == 0, gone.err
        # It was the last one: this machine needs none again.
        again = await terminal.run("key", "list", "--url", hub.url)
        assert again.code == 0
        assert "No keys" in again.out

    assert not holds(tmp_path, key)


def holds(folder: Path, secret: str) -> bool:
    """Whether any file in the folder has it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return any(secret.encode() in path.read_bytes() for path in files)


def audited(home: Path) -> list[tuple[str, str, str]]:
    """The audit trail in the store."""
    with sqlite3.connect(next(home.rglob("tabyard.sqlite"))) as connection:
        rows = connection.execute("SELECT who, action, subject FROM audit").fetchall()
    connection.close()
    return rows


async def test_a_scope_that_nobody_knows_is_refused_with_those_that_there_are(
    terminal: Terminal,
) -> None:
    outcome = await terminal.run("key", "new", "--name", "x", "--scope", "tasks:rea")
    assert outcome.code == 2
    assert "tasks:read" in outcome.err


async def test_only_a_digest_of_a_key_is_in_the_store(terminal: Terminal, tmp_path: Path) -> None:
    made = await terminal.run("key", "new", "--name", "ci", "--json")
    key = json.loads(made.out)["key"]
    listed = await terminal.run("key", "list", "--json")
    assert json.loads(listed.out)["keys"][0]["name"] == "ci"
    assert not holds(tmp_path, key.rpartition("_")[2])
    assert audited(tmp_path) == [("command line", "key.new", key[:12])]
    assert (await terminal.run("key", "revoke", key)).code == 0
    assert (await terminal.run("key", "revoke", key)).code == 2
