"""New identifiers from the system's random source: the one place where they are made."""

import secrets
from typing import Final

from tabyard.hub.ports import Clock
from tabyard_protocol.ids import ArtifactId, InstanceId, SessionId, TaskId

__all__ = ["SystemIds"]

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_START_RANGE: Final = 36**4
"""A counter starts at random below this, so that a restart within one millisecond does not repeat
an id: two starts would have to draw the same range of numbers and count in the same millisecond."""


class SystemIds:
    """Makes ids that sort by time where they name one, and can't be guessed where they must not."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._count = secrets.randbelow(_START_RANGE)

    def task(self) -> TaskId:
        self._count += 1
        return TaskId(f"task_{self._clock.now_ms()}_{self._count}")

    def instance(self) -> InstanceId:
        """Unguessable: until its first hello, the id alone lets a plain script in."""
        return InstanceId(f"inst_{self._clock.now_ms()}_{_base36(secrets.randbits(128))}")

    def artifact(self) -> ArtifactId:
        return ArtifactId(f"art_{secrets.token_urlsafe(18)}")

    def session(self) -> SessionId:
        return SessionId(f"sess_{secrets.token_urlsafe(12)}")

    def secret(self) -> str:
        return secrets.token_hex(32)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if number == 0:
            return digits
