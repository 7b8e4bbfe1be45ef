"""A Chromium is found where people have one."""

from dataclasses import replace
from pathlib import Path

import pytest

from tabyard.browsers import LaunchSettings, Make, NoBrowserFound, find_browser

pytestmark = pytest.mark.blocking_allowed


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> LaunchSettings:
    home = tmp_path / "home"
    return LaunchSettings(data_dir=tmp_path, extension_dir=tmp_path, hub_url="", home=home)


def test_chromium_comes_before_the_branded_chrome(on_path: Path, settings: LaunchSettings) -> None:
    program(on_path / "google-chrome")
    assert find_browser(settings).name == "google-chrome"
    chromium = program(on_path / "chromium")
    assert find_browser(settings) == chromium


@pytest.mark.usefixtures("on_path")
def test_the_newest_of_playwrights_builds_is_taken(settings: LaunchSettings) -> None:
    cache = settings.home / ".cache" / "ms-playwright"
    program(cache / "chromium-1100" / "chrome-linux" / "chrome")
    newest = program(cache / "chromium-1200" / "chrome-linux64" / "chrome")
    assert find_browser(settings) == newest


def test_a_named_browser_wins(on_path: Path, settings: LaunchSettings, tmp_path: Path) -> None:
    program(on_path / "chromium")
    named = program(tmp_path / "my-chromium")
    assert find_browser(settings, named) == named


def test_a_named_browser_that_is_none_is_told(
    on_path: Path, settings: LaunchSettings, tmp_path: Path
) -> None:
    program(on_path / "chromium")
    with pytest.raises(NoBrowserFound, match="nowhere"):
        find_browser(settings, tmp_path / "nowhere")


@pytest.mark.usefixtures("on_path")
def test_without_any_the_remedy_is_told(settings: LaunchSettings) -> None:
    with pytest.raises(NoBrowserFound, match="apt-get install chromium") as raised:
        find_browser(settings)
    assert "chromium" in raised.value.looked_at


def test_a_make_is_taken_where_it_is(on_path: Path, settings: LaunchSettings) -> None:
    chromium = program(on_path / "chromium")
    testing = program(settings.home / ".cache/puppeteer/chrome/linux-150/chrome-linux64/chrome")
    chrome = program(on_path / "google-chrome")
    assert find_browser(settings, make=Make.CHROMIUM) == chromium
    assert find_browser(settings, make=Make.TESTING) == testing
    assert find_browser(settings, make=Make.CHROME) == chrome


def test_the_configured_browser_counts_when_it_is_of_that_make(
    on_path: Path, settings: LaunchSettings, tmp_path: Path
) -> None:
    chrome = program(on_path / "google-chrome")
    chosen = replace(settings, executable=program(tmp_path / "my-chromium"))
    assert find_browser(chosen, make=Make.CHROMIUM) == chosen.executable
    assert find_browser(chosen, make=Make.CHROME) == chrome


def test_a_make_that_is_not_there_is_told(on_path: Path, settings: LaunchSettings) -> None:
    program(on_path / "chromium")
    with pytest.raises(NoBrowserFound) as raised:
        find_browser(settings, make=Make.CHROME)
    assert "google-chrome" in raised.value.looked_at
    assert "chromium" not in raised.value.looked_at
