"""Both sides compute the same proofs."""

from tabyard.core.proof import browser_proof, hub_proof, is_browser_proof, ticket_hash
from tabyard_protocol.ids import InstanceId

CREDENTIAL = "ab" * 32
ID = InstanceId("inst_1")
NONCES = {"client_nonce": "c", "hub_nonce": "h"}


def test_proofs_are_those_that_the_wire_describes() -> None:
    """Computed with `openssl dgst -sha256 -hmac` over the texts of the wire's description."""
    assert hub_proof(CREDENTIAL, ID, **NONCES) == (
        "3152f89d8661bda5da2b7aba510c9b7bbda97f5043c9892ccf15cf32068253e8"
    )
    assert browser_proof(CREDENTIAL, ID, **NONCES) == (
        "764b183366f4583037dd8995d0c0538fde7fdc9b07e059ad9748fe784cb63053"
    )


def test_only_the_right_proof_is_accepted() -> None:
    right = browser_proof(CREDENTIAL, ID, **NONCES)
    assert is_browser_proof(right, CREDENTIAL, ID, **NONCES)
    assert is_browser_proof(right.upper(), CREDENTIAL, ID, **NONCES)
    for wrong in (None, "", "ä", "\udc80", hub_proof(CREDENTIAL, ID, **NONCES), right[:-1]):
        assert not is_browser_proof(wrong, CREDENTIAL, ID, **NONCES)
    assert not is_browser_proof(right, CREDENTIAL, InstanceId("inst_2"), **NONCES)


def test_a_ticket_is_remembered_by_its_hash() -> None:
    assert ticket_hash("x") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
