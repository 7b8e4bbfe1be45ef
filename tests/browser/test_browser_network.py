"""`browser_network`: what the server sees, and what never gets there."""

import json
import time

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

FETCH = "fetch('{url}').then(r => r.text(), e => 'failed ' + e.message)"


def fetched(page: Page, url: str) -> str:
    """What a script of the page gets from `url`."""
    return page.value(FETCH.format(url=url))


def test_a_cookie_that_was_set_is_sent(page: Page, site: Site) -> None:
    url = site.add("<p>shop</p>")
    page.goto(url)
    page.do("network", "set_cookie", name="basket", value="7 mugs", httpOnly=True, sameSite="Lax")
    page.goto(url)
    assert "basket=7 mugs" in site.seen(url.removeprefix(site.here))[-1].headers["Cookie"]
    assert "basket" not in page.value("document.cookie")
    (cookie,) = [
        one for one in page.do("network", "get_cookies")["cookies"] if one["name"] == "basket"
    ]
    assert cookie["value"] == "7 mugs"
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Lax"


def test_an_address_that_is_opened_gets_its_strict_cookies(page: Page, site: Site) -> None:
    """Also where the extension is a stranger to the site, as anywhere but on this machine."""
    path = site.add("<p>shop</p>").removeprefix(site.here)
    url = site.here.replace("127.0.0.1", "shop.localhost") + path
    page.goto(url)
    page.do("network", "set_cookie", name="login", value="ada", sameSite="Strict")
    for go in (lambda: page.goto(url), lambda: page.do("navigate", "reload")):
        go()
        assert site.seen(path)[-1].headers.get("Cookie") == "login=ada"


def test_cookies_of_another_site_are_read_and_cleared_by_url(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    expires = page.value("Math.floor(Date.now() / 1000)") + 3600
    for name in ("one", "two"):
        page.do(
            "network", "set_cookie", name=name, value="1", url="https://shop.test/", expires=expires
        )
    urls = ["https://shop.test/"]
    read = page.do("network", "get_cookies", urls=urls)["cookies"]
    assert {one["name"]: round(one["expires"]) for one in read} == {"one": expires, "two": expires}
    assert page.do("network", "clear_cookies", urls=urls, name="one")["details"] == {"removed": 1}
    assert [one["name"] for one in page.do("network", "get_cookies", urls=urls)["cookies"]] == [
        "two"
    ]
    page.do("network", "clear_cookies", urls=urls)
    assert page.do("network", "get_cookies", urls=urls)["cookies"] == []


@pytest.mark.parametrize(
    "cookie",
    [
        {"name": "a", "value": "b", "url": "http://169.254.169.254/"},
        {"name": "a", "value": "b;c", "url": "https://shop.test/"},
        {"name": "a", "value": "b", "url": "http://shop.test/", "sameSite": "None"},
    ],
)
def test_a_cookie_that_may_not_be_is_refused(
    page: Page, site: Site, cookie: dict[str, str]
) -> None:
    page.goto(site.add("<p>here</p>"))
    with pytest.raises(Failed) as failure:
        page.do("network", "set_cookie", **cookie)
    assert failure.value.code in {"FORBIDDEN_URL", "INVALID_ARGUMENTS"}


def test_headers_go_out_with_every_request_also_from_frames_of_another_origin(
    page: Page, site: Site
) -> None:
    inner = site.add("<script>fetch('/data?inner')</script>", name="inner")
    url = site.add(
        f"<iframe src='{inner.replace(site.here, '{{other}}')}'></iframe>"
        "<script>fetch('/data?outer')</script>"
    )
    page.goto(site.add("<p>before</p>"))
    page.do("network", "set_headers", headers={"X-Preview": "blue"})
    page.goto(url, waitUntil="networkidle")
    asked = [one for one in site.asked if one.headers.get("X-Preview") == "blue"]
    assert {url.removeprefix(site.here), inner.removeprefix(site.here)} <= {
        one.path for one in asked
    }
    assert {"inner", "outer"} <= {one.query for one in asked}
    page.do("network", "set_headers", headers={})
    page.goto(site.here + "/data?after")
    assert "X-Preview" not in site.seen("/data")[-1].headers


def test_a_blocked_request_never_arrives(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    page.do("network", "intercept", patterns=[{"urlPattern": "*/ads/*", "action": "block"}])
    assert fetched(page, "/ads/banner").startswith("failed")
    fetched(page, "/news")
    assert site.seen("/ads/banner") == []
    assert len(site.seen("/news")) == 1


def test_a_request_is_answered_here(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    answer = {
        "urlPattern": "*/api/price*",
        "action": "fulfil",
        "status": 418,
        "headers": {"Content-Type": "application/json", "X-From": "task"},
        "body": '{"price":"42 €"}',
    }
    page.do("network", "intercept", patterns=[answer])
    read = "async r => [r.status, r.headers.get('x-from'), await r.json()]"
    assert page.value(f"fetch('/api/price?x=1').then({read})") == [418, "task", {"price": "42 €"}]
    wish = "{method: 'PUT', headers: {'X-A': '1'}}"
    other = f"fetch('{site.other}/api/price', {wish}).then(r => r.status)"
    assert page.value(other) == 418
    assert site.seen("/api/price") == []


def test_a_whole_page_is_answered_here(page: Page, site: Site) -> None:
    answer = {"urlPattern": "*/made-up", "action": "fulfil", "body": "<title>Made up</title>"}
    page.goto(site.add("<p>here</p>"))
    page.do("network", "intercept", patterns=[answer])
    assert page.goto(site.here + "/made-up")["title"] == "Made up"


def test_the_first_pattern_that_matches_decides(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    patterns = [
        {"urlPattern": "/keep?", "action": "continue"},
        {"urlPattern": "/keep", "action": "block", "resourceType": "fetch"},
    ]
    page.do("network", "intercept", patterns=patterns)
    assert not fetched(page, "/keep?this").startswith("failed")
    assert fetched(page, "/keep/that").startswith("failed")


def test_a_request_that_goes_on_may_have_other_headers(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>", headers={"Set-Cookie": "kept=1; Path=/"}))
    headers = {"X-More": "yes", "accept": "a/b"}
    more = {"urlPattern": "*/echo*", "action": "continue", "headers": headers}
    page.do("network", "intercept", patterns=[more])
    fetched(page, "/echo")
    sent = {name.lower(): value for name, value in site.seen("/echo")[-1].headers.items()}
    assert (sent["x-more"], sent["accept"]) == ("yes", "a/b")
    assert "kept=1" in sent["cookie"]


def test_interception_reaches_frames_of_another_origin_and_lasts_until_it_is_ended(
    page: Page, site: Site
) -> None:
    inner = site.add("<script src='/stolen.js'></script><p>inner</p>", name="inner")
    url = site.add(f"<iframe src='{inner.replace(site.here, '{{other}}')}'></iframe>")
    page.goto(site.add("<p>before</p>"))
    page.do("network", "intercept", patterns=[{"urlPattern": "*/stolen.js", "action": "block"}])
    page.goto(url, waitUntil="networkidle")
    assert len(site.seen(inner.removeprefix(site.here))) == 1
    assert site.seen("/stolen.js") == []
    time.sleep(5)  # Longer than an unused tab stays under control.
    page.goto(url, waitUntil="networkidle")
    assert site.seen("/stolen.js") == []
    ended = page.do("network", "intercept", enabled=False)
    assert ended == {"success": True, "enabled": False, "patterns": 0}
    page.goto(url, waitUntil="networkidle")
    assert len(site.seen("/stolen.js")) == 1


def test_an_unknown_resource_type_is_refused_with_the_known_ones(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    with pytest.raises(Failed) as failure:
        page.do("network", "intercept", patterns=[{"resourceType": "picture", "action": "block"}])
    assert failure.value.code == "INVALID_ARGUMENTS"
    assert "Image" in failure.value.message


@pytest.mark.parametrize("kind", ["localStorage", "sessionStorage"])
def test_storage_is_written_read_and_cleared(page: Page, site: Site, kind: str) -> None:
    page.goto(site.add("<p>here</p>"))
    page.do("network", "clear_storage")
    for key, value in {"cart": '["mug"]', "getItem": "odd"}.items():
        page.do("network", "set_storage", key=key, value=value, storageType=kind)
    assert page.value(f"{kind}.getItem('cart')") == '["mug"]'
    read = page.do("network", "get_storage", storageType=kind)
    assert read["items"] == {"cart": '["mug"]', "getItem": "odd"}
    assert page.do("network", "get_storage", key="cart", storageType=kind)["value"] == '["mug"]'
    assert page.do("network", "get_storage", key="none", storageType=kind)["value"] is None
    page.do("network", "clear_storage", storageType=kind)
    assert page.value(f"{kind}.length") == 0


def test_a_page_without_an_origin_has_no_storage(page: Page, site: Site) -> None:
    sandbox = {"Content-Security-Policy": "sandbox allow-scripts"}
    page.goto(site.add("<p>here</p>", headers=sandbox))
    with pytest.raises(Failed) as failure:
        page.do("network", "get_storage")
    assert failure.value.code == "SCRIPT_ERROR"


def test_requests_are_listed_with_what_came_of_them(page: Page, site: Site) -> None:
    url = site.add("<p>here</p>")
    page.goto(url)
    page.do("network", "requests", clear=True)
    page.goto(site.here + "/redirect?to=" + url)
    page.value("fetch('/missing', {method: 'POST', body: 'x'}).then(r => r.text())")
    page.value("fetch('http://127.0.0.1:1/').catch(() => 0)")
    told = page.do("network", "requests")
    rows = [
        (row["method"], row["url"].removeprefix(site.here).split("?")[0], row.get("status"))
        for row in told["requests"]
    ]
    assert ("GET", "/redirect", 302) in rows
    assert ("GET", url.removeprefix(site.here), 200) in rows
    assert ("POST", "/missing", 404) in rows
    (failed,) = [row for row in told["requests"] if row["url"].startswith("http://127.0.0.1:1/")]
    assert failed["failed"]
    (posted,) = page.do("network", "requests", urlPattern="*/missing", resourceType="fetch")[
        "requests"
    ]
    assert posted["sizeBytes"] > 0
    assert posted["durationMs"] > 0
    assert json.dumps(told).count("/redirect") == 1
