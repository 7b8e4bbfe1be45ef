"""The routes of the pages, and what their scripts may do."""

import base64
import re
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tabyard.core.errors import NotFound
from tabyard.web.endpoint import OpenRoute
from tabyard.web.ui.assets import ASSETS, Asset

__all__ = ["page_routes"]

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Pages run the hub's own files and talk to the hub alone.

Pictures are fetched, as an image element can't carry a key, and shown from memory (`blob:`).
"""


def page_routes() -> Sequence[OpenRoute]:
    """Status page, API reference, demonstration page, and their files."""
    demo = ASSETS["demo.html"]
    return (
        OpenRoute("/", _serve(ASSETS["status.html"], PAGE_POLICY), name="status"),
        OpenRoute("/api/docs", _serve(ASSETS["docs.html"], PAGE_POLICY), name="docs"),
        OpenRoute("/demo/form", _serve(demo, _demo_policy(demo.data)), name="demo"),
        OpenRoute("/ui/{name}", _file),
    )


def _serve(asset: Asset, policy: str) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for one page."""

    async def page(request: Request) -> Response:
        return _answer(request, asset, {"content-security-policy": policy})

    return page


async def _file(request: Request) -> Response:
    """A file that pages use."""
    asset = ASSETS.get(request.path_params["name"])
    if asset is None:
        raise NotFound
    return _answer(request, asset, {})


def _answer(request: Request, asset: Asset, headers: dict[str, str]) -> Response:
    """The file, unless the browser has it."""
    headers = {**headers, "etag": asset.tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == asset.tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.data, headers={**headers, "content-type": asset.media_type})


def _demo_policy(page: bytes) -> str:
    """For the page that browsers are driven on.

    Scripts of its visitors run there, so it is nobody's origin: `sandbox` without
    `allow-same-origin` keeps them from speaking to the hub as one of its own pages.
    """
    script = _hash(page, b"script")
    style = _hash(page, b"style")
    return (
        f"sandbox allow-scripts allow-forms allow-modals; default-src 'none'; script-src {script}; "
        f"style-src {style}; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _hash(page: bytes, tag: bytes) -> str:
    """The source expression that admits the one inline `tag` of `page`."""
    inline = re.search(b"<%s>(.*?)</%s>" % (tag, tag), page, re.DOTALL)
    assert inline is not None, f"the demonstration page has no inline {tag.decode()}"
    return f"'sha256-{base64.b64encode(sha256(inline[1]).digest()).decode()}'"
