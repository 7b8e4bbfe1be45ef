"""One set of statements for both engines."""

from collections.abc import Iterable
from types import ModuleType
from typing import cast

import pytest
from sqlalchemy import ClauseElement, Dialect, Subquery
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.selectable import Select

from tabyard.storage.operations import access, books, lane, links, reading, submission, sweeping
from tabyard.storage.sql import Statement, Texts, picker
from tabyard.storage.tables import METADATA, instances

MODULES = (access, books, lane, links, reading, submission, sweeping)
DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": postgresql.dialect(paramstyle="format"),
}


def spread(value: object) -> Iterable[object]:
    """What a constant holds, if it holds several."""
    if isinstance(value, dict):
        return cast("dict[object, object]", value).values()
    return cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)


def statements_of(module: ModuleType) -> Iterable[tuple[str, Statement]]:
    """What a module of operations can say, by name."""
    for name, value in vars(module).items():
        for one in spread(value):
            if isinstance(one, Select | Insert | Update | Delete):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", one


STATEMENTS = [pair for module in MODULES for pair in statements_of(module)]


def test_all_statements_are_looked_at() -> None:
    assert len(STATEMENTS) > 40
    assert not any(isinstance(one, Subquery) for _, one in STATEMENTS)


@pytest.mark.parametrize("engine", DIALECTS)
@pytest.mark.parametrize(("name", "statement"), STATEMENTS)
def test_a_statement_can_be_said_on_both_engines(
    engine: str, name: str, statement: ClauseElement
) -> None:
    prepared = Texts(DIALECTS[engine])[statement]

    mark = "?" if engine == "sqlite" else "%s"
    everything = dict.fromkeys(statement.compile().params or (), 0)
    assert prepared.text.count(mark) == len(prepared.in_order(everything)), name


@pytest.mark.parametrize("engine", DIALECTS)
def test_all_tables_can_be_made_on_both_engines(engine: str) -> None:
    for table in METADATA.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=DIALECTS[engine]))
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=DIALECTS[engine]))


def test_parameters_go_to_the_positions_of_their_names() -> None:
    values = {"a": 1, "b": "two", "c": None}

    assert picker([])(values) == ()
    assert picker(["b"])(values) == ("two",)
    assert picker(["c", "a", "c"])(values) == (None, 1, None)


def test_a_hidden_value_is_a_defect() -> None:
    hiding = instances.select().where(instances.c.epoch == 7)

    with pytest.raises(AssertionError, match="epoch_1"):
        Texts(DIALECTS["sqlite"])[hiding]
