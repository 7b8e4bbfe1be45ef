"""When a batch begins, and that lanes at work share their commits."""

import asyncio
from pathlib import Path

from tests.storage.samples import CountingFaults, attach, claim, good, submit

from tabyard.storage import SqliteStore, open_store
from tabyard.storage.sqlite.company import LESSON, LONGEST_S, QUIET_TURNS, Company
from tabyard_protocol.ids import TaskId

LANES = 6
ROUNDS = 20


def turns(company: Company, waiting: int) -> int:
    """How many turns of the loop a batch waits to which nobody comes."""
    count = 0
    while company.is_coming(waiting, 0.0):
        count += 1
    company.left(waiting)
    return count


def test_the_first_waits_for_nobody() -> None:
    assert turns(Company(), 1) == 0


def test_a_batch_asks_for_one_more_and_learns_that_nobody_came() -> None:
    company = Company()
    waits = [turns(company, 5) for _ in range(LESSON + 4)]
    assert waits == [0, QUIET_TURNS] + [0] * (LESSON + 1) + [QUIET_TURNS]


def test_a_batch_waits_for_as_many_as_there_were() -> None:
    company = Company()
    turns(company, 5)
    assert turns(company, 6) == 0
    assert turns(company, 4) == QUIET_TURNS


def test_whoever_comes_makes_it_worth_while_to_wait_on() -> None:
    company = Company()
    turns(company, 50)
    for waiting in range(1, 40):
        for _ in range(QUIET_TURNS - 1):
            assert company.is_coming(waiting, 0.0)
    assert turns(company, 40) == QUIET_TURNS


def test_nobody_waits_longer_than_a_moment() -> None:
    company = Company()
    turns(company, 50)
    assert company.is_coming(1, 7.0)
    assert not company.is_coming(2, 7.0 + LONGEST_S)


def test_those_who_have_gone_are_forgotten() -> None:
    company = Company()
    turns(company, 5)
    waits = [turns(company, 1) for _ in range(6)]
    assert waits == [QUIET_TURNS] * 5 + [0]


async def lane(store: SqliteStore, number: int) -> None:
    """Store one outcome after the other, each some turns of the loop after the one before."""
    for index in range(ROUNDS):
        for _ in range(number):
            await asyncio.sleep(0)
        assert await store.checkpoint(TaskId(f"task_{number}"), good(index), epoch=1)


async def test_lanes_that_work_at_the_same_time_share_their_commits(database: Path) -> None:
    faults = CountingFaults()
    async with open_store(database, faults=faults) as store:
        for number in range(LANES):
            name = f"inst_{number}"
            await attach(store, name)
            await submit(store, f"task_{number}", on=name)
            await claim(store, name)
        before = faults.commits
        await asyncio.gather(*(lane(store, number) for number in range(LANES)))
        # One that begins with the first of each round needs two for all.
        assert faults.commits - before < ROUNDS * 1.5
