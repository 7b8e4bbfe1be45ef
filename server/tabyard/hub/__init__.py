"""Connects: live browsers, their lanes, and the bus of events."""

__all__: list[str] = []
