"""Writes docs/reference/{rest,settings,cli}.md from the server's own tables.

usage: scripts/reference.py [--check]      --check: print what is out of date and fail
"""

import difflib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from tabyard.cli import COMMANDS
from tabyard.settings.reference import SETTINGS
from tabyard.web.app import ENDPOINTS
from tabyard.web.endpoint import Endpoint
from tabyard.web.errors import STATUS
from tabyard_protocol.docstrings import summary
from tabyard_protocol.reference.markdown import GENERATED, fields, parts

FOLDER: Final = Path(__file__).parent.parent / "docs" / "reference"

REST: Final = """\
# REST

On port 3300. Bodies are JSON with `Content-Type: application/json`, in both directions. A refusal
is `{"error": …, "code": …, "details"?: …}`; the codes are explained in [Errors](errors.md). Times
are milliseconds since 1970; a field without a value is left out. A running hub has the same as
OpenAPI 3.1 at `/api/openapi.json`, and as a page at `/api/docs`.

Any request may be refused with [UNKNOWN_HOST](errors.md#unknown_host) (421),
[FORBIDDEN_ORIGIN](errors.md#forbidden_origin) (403) or, where keys are required,
[UNAUTHORIZED](errors.md#unauthorized) (401): present a key as `Authorization: Bearer <key>` or
`X-API-Key: <key>`. A key without the scope gets [FORBIDDEN](errors.md#forbidden) (403), a caller
that asks too often [RATE_LIMITED](errors.md#rate_limited) (429) with `Retry-After`. A body may be
refused with [INVALID_INPUT](errors.md#invalid_input) (400),
[BODY_TOO_LARGE](errors.md#body_too_large) (413) or
[UNSUPPORTED_MEDIA_TYPE](errors.md#unsupported_media_type) (415).
"""

SETTINGS_PAGE: Final = """\
# Settings

Each setting is an environment variable; `tabyard serve` has options for the common ones, and
`tabyard settings` shows what is in force and where it comes from. Of several names the first that
is set counts. Durations ending in `_S` are seconds, those ending in `_MS` or `_TIMEOUT` are
milliseconds.

| variable | default | |
|---|---|---|
"""

CLI: Final = """\
# Command line

What `--help` says, for reading. Everything that talks to a hub finds it at `http://127.0.0.1:3300`
unless told otherwise.
"""


def rest_page() -> str:
    """Every endpoint with its parameters, bodies and refusals."""
    sections = [GENERATED, REST]
    for group in dict.fromkeys(endpoint.group for endpoint in ENDPOINTS):
        sections.append(f"## {group}\n")
        sections += [text for row in ENDPOINTS if row.group == group for text in _endpoint(row)]
    sections.append("## Bodies\n")
    sections += _bodies()
    return "\n".join(sections).rstrip() + "\n"


def settings_page() -> str:
    """The table of settings."""
    rows = "".join(
        f"| {'<br>'.join(f'`{name}`' for name in row.variables)} "
        f"| {f'`{row.default}`' if row.default else ''} | {row.says} |\n"
        for row in SETTINGS
    )
    return f"{GENERATED}\n{SETTINGS_PAGE}{rows}"


def cli_page() -> str:
    """The help of every command."""
    sections = [GENERATED, CLI, f"```text\n{_help()}\n```\n"]
    for command in COMMANDS:
        text = _help(command)
        sections.append(f"## tabyard {command}\n\n```text\n{text}\n```\n")
        for inner in _commands_in(text):
            text = _help(command, inner)
            sections.append(f"### tabyard {command} {inner}\n\n```text\n{text}\n```\n")
    return "\n".join(sections)


def _endpoint(row: Endpoint) -> Iterator[str]:
    yield f"### {row.method} {row.path}\n\n{row.says}.\n"
    if row.needs is not None:
        yield f"A key needs the scope `{row.needs}`.\n"
    if row.parameters:
        yield "| parameter | in | type | |\n|---|---|---|---|"
        for each in row.parameters:
            kind = _kind(each.schema)
            yield f"| `{each.name}` | {each.place} | {kind} | {each.says} |"
        yield ""
    if row.body is not None:
        yield f"Body: {_link(row.body)}.\n"
    answer = _link(row.answer) if row.answer is not None else f"`{row.media_type}`"
    yield f"Answers 200 with {answer}.\n"
    also = row.also or {}
    for says in dict.fromkeys(also.values()):
        statuses = [str(status) for status in also if also[status] == says]
        yield f"Answers {_either(statuses)}: {says[0].lower()}{says[1:]}.\n"
    if row.errors:
        codes = ", ".join(
            f"[{code}](errors.md#{code.lower()}) ({STATUS[code]})" for code in row.errors
        )
        yield f"Refuses with {codes}.\n"


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _kind(schema: Mapping[str, Any]) -> str:
    """`integer, default 100` or the values that are allowed."""
    kind = " or ".join(f"`{value}`" for value in schema.get("enum", ())) or str(schema["type"])
    return f"{kind}, default {schema['default']}" if "default" in schema else kind


def _link(model: type[BaseModel]) -> str:
    return f"[{model.__name__}](#{model.__name__.lower()})"


def _bodies() -> Iterable[str]:
    known: set[type] = set()
    for row in ENDPOINTS:
        for model, sent in ((row.body, False), (row.answer, True)):
            if model is None or model in known:
                continue
            known.add(model)
            yield f"### {model.__name__}\n\n{summary(model)}\n\n{fields(model, sent=sent)}"
            yield from parts([model], sent=sent, known=known)


def _help(*command: str) -> str:
    """What the command prints about itself, at a fixed width and without colour."""
    environment = {"PATH": os.environ["PATH"], "COLUMNS": "88", "NO_COLOR": "1", "TERM": "dumb"}  # noqa: TID251  (a program)
    done = subprocess.run(
        [sys.executable, "-c", "from tabyard.cli import main; main()", *command, "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    return "\n".join(lines).strip("\n").replace("Usage: -c", "Usage: tabyard")


def _commands_in(text: str) -> list[str]:
    """The commands that a group's help lists."""
    panels = re.split(r"^╭─", text, flags=re.MULTILINE)
    return [
        found[1]
        for panel in panels
        if panel.lstrip().startswith("Commands")
        for found in re.finditer(r"^│ (\w[\w-]*) ", panel, flags=re.MULTILINE)
    ]


def main() -> int:
    """Write the pages, or compare them."""
    check = "--check" in sys.argv[1:]
    stale = False
    for name, page in (("rest", rest_page), ("settings", settings_page), ("cli", cli_page)):
        path, wanted = FOLDER / f"{name}.md", page()
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if present == wanted:
            continue
        stale = True
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, encoding="utf-8")
            continue
        before, after = present.splitlines(), wanted.splitlines()
        label = f"docs/reference/{name}.md"
        print("\n".join(difflib.unified_diff(before, after, f"{label} (run make wire)", label)))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
