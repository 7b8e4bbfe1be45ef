"""The command line says what was asked for, and nothing that a caller could smuggle in."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tabyard.browsers.flags import command_line
from tabyard.browsers.spec import LaunchSpec, Screen, Viewport
from tabyard.core.errors import InvalidInput
from tabyard_protocol.ids import InstanceId

pytestmark = pytest.mark.blocking_allowed

SPEC = LaunchSpec(instance=InstanceId("inst_1_a"), credential="secret")


def flags(spec: LaunchSpec, *, executable: str = "/usr/bin/chromium", **more: bool) -> list[str]:
    sandboxed = more.get("sandboxed", True)
    command = command_line(
        spec,
        executable=Path(executable),
        extension=Path("/data/x/extension"),
        profile=Path("/data/x/profile"),
        sandboxed=sandboxed,
    )
    return list(command)


def test_only_our_extension_is_loaded() -> None:
    assert "--disable-extensions-except=/data/x/extension" in flags(SPEC)
    assert "--load-extension=/data/x/extension" in flags(SPEC)


def test_the_credential_is_not_on_the_command_line() -> None:
    assert not any("secret" in flag for flag in flags(SPEC))


def test_a_window_is_shown_only_when_asked_for() -> None:
    assert "--headless=new" in flags(SPEC)
    assert "--headless=new" not in flags(replace(SPEC, screen=Screen.HEADED))


def test_the_sandbox_is_on_unless_it_was_switched_off() -> None:
    assert "--no-sandbox" not in flags(SPEC)
    assert "--no-sandbox" in flags(SPEC, sandboxed=False)


def test_the_window_is_higher_than_the_page() -> None:
    assert "--window-size=1280,807" in flags(SPEC)
    assert "--window-size=800,687" in flags(replace(SPEC, viewport=Viewport(800, 600)))


def test_the_first_tab_is_empty_until_the_extension_goes_to_the_start_page() -> None:
    assert flags(SPEC)[-1] == "about:blank"
    assert flags(replace(SPEC, url="https://example.org/"))[-1] == "about:blank"


@pytest.mark.parametrize(
    "url", ["--remote-debugging-port=1", "file:///etc/passwd", "chrome://settings", "javascript:1"]
)
def test_what_is_no_web_page_is_no_start_page(url: str) -> None:
    with pytest.raises(InvalidInput, match="url"):
        flags(replace(SPEC, url=url))


def test_further_extensions_are_loaded_beside_ours(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    loaded = f"--load-extension=/data/x/extension,{tmp_path}"
    assert loaded in flags(replace(SPEC, extensions=(tmp_path,)))


def test_a_folder_without_a_manifest_is_no_extension(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder of an unpacked extension"):
        flags(replace(SPEC, extensions=(tmp_path,)))


def test_the_branded_chrome_is_asked_to_load_extensions() -> None:
    switch = "DisableLoadExtensionCommandLineSwitch"
    assert switch in switched_off(flags(SPEC, executable="/opt/google/chrome/google-chrome"))
    assert switch not in switched_off(flags(SPEC))


def test_what_slows_navigations_down_is_switched_off_by_the_one_flag_that_counts() -> None:
    assert {"RenderDocument", "PaintHolding"} <= switched_off(flags(SPEC))


def switched_off(line: Sequence[str]) -> set[str]:
    """The browser listens to the last flag of a name only, so there must be one."""
    [features] = [flag for flag in line if flag.startswith("--disable-features=")]
    return set(features.partition("=")[2].split(","))
