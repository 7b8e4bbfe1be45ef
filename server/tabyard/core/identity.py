"""What a browser says about itself, in words for people who look at a list of browsers."""

import re
from typing import Final

__all__ = ["machine_of"]

PLATFORM: Final = re.compile(r"Mozilla/\S+ \(([^)]{1,200})\)")
NOISE: Final = re.compile(r"compatible|X11|U|KHTML.*|rv:.*|Win64|x64", re.ASCII)


def machine_of(user_agent: str) -> str | None:
    """The system in a browser's user agent, `Linux x86_64`; None where it names none."""
    found = PLATFORM.match(user_agent)
    if found is None:
        return None
    parts = (part.strip() for part in found[1].split(";"))
    return next((part for part in parts if part and NOISE.fullmatch(part) is None), None)
