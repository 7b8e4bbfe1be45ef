"""A real Chromium presses each button once, whatever is killed meanwhile."""

from pathlib import Path

import pytest
from tests.chaos.real import COMMANDS, run_real

pytestmark = [
    pytest.mark.usefixtures("chromium", "extension_dist"),
    pytest.mark.browser,
    pytest.mark.chaos,
    pytest.mark.timeout(150),
]


@pytest.mark.proves(
    "durability:at_most_once", "durability:one_terminal_event", "link:state_is_true"
)
async def test_hubs_and_workers_are_killed_and_nothing_is_bought_twice(tmp_path: Path) -> None:
    outcome = await run_real(tmp_path, hubs=4, workers=2)
    assert outcome.violations == []
    assert outcome.ended.total() == 3
    first = [times for path, times in outcome.pressed.items() if "?1/" in path]
    assert first == [1] * COMMANDS
