"""What callers are told about bodies that do not fit."""

import json

import pytest

from tabyard.core.errors import InvalidInput, NoCommands
from tabyard.web.bodies import parse
from tabyard_protocol.resources.task import TaskDraft

COMMAND = '{"tool_name":"browser_navigate","intention":"go","args":{"action":"back"}}'


def refusal(body: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse(TaskDraft, body.encode())
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"task_name":"n","task_intention":"i"}',
        '{"task_name":"n","task_intention":"i","commands":[]}',
        '{"task_name":"n","task_intention":"i","commands":null}',
        '{"task_name":7,"commands":[]}',
    ],
)
def test_a_task_without_commands_is_told_so_first(body: str) -> None:
    with pytest.raises(NoCommands, match=r"^No commands provided$"):
        parse(TaskDraft, body.encode())


@pytest.mark.parametrize("name", ["tool_name", "intention", "args"])
def test_a_single_command_that_lacks_a_field_is_not_called_absent(name: str) -> None:
    command = {"tool_name": "sleep", "intention": "rest", "args": {"duration": 1}}
    del command[name]
    body = {"task_name": "n", "task_intention": "i", "commands": [command]}
    error = refusal(json.dumps(body))
    assert str(error) == f"commands[0].{name} is required"
    assert error.details == {f"commands[0].{name}": "is required"}


@pytest.mark.parametrize("body", ["", "{", "nonsense", "{'a':1}", "\xff", '{"a":' + "[" * 1_000])
def test_what_is_not_json_is_called_that(body: str) -> None:
    assert str(refusal(body)) == "Invalid JSON in request body"


@pytest.mark.parametrize("body", ["[]", "null", "7", '"text"'])
def test_what_is_no_object_is_called_that(body: str) -> None:
    assert str(refusal(body)) == "Request body must be a JSON object"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_not_json(number: str) -> None:
    command = COMMAND.replace('"back"', f'"back","timeout":{number}')
    body = f'{{"task_name":"n","task_intention":"i","commands":[{command}]}}'
    assert str(refusal(body)) == "Invalid JSON in request body"


def test_the_same_words_in_a_text_are_a_text() -> None:
    body = f'{{"task_name":"NaN","task_intention":"Infinity","commands":[{COMMAND}]}}'
    assert parse(TaskDraft, body.encode()).task_name == "NaN"


def test_a_missing_field_is_named() -> None:
    error = refusal(f'{{"task_intention":"i","commands":[{COMMAND}]}}')
    assert str(error) == "task_name is required"
    assert error.details == {"task_name": "is required"}


def test_a_field_deep_inside_is_named_by_its_path() -> None:
    wrong = '{"tool_name":"t","intention":7,"args":[]}'
    error = refusal(f'{{"task_name":"n","task_intention":"i","commands":[{COMMAND},{wrong}]}}')
    assert error.details == {
        "commands[1].intention": "must be text",
        "commands[1].args": "must be an object",
    }
    assert str(error) == "commands[1].intention must be text"


def test_an_empty_name_is_refused_in_plain_words() -> None:
    error = refusal(f'{{"task_name":"","task_intention":"i","commands":[{COMMAND}]}}')
    assert str(error) == "task_name must not be empty"


def test_commands_of_a_wrong_kind_are_no_missing_commands() -> None:
    error = refusal('{"task_name":"n","task_intention":"i","commands":"go"}')
    assert error.details == {"commands": "must be an array"}
