"""Every code says who must act, and close codes say whether to come back."""

import re
from enum import Enum

import pytest

from tabyard_protocol.docstrings import field_docs
from tabyard_protocol.errors import CloseCode, ErrorCode, ToolErrorCode

PROMISED = """\
INVALID_ARGUMENTS UNKNOWN_TOOL UNKNOWN_ACTION ELEMENT_NOT_FOUND ELEMENT_NOT_VISIBLE ELEMENT_OBSCURED
ELEMENT_DISABLED STALE_REF NAVIGATION_FAILED NO_HISTORY WAIT_TIMEOUT COMMAND_TIMEOUT SCRIPT_ERROR
NOT_SERIALIZABLE DIALOG_OPEN NO_DIALOG TAB_GONE FORBIDDEN_URL DOWNLOAD_TIMEOUT DOWNLOAD_FAILED
FILE_NOT_FOUND DEBUGGER_DETACHED NOT_SUPPORTED CANCELLED INSTANCE_DISCONNECTED INTERNAL
"""
"""The closed list that callers were promised, in its order."""


def test_the_codes_of_tools_are_the_closed_list() -> None:
    assert [code.value for code in ToolErrorCode] == PROMISED.split()


@pytest.mark.parametrize("code", [*ErrorCode, *ToolErrorCode], ids=str)
def test_a_code_says_who_must_act(code: Enum) -> None:
    assert code.name == code.value
    said = field_docs(type(code))[code.name]
    assert re.match(r"(Caller|Operator|Retry|Nobody): \w", said), said
    assert said.endswith(".")


@pytest.mark.parametrize("code", CloseCode)
def test_a_close_code_is_explained(code: CloseCode) -> None:
    assert field_docs(CloseCode)[code.name].endswith(".")


def test_close_codes_lie_in_the_ranges_that_clients_know() -> None:
    come_back = {code for code in CloseCode if 4000 <= code < 4500}
    do_not = {code for code in CloseCode if 4500 <= code < 5000}
    assert CloseCode.SLOW_CONSUMER in come_back
    assert CloseCode.REVOKED in do_not
    assert set(CloseCode) - come_back - do_not == {
        CloseCode.NORMAL,
        CloseCode.GOING_AWAY,
        CloseCode.BAD_FRAMES,
        CloseCode.TOO_LARGE,
    }
    assert (CloseCode.UNKNOWN_INSTANCE, CloseCode.REPLACED, CloseCode.SLOW_CONSUMER) == (
        4001,
        4002,
        4008,
    )
