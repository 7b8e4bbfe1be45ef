"""Wrong programs are rejected by the type checker: the types carry weight."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

PREAMBLE: Final = """\
from typing import assert_never

from tabyard.core.lifecycle import TASK_NEXT, step
from tabyard_protocol.ids import InstanceId, TaskId
from tabyard_protocol.resources.instance import InstanceStatus
from tabyard_protocol.resources.task import TaskStatus


def lane_of(instance: InstanceId) -> str:
    return instance


"""

RIGHT: Final = """\
print(lane_of(InstanceId("inst_1")), step(TASK_NEXT, TaskStatus.QUEUED, TaskStatus.RUNNING))


def colour(status: InstanceStatus) -> str:
    match status:
        case InstanceStatus.CONNECTED:
            return "green"
        case InstanceStatus.RECONNECTING:
            return "amber"
        case InstanceStatus.GONE:
            return "grey"
        case _:
            assert_never(status)
"""

FORGETFUL: Final = """\
def colour(status: InstanceStatus) -> str:
    match status:
        case InstanceStatus.CONNECTED:
            return "green"
        case _:
            assert_never(status)
"""

WRONG: Final = {
    "a task's id for an instance's": ('print(lane_of(TaskId("task_1")))\n', "reportArgumentType"),
    "a plain string for an id": ('print(lane_of("inst_1"))\n', "reportArgumentType"),
    "a state of another lifecycle": (
        "step(TASK_NEXT, TaskStatus.QUEUED, InstanceStatus.GONE)\n",
        "reportArgumentType",
    ),
    "a forgotten case": (
        FORGETFUL,
        "reportArgumentType",
    ),
}


def rules_broken(root: Path, tmp_path: Path, programs: dict[str, str]) -> dict[str, set[str]]:
    """What basedpyright, as strict as for our own files, objects to in each program."""
    for name, body in programs.items():
        (tmp_path / f"{name}.py").write_text(PREAMBLE + body, encoding="utf-8")
    settings = {
        "include": [str(tmp_path)],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "extraPaths": [str(root / "server"), str(root / "protocol")],
        "venvPath": str(root),
        "venv": ".venv",
        "reportUnusedImport": False,
    }
    project = tmp_path / "pyrightconfig.json"
    project.write_text(json.dumps(settings), encoding="utf-8")
    checker = Path(sys.executable).with_name("basedpyright")
    outcome = subprocess.run(
        [checker, "--outputjson", "--project", project], capture_output=True, text=True, check=False
    )
    found: dict[str, set[str]] = {name: set() for name in programs}
    for complaint in json.loads(outcome.stdout)["generalDiagnostics"]:
        found[Path(complaint["file"]).stem].add(complaint.get("rule", "syntax"))
    return found


@pytest.mark.timeout(60)
def test_right_programs_pass_and_wrong_ones_do_not(root: Path, tmp_path: Path) -> None:
    programs = {f"wrong_{n}": body for n, (body, _) in enumerate(WRONG.values())}
    found = rules_broken(root, tmp_path, {"right": RIGHT, **programs})
    assert found.pop("right") == set()
    seen = {title: found[f"wrong_{n}"] for n, title in enumerate(WRONG)}
    assert {title: rule in seen[title] for title, (_, rule) in WRONG.items()} == dict.fromkeys(
        WRONG, True
    ), seen
