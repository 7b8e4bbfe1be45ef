"""A person's own Chromium joins a hub elsewhere: by TLS, with a key once, then by its secret."""

import json
import shutil
import ssl
import subprocess
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect
from tests.cli.processes import Terminal

from tabyard.browsers import EXTENSION_ID

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.blocking_allowed]

NAME: Final = "tabyard.test"
FLAGS: Final = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
)  # fmt: skip
PATIENCE_MS: Final = 30_000


class Certificate:
    """A certificate for `NAME` that nobody but this test trusts."""

    def __init__(self, folder: Path) -> None:
        self.cert, self.key = folder / "cert.pem", folder / "key.pem"
        openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", f"/CN={NAME}", "-keyout", str(self.key), "-out", str(self.cert),
            "-addext", f"subjectAltName=DNS:{NAME},DNS:localhost",
        )  # fmt: skip
        self.trust = ssl.create_default_context(cafile=self.cert)

    @property
    def fingerprint(self) -> str:
        """How Chromium is told to trust it."""
        public = openssl("x509", "-in", str(self.cert), "-pubkey", "-noout")
        return b64encode(sha256(b64decode("".join(public.splitlines()[1:-1]))).digest()).decode()


def openssl(*arguments: str) -> str:
    return subprocess.run(
        ["openssl", *arguments], check=True, capture_output=True, text=True
    ).stdout


def extension_that_may_reach(dist: Path, folder: Path) -> Path:
    """The extension as it is once the person has allowed the hub's address in Chrome's question."""
    shutil.copytree(dist, folder)
    (folder / "pairing.json").unlink(missing_ok=True)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["host_permissions"].append(f"https://{NAME}/*")
    path.write_text(json.dumps(manifest))
    return folder


@asynccontextmanager
async def chromium_of(path: Path, extension: Path, trusted: str) -> AsyncGenerator[BrowserContext]:
    """A browser that no hub has launched."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            extension.parent / "profile",
            executable_path=path,
            args=[
                *FLAGS,
                f"--ignore-certificate-errors-spki-list={trusted}",
                f"--disable-extensions-except={extension}",
                f"--load-extension={extension}",
            ],
        )
        context.set_default_timeout(PATIENCE_MS)
        yield context
        await context.close()


async def said(popup: Page, pill: str) -> None:
    await expect(popup.locator("#pill-text")).to_have_text(pill, timeout=PATIENCE_MS)


async def kept_by(popup: Page) -> str:
    """Everything that the extension has written down, anywhere."""
    areas = "Promise.all([chrome.storage.local.get(null), chrome.storage.session.get(null)])"
    stored: Any = await popup.evaluate(areas)
    return json.dumps(stored)


@pytest.mark.proves("security:joining_needs_a_key")
async def test_a_browser_elsewhere_joins_with_a_key_once_and_then_by_its_secret(
    tmp_path: Path, chromium: Path, extension_dist: Path
) -> None:
    certificate = Certificate(tmp_path)
    extension = extension_that_may_reach(extension_dist, tmp_path / "extension")
    settings = {
        "TABYARD_HOST": "0.0.0.0",
        "TABYARD_ALLOWED_HOSTS": NAME,
        "TABYARD_TLS_CERT": str(certificate.cert),
        "TABYARD_TLS_KEY": str(certificate.key),
        "TABYARD_NAME": "Far yard",
        "API_KEYS": "sesame",
    }
    async with (
        Terminal(tmp_path).serving(**settings) as hub,
        httpx2.AsyncClient(
            base_url=f"https://localhost:{hub.port}",
            headers={"x-api-key": "sesame"},
            verify=certificate.trust,
            timeout=40,
        ) as http,
        chromium_of(chromium, extension, certificate.fingerprint) as context,
    ):
        draft = {"name": "joining", "scopes": ["instances:register"]}
        made = (await http.post("/api/keys", json=draft)).json()
        popup = await context.new_page()
        await popup.goto(f"chrome-extension://{EXTENSION_ID}/popup.html")
        await popup.fill("#address", f"https://{NAME}:{hub.port}")
        await expect(popup.locator("#seen")).to_contain_text("“Far yard” answers there, and asks")
        await popup.click("#pair")
        await expect(popup.locator("#problem")).to_have_text("A valid API key is required")
        await popup.fill("#key", "tyk_00000000_wrong")
        await popup.click("#pair")
        await expect(popup.locator("#problem")).to_have_text("A valid API key is required")
        await popup.fill("#key", made["key"])
        await popup.click("#pair")
        await said(popup, "Connected")
        instance = str(await popup.locator("#instance").text_content())
        assert instance in await kept_by(popup)
        assert made["key"] not in await kept_by(popup)

        # The key has done its work: the browser comes back without it.
        assert (await http.delete(f"/api/keys/{made['view']['id']}")).status_code == 200
        await popup.click("#disconnect")
        await said(popup, "Disconnected")
        await popup.click("#reconnect")
        await said(popup, "Connected")

        call = {"args": {"action": "list"}, "instanceId": instance}
        answer = await http.post("/api/tools/browser_tab", json=call)
        assert answer.status_code == 200, answer.text
        lines = (await http.get("/api/audit")).json()["entries"]
        paired = [line for line in lines if line.get("subject") == "pair"]
        assert [(line["who"], line["outcome"]) for line in paired if line["outcome"] == "ok"] == [
            ("joining", "ok")
        ]

        revoked = await http.delete(f"/instances/{instance}")
        assert revoked.status_code == 200
        await said(popup, "Revoked")
