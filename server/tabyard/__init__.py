"""The hub: connects browsers to programs, one queue per browser."""

from importlib.metadata import version
from typing import Final

__all__ = ["__version__"]

__version__: Final = version("tabyard")
