"""`/artifacts`: pictures and files that tasks left behind."""

import re
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.errors import ArtifactNotFound
from tabyard.core.records import ArtifactRecord
from tabyard.web.endpoint import Endpoint
from tabyard.web.state import WebState
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.ids import ArtifactId
from tabyard_protocol.resources.key import Scope

__all__ = ["ENDPOINTS"]

SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""Kinds that a browser may show in place; everything else came from pages and is only saved."""

MIME_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+")
"""A peer's word for its bytes; whatever else it may say does not get into a header."""

FOREVER: Final = "private, max-age=31536000, immutable"
"""An artifact's bytes never change, but only its reader may keep them."""


async def read(state: WebState, request: Request) -> Response:
    """The bytes of an artifact."""
    artifact = ArtifactId(request.path_params["artifact_id"])
    record = await state.records.artifact(artifact)
    if record is None:
        raise ArtifactNotFound
    headers = _headers(record)
    if headers["etag"] in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    data = await state.blobs.get(artifact)
    plain = MIME_TYPE.fullmatch(record.mime_type) is not None
    kind = record.mime_type if plain else "application/octet-stream"
    return Response(data, headers={**headers, "content-type": kind})


def _headers(record: ArtifactRecord) -> dict[str, str]:
    """How the bytes are to be kept and shown."""
    disposition = "inline" if record.mime_type in SHOWN else "attachment"
    name = quote(record.name, safe="")
    return {
        "etag": f'"{record.sha256}"',
        "cache-control": FOREVER,
        "content-disposition": f"{disposition}; filename*=utf-8''{name}",
        "content-security-policy": "default-src 'none'; sandbox",
    }


def _tags(header: str) -> frozenset[str]:
    """The tags of `If-None-Match`; a weak one is as good here."""
    return frozenset(tag.strip().removeprefix("W/") for tag in header.split(","))


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/artifacts/{artifact_id}",
        run=read,
        group="Artifacts",
        says="Fetch a picture or a file",
        needs=Scope.ARTIFACTS_READ,
        media_type="application/octet-stream",
        also={304: "Nothing changed since `If-None-Match`"},
        errors=(ErrorCode.ARTIFACT_NOT_FOUND,),
    ),
)
