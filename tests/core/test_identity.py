"""What a user agent says of the machine."""

import pytest

from tabyard.core.identity import machine_of


@pytest.mark.parametrize(
    ("agent", "machine"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Linux x86_64"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "Windows NT 10.0"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36", "Macintosh"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit", "CrOS x86_64 14541.0.0"),
        ("curl/8.0", None),
        ("", None),
        ("Mozilla/5.0 ()", None),
        ("Mozilla/5.0 (" + "x" * 900, None),
    ],
)
def test_the_machine_is_named_in_words(agent: str, machine: str | None) -> None:
    assert machine_of(agent) == machine
