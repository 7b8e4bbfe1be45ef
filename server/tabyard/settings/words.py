"""From the words of an environment variable to a value; `ValueError` says what to give instead."""

import ipaddress
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

__all__ = [
    "address",
    "choice",
    "integer",
    "networks",
    "path",
    "seconds",
    "socket_url",
    "switch",
    "text",
    "words",
]

SWITCH: Final = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def integer(low: int, high: int) -> Callable[[str], int]:
    """A whole number within these bounds."""

    def parse(said: str) -> int:
        if not (said.strip().isdecimal() and low <= int(said) <= high):
            raise ValueError(f"give a whole number from {low} to {high}")
        return int(said)

    return parse


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A number of seconds within these bounds."""

    def parse(said: str) -> float:
        try:
            value = float(said)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise ValueError(f"give a number of seconds from {low:g} to {high:g}")
        return value

    return parse


def choice(kind: type[StrEnum]) -> Callable[[str], StrEnum]:
    """One of the values of `kind`."""

    def parse(said: str) -> StrEnum:
        try:
            return kind(said.strip().lower())
        except ValueError:
            raise ValueError(f"give one of {', '.join(kind)}") from None

    return parse


def switch(said: str) -> bool:
    """True or false, in any of the usual spellings."""
    value = SWITCH.get(said.strip().lower())
    if value is None:
        raise ValueError("give true or false")
    return value


def words(said: str) -> tuple[str, ...]:
    """A list, comma-separated."""
    return tuple(word.strip() for word in said.split(",") if word.strip())


def networks(said: str) -> tuple[str, ...]:
    """Addresses and networks, comma-separated."""
    found = words(said)
    for one in found:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            raise ValueError(f"{one} is no address or network such as 10.0.0.0/8") from None
    return found


def path(said: str) -> Path:
    """A path; `~` is the home directory."""
    return Path(text(said)).expanduser()


def text(said: str) -> str:
    """Something that is not empty."""
    if not said.strip():
        raise ValueError("give at least one character, or leave it out")
    return said.strip()


def socket_url(said: str) -> str:
    """The address of WebSockets, to which paths are added."""
    url = urlsplit(said.strip())
    if url.scheme not in {"ws", "wss"} or not url.hostname or url.query or url.fragment:
        raise ValueError("give an address such as wss://tabyard.example.com:3400")
    return said.strip().rstrip("/")


def address(said: str) -> str:
    """An IP address of this machine."""
    bare = said.strip().strip("[]")
    if bare == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        raise ValueError(
            "give an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0"
        ) from None
