"""Whatever a generated client sends, the hub answers as its own OpenAPI document says."""

import asyncio
import re
from collections.abc import Iterator
from queue import Queue
from threading import Thread
from typing import Any, Final

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis import checks as general
from schemathesis.specs.openapi import checks
from tests.web.door import serve_door, succeed

from tabyard.web.app import ENDPOINTS
from tabyard.web.endpoint import Endpoint

pytestmark = [pytest.mark.timeout(120), pytest.mark.blocking_allowed]

CHECKS: Final[list[Any]] = [
    *(getattr(general, name) for name in ("not_a_server_error",)),
    *(
        getattr(checks, f"{name}_conformance")
        for name in ("status_code", "content_type", "response_schema")
    ),
]
BOUNDED: Final = settings(
    max_examples=15,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SKIPPED: Final = {
    "get_instances_instance_id_events",
    # The first key locks out the client that made it; tests of keys have it.
    "post_api_keys",
}


@pytest.fixture(scope="module")
def hub_url() -> Iterator[str]:
    """A hub with a browser that answers everything, on a loop of its own: the client blocks."""
    told: Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        async with serve_door() as door:
            await door.yard.browser(handler=succeed)
            ended = asyncio.Event()
            url = f"http://127.0.0.1:{door.http_port}"
            told.put((url, asyncio.get_running_loop(), ended))
            await ended.wait()

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    url, loop, ended = told.get(timeout=20)
    yield url
    loop.call_soon_threadsafe(ended.set)
    thread.join(timeout=20)


@pytest.fixture(scope="module")
def schema(hub_url: str) -> Any:
    return schemathesis.openapi.from_dict(httpx2.get(f"{hub_url}/api/openapi.json").json())


def name_of(row: Endpoint) -> str:
    """As the document calls it."""
    return "_".join([row.method.lower(), *re.findall(r"\w+", row.path)])


POSITIVE: Final = [name_of(row) for row in ENDPOINTS if name_of(row) not in SKIPPED]
NEGATIVE: Final = [
    name_of(row)
    for row in ENDPOINTS
    if row.body is not None or any(one.place == "query" for one in row.parameters)
]
"""Where something can be wrong: any text is a path, and any text is a header."""


def test_the_document_has_every_endpoint(schema: Any) -> None:
    named = {one.ok().definition.raw["operationId"] for one in schema.get_all_operations()}
    assert named == {name_of(row) for row in ENDPOINTS}


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *((name, GenerationMode.POSITIVE) for name in POSITIVE),
        *((name, GenerationMode.NEGATIVE) for name in NEGATIVE),
    ],
)
def test_every_answer_is_one_that_the_document_names(
    name: str, mode: GenerationMode, schema: Any, hub_url: str
) -> None:
    operation = schema.find_operation_by_id(name)

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        answer = case.call(base_url=hub_url, timeout=10)
        case.validate_response(answer, checks=CHECKS)

    check()
