"""Requests whose head has come before: let in and begun at once, without a task of their own."""

import logging
from asyncio import Future
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from tabyard.core.errors import HubError, InternalError
from tabyard.web.access import Caller, Headers
from tabyard.web.authority import code_of, expect_standing
from tabyard.web.bodies import expect_shallow
from tabyard.web.endpoint import Endpoint, Quick, note_outcome, note_refused
from tabyard.web.errors import json_response, render
from tabyard.web.exchange import Pairs, Respond
from tabyard.web.limits import Budget
from tabyard.web.standing import STANDING, Standing
from tabyard.web.state import WebState

__all__ = ["KnownRequest", "Stand"]

Stand = Callable[[Scope, Headers, Caller], tuple[Standing, Budget | None]]
"""Who calls, and whether that is too often: the guard's own judgement, made anew each time."""

logger = logging.getLogger(__name__)


class KnownRequest:
    """A head that was let in, and the endpoint that it names.

    What can't change while its bytes are the same (its host, its origin, the kind of its body) was
    judged when it came first. Its key and its limits are judged each time, as by the guard.
    """

    def __init__(
        self,
        *,
        state: WebState,
        scope: Scope,
        headers: Headers,
        caller: Caller,
        endpoint: Endpoint,
        quick: Quick,
        defaults: Pairs,
        stand: Stand,
    ) -> None:
        """`defaults` are the headers that every answer has."""
        self.state: Final = state
        self.endpoint: Final = endpoint
        self.quick: Final = quick
        self.defaults: Final = defaults
        self._scope = scope
        self._headers = headers
        self._caller = caller
        self._stand = stand

    def begin(self, body: bytes, respond: Respond) -> None:
        """Do what is asked, and `respond` once, now or later."""
        scope = {**self._scope}
        standing, budget = self._stand(scope, self._headers, self._caller)
        scope[STANDING] = standing
        _Turn(self, Request(scope), standing, budget, respond).start(body)


class _Turn:
    """One such request, until it is answered."""

    __slots__ = ("_arrived_s", "_budget", "_held", "_known", "_request", "_respond", "_standing")

    def __init__(
        self,
        known: KnownRequest,
        request: Request,
        standing: Standing,
        budget: Budget | None,
        respond: Respond,
    ) -> None:
        self._known = known
        self._request = request
        self._standing = standing
        self._budget = budget
        self._respond = respond
        self._arrived_s = known.state.clock.monotonic_s()
        self._held: ExitStack | None = None

    def start(self, body: bytes) -> None:
        known, state, standing = self._known, self._known.state, self._standing
        assert known.endpoint.needs is not None
        try:
            self._count_in()
            expect_standing(standing, known.endpoint.needs)
        except HubError as error:
            note_refused(state, standing, known.endpoint, error)
            self._answer(known.endpoint.refuse(error))
            return
        try:
            expect_shallow(body, state.settings.json_depth)
            known.quick.start(state, self._request, body).add_done_callback(self._done)
        except Exception as error:  # noqa: BLE001 -- the boundary of a request: told and logged
            self._fail(error)

    def _done(self, done: Future[Any]) -> None:
        """What was begun has come to its end."""
        try:
            answer = json_response(self._known.quick.told(self._request, done.result()))
        except Exception as error:  # noqa: BLE001 -- as above
            self._fail(error)
            return
        note_outcome(self._known.state, self._request, self._standing, self._known.endpoint, "ok")
        self._answer(answer)

    def _fail(self, error: Exception) -> None:
        """It can't be done; whatever is no refusal is a defect, and ends here."""
        known = self._known
        note_outcome(known.state, self._request, self._standing, known.endpoint, code_of(error))
        if not isinstance(error, HubError):
            logger.error("request failed", extra={"path": known.endpoint.path}, exc_info=error)
            error = InternalError()
        self._answer(render(error))

    def _count_in(self) -> None:
        """Count the request among its caller's, who may have only so many. Raises `RateLimited`."""
        payer = self._standing.payer
        if payer is not None:
            held = ExitStack()
            held.enter_context(self._known.state.limits.connected(payer))
            self._held = held

    def _answer(self, response: Response) -> None:
        known = self._known
        if self._held is not None:
            self._held.close()
        headers = (*response.raw_headers, *known.defaults)
        if self._budget is not None:
            headers = (*headers, *self._budget.headers)
        self._respond(response.status_code, headers, bytes(response.body))
        took_s = known.state.clock.monotonic_s() - self._arrived_s
        endpoint = known.endpoint
        known.state.metrics.note_request(
            endpoint.path, endpoint.method, response.status_code, took_s
        )
