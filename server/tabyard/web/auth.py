"""API keys: which there are, and whose the presented one is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from tabyard.core.keys import (
    ENVIRONMENT,
    KeyRecord,
    Principal,
    digest_of,
    key_id_of,
    matches,
    principal_of,
)

__all__ = ["KeyRing", "names_a_key", "presented_key"]

MAX_KEY_CHARS: Final = 1_000
"""Longer ones are wrong unread."""

NAMES: Final = re.compile(
    rb"(?:^|[&;?])(?:x-)?(?:api[-_]?key|key|(?:access[-_]?|auth[-_]?)?token|authorization|bearer)="
    rb"|tyk_[0-9a-f]{8}_",
    re.IGNORECASE,
)
"""How people put a key into an address."""


class KeyRing:
    """All keys of a hub, kept as digests; how long a check takes tells nothing of a secret.

    `always`: callers need a key even while there is none, as where other machines reach the hub.
    """

    def __init__(
        self, keys: Iterable[str] = (), *, stored: Iterable[KeyRecord] = (), always: bool = False
    ) -> None:
        self._environment = tuple(digest_of(key) for key in keys)
        self._stored = {record.id: (record, principal_of(record)) for record in stored}
        self._always = always
        self.required = False
        self._count()

    @property
    def records(self) -> Sequence[KeyRecord]:
        """The stored keys, oldest first."""
        return [record for record, _ in self._stored.values()]

    def identify(self, key: str | None) -> Principal | None:
        """Whose `key` is; None: nobody's."""
        if key is None or len(key) > MAX_KEY_CHARS:
            return None
        presented = digest_of(key)
        # A key's beginning is no secret, so finding its row by it tells nothing.
        row = self._stored.get(key_id_of(key) or "")
        if row is not None and matches(presented, row[0].digest):
            return row[1]
        # No early exit: all are compared, whichever matches.
        found = sum(matches(presented, known) for known in self._environment)
        return ENVIRONMENT if found else None

    def add(self, record: KeyRecord) -> None:
        """From now on this key is good; with the first one, keys are needed."""
        self._stored[record.id] = (record, principal_of(record))
        self._count()

    def remove(self, key_id: str) -> None:
        """From now on this key is no good."""
        self._stored.pop(key_id, None)
        self._count()

    def _count(self) -> None:
        self.required = bool(self._always or self._environment or self._stored)


def presented_key(headers: Mapping[bytes, bytes]) -> str | None:
    """The key of `Authorization: Bearer …` or `X-API-Key`."""
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    key = headers.get(b"x-api-key", b"").decode("latin-1").strip()
    return key or None


def names_a_key(query: bytes) -> bool:
    """Whether a query string carries a key: addresses end up in logs and histories."""
    return NAMES.search(unquote_to_bytes(query)) is not None
