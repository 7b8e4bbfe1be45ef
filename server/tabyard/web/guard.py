"""The one door: every request and upgrade of both ports passes here before any route."""

import logging
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tabyard.core.errors import (
    BodyTooLarge,
    HubError,
    InternalError,
    InvalidInput,
    RateLimited,
    Unauthorized,
)
from tabyard.core.keys import ANYBODY
from tabyard.web.access import Access, Caller, Headers, single_headers
from tabyard.web.auth import names_a_key, presented_key
from tabyard.web.errors import render, translate
from tabyard.web.limits import Budget
from tabyard.web.standing import STANDING, Proxies, Standing
from tabyard.web.state import WebState

__all__ = ["CALLER", "SECURITY_HEADERS", "Guard", "port_of"]

logger = logging.getLogger(__name__)

CALLER: Final = "tabyard.caller"
"""Where the scope keeps the `Caller`."""

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""Every answer carries these, unless its route says otherwise."""

CORS_HEADERS: Final = (
    (b"vary", b"Origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (
        b"access-control-expose-headers",
        b"Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset",
    ),
)

_OVERRIDABLE: Final = frozenset(name for name, _ in (*SECURITY_HEADERS, *CORS_HEADERS))
"""What a route may say otherwise; nothing else that is added to answers comes from routes."""

PREFLIGHT: Final = {
    "access-control-allow-methods": "GET, POST, PATCH, DELETE",
    "access-control-allow-headers": (
        "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-API-Key"
    ),
    "access-control-max-age": "600",
}

PASSED_ON: Final = (
    "A proxy passed this on, so other machines may be behind it; "
    "make an API key first: tabyard key new"
)

UNFIT_FOR_ADDRESSES: Final = (
    "An API key does not belong into an address, where logs keep it; "
    "send it as 'Authorization: Bearer <key>'"
)


class Guard:
    """Admits by host, origin, content type and length; finds out who calls; catches defects.

    What the caller may do is decided by the endpoint that the router chooses.
    """

    def __init__(self, app: ASGIApp, state: WebState) -> None:
        self._app = app
        self._state = state
        self._access = Access(state.settings)
        self._address_of = Proxies(state.settings.trusted_proxies).address_of
        self._link_port = state.settings.link_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, from its headers to the end of its answer."""
        arrived_s = self._state.clock.monotonic_s()
        headers = single_headers(scope["headers"])
        answer = _Answer(send)
        early = self._early_answer(scope, headers, answer)
        if early is not None:
            await early(scope, receive, answer.send)
            return
        standing: Standing = scope[STANDING]
        receive = _limited(receive, self._state.settings.body_limit_bytes)
        try:
            payer = standing.payer
            if payer is None:
                await self._app(scope, receive, answer.send)
            else:
                with self._state.limits.connected(payer):
                    await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            return
        except (HubError, HTTPException) as error:
            if not answer.started:
                await translate(error)(scope, receive, answer.send)
        except Exception:
            # Boundary: whatever a route did not expect ends here, and is logged once.
            logger.exception("request failed", extra={"path": scope["path"]})
            if not answer.started:
                await render(InternalError())(scope, receive, answer.send)
        self._count(scope, answer.status, arrived_s)

    def _early_answer(self, scope: Scope, headers: Headers, answer: "_Answer") -> Response | None:
        """The answer that needs no route: a refusal, a preflight, a request at the wrong port."""
        try:
            caller = self._admit(scope, headers)
            if caller.is_cors and caller.origin is not None:
                answer.allow_origin(caller.origin)
                if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
                    return Response(status_code=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)
            if port_of(scope) == self._link_port:
                return self._upgrade_required()
            self._access.check_body(headers)
            standing, budget = self.stand(scope, headers, caller)
        except HubError as error:
            self._refused(scope, headers, error)
            return render(error)
        if budget is not None:
            answer.tell(budget)
        scope[CALLER] = caller
        scope[STANDING] = standing
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One upgrade; refused before it is accepted."""
        headers = single_headers(scope["headers"])
        try:
            caller = self._admit(scope, headers)
            standing, _budget = self.stand(scope, headers, caller)
            if standing.refusal is not None:
                raise standing.refusal
        except HubError as error:
            self._refused(scope, headers, error)
            await render(error)(scope, receive, send)
            return
        scope[CALLER] = caller
        scope[STANDING] = standing
        try:
            with self._state.limits.connected(standing.payer):
                await self._app(scope, receive, send)
        except HubError as error:
            await render(error)(scope, receive, send)
        except Exception:
            # Boundary: the same for sockets.
            logger.exception("socket failed", extra={"path": scope["path"]})
            await _close(send)

    def known_caller(self, scope: Scope, headers: Headers) -> Caller | None:
        """The caller that this head speaks for whenever it comes; None: see for yourself.

        What it depends on is in the head alone, or settled for as long as the hub runs.
        """
        try:
            caller = self._admit(scope, headers)
            self._access.check_body(headers)
        except HubError:
            return None
        is_plain = not (caller.is_cors or scope["query_string"])
        return caller if is_plain and port_of(scope) != self._link_port else None

    def _admit(self, scope: Scope, headers: Headers) -> Caller:
        """The caller, by the rules for hosts and origins."""
        return self._access.admit(headers, port=port_of(scope), method=scope.get("method", ""))

    def stand(
        self, scope: Scope, headers: Headers, caller: Caller
    ) -> tuple[Standing, Budget | None]:
        """Who calls, and whether that is too often.

        Raises:
            InvalidInput: a key is in the address.
        """
        if scope["query_string"] and names_a_key(scope["query_string"]):
            raise InvalidInput(UNFIT_FOR_ADDRESSES)
        state = self._state
        address = self._address_of(scope, headers)
        principal, refusal = ANYBODY, None
        if state.keys.required:
            try:
                principal = state.recognise(presented_key(headers), address)
            except HubError as error:
                principal, refusal = None, error
        elif b"x-forwarded-for" in headers or b"forwarded" in headers:
            # Whoever is behind the proxy is not on this machine, whatever the proxy is.
            principal, refusal = None, Unauthorized(PASSED_ON)
        standing = Standing(caller, principal, address, refusal)
        payer = standing.payer
        budget = state.limits.spend(payer) if payer is not None else None
        if budget is not None and not budget.allowed and refusal is None:
            standing = standing._replace(refusal=RateLimited(float(budget.reset_s)))
        return standing, budget

    def _refused(self, scope: Scope, headers: Headers, error: HubError) -> None:
        """Count a refusal that no route has seen, and leave a line of it."""
        self._state.metrics.refusals.labels(error.code).inc()
        stranger = Caller(None, is_extension=False, is_cors=False)
        standing = Standing(stranger, None, self._address_of(scope, headers))
        # The path without its query: that is where secrets would be.
        self._state.audit.note_refused(standing, scope["path"], error.code)

    def _upgrade_required(self) -> Response:
        """For plain HTTP at the port that serves sockets only."""
        port = self._state.settings.http_port
        body = (
            f'{{"error":"This port serves WebSockets only; the REST API is on port {port}",'
            '"code":"UPGRADE_REQUIRED"}'
        )
        headers = {"upgrade": "websocket", "connection": "Upgrade"}
        return Response(body, HTTPStatus.UPGRADE_REQUIRED, headers, media_type="application/json")

    def _count(self, scope: Scope, status: int, arrived_s: float) -> None:
        """Note the request in the metrics, by its route's pattern, never by its path."""
        route = getattr(scope.get("route"), "path", "unknown")
        took_s = self._state.clock.monotonic_s() - arrived_s
        self._state.metrics.note_request(route, scope["method"], status, took_s)


class _Answer:
    """Sees the answer go by: adds the headers that every answer has, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._defaults = SECURITY_HEADERS
        self.started = False
        self.status = 0

    def allow_origin(self, origin: bytes) -> None:
        """This answer may be read by pages of `origin`."""
        self._defaults = (
            *CORS_HEADERS,
            (b"access-control-allow-origin", origin),
            *(pair for pair in SECURITY_HEADERS if pair[0] != b"cross-origin-resource-policy"),
        )

    def tell(self, budget: Budget) -> None:
        """This answer says what is left of the caller's requests."""
        self._defaults = (*self._defaults, *budget.headers)

    async def send(self, message: Message) -> None:
        """Pass on; the first message gets its headers."""
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            given, defaults = message["headers"], self._defaults
            names = {name for name, _ in given}
            if not names.isdisjoint(_OVERRIDABLE):
                defaults = tuple(pair for pair in defaults if pair[0] not in names)
            message = {**message, "headers": [*given, *defaults]}
        await self._send(message)


def port_of(scope: Scope) -> int | None:
    """The port that the peer connected to."""
    server: tuple[str, int | None] | None = scope.get("server")
    return server[1] if server is not None else None


def _limited(receive: Receive, limit_bytes: int) -> Receive:
    """`receive`, raising `BodyTooLarge` past the limit: a chunked body has no length to check."""
    seen_bytes = 0

    async def counted() -> Message:
        nonlocal seen_bytes
        message = await receive()
        if message["type"] == "http.request":
            seen_bytes += len(message.get("body", b""))
            if seen_bytes > limit_bytes:
                raise BodyTooLarge(limit_bytes)
        return message

    return counted


async def _close(send: Send) -> None:
    """Say that the hub failed, if the peer can still be told anything."""
    try:
        await send({"type": "websocket.close", "code": 1011, "reason": "internal error"})
    except (OSError, RuntimeError):
        logger.debug("socket was gone already")
