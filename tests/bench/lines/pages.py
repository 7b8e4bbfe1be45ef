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


def _order() -> str:
    """A form with two parts, the second of which opens by a button, and an answer by the page."""
    texts = "".join(
        f'<label>{name} <input id="{name.lower()}"></label> '
        for name in ("First", "Last", "Mail", "Street", "Town", "Phone")
    )
    sizes = "".join(f"<option>{size}</option>" for size in ("Small", "Medium", "Large"))
    return f"""<!doctype html><title>Order</title><body style="font:16px sans-serif"><h1>Order</h1>
<form id="form">{texts}<button type="button" id="next">Next</button>
<fieldset id="more" hidden><legend>Delivery</legend>
<label>Size <select id="choice">{sizes}</select></label>
<label>Colour <select id="colour"><option>Red</option><option>Blue</option></select></label>
<label><input type="checkbox" id="gift"> Gift</label>
<label><input type="checkbox" id="news"> News</label>
<label><input type="radio" name="way" id="post"> Post</label>
<label><input type="radio" name="way" id="pickup"> Pick up</label>
<button type="button" id="add">One more</button> <output id="amount">1</output>
<button id="buy">Buy</button></fieldset></form><p id="answer"></p>
<script>
next.onclick = () => {{ more.hidden = false; }};
add.onclick = () => {{ amount.value = +amount.value + 1; }};
form.onsubmit = (event) => {{
  event.preventDefault();
  answer.textContent = [first.value, choice.value, gift.checked, amount.value].join(" ");
}};
</script>"""


def _table(rows: int) -> str:
    cells = "".join(
        f"<tr><td>Order {n}</td><td>2026-11-{n % 28 + 1:02}</td><td>{n * 7}.00 EUR</td>"
        f'<td><a href="/orders/{n}">Open</a> <button>Cancel</button></td></tr>'
        for n in range(rows)
    )
    head = "<tr><th>Name</th><th>Date</th><th>Sum</th><th>Actions</th></tr>"
    places = '<li><a href="/">Home</a></li><li><a href="/orders">Orders</a></li>'
    main = f"<main><h1>Orders</h1><table>{head}{cells}</table></main>"
    return f"<!doctype html><title>Orders</title><nav><ul>{places}</ul></nav>{main}"


def _shop(cards: int) -> str:
    shown = "".join(
        f'<article><a href="/{n}"><img src="data:," alt="Mug {n}" width="9" height="9"></a>'
        f'<h2><a href="/{n}">Mug {n}</a></h2><p>A sturdy mug, number {n}.</p>'
        f"<div><span>{n}</span><span>.99</span> <span>EUR</span></div>"
        "<button>Add to cart</button></article>"
        for n in range(cards)
    )
    return f"<!doctype html><title>Shop</title><main><h1>Mugs</h1>{shown}</main>"


def _article() -> str:
    words = "Rails are laid where trains are to run, and signals where they are to wait. " * 4
    points = "<ul><li>One</li><li>Two</li></ul>"
    parts = "".join(
        f'<section><h2>Part {n}</h2><p>{words} <a href="#{n}">More</a></p>{points}</section>'
        for n in range(8)
    )
    head = '<header><nav><a href="/">Home</a> <a href="/all">All</a></nav></header>'
    main = f"<main><h1>On rails</h1>{parts}</main><footer><p>The end</p></footer>"
    return f"<!doctype html><title>Article</title>{head}{main}"


PAGES = {
    "/order": _order(),
    "/orders": _table(20),
    "/shop": _shop(40),
    "/article": _article(),
    "/form": FORM,
    "/rows500": _rows(500),
    "/rows5000": _rows(5000),
}


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
