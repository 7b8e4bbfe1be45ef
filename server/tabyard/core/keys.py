"""API keys as values: how one is spelled, and what its holder may do."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tabyard_protocol.resources.key import KeyView, Scope

__all__ = [
    "ALL_SCOPES",
    "ANYBODY",
    "ENVIRONMENT",
    "KeyRecord",
    "Principal",
    "digest_of",
    "key_id_of",
    "matches",
    "mint",
    "principal_of",
    "view_of",
]

PREFIX: Final = "tyk"
"""Every key begins with it, so that logs and scanners of secrets know one when they see it."""
ID_CHARS: Final = 8
TOOL: Final = "tool:"
ALL_SCOPES: Final = frozenset(scope.value for scope in Scope)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A stored key: everything but the key."""

    id: str
    """Its visible beginning."""
    name: str
    digest: str
    """SHA-256 of the whole key, in hex. 256 random bits need no slow hash."""
    scopes: tuple[str, ...]
    instance_ids: tuple[str, ...]
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, and what they may do."""

    name: str
    key_id: str | None = None
    scopes: frozenset[str] = ALL_SCOPES
    instances: frozenset[str] | None = None
    """The browsers that the caller is confined to; None: all."""
    tools: frozenset[str] | None = None
    """The tools that the caller is confined to; None: all but those with a scope of their own."""

    def may(self, scope: Scope) -> bool:
        """Whether the caller has `scope`."""
        return scope.value in self.scopes

    def reaches(self, instance: str | None) -> bool:
        """Whether the caller may have to do with `instance`."""
        return self.instances is None or instance in self.instances

    def may_use(self, tool: str) -> bool:
        """Whether the caller may use `tool`. Scripts of the caller's own need their own scope."""
        if self.tools is not None:
            return tool in self.tools
        return tool != "browser_execute" or self.may(Scope.TOOLS_EXECUTE)


ANYBODY: Final = Principal("anybody")
"""Whoever passes the rules for hosts and origins, while no keys are needed."""
ENVIRONMENT: Final = Principal("environment")
"""Whoever has a key from the environment: these may do everything."""


def mint(name: str, *, secrets: tuple[str, str], scopes: Iterable[str], instances: Iterable[str],
         at_ms: int) -> tuple[str, KeyRecord]:  # fmt: skip
    """A new key of 256 bits, and the record of it. `secrets`: two times 64 fresh hex digits."""
    visible, hidden = secrets
    key_id = f"{PREFIX}_{visible[-ID_CHARS:]}"
    key = f"{key_id}_{hidden}"
    bound, granted = tuple(dict.fromkeys(instances)), tuple(dict.fromkeys(scopes))
    return key, KeyRecord(key_id, name, digest_of(key), granted, bound, at_ms)


def digest_of(key: str) -> str:
    """All digests are of one length, so comparing tells nothing of a key's."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def matches(digest: str, known: str) -> bool:
    """Whether two digests are the same; how long it takes tells nothing of them."""
    return hmac.compare_digest(digest, known)


def key_id_of(key: str) -> str | None:
    """The visible beginning of a key of ours; None for any other text."""
    parts = key.split("_")
    return f"{PREFIX}_{parts[1]}" if len(parts) == 3 and parts[0] == PREFIX else None  # noqa: PLR2004


def principal_of(record: KeyRecord) -> Principal:
    """The holder of a stored key. A key for `browser_execute` as a tool may run scripts."""
    tools = frozenset(one.removeprefix(TOOL) for one in record.scopes if one.startswith(TOOL))
    scopes = frozenset(record.scopes)
    if tools and Scope.TOOLS_EXECUTE.value in scopes:
        tools |= {"browser_execute"}
    return Principal(
        record.name,
        record.id,
        scopes,
        frozenset(record.instance_ids) if record.instance_ids else None,
        tools or None,
    )


def view_of(record: KeyRecord) -> KeyView:
    """The record as callers see it: without its digest."""
    return KeyView(
        id=record.id,
        name=record.name,
        scopes=record.scopes,
        instance_ids=record.instance_ids,
        created_at=record.created_at_ms,
    )
