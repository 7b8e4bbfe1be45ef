"""`sleep`, through the same door as the tools that need a browser."""

import time

from tests.browser.driver import Hub, Page


def test_the_next_command_waits(page: Page) -> None:
    before = time.monotonic()
    assert page.run([("sleep", {"duration": 120})]) == [{"slept": 120}]
    assert time.monotonic() - before >= 0.12


def test_a_cancelled_sleep_ends_at_once(hub: Hub, page: Page) -> None:
    task_id = page.start([("sleep", {"duration": 50_000})])
    assert hub.cancel_at_last_command(task_id)["status"] == "cancelled"
