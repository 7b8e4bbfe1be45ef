"""The examples of the document that the task API was made from, as they stand but for the port."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.web.document import DOCUMENT_BODY
from websockets.sync.client import connect

pytestmark = pytest.mark.timeout(60)

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture
def examples(hub: Any, tmp_path: Path) -> Path:
    """The examples in a folder of their own, with the ports of the hub, and axios."""
    for name in ("poll.sh", "poll.js"):
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(hub.here(text), encoding="utf-8")
    axios = tmp_path / "node_modules" / "axios"
    axios.mkdir(parents=True)
    shutil.copy(EXAMPLES / "axios.js", axios / "index.js")
    return tmp_path


def run(hub: Any, folder: Path, *command: str) -> str:
    """What the command prints; it must succeed and complain about nothing."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=hub.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def submit(hub: Any, **fields: Any) -> dict[str, Any]:
    """The answer to the document's first example."""
    answer = httpx2.post(f"{hub.url}/tasks", json={**DOCUMENT_BODY, **fields})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    accepted: dict[str, Any] = answer.json()
    return accepted


def ended(hub: Any, task_id: str) -> dict[str, Any]:
    """The task after its last event."""
    with httpx2.stream("GET", f"{hub.url}/tasks/{task_id}/events", timeout=20) as stream:
        for _line in stream.iter_lines():
            pass
    task: dict[str, Any] = hub.get(f"/tasks/{task_id}")["task"]
    return task


def test_the_shell_script_polls_until_the_task_is_completed(hub: Any, examples: Path) -> None:
    printed = run(hub, examples, "bash", "poll.sh")
    assert re.match(r"Task submitted: task_\d+_\d+\nStatus: ", printed)
    assert "Task finished with status: completed" in printed
    commands = json.loads(printed[printed.index("[") :])
    assert [command["status"] for command in commands] == ["success"]
    assert commands[0]["result"]["content"][0]["type"] == "text"


def test_the_javascript_program_polls_until_the_task_is_completed(hub: Any, examples: Path) -> None:
    printed = run(hub, examples, "node", "poll.js")
    first, *_, last = printed.splitlines()
    assert re.fullmatch(r"Task task_\d+_\d+ submitted\. WebSocket: ws://localhost:\d+", first)
    assert "Status: completed" in printed
    assert printed.count("status: 'success'") == 2
    assert last == "]"


def test_a_submission_is_answered_as_the_document_shows(hub: Any) -> None:
    (instance,) = (
        row["id"] for row in hub.get("/instances")["instances"] if row["label"] == "desk"
    )
    accepted = submit(hub, instanceId=instance)
    assert re.fullmatch(r"task_\d+_\d+", accepted["taskId"])
    assert accepted["queuePosition"] >= 1
    assert accepted["wsEndpoint"].startswith("ws://localhost:")
    task = ended(hub, accepted["taskId"])
    assert task["status"] == "completed"
    assert task["metadata"] == {"client": "my-app"}
    assert task["currentCommandIndex"] == 2
    assert {
        "id",
        "instanceId",
        "name",
        "intention",
        "createdAt",
        "startedAt",
        "completedAt",
    } <= set(task)
    assert [command["id"] for command in task["commands"]] == [
        f"{task['id']}_cmd_{index}" for index in range(3)
    ]
    assert task["commands"][2]["args"] == {"action": "keyboard", "key": "Enter"}
    assert {"tool_name", "intention", "status", "startedAt", "completedAt", "result"} <= set(
        task["commands"][0]
    )


def test_lists_are_filtered_and_the_newest_comes_first(hub: Any) -> None:
    older, newer = submit(hub)["taskId"], submit(hub)["taskId"]
    instance = ended(hub, newer)["instanceId"]
    rows = hub.get(f"/tasks?instanceId={instance}&status=completed")["tasks"]
    assert [row["id"] for row in rows[:2]] == [newer, older]
    assert rows[0]["commandCount"] == 3
    assert rows[0]["name"] == "Search Google"
    assert hub.get("/tasks?status=running")["tasks"] == []
    assert hub.get("/tasks?instanceId=inst_1_other")["tasks"] == []


def test_errors_are_those_of_the_document(hub: Any) -> None:
    nothing = httpx2.post(f"{hub.url}/tasks", json={**DOCUMENT_BODY, "commands": []})
    unknown = httpx2.get(f"{hub.url}/tasks/task_1_1")
    assert (nothing.status_code, nothing.json()["error"]) == (400, "No commands provided")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "Task not found")
    gone = httpx2.post(f"{hub.url}/tasks/task_1_1/cancel")
    assert (gone.status_code, gone.json()["error"]) == (404, "Task not found")


def test_a_task_is_cancelled_once(hub: Any) -> None:
    nap = {"tool_name": "sleep", "intention": "Nap", "args": {"duration": 10_000}}
    task = submit(hub, commands=[nap])["taskId"]
    cancelled = httpx2.post(f"{hub.url}/tasks/{task}/cancel")
    assert cancelled.status_code == 200
    assert cancelled.json()["success"] is True
    assert cancelled.json()["taskId"] == task
    assert ended(hub, task)["status"] == "cancelled"
    again = httpx2.post(f"{hub.url}/tasks/{task}/cancel")
    assert again.status_code == 400
    assert again.json()["success"] is False
    assert again.json()["reason"] == "Task already cancelled"


def test_the_endpoint_of_the_answer_tells_progress_and_the_end(hub: Any) -> None:
    with connect(submit(hub)["wsEndpoint"]) as client:
        client.send(json.dumps({"type": "task_submit", "requestId": 7, **DOCUMENT_BODY}))
        told: list[dict[str, Any]] = []
        while not told or told[-1]["type"] != "task_complete":
            told.append(json.loads(client.recv(timeout=10)))
    assert told[0]["type"] == "welcome"
    (answer,) = [frame for frame in told if frame["type"] == "task_submit_response"]
    assert answer["success"] is True
    assert answer["requestId"] == 7
    progress = [frame for frame in told if frame["type"] == "task_progress"]
    assert [(frame["commandIndex"], frame["status"]) for frame in progress] == [
        (0, "running"),
        (0, "success"),
        (1, "running"),
        (1, "success"),
        (2, "running"),
        (2, "success"),
    ]
    assert progress[0]["tool_name"] == "browser_navigate"
    assert progress[0]["intention"] == "Go to Google"
    complete = told[-1]
    assert complete["status"] == "completed"
    assert complete["summary"]["successfulCommands"] == 3
    assert complete["metadata"] == {"client": "my-app"}
