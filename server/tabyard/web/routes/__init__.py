"""The HTTP APIs, one file each."""

__all__: list[str] = []
