"""Tabs in windows that nobody can see: minimised, or behind another window."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.browser.driver import Hub, Page
from tests.browser.origins import Site
from tests.browser.test_browser_content_screenshot import decoded

PAGE = """<body style="background: rgb(0, 0, 255)"><input id=name>
<button onclick="document.body.style.background = 'rgb(0, 128, 0)'">Green</button>"""
FRAMES = """new Promise(done => {
  let frames = 0;
  const start = performance.now();
  const step = () => {
    const now = performance.now() - start;
    // Chromium lets a page that nobody sees draw for a while, and then once a second.
    if (now > 500) frames++;
    document.body.style.paddingLeft = `${now % 50}px`;
    if (now > 1000) done(frames);
    else requestAnimationFrame(step);
  };
  step();
})"""
MINIMISER = """chrome.tabs.onUpdated.addListener(async (tabId, { status }, { url, windowId }) => {
  if (status !== "complete" || !url.endsWith("#minimise")) return;
  await chrome.windows.update(windowId, { state: "minimized" });
  const { state } = await chrome.windows.get(windowId);
  await fetch(new URL(`/window-state?${state}`, url), { mode: "no-cors" });
})"""


@contextmanager
def minimising(hub: Hub, folder: Path) -> Generator[Page]:
    """A browser of its own, which minimises the window of an address that ends in `#minimise`."""
    manifest = {
        "manifest_version": 3,
        "name": "Minimiser",
        "version": "1",
        "permissions": ["tabs"],
        "background": {"service_worker": "worker.js"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "worker.js").write_text(MINIMISER)
    wish = {"action": "new", "headless": True, "extensions": [str(folder)]}
    instance = hub.call("browser_instance", wish)["instanceId"]
    try:
        yield Page(Hub(hub.client, hub.url, hub.link_url, instance), "own")
    finally:
        hub.call("browser_instance", {"action": "close", "instanceId": instance})


def assert_it_works(page: Page, tab: int) -> None:
    """What the tab does is as quick and as true as in front."""
    assert page.value(FRAMES, tabId=tab) > 8
    before = time.monotonic()
    page.click("button", tabId=tab)
    page.do("interact", "type", selector="#name", text="blue mug", delay=0, tabId=tab)
    assert time.monotonic() - before < 1
    assert page.value("document.querySelector('#name').value", tabId=tab) == "blue mug"
    _, picture = page.picture(tabId=tab)
    assert decoded(page, "png", picture, [(600, 400)])["colours"] == [[0, 128, 0]]


@pytest.mark.proves("tools:background_tabs_draw")
def test_a_tab_in_a_minimised_window_works(hub: Hub, site: Site, tmp_path: Path) -> None:
    with minimising(hub, tmp_path) as page:
        url = site.add(PAGE) + "#minimise"
        tab = page.do("tab", "new", url=url, activate=True)["tabId"]
        deadline = time.monotonic() + 5
        while not site.seen("/window-state") and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [asked.query for asked in site.seen("/window-state")] == ["minimized"]
        assert_it_works(page, tab)


@pytest.mark.proves("tools:background_tabs_draw")
def test_a_tab_behind_another_window_works(page: Page, site: Site) -> None:
    tab = page.do("tab", "new", url=site.add(PAGE), activate=True)["tabId"]
    page.value("void open('about:blank', '', `popup,left=0,top=0,width=2000,height=2000`)")
    assert_it_works(page, tab)
