"""Pictures in results: stored once, linked everywhere, given back whole by REST."""

import asyncio
import base64
from typing import Any

import pytest
from tests.yard import READ, command, open_yard

from tabyard.core.errors import ArtifactNotFound
from tabyard.work.sweep import Sweep
from tabyard_protocol.ids import ArtifactId

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    + (64).to_bytes(4, "big")
    + (48).to_bytes(4, "big")
    + b"\x08\x02\0\0\0"
)
SHOT = command("browser_content", action="screenshot")


def shot(data: bytes) -> dict[str, Any]:
    return {
        "content": [
            {"type": "text", "text": '{"format":"png"}'},
            {"type": "image", "data": base64.b64encode(data).decode(), "mimeType": "image/png"},
        ],
        "structuredContent": {"format": "png"},
    }


@pytest.mark.parametrize("data", [PNG, PNG + bytes(200_000)], ids=["small", "large"])
async def test_a_screenshot_is_stored_announced_and_linked(data: bytes) -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(SHOT, READ)
        await browser.answer(await browser.next_call(), shot(data))
        await browser.answer(await browser.next_call(2), {})
        ended = await events.complete(task)

        told = await events.until(lambda event: event["type"] == "screenshot")
        assert (told["width"], told["height"]) == (64, 48)
        assert told["url"] == f"/artifacts/{told['screenshotId']}"
        assert told["commandId"] == f"{task}_cmd_0"
        linked = ended["results"][0]["result"]
        assert linked["content"][1] == {
            "type": "resource_link",
            "uri": told["url"],
            "name": "screenshot.png",
            "mimeType": "image/png",
        }
        assert linked["structuredContent"] == {
            "format": "png",
            "screenshotId": told["screenshotId"],
            "url": told["url"],
            "width": 64,
            "height": 48,
        }
        artifact = ArtifactId(told["screenshotId"])
        assert await yard.blobs.get(artifact) == data
        row = await yard.store.artifact(artifact)
        assert row is not None
        assert (row.task_id, row.size_bytes) == (task, len(data))
        view = await yard.view(task)
        assert view.commands[0].result is not None
        assert view.commands[0].result["content"][1] == shot(data)["content"][1]
        assert events.of(task).index("screenshot") < events.of(task).index("task_complete")


async def test_bytes_that_are_not_base64_fail_the_command() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(SHOT)
        broken = shot(PNG)
        broken["content"][1]["data"] = "not base64 !"
        await browser.answer(await browser.next_call(), broken)
        ended = await events.complete(task)
        assert ended["error"]["code"] == "INTERNAL"
        assert "base64" in ended["error"]["message"]


async def test_the_sweep_takes_the_bytes_along() -> None:
    async with asyncio.timeout(5), open_yard() as yard:
        browser = await yard.browser()
        events = yard.listen()
        task = await yard.submit(SHOT)
        await browser.answer(await browser.next_call(), shot(PNG))
        await events.complete(task)
        told = await events.until(lambda event: event["type"] == "screenshot")
        sweep = Sweep(hub=yard.hub, store=yard.store, blobs=yard.blobs)

        assert await sweep.sweep() == 0
        yard.clock.advance(3_601)

        assert await sweep.sweep() == 1
        with pytest.raises(ArtifactNotFound):
            await yard.blobs.get(ArtifactId(told["screenshotId"]))
        assert await yard.store.task(task) is None
