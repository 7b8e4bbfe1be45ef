"""One text per statement and engine: written with SQLAlchemy Core, run on the raw driver."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ClauseElement, Dialect

__all__ = ["Parameter", "Row", "Sql", "Statement", "Texts"]

Parameter = str | int | None
Statement = ClauseElement
Row = tuple[Any, ...]


class Sql(Protocol):
    """An open transaction, as operations see it. Parameters go by the names in the statement."""

    def rows(self, statement: Statement, /, **parameters: Parameter) -> Sequence[Row]:
        """Run it; every row that it selects or returns."""
        ...

    def row(self, statement: Statement, /, **parameters: Parameter) -> Row | None:
        """Run it; the first row, None when there is none."""
        ...

    def run(self, statement: Statement, /, **parameters: Parameter) -> int:
        """Run it; how many rows it changed."""
        ...

    def run_each(self, statement: Statement, parameters: Sequence[dict[str, Parameter]], /) -> None:
        """Run it once for each set of parameters."""
        ...


class Texts(dict[Statement, str]):
    """Statements to SQL text; each is compiled once, the first time somebody asks for it."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def __missing__(self, statement: Statement) -> str:
        compiled = statement.compile(dialect=self._dialect)
        hidden = {name for name, value in (compiled.params or {}).items() if value is not None}
        assert not hidden, f"say {hidden} as constants: the driver would not know their values"
        text = str(compiled)
        self[statement] = text
        return text
