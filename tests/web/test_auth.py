"""API keys: what counts as presenting one, and what as having one."""

from tabyard.web.auth import KeyRing, NoKeys, presented_key


def test_without_configured_keys_everybody_passes() -> None:
    assert NoKeys().accepts(None)
    assert NoKeys().accepts("anything")


def test_a_ring_accepts_each_of_its_keys_and_nothing_else() -> None:
    ring = KeyRing(["first-key", "second-key"])
    assert ring.accepts("first-key")
    assert ring.accepts("second-key")
    assert not ring.accepts(None)
    assert not ring.accepts("")
    assert not ring.accepts("first-ke")
    assert not ring.accepts("first-key ")
    assert not ring.accepts("first-key" * 1_000)


def test_a_ring_does_not_keep_the_keys_themselves() -> None:
    assert "first-key" not in repr(vars(KeyRing(["first-key"])))


def test_a_key_comes_as_bearer_token_or_in_its_own_header() -> None:
    assert presented_key({b"authorization": b"Bearer abc"}) == "abc"
    assert presented_key({b"authorization": b"bearer  abc "}) == "abc"
    assert presented_key({b"x-api-key": b"abc"}) == "abc"
    assert presented_key({b"authorization": b"Bearer abc", b"x-api-key": b"other"}) == "abc"


def test_other_schemes_present_nothing() -> None:
    assert presented_key({}) is None
    assert presented_key({b"authorization": b"Basic YTpi"}) is None
    assert presented_key({b"authorization": b"Bearer "}) is None
    assert presented_key({b"x-api-key": b"  "}) is None
