"""Whether a batch waits for company: a commit costs the same for one operation and for twenty.

Lanes that wait for their outcomes go on together when these are committed together, and their next
outcomes arrive close together as well. A batch that begins with the first of them makes the others
wait for the commit after it, and so on: half as many outcomes to a commit, twice as many commits.
"""

from typing import Final

__all__ = ["Company"]

QUIET_TURNS: Final = 4
"""So many turns of the loop in a row that bring nobody, and the batch begins. A turn without work
takes some 5 us; more of them gain nothing on a busy loop, and are felt on an idle one."""

LESSON: Final = 16
"""So many batches ask for nobody more, after one to which nobody came."""

LONGEST_S: Final = 0.001
"""A turn with much work takes long: whoever came first has waited enough after this."""


class Company:
    """The decision, asked once in each turn of the loop from when somebody waits."""

    __slots__ = ("_content", "_quiet", "_seen", "_since_s", "_wanted")

    def __init__(self) -> None:
        self._wanted = 1
        """As many as there seem to be; now and then one more, to learn whether there are."""
        self._content = 0
        """So many batches have not to ask for one more."""
        self._seen = 0
        self._quiet = 0
        self._since_s: float | None = None

    def is_coming(self, waiting: int, now_s: float) -> bool:
        """Whether more than these `waiting` operations are to be expected at once."""
        if self._since_s is None:
            self._since_s = now_s
        if waiting > self._seen:
            self._seen, self._quiet = waiting, 0
        else:
            self._quiet += 1
        return (
            waiting < self._wanted
            and self._quiet < QUIET_TURNS
            and now_s - self._since_s < LONGEST_S
        )

    def left(self, together: int) -> None:
        """A batch of so many has begun."""
        if together < self._wanted:
            self._wanted = max(together, self._wanted - 1)
            self._content = LESSON
        elif self._content:
            self._wanted = together
            self._content -= 1
        else:
            self._wanted = together + 1
        self._seen = self._quiet = 0
        self._since_s = None
