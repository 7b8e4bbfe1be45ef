"""Draws docs/concepts/lifecycles.md from the lifecycle tables of `tabyard.core`.

usage: scripts/lifecycles.py [--check]      --check: print what is out of date and fail
"""

import difflib
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import tabyard.core

PAGE: Final = Path(__file__).parent.parent / "docs" / "concepts" / "lifecycles.md"

INTRODUCTION: Final = """\
# Lifecycles

Each of these is one table in `tabyard.core`; this page is drawn from them (`make wire`). A step
that is not drawn here is refused. The first state is where everything begins, a state with an arrow
to the end is final: nothing follows it, whatever arrives later.
"""

Table = Mapping[StrEnum, frozenset[StrEnum]]


def tables() -> Iterator[tuple[str, Table]]:
    """Every lifecycle: a module-level `<NAME>_NEXT` in `tabyard.core`, by name, each once."""
    found: dict[str, Table] = {}
    for module in pkgutil.walk_packages(tabyard.core.__path__, "tabyard.core."):
        members: dict[str, Any] = vars(importlib.import_module(module.name))
        found.update({name: table for name, table in members.items() if name.endswith("_NEXT")})
    yield from sorted(found.items())


def diagram(table: Table) -> str:
    """The table as a Mermaid state diagram, edges in the order of the table."""
    first = next(iter(table))
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first.value}"]
    for state, successors in table.items():
        lines += [f"    {state.value} --> {to.value}" for to in table if to in successors]
        if not successors:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join([*lines, "```"])


def page() -> str:
    """The whole page as it must stand in the docs."""
    sections = [INTRODUCTION]
    for name, table in tables():
        title = name.removesuffix("_NEXT").replace("_", " ").capitalize()
        sections.append(f"## {title}\n\n{diagram(table)}\n")
    return "\n".join(sections)


def main() -> int:
    """Write the page, or compare it."""
    wanted = page()
    if "--check" not in sys.argv[1:]:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    present = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    diff = list(
        difflib.unified_diff(
            present.splitlines(), wanted.splitlines(), "docs (run make wire)", "tables", lineterm=""
        )
    )
    print("\n".join(diff), end="\n" if diff else "")
    return 1 if diff else 0


if __name__ == "__main__":
    sys.exit(main())
