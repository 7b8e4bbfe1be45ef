"""Remembers: tasks from submission to their end, and what is swept away after."""

__all__: list[str] = []
