"""How a database of an older version becomes one of this version (alembic)."""

__all__: list[str] = []
