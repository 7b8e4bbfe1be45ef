"""Builds the hub from its parts, runs it, and takes it down in order."""

__all__: list[str] = []
