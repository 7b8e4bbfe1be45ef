"""The hub: connects browsers to programs, one queue per browser."""

from typing import Final

__all__ = ["__version__"]

# Said twice, here and in pyproject.toml (a test compares): to look it up in the installed metadata
# would take a third of the time in which `tabyard tasks` starts.
__version__: Final = "0.1.0"
