"""The pages that the browser lines run on, served on a free port of this machine."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

__all__ = ["served"]

FORM = """<!doctype html><title>Form</title><body style="font:16px sans-serif">
<h1>Order</h1><form onsubmit="return false">
<label>Name <input id="name"></label><label>Mail <input id="mail" type="email"></label>
<label>Size <select id="size"><option>Small</option><option>Large</option></select></label>
<label><input type="checkbox" id="news"> News</label>
<button id="send" onclick="count.textContent = +count.textContent + 1">Send</button>
</form><p>Sent <output id="count">0</output> times</p>"""


def _rows(count: int) -> str:
    rows = "".join(
        f'<li><a href="#{n}">Row {n}</a> <button>Buy {n}</button></li>' for n in range(count // 2)
    )
    return f"<!doctype html><title>Rows</title><h1>{count} elements</h1><ul>{rows}</ul>"


PAGES = {"/form": FORM, "/rows500": _rows(500), "/rows5000": _rows(5000)}


class _Pages(BaseHTTPRequestHandler):
    """Serves `PAGES`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the page, or 404."""
        page = PAGES.get(self.path)
        body = (page or "not found").encode()
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Generator[str]:
    """The pages' address, for the length of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
