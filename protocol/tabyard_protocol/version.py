"""Revisions of the wire, oldest first, and which of them this side speaks."""

from typing import Final

__all__ = ["CURRENT", "REVISIONS", "is_known"]

REVISIONS: Final[tuple[int, ...]] = (1,)
"""All revisions, compared by their position in this tuple."""

CURRENT: Final[int] = REVISIONS[-1]


def is_known(revision: int | None) -> bool:
    """Whether a peer that names `revision` can be served; naming none means the oldest."""
    return revision is None or revision in REVISIONS
