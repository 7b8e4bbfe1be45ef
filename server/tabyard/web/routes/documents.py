"""`/api/openapi.json`: the APIs about themselves."""

import asyncio
from collections.abc import Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from tabyard.web.endpoint import Endpoint, OpenRoute
from tabyard.web.openapi import describe_apis

__all__ = ["routes"]


def routes(endpoints: Sequence[Endpoint]) -> Sequence[OpenRoute]:
    """The description of `endpoints`, made once, for who asks first: that takes long."""

    @cache
    def document() -> bytes:
        return describe_apis(endpoints)

    async def openapi(_request: Request) -> Response:
        return Response(await asyncio.to_thread(document), media_type="application/json")

    return (OpenRoute("/api/openapi.json", openapi),)
