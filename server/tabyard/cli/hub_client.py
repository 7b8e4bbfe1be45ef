"""The hub's REST API, as the command line needs it. Small on purpose: it must load fast."""

import os
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, NoReturn, cast
from urllib.parse import urlsplit

import orjson

from tabyard.cli.exits import CliError, ExitCode
from tabyard.settings import read_settings

__all__ = [
    "NOT_A_HUB",
    "HubAddress",
    "HubClient",
    "HubRefused",
    "HubUnreachable",
    "as_object",
    "hub_at",
]

TIMEOUT_S: Final = 30.0
BODILESS: Final = 204


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where a hub is, and the key that it wants."""

    url: str
    key: str | None

    @property
    def events_url(self) -> str:
        """Of the client WebSocket, on the same port as everything else."""
        return f"{self.url.replace('http', 'ws', 1)}/ws"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


class HubUnreachable(CliError):
    """Nobody answers at the address."""

    def __init__(self, address: HubAddress, reason: str) -> None:
        super().__init__(
            f"No hub answers at {address.url} ({reason}).",
            exit_code=ExitCode.UNREACHABLE,
            remedy="tabyard serve        (or name another hub with --url or TABYARD_URL)",
        )
        self.address = address
        self.reason = reason


NOT_A_HUB: Final = "NOT_A_HUB"
"""No code of a hub: what answers there does not speak its language."""

RETRY_STATUSES: Final = frozenset({429, 502, 503, 504})
REMEDIES: Final = {
    "NO_INSTANCE": "tabyard browser new        (or connect your own: tabyard extension path)",
    "UNAUTHORIZED": "set TABYARD_API_KEY to one of the hub's keys",
    "FORBIDDEN": "use a key with that scope; tabyard key list        shows what each allows",
    "KEY_NOT_FOUND": "tabyard key list        shows which keys there are",
    "QUEUE_FULL": "wait for tasks to end, or cancel some: tabyard tasks --status queued",
    "INVALID_INSTANCE": "tabyard instances        shows which browsers there are",
    "INSTANCE_NOT_FOUND": "tabyard instances        shows which browsers there are",
    "TASK_NOT_FOUND": "tabyard tasks        shows which tasks there are",
    "NO_BROWSER": "tabyard doctor",
    "LAUNCH_FAILED": "tabyard doctor",
    NOT_A_HUB: "name the hub with --url or TABYARD_URL",
}


class HubRefused(CliError):
    """The hub has answered with an error."""

    def __init__(self, status: int, code: str, message: str, details: dict[str, Any]) -> None:
        problems = [
            f"\n    {path}: {text}" for path, text in details.items() if text not in message
        ]
        super().__init__(
            message + "".join(problems),
            exit_code=ExitCode.UNREACHABLE if status in RETRY_STATUSES else ExitCode.INVALID,
            remedy=REMEDIES.get(code, ""),
        )
        self.status = status
        self.code = code


class HubClient:
    """Asks one hub. Every method raises `HubUnreachable` or `HubRefused`."""

    def __init__(self, address: HubAddress, *, timeout_s: float = TIMEOUT_S) -> None:
        self.address = address
        self._timeout_s = timeout_s

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """The parsed answer to `GET path`."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """The parsed answer to `POST path` with a JSON body."""
        return self._ask("POST", path, orjson.dumps({} if body is None else body))

    def patch(self, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
        """The parsed answer to `PATCH path` with a JSON body."""
        return self._ask("PATCH", path, orjson.dumps(body))

    def delete(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """The parsed answer to `DELETE path`."""
        return self._ask("DELETE", path, None)

    def call(self, tool: str, args: dict[str, Any]) -> dict[str, Any]:
        """The typed result of one tool call."""
        answer = self.post(f"/api/tools/{tool}", args)
        if not answer.get("success"):
            _refuse(200, answer)
        result: dict[str, Any] = answer["result"]
        return result.get("structuredContent", result)

    def fetch(self, path: str) -> bytes:
        """The raw bytes of `GET path`."""
        status, body = self._exchange("GET", path, None)
        if status >= 400:  # noqa: PLR2004 - HTTP's errors
            _refuse(status, _parse(status, body))
        return body

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:  # noqa: ANN401 - JSON
        status, answer = self._exchange(method, path, body)
        if status >= 400:  # noqa: PLR2004 - HTTP's errors
            _refuse(status, _parse(status, answer))
        return None if status == BODILESS else _parse(status, answer)

    def _exchange(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        parts = urlsplit(self.address.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self._timeout_s)
        headers = {**self.address.headers, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, parts.path.rstrip("/") + path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException) as error:
            raise HubUnreachable(self.address, _reason(error)) from None
        finally:
            connection.close()


def hub_at(url: str | None) -> HubAddress:
    """The hub that the option or the environment names.

    Raises:
        CliError: that is no address.
    """
    settings = read_settings(os.environ)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    shown = f"[{host}]" if ":" in host else host
    chosen = (url or f"http://{shown}:{settings.http_port}").rstrip("/")
    if urlsplit(chosen).scheme not in ("http", "https") or not urlsplit(chosen).hostname:
        raise CliError(
            f"{chosen!r} is not the address of a hub.",
            exit_code=ExitCode.INVALID,
            remedy="give it like http://127.0.0.1:3300",
        )
    key = os.environ.get("TABYARD_API_KEY") or next(iter(settings.keys), None)
    return HubAddress(chosen, key)


def _parse(status: int, body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        message = "The answer is not JSON; is this address really a Tabyard hub?"
        raise HubRefused(status, NOT_A_HUB, message, {}) from None


def _refuse(status: int, answer: Any) -> NoReturn:  # noqa: ANN401 - JSON of unknown shape
    """Raise what the hub has answered: `{error, code}`, or `{error: {code, message}}` of a tool."""
    body = as_object(answer)
    fault = as_object(body.get("error")) or body
    words = (fault.get(name) for name in ("message", "error", "reason"))
    text = next((word for word in words if word), f"HTTP status {status}")
    raise HubRefused(status, str(fault.get("code", "")), str(text), as_object(fault.get("details")))


def as_object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON of unknown shape
    """`value` when it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return str(error) or type(error).__name__
