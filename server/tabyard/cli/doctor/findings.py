"""What the doctor can find."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Verdict", "fine", "note", "trouble"]


class Verdict(StrEnum):
    """How bad it is."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing; things may be meant that way."""
    TROUBLE = "trouble"
    """Something will not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    about: str
    verdict: Verdict
    says: str
    remedy: str = ""


def fine(about: str, says: str) -> Finding:
    """All is well here."""
    return Finding(about, Verdict.FINE, says)


def note(about: str, says: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(about, Verdict.NOTE, says, remedy)


def trouble(about: str, says: str, remedy: str) -> Finding:
    """This will not work until `remedy` is done."""
    return Finding(about, Verdict.TROUBLE, says, remedy)
