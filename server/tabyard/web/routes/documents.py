"""`/api/openapi.json`: the APIs about themselves."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tabyard.web.endpoint import Endpoint
from tabyard.web.openapi import describe_apis

__all__ = ["routes"]


def routes(endpoints: Sequence[Endpoint]) -> Sequence[Route]:
    """The description of `endpoints`, made once."""
    document = describe_apis(endpoints)

    async def openapi(_request: Request) -> Response:
        return Response(document, media_type="application/json")

    return (Route("/api/openapi.json", openapi),)
