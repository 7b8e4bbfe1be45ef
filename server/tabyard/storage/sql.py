"""One text per statement and engine: what is written with SQLAlchemy Core runs on the raw driver."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Dialect, Executable

__all__ = ["Parameter", "Row", "Sql", "Texts"]

Parameter = str | int | None
Row = tuple[Any, ...]


class Sql(Protocol):
    """An open transaction, as the operations see it. Parameters go by the names of the statement."""

    def rows(self, statement: Executable, /, **parameters: Parameter) -> Sequence[Row]:
        """Run it; every row that it selects or returns."""
        ...

    def row(self, statement: Executable, /, **parameters: Parameter) -> Row | None:
        """Run it; the first row, None when there is none."""
        ...

    def run(self, statement: Executable, /, **parameters: Parameter) -> int:
        """Run it; how many rows it changed."""
        ...

    def run_each(
        self, statement: Executable, parameters: Sequence[dict[str, Parameter]], /
    ) -> None:
        """Run it once for each set of parameters."""
        ...


class Texts(dict[Executable, str]):
    """Statements to SQL text; each is compiled once, the first time somebody asks for it."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def __missing__(self, statement: Executable) -> str:
        # Executable promises no compile(), yet all statements have it.
        compiled = statement.compile(dialect=self._dialect)  # pyright: ignore[reportAttributeAccessIssue]
        hidden = {name for name, value in compiled.params.items() if value is not None}
        assert not hidden, f"say {hidden} as constants: the driver would not know their values"
        text = str(compiled)
        self[statement] = text
        return text
