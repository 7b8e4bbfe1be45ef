"""The ten tools: one file per tool, the catalogue over them, and the aliases it accepts."""

__all__: list[str] = []
