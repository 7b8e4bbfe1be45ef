"""`/api/keys`: make, list and revoke API keys."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.errors import Forbidden, InvalidInput, KeyNotFound
from tabyard.core.keys import Principal, mint, view_of
from tabyard.web.authority import about, principal_of
from tabyard.web.bodies import parse, read_body
from tabyard.web.endpoint import Endpoint
from tabyard.web.errors import json_response
from tabyard.web.state import NO_KEY, WebState
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.resources.key import KeyCreated, KeyDraft, KeyList, KeyView, Scope

__all__ = ["ENDPOINTS"]

MOST_KEYS: Final = 1_000


async def list_keys(state: WebState, _request: Request) -> Response:
    """The stored keys, oldest first; never the keys themselves."""
    return json_response(KeyList(keys=tuple(map(view_of, state.keys.records))))


async def make(state: WebState, request: Request) -> Response:
    """A new key, good from this answer on. With the first one, every caller needs a key."""
    draft = parse(KeyDraft, await read_body(state, request))
    _expect_own(principal_of(request), draft)
    if len(state.keys.records) >= MOST_KEYS:
        raise InvalidInput(f"There are {MOST_KEYS} keys already; revoke some")
    key, record = mint(
        draft.name,
        secrets=(state.ids.secret(), state.ids.secret()),
        scopes=draft.scopes,
        instances=draft.instance_ids,
        at_ms=state.clock.now_ms(),
    )
    await state.access.add_key(record)
    if not state.keys.required:
        # Who came without a key has to come back with one.
        state.cut_off(NO_KEY)
    state.keys.add(record)
    about(request, subject=record.id)
    return json_response(KeyCreated(key=key, view=view_of(record)))


async def revoke(state: WebState, request: Request) -> Response:
    """A key is no good from this answer on; sockets that came with it are cut off."""
    key_id: str = request.path_params["key_id"]
    row = next((one for one in state.keys.records if one.id == key_id), None)
    if row is None or not await state.access.drop_key(key_id):
        raise KeyNotFound
    state.keys.remove(key_id)
    state.cut_off(key_id)
    return json_response(view_of(row))


def _expect_own(principal: Principal, draft: KeyDraft) -> None:
    """Nobody hands on more than they have."""
    wanted = {str(scope) for scope in draft.scopes if not scope.startswith("tool:")}
    confines_more = principal.instances is None and principal.tools is None
    if not (wanted <= principal.scopes and confines_more):
        raise Forbidden


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/keys",
        run=list_keys,
        group="Access",
        says="List API keys, without the keys themselves",
        needs=Scope.KEYS_ADMIN,
        answer=KeyList,
    ),
    Endpoint(
        method="POST",
        path="/api/keys",
        run=make,
        group="Access",
        says="Make an API key; the answer shows it once",
        needs=Scope.KEYS_ADMIN,
        audits="key.new",
        body=KeyDraft,
        answer=KeyCreated,
        errors=(ErrorCode.STORE_UNAVAILABLE,),
    ),
    Endpoint(
        method="DELETE",
        path="/api/keys/{key_id}",
        run=revoke,
        group="Access",
        says="Revoke an API key",
        needs=Scope.KEYS_ADMIN,
        audits="key.revoke",
        answer=KeyView,
        errors=(ErrorCode.KEY_NOT_FOUND, ErrorCode.STORE_UNAVAILABLE),
    ),
)
