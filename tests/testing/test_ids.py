"""Ids of both kinds: shaped as the vocabulary says, and never twice."""

import re

import pytest

from tabyard.hub.ports import Ids
from tabyard.ids import SystemIds
from tabyard.testing import SequentialIds, VirtualClock


@pytest.mark.parametrize(
    "ids", [SystemIds(clock=VirtualClock()), SequentialIds()], ids=["system", "sequential"]
)
def test_ids_have_their_shape_and_never_repeat(ids: Ids) -> None:
    shapes = {
        r"task_\d+_[0-9a-z]+": ids.task,
        r"inst_\d+_[0-9a-z]+": ids.instance,
        r"art_[\w-]+": ids.artifact,
        r"sess_[\w-]+": ids.session,
        r"[0-9a-f]{64}": ids.secret,
    }
    for shape, make in shapes.items():
        made = [make() for _ in range(1000)]
        assert len(set(made)) == 1000
        assert all(re.fullmatch(shape, one) for one in made)


def test_two_starts_in_one_millisecond_do_not_repeat_task_ids() -> None:
    clock = VirtualClock()
    starts = [SystemIds(clock=clock) for _ in range(20)]
    made = [ids.task() for ids in starts for _ in range(3)]
    assert len(set(made)) == len(made)


def test_what_must_not_be_guessed_has_enough_chance_in_it() -> None:
    ids = SystemIds(clock=VirtualClock())
    assert len(ids.artifact().removeprefix("art_")) * 6 >= 128
    randoms = [ids.instance().rsplit("_", 1)[1] for _ in range(100)]
    assert max(map(len, randoms)) == 25
