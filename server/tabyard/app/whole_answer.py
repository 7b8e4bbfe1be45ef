"""An answer in one piece: the bytes that uvicorn would send, built at once."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE

__all__ = ["whole_answer"]

FRAMING: Final = frozenset({b"connection", b"transfer-encoding", b"upgrade", b"trailer"})
"""Headers that change how an answer is sent: uvicorn knows how."""

CLOSES: Final = b"connection: close\r\n"


def whole_answer(
    status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, *, closes: bool = False
) -> bytes | None:
    """The whole answer; None: its headers don't fit its body, or are none of the plain ones."""
    lines = [STATUS_LINE[status]]
    length: bytes | None = None
    for pair in headers:
        line = _plain_line(pair)
        if line is None:
            return None
        if pair[0] == b"content-length":
            length = pair[1]
        lines.append(line)
    if length is None or length != b"%d" % len(body):
        return None
    if closes:
        lines.append(CLOSES)
    lines += (b"\r\n", body)
    return b"".join(lines)


@lru_cache(maxsize=2048)
def _plain_line(pair: tuple[bytes, bytes]) -> bytes | None:
    """A header as it is sent; None for one that is not well-formed, or that changes the framing."""
    name, value = pair
    if name != name.lower() or name in FRAMING:
        return None
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        return None
    return b"%b: %b\r\n" % (name, value)
