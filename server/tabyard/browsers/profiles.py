"""The profiles of the Chrome that is installed for people."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["ChromeProfile", "profiles_in"]

PLACES: Final = (
    Path(".config/google-chrome"),
    Path("Library/Application Support/Google/Chrome"),
    Path("AppData/Local/Google/Chrome/User Data"),
    Path(".config/chromium"),
    Path("Library/Application Support/Chromium"),
)


@dataclass(frozen=True, slots=True)
class ChromeProfile:
    """A profile by its folder and by the name that its owner gave it."""

    directory: str
    name: str


def profiles_in(home: Path) -> tuple[ChromeProfile, ...]:
    """The profiles of the first Chrome or Chromium found below `home`. Reads the disk."""
    for place in PLACES:
        try:
            state: Any = json.loads((home / place / "Local State").read_text(encoding="utf-8"))
            cache: dict[str, dict[str, str]] = state["profile"]["info_cache"]
            return tuple(
                ChromeProfile(directory, str(facts.get("name", directory)))
                for directory, facts in sorted(cache.items())
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            # Not installed, or not in a format that we know: then there is nothing to list.
            continue
    return ()
