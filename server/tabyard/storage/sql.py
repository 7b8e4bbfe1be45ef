"""One text per statement and engine: written with SQLAlchemy Core, run on the raw driver."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import ClauseElement, Dialect

__all__ = ["Parameter", "Prepared", "Row", "Sql", "Statement", "Texts"]

Parameter = str | int | None
Row = tuple[Any, ...]
Statement = ClauseElement


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

    def add(self, statement: Statement, /, **parameters: Parameter) -> int:
        """Run an insert of one row; the `number` that the row got.

        A method of its own because RETURNING is dear in SQLite (10 µs, a temporary table each time)
        and has to be said in PostgreSQL.
        """
        ...

    def run_each(
        self, statement: Statement, parameters: Sequence[Mapping[str, Parameter]], /
    ) -> None:
        """Run it once for each set of parameters."""
        ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as its driver takes it."""

    text: str
    in_order: Callable[[Mapping[str, Parameter]], Row]
    """Named parameters to the positions of their marks: drivers bind those faster than names."""


class Texts(dict[Statement, Prepared]):
    """Statements to SQL text; each is compiled once, the first time somebody asks for it."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self._dialect = dialect

    def __missing__(self, statement: Statement) -> Prepared:
        compiled = statement.compile(dialect=self._dialect)
        hidden = {name for name, value in (compiled.params or {}).items() if value is not None}
        assert not hidden, f"say {hidden} as constants: the driver would not know their values"
        # Only statements have it, and only those with positions.
        names: Sequence[str] = getattr(compiled, "positiontup", None) or ()
        prepared = self[statement] = Prepared(str(compiled), picker(names))
        return prepared


def picker(names: Sequence[str]) -> Callable[[Mapping[str, Parameter]], Row]:
    """Takes the values of `names` out of a mapping, as a tuple."""
    match names:
        case []:
            return lambda _: ()
        case [only]:
            return lambda parameters: (parameters[only],)
        case _:
            return itemgetter(*names)
