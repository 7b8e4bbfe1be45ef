"""An error code has one class, one HTTP status, one entry in the docs, and one sentence."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tabyard.core import errors
from tabyard.core.errors import HubError
from tabyard.web.errors import STATUS
from tabyard_protocol.errors import CloseCode, ErrorCode, ToolErrorCode


def descendants(base: type[HubError]) -> Iterator[type[HubError]]:
    for child in base.__subclasses__():
        yield child
        yield from descendants(child)


def codes_of_classes() -> Counter[ErrorCode]:
    """Only `tabyard.core.errors` counts: what a test defines is not the hub's."""
    ours = [cls for cls in descendants(HubError) if cls.__module__ == errors.__name__]
    return Counter(cls.code for cls in ours)


def entries(page: str) -> Counter[str]:
    """Codes that open a heading or a table row of the reference page."""
    return Counter(re.findall(r"^(?:#+ +|\| *)`?([A-Z][A-Z_]+)`?", page, flags=re.MULTILINE))


def test_every_code_has_exactly_one_class() -> None:
    assert codes_of_classes() == Counter(ErrorCode)


def test_every_code_has_a_status_that_is_an_error() -> None:
    assert set(STATUS) == set(ErrorCode)
    assert all(400 <= status < 600 for status in STATUS.values())


def test_every_code_is_explained_in_the_reference(root: Path) -> None:
    page = (root / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    missing = {*ErrorCode, *ToolErrorCode} - set(entries(page))
    assert missing == set()


def test_every_close_code_is_explained_in_the_reference(root: Path) -> None:
    page = (root / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert [code.name for code in CloseCode if str(code.value) not in page] == []


def test_a_close_code_tells_whether_to_come_back() -> None:
    ours = {code for code in CloseCode if code.value >= 4000}
    final = {code for code in ours if code.value >= 4500}
    assert {CloseCode.SLOW_CONSUMER, CloseCode.REPLACED} <= ours - final
    assert {CloseCode.UNAUTHORIZED, CloseCode.REVOKED} <= final
