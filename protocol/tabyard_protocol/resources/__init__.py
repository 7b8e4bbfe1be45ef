"""What the APIs show: tasks, commands, instances, artifacts, the hub itself."""

__all__: list[str] = []
