"""The rules for hosts, origins and bodies, without any server around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabyard.core.errors import BodyTooLarge, ForbiddenOrigin, UnknownHost, UnsupportedMediaType
from tabyard.web.access import Access, Caller, single_headers
from tabyard.web.settings import WebSettings
from tabyard.web.standing import is_loopback_address

EXTENSION = "abcdefghijklmnopabcdefghijklmnop"

SETTINGS = WebSettings(
    http_port=3300,
    link_port=3400,
    ws_endpoint="ws://localhost:3400",
    host_names=frozenset({"yard.example"}),
    extension_ids=frozenset({EXTENSION}),
    cors_origins=frozenset({"https://dashboard.example"}),
    body_limit_bytes=1_000,
)
ACCESS = Access(SETTINGS)


def admit(method: str = "POST", /, **headers: str) -> Caller:
    """The caller with these headers; a loopback `Host` unless told otherwise."""
    given_headers = {"host": "127.0.0.1:3300", **headers}
    pairs = [
        (name.replace("_", "-").encode(), value.encode()) for name, value in given_headers.items()
    ]
    port = 3400 if given_headers["host"].endswith(":3400") else 3300
    return ACCESS.admit(single_headers(pairs), port=port, method=method)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:3300", "localhost:3300", "LOCALHOST:3300", "[::1]:3300", "localhost", "[::1]",
        "yard.example", "Yard.Example:443", "localhost:8080",
    ],
)  # fmt: skip
def test_the_hubs_own_names_are_served(host: str) -> None:
    assert admit(host=host) == Caller(None, is_extension=False, is_cors=False)


@pytest.mark.parametrize(
    "host",
    [
        "", "evil.example", "evil.example:3300", "127.0.0.1.evil.example", "localhost.evil.example",
        "evil-yard.example", "yard.example.evil", "127.0.0.1:3300@evil.example", "localhost:",
        "localhost:33x0", "[::1]evil", "0.0.0.0", "127.0.0.2", "yard.example:1:2",
    ],
)  # fmt: skip
def test_any_other_name_is_refused(host: str) -> None:
    with pytest.raises(UnknownHost):
        admit(host=host)


def test_a_request_without_a_host_is_refused() -> None:
    with pytest.raises(UnknownHost):
        ACCESS.admit({}, port=3300, method="GET")


def test_a_host_that_comes_twice_is_refused() -> None:
    pairs = [(b"host", b"localhost:3300"), (b"host", b"localhost:3300")]
    with pytest.raises(UnknownHost):
        ACCESS.admit(single_headers(pairs), port=3300, method="GET")


@given(st.text(max_size=60))
def test_no_other_text_passes_for_a_host(text: str) -> None:
    host = text.encode("utf-8", "surrogatepass")
    known = text.lower().split(":")[0] in {"localhost", "127.0.0.1", "yard.example", "["}
    if known:
        return
    with pytest.raises(UnknownHost):
        ACCESS.admit({b"host": host}, port=3300, method="GET")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:3300", "http://127.0.0.1:3300"),
        ("localhost:3300", "http://localhost:3300"),
        ("localhost:3300", "http://127.0.0.1:3300"),
        ("yard.example", "https://yard.example"),
        ("localhost:8080", "http://localhost:8080"),
    ],
)
def test_the_hubs_own_pages_may_call_it(host: str, origin: str) -> None:
    assert admit(host=host, origin=origin).origin == origin.encode()


@pytest.mark.parametrize(
    "origin",
    [
        "null", "", "https://evil.example", "http://localhost:8080", "http://127.0.0.1",
        "http://127.0.0.1:33000", "http://127.0.0.1:3300.evil.example", "http://localhost:3400",
        "https://127.0.0.1:3300.evil", "http://yard.example.evil", "http://evil-localhost:3300",
        "chrome-extension://", f"chrome-extension://{EXTENSION}x", f"chrome-extension://x{EXTENSION}",
        f"moz-extension://{EXTENSION}", "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
        "http://127.0.0.1:3300/", "https://dashboard.example.evil", "http://dashboard.example",
    ],
)  # fmt: skip
def test_other_origins_are_refused(origin: str) -> None:
    with pytest.raises(ForbiddenOrigin):
        admit(origin=origin)


def test_an_origin_that_comes_twice_is_refused() -> None:
    own = (b"origin", b"http://localhost:3300")
    headers = single_headers([(b"host", b"localhost:3300"), own, own])
    with pytest.raises(ForbiddenOrigin):
        ACCESS.admit(headers, port=3300, method="GET")


def test_the_link_port_serves_no_pages_so_it_is_no_origin() -> None:
    with pytest.raises(ForbiddenOrigin):
        admit(host="localhost:3400", origin="http://localhost:3400")
    assert admit(host="localhost:3400", origin="http://localhost:3300")


def test_the_known_extension_is_recognised_wherever_it_fetches_from() -> None:
    caller = admit(origin=f"chrome-extension://{EXTENSION}", sec_fetch_site="cross-site")
    assert caller.is_extension


def test_a_configured_origin_is_recognised() -> None:
    caller = admit(origin="https://dashboard.example", sec_fetch_site="cross-site")
    assert caller.is_cors


@pytest.mark.parametrize("site", ["cross-site", "same-site", "unheard-of"])
def test_other_sites_are_refused_even_where_browsers_send_no_origin(site: str) -> None:
    with pytest.raises(ForbiddenOrigin):
        admit("GET", sec_fetch_site=site, sec_fetch_mode="no-cors")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_own_pages_and_typed_addresses_pass(site: str) -> None:
    assert admit("GET", sec_fetch_site=site)


def test_a_link_on_another_site_is_a_visit_and_a_frame_or_a_post_is_none() -> None:
    visit = {
        "sec_fetch_site": "cross-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
    }
    assert admit("GET", **visit).is_visit
    with pytest.raises(ForbiddenOrigin):
        admit("POST", **visit)
    with pytest.raises(ForbiddenOrigin):
        admit("GET", **{**visit, "sec_fetch_dest": "iframe"})


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;",
    ],
)
def test_a_json_body_passes(content_type: str) -> None:
    ACCESS.check_body({b"content-length": b"2", b"content-type": content_type.encode()})


@pytest.mark.parametrize(
    "content_type",
    [
        "", "text/plain", "text/plain;application/json", "application/x-www-form-urlencoded",
        "multipart/form-data", "application/jsonp", "text/json", "application/json, text/plain",
    ],
)  # fmt: skip
@pytest.mark.parametrize("length", [{b"content-length": b"2"}, {b"transfer-encoding": b"chunked"}])
def test_any_other_body_is_refused(content_type: str, length: dict[bytes, bytes]) -> None:
    with pytest.raises(UnsupportedMediaType):
        ACCESS.check_body({**length, b"content-type": content_type.encode()})


def test_without_a_body_no_content_type_is_asked_for() -> None:
    ACCESS.check_body({})
    ACCESS.check_body({b"content-length": b"0"})


def test_a_body_over_the_limit_is_refused_by_its_length() -> None:
    json = {b"content-type": b"application/json"}
    ACCESS.check_body({**json, b"content-length": b"1000"})
    with pytest.raises(BodyTooLarge):
        ACCESS.check_body({**json, b"content-length": b"1001"})


def test_only_addresses_of_this_machine_are_loopback() -> None:
    assert is_loopback_address("127.0.0.1")
    assert is_loopback_address("::1")
    assert not is_loopback_address("10.0.0.127")
    assert not is_loopback_address("unknown")
