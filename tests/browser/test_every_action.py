"""Every action of the catalogue by each way in: at once, in a task, over the WebSocket."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import pytest
from tests.browser.driver import Command, Hub
from tests.browser.every_action import CLOSING, PHOTO, ROWS, Done, Ground
from tests.browser.origins import Site
from websockets.sync.client import connect

from tabyard_protocol.tools.catalogue import TOOLS

ACTIONS = [
    f"{tool.name} {action.name}".rstrip()
    for tool in TOOLS.values()
    for action in tool.actions.values()
]


def at_once(hub: Hub, commands: Sequence[Command], _session: str) -> list[Done]:
    """Each by a `POST /api/tools/{name}` of its own."""
    done: list[Done] = []
    for tool, args in commands:
        wish = args if tool == "browser_instance" else {**args, "instanceId": hub.instance}
        answer = hub.client.post(f"/api/tools/{tool}", json=wish).json()
        assert answer["success"], (tool, args, answer)
        done.append(Done(answer["result"]["structuredContent"], answer["result"]["content"]))
    return done


def in_a_task(hub: Hub, commands: Sequence[Command], session: str) -> list[Done]:
    """All in one `POST /tasks`."""
    return told(hub, hub.start(commands, session=session))


def over_the_socket(hub: Hub, commands: Sequence[Command], session: str) -> list[Done]:
    """All in one `task_submit`."""
    draft = {
        "type": "task_submit",
        "requestId": "r1",
        "task_name": "Test",
        "task_intention": "Show that it works",
        "instanceId": hub.instance,
        "session": session,
        "commands": [
            {"tool_name": tool, "intention": tool, "args": dict(args)} for tool, args in commands
        ],
    }
    with connect(hub.link_url, max_size=None) as socket:
        socket.send(json.dumps(draft))
        for message in socket:
            frame = json.loads(message)
            if frame["type"] == "task_complete":
                return told(hub, frame["taskId"])
    raise AssertionError("the socket was closed before the task had ended")


def told(hub: Hub, task_id: str) -> list[Done]:
    task = hub.ended(task_id)
    failed = [command["error"] for command in task["commands"] if command.get("error")]
    assert task["status"] == "completed", failed
    results = [command["result"] for command in task["commands"]]
    return [Done(result["structuredContent"], result["content"]) for result in results]


WAYS: Mapping[str, Callable[[Hub, Sequence[Command], str], list[Done]]] = {
    "at-once": at_once,
    "task": in_a_task,
    "socket": over_the_socket,
}


class Round:
    """All rows gone one way, once."""

    def __init__(self, ground: Ground, done: Mapping[str, Sequence[Done]]) -> None:
        self.ground = ground
        self.done = done


@pytest.fixture(scope="module", params=WAYS)
def gone(
    request: pytest.FixtureRequest, hub: Hub, site: Site, tmp_path_factory: pytest.TempPathFactory
) -> Round:
    way: str = request.param
    photo: Path = tmp_path_factory.mktemp(way) / "mug.png"
    photo.write_bytes(PHOTO)
    ground = Ground(hub, site, way, photo)
    done = run(ground, [name for name in ROWS if name != CLOSING])
    ground.made["instance"] = done["browser_instance new"][0].facts["instanceId"]
    return Round(ground, {**done, **run(ground, [CLOSING])})


def run(ground: Ground, names: Sequence[str]) -> dict[str, Sequence[Done]]:
    """What the commands of these rows have answered, run in one go."""
    commands = {name: ROWS[name].commands(ground) for name in names}
    together = [command for name in names for command in commands[name]]
    done = iter(WAYS[ground.way](ground.hub, together, f"every action {ground.way}"))
    return {name: list(islice(done, len(commands[name]))) for name in names}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.proves("tools:every_action_every_way")
def test_the_action_has_its_effect(gone: Round, action: str) -> None:
    ROWS[action].proof(gone.ground, gone.done[action])


def test_there_is_a_row_for_each_action_and_no_other() -> None:
    assert sorted(ROWS) == sorted(ACTIONS)
