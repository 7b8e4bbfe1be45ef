"""API keys: who may call at all. The one place that further kinds of callers will be added to."""

import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final, Protocol

__all__ = ["KeyRing", "Keys", "NoKeys", "presented_key"]

MAX_KEY_CHARS: Final = 1_000
"""Longer ones are wrong unread."""


class Keys(Protocol):
    """Decides about presented keys."""

    def accepts(self, key: str | None) -> bool:
        """Whether a caller who presents `key` (None: nothing) may go on."""
        ...


class NoKeys:
    """No keys are configured: whoever passes the rules for hosts and origins may go on."""

    def accepts(self, key: str | None) -> bool:  # noqa: ARG002 - the protocol's signature
        """Always."""
        return True


class KeyRing:
    """Configured keys, kept as digests; how long a check takes tells nothing of them."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests = tuple(digest(key) for key in keys)

    def accepts(self, key: str | None) -> bool:
        """Whether `key` is one of the ring."""
        if key is None or len(key) > MAX_KEY_CHARS:
            return False
        presented = digest(key)
        # No early exit: all are compared, whichever matches.
        return sum(hmac.compare_digest(presented, known) for known in self._digests) > 0


def digest(key: str) -> bytes:
    """All digests are of one length, so comparing tells nothing of a key's."""
    return sha256(key.encode("utf-8", "surrogatepass")).digest()


def presented_key(headers: Mapping[bytes, bytes]) -> str | None:
    """The key of `Authorization: Bearer …` or `X-API-Key`."""
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    key = headers.get(b"x-api-key", b"").decode("latin-1").strip()
    return key or None
