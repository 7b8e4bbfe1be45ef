"""What a browser gets on disk, and what stays of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tabyard.browsers import EXTENSION_ID, LaunchSettings, LaunchSpec
from tabyard.browsers.extension import id_of
from tabyard.browsers.folders import (
    folders_of,
    prepare,
    read_within,
    remove,
    stderr_tail,
    write_lent,
)
from tabyard.core.errors import InvalidInput
from tabyard_protocol.ids import InstanceId

pytestmark = pytest.mark.blocking_allowed

SPEC = LaunchSpec(instance=InstanceId("inst_1_a"), credential="secret", label="one")


@pytest.fixture
def settings(tmp_path: Path) -> LaunchSettings:
    extension = tmp_path / "dist"
    extension.mkdir()
    (extension / "manifest.json").write_text("{}")
    return LaunchSettings(
        data_dir=tmp_path / "data", extension_dir=extension, hub_url="http://127.0.0.1:3300"
    )


def test_each_browser_has_its_own_pairing(settings: LaunchSettings) -> None:
    pairing = prepare(settings, SPEC).extension / "pairing.json"
    assert json.loads(pairing.read_text()) == {
        "hub": "http://127.0.0.1:3300",
        "instanceId": "inst_1_a",
        "credential": "secret",
        "label": "one",
    }
    assert pairing.stat().st_mode & 0o777 == 0o600
    assert not (settings.extension_dir / "pairing.json").exists()


def test_nobody_else_may_look_into_a_browsers_folder(settings: LaunchSettings) -> None:
    folders = prepare(settings, SPEC)
    assert {folder.stat().st_mode & 0o777 for folder in (folders.root, folders.downloads)} == {
        0o700
    }


def test_downloads_go_where_the_hub_looks_for_them(settings: LaunchSettings) -> None:
    folders = prepare(settings, SPEC)
    preferences = json.loads((folders.profile / "Default" / "Preferences").read_text())
    assert preferences["download"]["default_directory"] == str(folders.downloads)
    assert preferences["download"]["prompt_for_download"] is False


def test_an_extension_that_reloads_itself_is_not_switched_off(settings: LaunchSettings) -> None:
    folders = prepare(settings, SPEC)
    preferences = json.loads((folders.profile / "Default" / "Preferences").read_text())
    assert preferences["extensions"]["ui"]["developer_mode"] is True


def test_a_kept_profile_keeps_what_it_knew(settings: LaunchSettings) -> None:
    named = replace(SPEC, profile="work")
    preferences = prepare(settings, named).profile / "Default" / "Preferences"
    preferences.write_text(
        json.dumps({"zoom": 2, "download": {"extensions": "pdf"}, "extensions": {"pinned": ["x"]}})
    )
    folders = prepare(settings, replace(named, instance=InstanceId("inst_2_b")))
    known = json.loads(preferences.read_text())
    assert known["zoom"] == 2
    assert known["download"]["extensions"] == "pdf"
    assert known["extensions"]["pinned"] == ["x"]
    assert known["download"]["default_directory"] == str(folders.downloads)


def test_what_was_downloaded_outlives_the_browser(settings: LaunchSettings) -> None:
    folders = prepare(settings, replace(SPEC, profile="work"))
    (folders.downloads / "report.pdf").write_text("%PDF")
    remove(folders)
    assert (folders.downloads / "report.pdf").exists()
    assert folders.profile.exists()
    assert not folders.root.exists()


def test_nothing_stays_of_a_browser_that_left_nothing(settings: LaunchSettings) -> None:
    folders = prepare(settings, SPEC)
    remove(folders)
    assert not folders.root.exists()
    assert not folders.downloads.exists()


@pytest.mark.parametrize("name", ["../up", "a/b", ".", "", "-x", "x" * 101])
def test_a_name_that_leads_elsewhere_is_refused(settings: LaunchSettings, name: str) -> None:
    with pytest.raises(InvalidInput, match="profile"):
        prepare(settings, replace(SPEC, profile=name))
    with pytest.raises(InvalidInput, match="instanceId"):
        prepare(settings, replace(SPEC, instance=InstanceId(name)))


def test_the_last_words_leave_out_what_every_browser_says(settings: LaunchSettings) -> None:
    folders = prepare(settings, SPEC)
    assert stderr_tail(folders) == ""
    folders.stderr.write_text("[1:ERROR:dbus/bus.cc] Failed\n" + "x" * 3000 + "\nno display\n")
    assert stderr_tail(folders).endswith("x\nno display")
    assert len(stderr_tail(folders)) == 2000
    assert "dbus" not in stderr_tail(folders)


@pytest.mark.browser
def test_the_extensions_key_gives_the_id_that_the_hub_admits(extension_dist: Path) -> None:
    assert id_of(extension_dist) == EXTENSION_ID


def test_only_files_of_the_folder_are_read(tmp_path: Path) -> None:
    """The path is a browser's word: no link and no dots lead out of the folder."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "prices.csv").write_text("mug")
    (tmp_path / "secret").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "secret")
    assert read_within(folder, folder / "prices.csv") == b"mug"
    for outside in ("../secret", "link", "none", ".", "a\0b"):
        assert read_within(folder, folder / outside) is None


def test_a_file_that_is_lent_lies_in_its_own_folder(settings: LaunchSettings) -> None:
    folders = folders_of(settings, InstanceId("inst_1_a"), None)
    for name in ("prices ü.csv", "../../up", "a/b\\c", "..", ""):
        path = write_lent(folders, "art_1", name, b"mug")
        assert path.parent == folders.root / "lent" / "art_1"
        assert path.read_bytes() == b"mug"
    with pytest.raises(InvalidInput):
        write_lent(folders, "../art_1", "x", b"")


def test_its_extension_may_reach_every_site(settings: LaunchSettings) -> None:
    manifest = settings.extension_dir / "manifest.json"
    manifest.write_text(json.dumps({"host_permissions": ["file:///*"]}))
    copied = json.loads((prepare(settings, SPEC).extension / "manifest.json").read_text())
    assert copied["host_permissions"] == ["file:///*", "http://*/*", "https://*/*"]
    assert json.loads(manifest.read_text())["host_permissions"] == ["file:///*"]
