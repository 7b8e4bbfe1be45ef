"""A minute of chaos keeps every promise; without its fence the hub breaks them, and it shows."""

from pathlib import Path

import pytest
from tests.chaos.run import Wishes, run_chaos

SEED = 20_261


@pytest.mark.proves(
    "chaos:kept",
    "lanes:fifo",
    "lanes:one_running",
    "durability:accepted_is_on_disk",
    "durability:one_terminal_event",
    "durability:at_most_once",
    "durability:idempotent_submit",
    "events:ordered_per_task",
    "events:gap_visible",
)
@pytest.mark.chaos
@pytest.mark.timeout(240)
async def test_a_minute_of_chaos_breaks_no_promise(tmp_path: Path) -> None:
    report = await run_chaos(Wishes(seconds=60, kills=40, seed=SEED), keep=tmp_path)
    print(report)  # noqa: T201 -- what a person wants to read with `-s`
    assert report.violations == []
    assert report.kills >= 40
    assert report.accepted > 100
    # Otherwise the run has proven less than it says.
    assert report.verdicts["adopt"] > 0
    assert report.verdicts["resume"] > 0


@pytest.mark.proves("link:epochs_fence")
@pytest.mark.chaos
@pytest.mark.timeout(180)
async def test_without_its_fence_the_same_chaos_breaks_promises(tmp_path: Path) -> None:
    wishes = Wishes(seconds=10, kills=6, seed=SEED, epoch_check=False, zombie_share=1.0)
    report = await run_chaos(wishes, keep=tmp_path)
    print(report)  # noqa: T201
    assert [line for line in report.violations if line.startswith("fence")]
