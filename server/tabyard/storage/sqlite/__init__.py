"""The store on SQLite: one thread writes, a few read, one process holds the file."""

__all__: list[str] = []
