"""The one door of every lifecycle."""

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabyard.core.lifecycle import (
    COMMAND_NEXT,
    INSTANCE_NEXT,
    TASK_NEXT,
    IllegalTransition,
    is_final,
    step,
)
from tabyard_protocol.resources.task import TaskStatus


@pytest.mark.parametrize("table", [TASK_NEXT, COMMAND_NEXT, INSTANCE_NEXT])
@given(data=st.data())
def test_only_edges_of_the_table_are_taken(
    table: dict[StrEnum, set[StrEnum]], data: st.DataObject
) -> None:
    now = data.draw(st.sampled_from(list(table)))
    to = data.draw(st.sampled_from(list(table)))
    if to in table[now]:
        assert step(table, now, to) is to  # pyright: ignore[reportArgumentType]
    else:
        with pytest.raises(IllegalTransition, match=f"from '{now.value}' to '{to.value}'"):
            step(table, now, to)  # pyright: ignore[reportArgumentType]


def test_the_three_ends_of_a_task() -> None:
    finals = {status for status in TaskStatus if is_final(TASK_NEXT, status)}
    assert finals == {TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED}
