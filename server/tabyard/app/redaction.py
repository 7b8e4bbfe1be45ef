"""No secret gets into the log: by the name of a field, by its look, and by its very letters."""

import re
from collections.abc import Sequence
from typing import Any, Final

from structlog.typing import EventDict, WrappedLogger

__all__ = ["Redaction"]

HIDDEN: Final = "***"

FIELDS: Final = re.compile(
    r"authorization|api[-_]?key|password|passwd|secret|credential|ticket|proof|token|cookie",
    re.IGNORECASE,
)
"""Fields whose value nobody needs to read in a log."""

LOOKS: Final = re.compile(
    r"""
    (?P<kept> tyk_[0-9a-f]{8} )_[0-9a-f]+           # a key of ours; its beginning is no secret
  | (?P<scheme> \b(?:bearer|basic)\s+ )[^\s"',}]+   # an Authorization header
  | (?P<name> (?:ticket|credential|proof|nonce|token|api[-_]?key|x-api-key|password)
        ["']?\s*[=:]\s*["']? )[^\s"'&,})]+          # a field or a parameter in a text
  | \b[0-9a-f]{64}\b                                # a credential, a proof, a ticket
    """,
    re.IGNORECASE | re.VERBOSE,
)
SHORTEST: Final = 4
"""Shorter keys are words that stand everywhere."""


class Redaction:
    """`fields` is a processor for the event, `text` one for the finished line."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        known = sorted({one for one in secrets if len(one) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def fields(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Empty the fields that are secret by their name."""
        return {name: HIDDEN if FIELDS.search(name) else value for name, value in event.items()}

    def text(self, _logger: WrappedLogger, _method: str, line: Any) -> str:  # noqa: ANN401 - a line
        """Empty what looks like a secret, wherever it stands, tracebacks included."""
        shown = LOOKS.sub(_hide, str(line))
        return shown if self._known is None else self._known.sub(HIDDEN, shown)


def _hide(found: re.Match[str]) -> str:
    kept = found["kept"]
    if kept is not None:
        return f"{kept}_{HIDDEN}"
    return f"{found['scheme'] or found['name'] or ''}{HIDDEN}"
