"""The one command that writes every derived view."""

from pathlib import Path

import pytest

from tabyard_protocol import __main__ as command


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty tree to write into."""
    monkeypatch.setattr(command, "ROOT", tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    """The exit status of the command."""
    return command.main(arguments)


def test_what_is_checked_in_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--check") == 0
    assert capsys.readouterr().out == ""


def test_writing_makes_the_check_pass(elsewhere: Path) -> None:
    assert run("--check") == 1
    assert not any(elsewhere.iterdir())
    assert run() == 0
    assert run("--check") == 0
    assert (elsewhere / "extension" / "src" / "generated" / "protocol.ts").is_file()


def test_a_stale_view_is_shown_as_a_diff(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    page = elsewhere / "docs" / "reference" / "errors.md"
    page.write_text(page.read_text("utf-8").replace("NO_HISTORY", "NO_FUTURE", 1), "utf-8")
    assert run("--check") == 1
    shown = capsys.readouterr().out
    assert "docs/reference/errors.md" in shown
    assert "NO_FUTURE" in shown


def test_an_installed_package_has_nothing_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SOURCE", tmp_path)
    assert run() == 2
    assert "source tree" in capsys.readouterr().err
