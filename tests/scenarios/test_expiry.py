"""Artifacts go with their task, and no bytes are left that nobody knows of, whenever a hub dies."""

import asyncio
import base64
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.yard import Yard, command, open_yard
from typing_extensions import override

from tabyard.core.errors import ArtifactNotFound, StoreUnavailable
from tabyard.storage import Faults, open_store
from tabyard.storage.blobs import ObjectBlobs, folder_blobs
from tabyard.testing import SequentialIds, VirtualClock
from tabyard.work.sweep import Sweep
from tabyard_protocol.ids import ArtifactId, TaskId
from tabyard_protocol.model import JsonObject

pytestmark = pytest.mark.proves("durability:artifacts_go_with_their_task")

SHOT = command("browser_content", action="screenshot")


class FailingCommits(Faults):
    """Nothing is stored while it is on."""

    def __init__(self) -> None:
        self.on = False

    @override
    def before_commit(self) -> None:
        if self.on:
            raise OSError("killed before that")


class Interrupted(ObjectBlobs):
    """Bytes in a folder, of which the hub may be kept from taking some."""

    def __init__(self, inner: ObjectBlobs) -> None:
        self._inner = inner
        self.on = False

    @override
    async def put(self, artifact: ArtifactId, data: bytes) -> None:
        if self.on:
            raise StoreUnavailable("killed before that")
        await self._inner.put(artifact, data)

    @override
    async def get(self, artifact: ArtifactId) -> bytes:
        return await self._inner.get(artifact)

    @override
    async def delete(self, artifacts: Sequence[ArtifactId]) -> None:
        if self.on:
            raise StoreUnavailable("killed before that")
        await self._inner.delete(artifacts)


@pytest.fixture
def blobs(tmp_path: Path) -> Interrupted:
    return Interrupted(folder_blobs(tmp_path / "art"))


def files_in(folder: Path) -> list[str]:
    return [name for _, _, names in os.walk(folder) for name in names]


def picture() -> JsonObject:
    data = base64.b64encode(b"not really a picture").decode()
    return {"content": [{"type": "image", "data": data, "mimeType": "image/png"}]}


async def photographed(yard: Yard, status: str = "completed") -> TaskId:
    """A task that has ended and left a picture."""
    browser, events = await yard.browser(), yard.listen()
    task = await yard.submit(SHOT, instanceId=browser.instance_id)
    await browser.answer(await browser.next_call(), picture())
    assert (await events.complete(task))["status"] == status
    return task


async def swept(yard: Yard) -> int:
    """How many artifacts the sweep of an hour later takes."""
    sweep = Sweep(hub=yard.hub, store=yard.store, blobs=yard.blobs)
    yard.clock.advance(3_601)
    return await sweep.sweep()


async def test_a_hub_that_dies_between_bytes_and_rows_leaves_no_bytes(
    tmp_path: Path, blobs: Interrupted
) -> None:
    folder, faults, clock, ids = tmp_path / "art", FailingCommits(), VirtualClock(), SequentialIds()
    async with asyncio.timeout(10), open_store(tmp_path / "db", faults=faults) as store:
        async with open_yard(store=store, blobs=blobs, clock=clock, ids=ids) as yard:
            task = await photographed(yard)
            assert len(files_in(folder)) == 1
            faults.on = True
            with pytest.raises(StoreUnavailable):
                await swept(yard)
            faults.on = False
            # The task is still there without its picture, and can be read.
            assert (await yard.view(task)).status == "completed"
        assert files_in(folder) == []
        async with open_yard(store=store, blobs=blobs, clock=clock, ids=ids) as yard:
            assert await swept(yard) == 1
            assert await store.task(task) is None


async def test_bytes_that_can_not_go_yet_are_not_forgotten(
    tmp_path: Path, blobs: Interrupted
) -> None:
    folder = tmp_path / "art"
    async with asyncio.timeout(10), open_yard(blobs=blobs) as yard:
        task = await photographed(yard)
        blobs.on = True
        with pytest.raises(StoreUnavailable):
            await swept(yard)
        assert await yard.store.task(task) is not None
        assert len(files_in(folder)) == 1
        blobs.on = False
        assert await swept(yard) == 1
        assert files_in(folder) == []
        assert await yard.store.task(task) is None


async def test_a_row_comes_before_its_bytes(blobs: Interrupted) -> None:
    async with asyncio.timeout(10), open_yard(blobs=blobs) as yard:
        blobs.on = True
        await photographed(yard, status="failed")
        artifact = ArtifactId("art_1")
        assert await yard.store.artifact(artifact) is not None
        with pytest.raises(ArtifactNotFound):
            await blobs.get(artifact)
        blobs.on = False
        assert await swept(yard) == 1
        assert await yard.store.artifact(artifact) is None
