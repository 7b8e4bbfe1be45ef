"""`tabyard doctor`: what is wrong on this machine, and what to do about it."""

from tabyard.cli.doctor.command import add_to

__all__ = ["add_to"]
