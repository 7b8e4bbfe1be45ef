"""`frames.md` and `events.md`: what travels on WebSockets, each frame with a golden example."""

from collections.abc import Mapping
from typing import Final

from tabyard_protocol.docstrings import summary
from tabyard_protocol.events import Resync
from tabyard_protocol.inventory import UNIONS, Union
from tabyard_protocol.model import JsonObject
from tabyard_protocol.reference.markdown import GENERATED, code_block, fields, parts
from tabyard_protocol.shapes import tag

__all__ = ["Examples", "events_page", "frames_page"]

Examples = Mapping[tuple[str, str], JsonObject]
"""Golden frames by group and name."""

FRAMES: Final = """\
# Frames

Everything that is said on a WebSocket: JSON text, one object per message, told apart by its `type`.
A receiver ignores fields that it does not know. An unknown `type` from a client is answered with
`error`; a browser's malformed frame is counted, and three in a minute close its link with 1007.

One kind of message is binary: a picture of a screencast, browser to hub. Byte `0x01`, then the
frame's number as eight bytes, most significant first, then a JPEG.

How the link behaves is described in [The link](../concepts/link.md), the client's side in
[Events and resuming](../concepts/events.md), and the events themselves in [Events](events.md).
"""

EVENTS: Final = """\
# Events

What the hub tells readers unasked: the same objects as WebSocket messages and as server-sent
events, where `event:` is the type and `id:` is `epoch.offset`. How to resume is described in
[Events and resuming](../concepts/events.md).
"""


def frames_page(examples: Examples) -> str:
    """The link's frames and the client's requests and answers."""
    known: set[type] = set()
    names = ("HubFrame", "BrowserFrame", "ClientRequest", "ClientAnswer")
    sections = [_section(UNIONS[name], examples) for name in names]
    shared = [
        text
        for name in names
        for text in parts(UNIONS[name].models, sent=UNIONS[name].direction == "sent", known=known)
    ]
    return "\n".join([GENERATED, FRAMES, *sections, "## Parts\n", *shared]).rstrip() + "\n"


def events_page(examples: Examples) -> str:
    """All events, and `resync`."""
    union = UNIONS["HubEvent"]
    known: set[type] = set()
    resync = (
        f"### resync\n\n{summary(Resync)}\n\n{fields(Resync, sent=True)}\n"
        f"{code_block(examples['Body', 'Resync'])}"
    )
    shared = parts(union.models, sent=True, known=known)
    return (
        "\n".join(
            [GENERATED, EVENTS, _section(union, examples), resync, "## Parts\n", *shared]
        ).rstrip()
        + "\n"
    )


def _section(union: Union, examples: Examples) -> str:
    lines = [f"## {union.title}\n\n{union.summary}\n"]
    for model in union.models:
        name = str(tag(model))
        lines.append(f"### {name}\n\n{summary(model)}\n")
        lines.append(fields(model, sent=union.direction == "sent", without=("type",)))
        lines.append(code_block(examples[union.name, name]))
    return "\n".join(line for line in lines if line)
