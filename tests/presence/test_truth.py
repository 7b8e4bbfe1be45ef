"""Whatever happens to a link: what the hub and the popup say of it is so, and it comes back."""

import signal

import pytest
from tests.browser.origins import Site
from tests.chaos.proxy import Cut
from tests.presence.home import SILENT_S, Home

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON_S = 5.0
"""For what is known from a socket that closes, on a machine that has much else to do."""


@pytest.mark.proves("link:state_is_true", "link:popup_tells_the_truth")
@pytest.mark.parametrize("how", [Cut.RESET, Cut.FIN])
async def test_a_lost_network_is_told_on_both_sides_and_the_task_goes_on(
    home: Home, site: Site, how: Cut
) -> None:
    task = await home.waiting(site)
    await home.says("Working")

    home.shut(how)
    await home.until("reconnecting", within_s=SOON_S)
    await home.says("Reconnecting")
    assert await home.popup.locator("#calls .what").text_content() == "Tea"

    home.reopen()
    await home.until("connected")
    await home.says("Working")
    await home.go_on("made")
    assert await home.outcome(task) == "made"
    await home.says("Connected")


@pytest.mark.proves("link:state_is_true", "link:popup_tells_the_truth")
async def test_a_connection_that_is_dead_without_a_word_is_told_and_replaced(
    home: Home, site: Site
) -> None:
    await home.hurry_worker()
    task = await home.waiting(site)

    home.shut(Cut.HALF_OPEN)
    await home.go_on("made")  # Its answer is sent, and arrives nowhere.
    await home.until("reconnecting", within_s=SILENT_S + SOON_S)
    await home.says("Reconnecting")

    home.reopen()
    await home.until("connected")
    await home.says("Connected")
    assert await home.outcome(task) == "made"
    before = await home.epoch()
    await home.stop_worker()
    await home.until_epoch(before + 1)


@pytest.mark.proves("link:state_is_true")
async def test_a_machine_that_sleeps_is_missed_and_wakes_up_connected(
    home: Home, site: Site
) -> None:
    task = await home.waiting(site)

    home.signal_browser(signal.SIGSTOP)
    await home.until("reconnecting", within_s=SILENT_S + SOON_S)
    home.signal_browser(signal.SIGCONT)

    await home.until("connected")
    await home.go_on("made")
    assert await home.outcome(task) == "made"
    await home.says("Connected")


@pytest.mark.proves("link:state_is_true", "link:grace_then_gone", "link:comes_back_by_itself")
async def test_a_killed_browser_is_missed_at_once_then_gone_and_comes_back_as_itself(
    home: Home, site: Site
) -> None:
    await home.kill_hub()
    await home.start_hub(grace_s=1.0)
    await home.until("connected")
    running = await home.waiting(site)
    queued = await home.submit()

    home.signal_browser(signal.SIGKILL)
    await home.until("reconnecting", within_s=SOON_S)
    await home.until("gone")
    for task in (running, queued):
        assert (await home.failure(task))[0] == "INSTANCE_DISCONNECTED"

    await home.start_browser()
    await home.until("connected")
    await home.open_popup()
    await home.says("Connected")
    assert await home.popup.locator("#instance").text_content() == home.instance
    assert await home.value("6 * 7") == 42
    assert len(site.seen("/begun")) == 1
    await home.kill_hub()
    await home.start_hub()
    await home.until("connected")


@pytest.mark.proves("link:state_is_true", "link:comes_back_by_itself", "durability:at_most_once")
async def test_a_worker_that_chrome_stops_comes_back_without_anybody(
    home: Home, site: Site
) -> None:
    task = await home.waiting(site)
    before = await home.epoch()
    await home.popup.close()

    await home.stop_worker()
    await home.until("reconnecting", within_s=SOON_S)
    await home.until_epoch(before + 1)
    code, message = await home.failure(task)
    assert code == "INSTANCE_DISCONNECTED"
    assert "worker" in message
    assert await home.value("6 * 7") == 42
    await home.open_popup()
    await home.says("Connected")
    assert len(site.seen("/begun")) == 1


@pytest.mark.proves("link:popup_tells_the_truth", "link:comes_back_by_itself")
async def test_an_open_popup_outlives_its_worker(home: Home) -> None:
    before = await home.epoch()
    await home.stop_worker()
    await home.until_epoch(before + 1)
    home.shut()
    await home.says("Reconnecting")
    home.reopen()
    await home.says("Connected")


@pytest.mark.proves("link:state_is_true", "link:comes_back_by_itself", "durability:at_most_once")
async def test_an_extension_that_is_reloaded_joins_again(home: Home, site: Site) -> None:
    task = await home.waiting(site)
    before = await home.epoch()

    await home.in_worker("() => void setTimeout(() => chrome.runtime.reload(), 50)")
    await home.until_epoch(before + 1)
    assert (await home.failure(task))[0] == "INSTANCE_DISCONNECTED"
    await home.open_popup()
    await home.says("Connected")
    assert await home.value("6 * 7") == 42
    assert len(site.seen("/begun")) == 1


@pytest.mark.proves("link:finished_answer_adopted", "link:outbox_outlives_the_worker")
async def test_an_answer_made_while_hub_and_worker_were_away_counts(home: Home, site: Site) -> None:
    task = await home.waiting(site)
    await home.kill_hub()
    await home.says("Reconnecting")

    await home.go_on("made")
    await home.kept()
    await home.stop_worker()
    await home.start_hub()

    assert await home.outcome(task) == "made"
    assert len(site.seen("/begun")) == 1
    await home.says("Connected")
    await home.forgotten()
