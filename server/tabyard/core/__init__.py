"""Decides: lifecycles, lanes, calls and errors, without awaiting, clocks, I/O or logs."""

__all__: list[str] = []
