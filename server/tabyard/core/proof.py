"""Mutual proof of a pairing: HMAC-SHA256 over fresh nonces; the credential never travels."""

import hmac
from hashlib import sha256

from tabyard_protocol.ids import InstanceId

__all__ = ["browser_proof", "hub_proof", "is_browser_proof", "ticket_hash"]


def hub_proof(credential: str, instance: InstanceId, *, client_nonce: str, hub_nonce: str) -> str:
    """What the hub answers to a registration, in hex: it knows the credential of `instance`."""
    return _mac(credential, f"hub|{instance}|{client_nonce}|{hub_nonce}")


def browser_proof(
    credential: str, instance: InstanceId, *, client_nonce: str, hub_nonce: str
) -> str:
    """What the browser's hello says, in hex: it knows the credential of `instance`."""
    return _mac(credential, f"browser|{instance}|{hub_nonce}|{client_nonce}")


def is_browser_proof(
    proof: str | None, credential: str, instance: InstanceId, *, client_nonce: str, hub_nonce: str
) -> bool:
    """Whether `proof` is the browser's, compared in constant time."""
    wanted = browser_proof(credential, instance, client_nonce=client_nonce, hub_nonce=hub_nonce)
    said = (proof or "").lower().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(said, wanted.encode())


def ticket_hash(ticket: str) -> str:
    """How a reconnect ticket is remembered: its SHA-256 in hex."""
    return sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()


def _mac(credential: str, message: str) -> str:
    return hmac.new(credential.encode(), message.encode(), sha256).hexdigest()
