"""`errors.md`: every code with who must act, and every close code."""

from collections.abc import Iterator
from enum import Enum
from typing import Final

from tabyard_protocol.docstrings import field_docs
from tabyard_protocol.errors import CloseCode, ErrorCode, ToolErrorCode
from tabyard_protocol.reference.markdown import GENERATED

__all__ = ["errors_page"]

PAGE: Final = """\
# Errors

Programs read the `code`, people read the sentence beside it. Each code says who must act: the
**caller** (repair the request), the **operator** (look at the machine), or nobody yet: **retry**
later.
"""

HUB: Final = """\
## Refusals of the hub

What an API answers when it can't do what was asked: `{"error": …, "code": …, "details"?: …}`. Which
status goes with a code is told with each endpoint in [REST](rest.md).
"""

TOOLS: Final = """\
## Failures of tools

Why a command failed. The list is closed; tools that an instance brings itself may use codes of
their own.
"""

CLOSING: Final = """\
## Close codes

Why the hub closes a WebSocket. From 4000 to 4499: come back. From 4500 on: do not.

| code | name | |
|---|---|---|
"""


def errors_page() -> str:
    """All codes of errors and of closing."""
    docs = field_docs(CloseCode)
    closing = "".join(f"| {int(code)} | {code.name} | {docs[code.name]} |\n" for code in CloseCode)
    return "\n".join(
        [GENERATED, PAGE, HUB, *_codes(ErrorCode), TOOLS, *_codes(ToolErrorCode), CLOSING + closing]
    )


def _codes(enum: type[Enum]) -> Iterator[str]:
    docs = field_docs(enum)
    for member in enum:
        who, _, what = docs[member.name].partition(": ")
        yield f"### {member.value}\n\n**{who}**: {what}\n"
