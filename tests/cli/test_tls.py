"""Both ports speak TLS with a certificate from a file, and announce it."""

import json
import ssl
import subprocess
from pathlib import Path

import httpx2
import pytest
from tests.cli.processes import Terminal
from websockets.asyncio.client import connect
from websockets.typing import Origin

pytestmark = pytest.mark.blocking_allowed  # The certificate is made by a program.


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    """The settings that name a fresh certificate for this machine."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert,
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return {"TABYARD_TLS_CERT": str(cert), "TABYARD_TLS_KEY": str(key)}


async def test_both_ports_speak_tls_and_say_so(
    terminal: Terminal, certificate: dict[str, str]
) -> None:
    trust = ssl.create_default_context(cafile=certificate["TABYARD_TLS_CERT"])
    async with terminal.serving(TABYARD_STORE="memory", **certificate) as hub:
        assert hub.url.startswith("https://localhost:")
        assert hub.link_url.startswith("wss://localhost:")
        async with httpx2.AsyncClient(base_url=hub.url, verify=trust) as http:
            own = await http.get("/tasks", headers={"origin": hub.url})
            plain = await http.get("/tasks", headers={"origin": hub.url.replace("https", "ftp")})
            way = (await http.post("/register", json={"userAgent": "test"})).json()
        assert own.status_code == 200
        assert plain.status_code == 403
        assert way["websocketUrl"].startswith("wss://localhost:")
        async with connect(hub.link_url, ssl=trust, origin=Origin(hub.url)) as client:
            assert json.loads(await client.recv())["type"] == "welcome"
        tasks = await terminal.run(
            "tasks", "--url", hub.url, SSL_CERT_FILE=certificate["TABYARD_TLS_CERT"]
        )
        assert tasks.code == 0, tasks.err


async def test_a_certificate_without_its_key_is_refused(
    terminal: Terminal, certificate: dict[str, str]
) -> None:
    outcome = await terminal.run("serve", TABYARD_TLS_CERT=certificate["TABYARD_TLS_CERT"])
    assert outcome.code == 2
    assert "a certificate and its key go together" in outcome.err


async def test_a_certificate_that_cannot_be_read_is_named(
    terminal: Terminal, certificate: dict[str, str]
) -> None:
    outcome = await terminal.run(
        "serve", **{**certificate, "TABYARD_TLS_KEY": "/does/not/exist.pem"}
    )
    assert outcome.code == 1
    assert "TABYARD_TLS_CERT" in outcome.err
    assert "Traceback" not in outcome.err
