"""Keys as the ring knows them, and how callers present them."""

import pytest

from tabyard.core.keys import ENVIRONMENT, KeyRecord, mint
from tabyard.web.auth import KeyRing, names_a_key, presented_key


def stored(name: str = "ci", number: int = 1, **fields: list[str]) -> tuple[str, KeyRecord]:
    secrets = (f"{number:064x}", f"{number + 1:064x}")
    scopes = fields.get("scopes", ["tasks:read"])
    return mint(
        name, secrets=secrets, scopes=scopes, instances=fields.get("instances", []), at_ms=1
    )


def test_without_keys_none_is_required() -> None:
    assert not KeyRing().required
    assert KeyRing(always=True).required
    assert KeyRing(["k"]).required
    assert KeyRing(stored=[stored()[1]]).required


def test_a_key_is_known_whole_or_not_at_all() -> None:
    ring = KeyRing(["first-key", "second-key"])
    assert ring.identify("first-key") is ENVIRONMENT
    assert ring.identify("second-key") is ENVIRONMENT
    for wrong in (None, "", "first-ke", "first-key ", "first-key2", "x" * 2_000, "tyk_a_b"):
        assert ring.identify(wrong) is None


def test_a_stored_key_says_who_it_is_and_what_it_may() -> None:
    key, record = stored(instances=["inst_1"], scopes=["tasks:write", "tool:browser_tab"])
    ring = KeyRing(stored=[record])
    holder = ring.identify(key)
    assert holder is not None
    assert (holder.name, holder.key_id) == ("ci", record.id)
    assert holder.scopes == {"tasks:write", "tool:browser_tab"}
    assert holder.reaches("inst_1")
    assert not holder.reaches("inst_2")
    assert holder.may_use("browser_tab")
    assert not holder.may_use("browser_execute")
    assert ring.identify(key[:-1] + "0") is None
    assert ring.identify(record.id) is None


def test_a_key_can_be_added_and_removed_while_the_hub_runs() -> None:
    ring = KeyRing()
    key, record = stored()
    ring.add(record)
    assert ring.required
    assert ring.identify(key) is not None
    ring.remove(record.id)
    assert not ring.required
    assert ring.identify(key) is None


def test_scripts_of_the_callers_own_need_a_scope_of_their_own() -> None:
    _, plain = stored(scopes=["tools:run"])
    _, scripts = stored(scopes=["tools:run", "tools:execute"])
    ring = KeyRing(stored=[plain])
    assert ring.records == [plain]
    for record, may in ((plain, False), (scripts, True)):
        holder = KeyRing(stored=[record]).identify(stored()[0])
        # The digest does not depend on the scopes.
        assert holder is not None
        assert holder.may_use("browser_execute") is may
        assert holder.may_use("browser_tab")


def test_a_ring_does_not_hold_the_keys_themselves() -> None:
    key, record = stored()
    assert "first-key" not in repr(vars(KeyRing(["first-key"])))
    assert key not in repr(vars(KeyRing(stored=[record])))
    assert key not in repr(record)


def test_a_key_has_256_random_bits_behind_its_visible_beginning() -> None:
    key, record = stored()
    begin, _, secret = key.rpartition("_")
    assert begin == record.id == "tyk_00000001"
    assert len(bytes.fromhex(secret)) * 8 == 256


def test_a_key_is_presented_as_bearer_or_in_a_header_of_its_own() -> None:
    assert presented_key({b"authorization": b"Bearer abc"}) == "abc"
    assert presented_key({b"authorization": b"bearer  abc "}) == "abc"
    assert presented_key({b"x-api-key": b"abc"}) == "abc"
    assert presented_key({b"authorization": b"Bearer abc", b"x-api-key": b"other"}) == "abc"


def test_anything_else_presents_no_key() -> None:
    assert presented_key({}) is None
    assert presented_key({b"authorization": b"Basic YTpi"}) is None
    assert presented_key({b"authorization": b"Bearer "}) is None
    assert presented_key({b"x-api-key": b"  "}) is None


@pytest.mark.parametrize(
    "query",
    [
        b"key=abc", b"api_key=abc", b"apiKey=abc", b"a=1&access_token=x", b"token=x",
        b"X-API-Key=x", b"Authorization=Bearer%20x", b"api%5Fkey=x", b"q=tyk_0123abcd_ff",
        b"%74oken=x",
    ],
)  # fmt: skip
def test_a_key_in_an_address_is_noticed(query: bytes) -> None:
    assert names_a_key(query)


@pytest.mark.parametrize(
    "query", [b"", b"ticket=x", b"limit=1&offset=2", b"status=all", b"monkey=1", b"tokens=2"]
)
def test_other_queries_are_let_alone(query: bytes) -> None:
    assert not names_a_key(query)
