"""`browser_emulate`: what pages and servers then see."""

import time
from typing import Any

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

META = "<meta name=viewport content='width=device-width'>"
SCREEN = "[innerWidth, innerHeight, devicePixelRatio, navigator.maxTouchPoints > 0]"
PLACE = """new Promise(done => navigator.geolocation.getCurrentPosition(
    at => done([at.coords.latitude, at.coords.longitude, at.coords.accuracy]),
    error => done(error.message)))"""
PRESETS: dict[str, tuple[bool, float, float, float]] = {
    "slow-3g": (False, 62_500, 62_500, 400),
    "fast-3g": (False, 200_000, 93_750, 150),
    "4g": (False, 500_000, 375_000, 20),
    "wifi": (False, 3_750_000, 1_875_000, 2),
    "offline": (True, -1, -1, 0),
    "none": (False, -1, -1, 0),
}


def test_the_viewport_has_the_size_that_was_asked_for(page: Page, site: Site) -> None:
    page.goto(site.add(META))
    page.do("emulate", "viewport", width=390, height=844, deviceScaleFactor=3, mobile=True)
    assert page.value(SCREEN) == [390, 844, 3, True]
    page.do("emulate", "viewport", width=1111, height=500)
    assert page.value(SCREEN) == [1111, 500, 1, False]


@pytest.mark.parametrize(
    ("name", "screen", "agent"),
    [
        ("iPhone 14", [390, 844, 3, True], "iPhone"),
        ("iphone se", [375, 667, 2, True], "iPhone"),
        ("PIXEL 7", [412, 915, 2.625, True], "Pixel 7"),
        ("iPad Pro", [1024, 1366, 2, True], "iPad"),
        ("galaxy-s9+", [320, 658, 4.5, True], "SM-G965U"),
    ],
)
def test_a_device_is_its_screen_and_its_user_agent(
    page: Page, site: Site, name: str, screen: list[Any], agent: str
) -> None:
    page.goto(site.add(META))
    page.do("emulate", "device", device=name)
    url = site.add(META)
    page.goto(url)
    assert page.value(SCREEN) == screen
    assert agent in page.value("navigator.userAgent")
    assert agent in site.seen(url.removeprefix(site.here))[-1].headers["User-Agent"]
    page.do("emulate", "device", device="none")
    assert agent not in page.value("navigator.userAgent")
    assert page.value(SCREEN) != screen


def test_an_unknown_device_is_refused_with_the_known_ones(page: Page, site: Site) -> None:
    page.goto(site.add(META))
    with pytest.raises(Failed) as failure:
        page.do("emulate", "device", device="Nokia 3310")
    assert failure.value.code == "INVALID_ARGUMENTS"
    for name in ("iPhone 14", "iPhone SE", "Pixel 7", "iPad Pro", "Galaxy S9+"):
        assert name in failure.value.message


def test_the_user_agent_is_sent_also_by_frames_of_another_origin(page: Page, site: Site) -> None:
    inner = site.add("<script>fetch('/agent?' + navigator.userAgent)</script>", name="inner")
    page.goto(site.add("<p>before</p>"))
    page.do("emulate", "user_agent", userAgent="PriceWatch/1.0", platform="Toaster")
    page.goto(
        site.add(f"<iframe src='{inner.replace(site.here, '{{other}}')}'></iframe>"),
        waitUntil="networkidle",
    )
    assert page.value("navigator.userAgent + navigator.platform") == "PriceWatch/1.0Toaster"
    asked = site.seen("/agent")[-1]
    assert asked.headers["User-Agent"] == "PriceWatch/1.0"
    assert asked.query == "PriceWatch/1.0"
    page.do("emulate", "user_agent", userAgent="")
    assert "Chrome" in page.value("navigator.userAgent")


def test_pages_learn_the_place_at_once(page: Page, site: Site) -> None:
    page.goto(site.add("<p>before</p>"))
    page.do("emulate", "geolocation", latitude=52.52, longitude=13.405, accuracy=50)
    assert page.value(PLACE) == [52.52, 13.405, 50]
    asking = f"<script>here = {PLACE}</script>"
    page.goto(site.add(asking).replace("127.0.0.1", "localhost"))
    assert page.value("here") == [52.52, 13.405, 50]


def test_a_place_is_ended_and_the_leave_to_ask_for_it_with_it(page: Page, site: Site) -> None:
    inner = site.add("<p>inner</p>", name="inner").replace(site.here, "{{other}}")
    url = site.add(f"<iframe allow=geolocation src='{inner}'></iframe>")
    # A host of its own: another tab may still be at some place on the others.
    page.goto(url.replace("127.0.0.1", "place.localhost"))
    page.do("emulate", "geolocation", latitude=52.5, longitude=13.25)
    state = "navigator.permissions.query({name: 'geolocation'}).then(({state}) => state)"
    told = PLACE.replace("error => done(error.message)", "() => done('nothing'), {timeout: 300}")
    assert page.value(state) == "granted"
    assert page.do("emulate", "geolocation") == {"success": True, "details": {}}
    assert page.value(state) != "granted"
    soon = f"Promise.race([{told}, new Promise(done => setTimeout(done, 600, 'nothing'))])"
    assert page.value(soon) == "nothing"
    page.do("navigate", "reload")
    assert page.value(soon) == "nothing"
    with pytest.raises(Failed) as failure:
        page.hub.call(
            "browser_emulate",
            {"action": "geolocation", "latitude": 1, "instanceId": page.hub.instance},
        )
    assert failure.value.code == "INVALID_INPUT"
    assert "both" in failure.value.message


def test_the_time_zone_is_another_one(page: Page, site: Site) -> None:
    zone = "Intl.DateTimeFormat().resolvedOptions().timeZone"
    page.goto(site.add("<p>here</p>"))
    before = page.value(zone)
    page.do("emulate", "timezone", timezoneId="Pacific/Auckland")
    assert page.value(zone) == "Pacific/Auckland"
    assert page.value("new Date('2026-06-01T00:00Z').getHours()") == 12
    page.do("emulate", "timezone", timezoneId="")
    assert page.value(zone) == before
    with pytest.raises(Failed) as failure:
        page.do("emulate", "timezone", timezoneId="Middle/Earth")
    assert failure.value.code == "INVALID_ARGUMENTS"


def test_an_offline_tab_reaches_nobody(page: Page, site: Site) -> None:
    page.goto(site.add("<p>here</p>"))
    page.do("emulate", "offline", offline=True)
    assert page.value("navigator.onLine") is False
    assert page.value("fetch('/offline').then(r => r.status, () => 'failed')") == "failed"
    assert site.seen("/offline") == []
    page.do("emulate", "offline", offline=False)
    assert page.value("fetch('/offline').then(r => r.status, () => 'failed')") == 404


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_what_they_say(page: Page, site: Site, preset: str) -> None:
    page.goto(site.add("<p>here</p>"))
    offline, down, up, latency = PRESETS[preset]
    assert page.do("emulate", "throttle", preset=preset)["details"] == {
        "offline": offline,
        "downloadThroughput": down,
        "uploadThroughput": up,
        "latency": latency,
    }


def test_a_slow_network_takes_its_time(page: Page, site: Site) -> None:
    url = site.add("x" * 30_000)
    page.goto(site.add("<p>here</p>"))
    timed = (
        "(async () => { const start = performance.now();"
        f" await (await fetch('{url}')).text(); return performance.now() - start }})()"
    )
    page.do("emulate", "throttle", preset="slow-3g")
    assert page.value(timed) > 700  # 400 ms and 30 000 bytes at 62 500 a second
    page.do("emulate", "throttle", preset="none")
    assert page.value(timed) < 400


def test_what_was_set_holds_when_the_debugger_comes_back(page: Page, site: Site) -> None:
    page.goto(site.add(META))
    page.do("emulate", "viewport", width=500, height=600)
    page.do("emulate", "timezone", timezoneId="Asia/Tokyo")
    time.sleep(5)  # Longer than an unused tab stays under control.
    assert page.value("[innerWidth, Intl.DateTimeFormat().resolvedOptions().timeZone]") == [
        500,
        "Asia/Tokyo",
    ]


def test_another_tab_is_as_it_was(page: Page, site: Site) -> None:
    page.goto(site.add(META))
    page.do("emulate", "viewport", width=500, height=600)
    page.do("tab", "new", url=site.add(META))
    assert page.value("innerWidth") != 500
