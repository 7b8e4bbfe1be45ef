"""What looks like a secret is in no line of the log, wherever it stood."""

import pytest

from tabyard.app.redaction import Redaction

CREDENTIAL = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("GET /x Authorization: Bearer abc.def-1", "GET /x Authorization: Bearer ***"),
        (f"key tyk_0123abcd_{CREDENTIAL} used", "key tyk_0123abcd_*** used"),
        ("ws://localhost:3400/instances/inst_1?ticket=s3cret&x=1",
         "ws://localhost:3400/instances/inst_1?ticket=***&x=1"),
        (f'{{"credential":"{CREDENTIAL}"}}', '{"credential":"***"}'),
        ("{'proof': 'abcdef0123'}", "{'proof': '***'}"),
        (f"compared {CREDENTIAL} with it", "compared *** with it"),
        ("x-api-key: sesame", "x-api-key: ***"),
        ("opened with sesame-street", "opened with ***"),
        ("task_1763712000000_1 ended", "task_1763712000000_1 ended"),
    ],
)  # fmt: skip
def test_a_secret_is_recognised(line: str, shown: str) -> None:
    assert Redaction(["sesame-street", "abc"]).text(None, "info", line) == shown


def test_fields_are_emptied_by_their_name() -> None:
    event = {"event": "x", "api_key": "k", "ticket": "t", "path": "/tasks", "Authorization": "a"}
    assert Redaction().fields(None, "info", event) == {
        "event": "x",
        "api_key": "***",
        "ticket": "***",
        "path": "/tasks",
        "Authorization": "***",
    }
