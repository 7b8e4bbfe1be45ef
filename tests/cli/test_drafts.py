"""A task in a file: what may be left out, and what is said when it is no task."""

import io
import json
from pathlib import Path

import pytest

from tabyard.cli.drafts import read_draft
from tabyard.cli.exits import CliError, ExitCode


def written(folder: Path, content: object) -> str:
    path = folder / "greet.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_a_bare_list_of_commands_becomes_a_task_named_like_its_file(tmp_path: Path) -> None:
    commands = [{"tool_name": "browser_navigate", "args": {"action": "goto", "url": "x"}}]
    draft = read_draft(written(tmp_path, commands))

    assert draft["task_name"] == "greet"
    assert draft["task_intention"] == "Run greet"
    assert draft["commands"][0]["intention"] == "browser_navigate goto"


def test_what_a_task_says_itself_is_kept(tmp_path: Path) -> None:
    task = {
        "task_name": "mine",
        "task_intention": "why",
        "metadata": {"a": 1},
        "commands": [{"tool_name": "sleep", "intention": "wait", "args": {"duration": 1}}],
    }
    assert read_draft(written(tmp_path, task)) == task


def test_a_command_may_leave_out_its_arguments(tmp_path: Path) -> None:
    draft = read_draft(written(tmp_path, [{"tool_name": "sleep"}]))
    assert draft["commands"] == [{"tool_name": "sleep", "intention": "sleep", "args": {}}]


def test_a_dash_reads_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b'[{"tool_name": "sleep", "args": {"duration": 1}}]'))
    monkeypatch.setattr("sys.stdin", stdin)
    assert read_draft("-")["task_name"] == "stdin"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{not json", "is not JSON"),
        ([], "has no commands"),
        ({"task_name": "x"}, "has no commands"),
        ("3", "has no commands"),
        ([{"tool": "sleep"}], "needs at least a tool_name"),
        (["sleep"], "needs at least a tool_name"),
    ],
)
def test_what_is_no_task_is_refused_with_an_example(
    tmp_path: Path, content: object, complaint: str
) -> None:
    with pytest.raises(CliError, match=complaint) as refused:
        read_draft(written(tmp_path, content))
    assert refused.value.exit_code is ExitCode.INVALID
    assert "tool_name" in refused.value.remedy


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CliError, match=r"absent\.json: No such file"):
        read_draft(str(tmp_path / "absent.json"))
