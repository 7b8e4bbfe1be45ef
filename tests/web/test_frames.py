"""Client frames: requests, and what is said about everything else."""

from hypothesis import given
from hypothesis import strategies as st

from tabyard.core.errors import InvalidInput, NoCommands, UnknownType
from tabyard.web.streams.frames import Refused, is_hello, read_request
from tabyard_protocol.client import ClientPing, SubscribeTask


def refused(frame: str | bytes) -> Refused:
    answer = read_request(frame)
    assert isinstance(answer, Refused)
    return answer


def test_a_request_is_read_with_its_id() -> None:
    assert read_request('{"type":"ping","requestId":7}') == ClientPing(request_id=7)
    assert read_request('{"type":"subscribe_task","taskId":"t","after":3}') == SubscribeTask(
        task_id="t", after=3
    )


def test_an_unknown_type_is_named() -> None:
    answer = refused('{"type":"dance","requestId":"r1"}')
    assert isinstance(answer.error, UnknownType)
    assert str(answer.error) == "Unknown message type: dance"
    assert answer.request_id == "r1"


def test_a_frame_without_type_is_told_what_it_lacks() -> None:
    answer = refused('{"requestId":3}')
    assert answer.error.details == {"type": "is required"}
    assert answer.request_id == 3


def test_a_wrong_field_is_named_without_the_frame_around_it() -> None:
    answer = refused('{"type":"subscribe_task","requestId":"r","after":-1}')
    assert answer.error.details == {
        "taskId": "is required",
        "after": "must be at least 0",
    }
    assert (answer.type, answer.request_id) == ("subscribe_task", "r")


def test_a_submission_without_commands_is_refused_like_on_rest() -> None:
    answer = refused('{"type":"task_submit","task_name":"n","task_intention":"i"}')
    assert isinstance(answer.error, NoCommands)
    assert answer.type == "task_submit"


def test_what_is_no_object_and_what_is_no_text_are_refused() -> None:
    assert str(refused("[1]").error) == "Frame must be a JSON object"
    assert str(refused("nonsense").error) == "Invalid JSON in frame"
    assert str(refused(b"\x00").error) == "Send JSON objects as text frames"


def test_an_id_that_no_answer_could_repeat_is_left_out() -> None:
    assert refused('{"type":"dance","requestId":true}').request_id is None
    assert refused('{"type":"dance","requestId":{}}').request_id is None
    assert refused(f'{{"type":"dance","requestId":"{"x" * 201}"}}').request_id is None


def test_only_a_hello_is_a_hello() -> None:
    assert is_hello('{"type":"hello","instanceId":"i"}')
    assert not is_hello('{"type":"ping"}')
    assert not is_hello(b'{"type":"hello"}')
    assert not is_hello('"hello"')
    assert not is_hello("{")


@given(st.text() | st.binary())
def test_no_frame_breaks_the_reader(frame: str | bytes) -> None:
    answer = read_request(frame)
    assert not isinstance(answer, Refused) or isinstance(answer.error, InvalidInput | UnknownType)
