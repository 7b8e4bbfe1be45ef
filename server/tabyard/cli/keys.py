"""`tabyard key`: API keys, made, listed and revoked at the running hub, else in its store."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from tabyard.cli.exits import CliError, ExitCode
from tabyard.cli.hub_client import HubClient, HubUnreachable, hub_at
from tabyard.cli.options import JsonOption, UrlOption, add_command, group_of_commands
from tabyard.cli.terminal import ago, console, print_json
from tabyard.clock import SystemClock
from tabyard.core.audit import AuditRecord
from tabyard.core.keys import mint, view_of
from tabyard.ids import SystemIds
from tabyard.settings import read_settings
from tabyard.storage import SqliteStore, StoreOpenFailed, open_store
from tabyard_protocol.resources.key import KeyCreated, KeyDraft, KeyList, Scope

__all__ = ["add_to"]

T = TypeVar("T")

SCOPES: Final = ", ".join(Scope)
EVERYTHING: Final = "all"


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    group = group_of_commands("Make, list and revoke API keys.")
    for name, command in (("new", make), ("list", list_keys), ("revoke", revoke)):
        add_command(group, name, command)
    program.add_typer(group, name="key", rich_help_panel="Hub")


def make(
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Who it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIST",
            help=f"What it allows, comma-separated; without it everything. {SCOPES}; and "
            "tool:NAME to allow the named tools only.",
        ),
    ] = None,
    instance: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="A browser it is for; repeatable. Without it all."),
    ] = None,
    json: JsonOption = False,
    url: UrlOption = None,
) -> None:
    """Make an API key and show it, once.

    With the first key, every caller needs one. Without a running hub the key is written into the
    store of TABYARD_DATA_DIR.

    Example: tabyard key new --name ci --scope tasks:write,tasks:read
    """
    draft = _draft(name, scope or [EVERYTHING], instance or [])
    made = _at_hub_or_store(
        url, lambda hub: hub.post("/api/keys", draft.to_object()), lambda store: _add(store, draft)
    )
    if json:
        print_json(made)
        return
    view = made["view"]
    console.print(f"[good]●[/] {view['name']} [faint]({', '.join(view['scopes'])})[/]")
    console.print(f"\n  [name]{made['key']}[/]\n", soft_wrap=True)
    console.print("  [faint]It is not shown again. Send it as Authorization: Bearer <key>.[/]")


def list_keys(*, json: JsonOption = False, url: UrlOption = None) -> None:
    """List API keys, without the keys themselves."""
    answer = _at_hub_or_store(url, lambda hub: hub.get("/api/keys"), _listed)
    if json:
        print_json(answer)
        return
    if not answer["keys"]:
        console.print("No keys. Make one: [name]tabyard key new --name ci[/]")
        return
    now_ms = time.time_ns() // 1_000_000
    table = Table(box=None, pad_edge=False, header_style="faint")
    for heading in ("id", "name", "allows", "browsers", "made"):
        table.add_column(heading, overflow="fold")
    for row in answer["keys"]:
        table.add_row(
            row["id"],
            Text(row["name"], style="name"),
            ", ".join(row["scopes"]),
            ", ".join(row.get("instanceIds") or ()) or "all",
            ago(row["createdAt"], now_ms),
        )
    console.print(table)


def revoke(
    key: Annotated[str, typer.Argument(help="Its visible beginning, tyk_…", metavar="KEY")],
    *,
    url: UrlOption = None,
) -> None:
    """Revoke an API key. What is connected with it is cut off at once."""
    # Somebody may well paste the whole key; only its beginning leaves this process.
    key_id = "_".join(key.split("_")[:2])
    path = f"/api/keys/{quote(key_id, safe='')}"
    _at_hub_or_store(url, lambda hub: hub.delete(path), lambda store: _drop(store, key_id))
    console.print(f"○ {key_id} is revoked.", markup=False)


def _draft(name: str, scopes: Sequence[str], instances: Sequence[str]) -> KeyDraft:
    words = [word.strip() for one in scopes for word in one.split(",") if word.strip()]
    wanted = [*Scope] if words == [EVERYTHING] else words
    try:
        return KeyDraft.model_validate(
            {"name": name, "scopes": wanted, "instanceIds": list(instances)}
        )
    except ValidationError:
        raise CliError(
            f"{name!r} with {', '.join(words)} is no key.",
            exit_code=ExitCode.INVALID,
            remedy=f"give a name, and scopes out of {SCOPES}, tool:NAME",
        ) from None


def _at_hub_or_store(
    url: str | None,
    ask: Callable[[HubClient], Any],
    do: Callable[[SqliteStore], Awaitable[Any]],
) -> Any:  # noqa: ANN401 - JSON
    """What the running hub answers; without one, what its store says."""
    try:
        return ask(HubClient(hub_at(url)))
    except HubUnreachable:
        if url is not None:
            raise
        return asyncio.run(_with_store(do))


async def _with_store(do: Callable[[SqliteStore], Awaitable[T]]) -> T:
    settings = read_settings(os.environ)
    if settings.in_memory:
        raise CliError(
            "No hub answers, and TABYARD_STORE=memory keeps no keys.",
            exit_code=ExitCode.UNREACHABLE,
            remedy="tabyard serve        (or set TABYARD_API_KEYS)",
        )
    try:
        async with open_store(settings.database) as store:
            return await do(store)
    except StoreOpenFailed as error:
        remedy = "name the hub that uses it with --url"
        raise CliError(str(error), exit_code=ExitCode.FAILED, remedy=remedy) from None


async def _add(store: SqliteStore, draft: KeyDraft) -> dict[str, Any]:
    clock = SystemClock()
    ids = SystemIds(clock=clock)
    key, record = mint(
        draft.name,
        secrets=(ids.secret(), ids.secret()),
        scopes=draft.scopes,
        instances=draft.instance_ids,
        at_ms=clock.now_ms(),
    )
    await store.add_key(record)
    await _note(store, "key.new", record.id)
    return KeyCreated(key=key, view=view_of(record)).to_object()


async def _listed(store: SqliteStore) -> dict[str, Any]:
    return KeyList(keys=tuple(map(view_of, await store.keys()))).to_object()


async def _drop(store: SqliteStore, key_id: str) -> None:
    if not await store.drop_key(key_id):
        raise CliError(
            f"There is no key {key_id}.", exit_code=ExitCode.INVALID, remedy="tabyard key list"
        )
    await _note(store, "key.revoke", key_id)


async def _note(store: SqliteStore, action: str, key_id: str) -> None:
    at_ms = SystemClock().now_ms()
    line = AuditRecord(at_ms=at_ms, who="command line", action=action, subject=key_id)
    await store.note_all([line])
