"""From an accepted socket to a welcomed link: the hello, the proof, the attach."""

import asyncio
from dataclasses import dataclass

from tabyard.core.frames import MalformedFrame, read_hello
from tabyard.core.proof import is_browser_proof, ticket_hash
from tabyard.core.records import InstanceRecord
from tabyard.hub.ports import Clock, Socket
from tabyard.hub.registry import Registry
from tabyard_protocol.errors import CloseCode
from tabyard_protocol.ids import InstanceId
from tabyard_protocol.link import Hello
from tabyard_protocol.version import is_known

__all__ = ["Arrival", "Refused", "greet"]


class Refused(Exception):
    """The socket is closed with `close_code`; `reason` is for people.

    `instance`: for whom the peer wanted to speak, as far as it said so.
    """

    def __init__(
        self, close_code: CloseCode, reason: str, instance: InstanceId | None = None
    ) -> None:
        super().__init__(close_code, reason, instance)
        self.close_code = close_code
        self.reason = reason
        self.instance = instance


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who may speak for `record`."""

    hello: Hello
    record: InstanceRecord


async def greet(
    socket: Socket,
    *,
    first_frame: str | None,
    instance_id: InstanceId | None,
    ticket: str | None,
    registry: Registry,
    clock: Clock,
    within_s: float,
) -> Arrival:
    """Who is there.

    Raises:
        Refused: no hello in time, an unknown instance, or no right to speak for it.
        SocketClosed: it left before that.
    """
    if first_frame is None:
        first_frame = await _first_message(socket, clock, within_s)
    try:
        hello = read_hello(first_frame)
    except MalformedFrame as error:
        raise Refused(CloseCode.BAD_FRAMES, error.reason[:100]) from None
    if not is_known(hello.protocol):
        reason = f"this hub does not speak revision {hello.protocol}; update one of the two"
        raise Refused(CloseCode.INCOMPATIBLE, reason)
    if instance_id is not None and hello.instance_id != instance_id:
        raise Refused(CloseCode.UNKNOWN_INSTANCE, "Unknown instance", instance_id)
    return Arrival(hello, _admitted(hello, ticket, registry))


def _admitted(hello: Hello, ticket: str | None, registry: Registry) -> InstanceRecord:
    """The identity that the hello has a right to."""
    instance = InstanceId(hello.instance_id)
    shown = hello.ticket if ticket is None else ticket
    admission = registry.tickets.redeem(shown, instance)
    known = registry.get(instance)
    if admission is None:
        if known is None:
            raise Refused(CloseCode.UNKNOWN_INSTANCE, "Unknown instance", instance)
        remembered = known.record.ticket_hash
        if shown is None or remembered is None or ticket_hash(shown) != remembered:
            raise Refused(CloseCode.UNAUTHORIZED, "no valid ticket; register again", instance)
        return known.record
    if not admission.needs_proof:
        return admission.record
    credential = known.record.credential if known is not None else None
    if credential is None:
        raise Refused(CloseCode.REVOKED, "this pairing was revoked", instance)
    proven = is_browser_proof(
        hello.proof,
        credential,
        instance,
        client_nonce=admission.client_nonce or "",
        hub_nonce=admission.hub_nonce or "",
    )
    if not proven:
        raise Refused(CloseCode.UNAUTHORIZED, "the proof is wrong", instance)
    return admission.record


async def _first_message(socket: Socket, clock: Clock, within_s: float) -> str:
    reader = asyncio.current_task()
    assert reader is not None
    late = False

    def give_up(reader: "asyncio.Task[object]" = reader) -> None:
        nonlocal late
        late = True
        reader.cancel()

    timer = clock.call_later(within_s, give_up)
    try:
        message = await socket.receive()
    except asyncio.CancelledError:
        if late and reader.uncancel() == 0:
            raise Refused(CloseCode.HELLO_TIMEOUT, "no hello in time") from None
        raise
    finally:
        timer.cancel()
    if isinstance(message, bytes):
        raise Refused(CloseCode.BAD_FRAMES, "hello expected")
    return message
