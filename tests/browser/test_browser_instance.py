"""`browser_instance`: profiles, further extensions, other makes, and what is installed."""

import json
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.browser.driver import Failed, Hub, Page
from tests.browser.origins import Site

WELCOME = "chrome.runtime.onInstalled.addListener(() => chrome.tabs.create({url: 'welcome.html'}))"
MARK = "document.documentElement.dataset.mark = 'was here'"


@contextmanager
def launched(hub: Hub, **args: Any) -> Generator[tuple[Page, dict[str, Any]]]:
    """A browser of its own for the length of the block."""
    opened = hub.call("browser_instance", {"action": "new", "headless": True, **args})
    other = Hub(hub.client, hub.url, hub.link_url, opened["instanceId"])
    try:
        yield Page(other, "own"), opened
    finally:
        other.call("browser_instance", {"action": "close", "instanceId": opened["instanceId"]})


@pytest.fixture
def further(tmp_path: Path) -> Path:
    """An extension that marks every page, and opens a page of its own when it is installed."""
    manifest = {
        "manifest_version": 3,
        "name": "Marker",
        "version": "1",
        "background": {"service_worker": "worker.js"},
        "content_scripts": [{"matches": ["http://*/*"], "js": ["mark.js"]}],
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "worker.js").write_text(WELCOME)
    (tmp_path / "mark.js").write_text(MARK)
    (tmp_path / "welcome.html").write_text("<title>Welcome</title>")
    return tmp_path


def test_a_further_extension_works_and_other_tabs_are_closed(
    hub: Hub, site: Site, further: Path
) -> None:
    url = site.add("<title>Start</title>")
    wish = {"url": url, "extensions": [str(further)], "viewport": {"width": 900, "height": 650}}
    with launched(hub, **wish, closeOtherTabs=True) as (page, opened):
        assert opened["browserType"] == "chromium"
        page.goto(url)
        assert page.value("document.documentElement.dataset.mark") == "was here"
        assert page.value("[innerWidth, innerHeight]") == [900, 650]
        tabs = page.do("tab", "list")["tabs"]
        assert [tab["title"] for tab in tabs if tab["url"] == url]


def test_a_named_profile_keeps_what_pages_store(hub: Hub, site: Site) -> None:
    url = site.add("<title>Shop</title>")
    for expected in (None, "blue mug"):
        with launched(hub, profile="shopping") as (page, opened):
            assert opened["profile"] == "shopping"
            page.goto(url)
            assert page.do("network", "get_storage", key="cart")["value"] == expected
            page.do("network", "set_storage", key="cart", value="blue mug")


def test_a_folder_that_is_no_extension_is_refused(hub: Hub, tmp_path: Path) -> None:
    with (
        pytest.raises(Failed) as failure,
        launched(hub, extensions=[str(tmp_path / "nothing")]),
    ):
        pass
    assert "extension" in failure.value.message


def test_a_make_that_is_not_installed_is_told(hub: Hub) -> None:
    with pytest.raises(Failed) as failure, launched(hub, mode="testing"):
        pass
    assert "chrome-for-testing" in failure.value.message


def test_the_profiles_of_an_installed_chrome_are_listed(hub: Hub) -> None:
    with launched(hub) as (_page, opened):
        home = Path(opened["downloadDirectory"]).parents[2]
    state = home / ".config" / "google-chrome" / "Local State"
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps({"profile": {"info_cache": {"Default": {"name": "Ada"}}}}))
    listed = hub.call("browser_instance", {"action": "profiles"})
    assert listed == {"profiles": [{"directory": "Default", "name": "Ada"}]}


def test_what_was_set_for_a_tab_outlives_the_extensions_worker(hub: Hub, site: Site) -> None:
    with launched(hub) as (page, opened):
        page.goto(site.add("<p>here</p>"))
        page.do("emulate", "viewport", width=555, height=444)
        page.do("network", "intercept", patterns=[{"urlPattern": "/ads", "action": "block"}])
        assert end_worker(opened["instanceId"]) > 0
        script = "fetch('/ads').then(() => 'came', () => 'blocked')"
        assert page.value(f"{script}.then(word => word + innerWidth)") == "blocked555"


def end_worker(instance: str) -> int:
    """Ends the renderers of a browser's extensions, as a crash would; how many those were."""
    ended = 0
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if f"/{instance}/".encode() in command and b"--extension-process" in command:
            os.kill(int(entry.name), signal.SIGKILL)
            ended += 1
    return ended
