"""`/api/audit`: who did what."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.audit import AuditRecord
from tabyard.web.endpoint import Endpoint
from tabyard.web.errors import json_response
from tabyard.web.paging import PAGE_PARAMETERS, Page
from tabyard.web.state import WebState
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.resources.audit import AuditEntry, AuditList
from tabyard_protocol.resources.key import Scope

__all__ = ["ENDPOINTS"]


async def read(state: WebState, request: Request) -> Response:
    """A page of the trail, newest first."""
    page = Page.wanted(request.query_params)
    rows, total = await state.audit.page(limit=page.limit, offset=page.offset)
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
        parameters=PAGE_PARAMETERS,
        errors=(ErrorCode.INVALID_INPUT, ErrorCode.STORE_UNAVAILABLE),
    ),
)
