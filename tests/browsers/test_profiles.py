"""The profiles of the Chrome that people use."""

import json
from pathlib import Path

import pytest

from tabyard.browsers import ChromeProfile
from tabyard.browsers.profiles import profiles_in

pytestmark = pytest.mark.blocking_allowed


def local_state(home: Path, text: str) -> None:
    folder = home / ".config" / "google-chrome"
    folder.mkdir(parents=True)
    (folder / "Local State").write_text(text, encoding="utf-8")


def test_profiles_are_listed_by_folder_and_name(tmp_path: Path) -> None:
    cache = {"Profile 1": {"name": "Work"}, "Default": {"name": "Zoë"}}
    local_state(tmp_path, json.dumps({"profile": {"info_cache": cache}}))
    assert profiles_in(tmp_path) == (
        ChromeProfile("Default", "Zoë"),
        ChromeProfile("Profile 1", "Work"),
    )


def test_without_chrome_there_are_none(tmp_path: Path) -> None:
    assert profiles_in(tmp_path) == ()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"profile": {"info_cache": [1]}}'])
def test_a_list_that_nobody_can_read_is_no_list(tmp_path: Path, text: str) -> None:
    local_state(tmp_path, text)
    assert profiles_in(tmp_path) == ()
