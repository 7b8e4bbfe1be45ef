"""`/api/audit`: who did what."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.audit import AuditRecord
from tabyard.web.endpoint import Endpoint, Parameter
from tabyard.web.errors import json_response
from tabyard.web.routes.tasks import MAX_LIMIT, MAX_OFFSET, whole_number
from tabyard.web.state import WebState
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.resources.audit import AuditEntry, AuditList
from tabyard_protocol.resources.key import Scope

__all__ = ["ENDPOINTS"]


async def read(state: WebState, request: Request) -> Response:
    """A page of the trail, newest first."""
    query = request.query_params
    rows, total = await state.audit.page(
        limit=whole_number(query.get("limit"), "limit", default=100, highest=MAX_LIMIT),
        offset=whole_number(query.get("offset"), "offset", default=0, highest=MAX_OFFSET),
    )
    return json_response(AuditList(entries=tuple(map(_entry, rows)), total=total))


def _entry(record: AuditRecord) -> AuditEntry:
    return AuditEntry(
        at=record.at_ms,
        who=record.who,
        key_id=record.key_id,
        address=record.address,
        action=record.action,
        subject=record.subject,
        instance_id=record.instance_id,
        outcome=record.outcome,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/audit",
        run=read,
        group="Access",
        says="Read the audit trail, newest first",
        needs=Scope.AUDIT_READ,
        answer=AuditList,
        parameters=(
            Parameter(
                name="limit",
                place="query",
                says="How many at most",
                schema={"type": "integer", "minimum": 0, "maximum": MAX_LIMIT, "default": 100},
            ),
            Parameter(
                name="offset",
                place="query",
                says="How many of the newest to leave out",
                schema={"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
            ),
        ),
        errors=(ErrorCode.INVALID_INPUT, ErrorCode.STORE_UNAVAILABLE),
    ),
)
