"""Artifacts that a command uploads become files for browsers of this machine."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from tabyard.core.errors import ArtifactNotFound
from tabyard.core.records import ArtifactRecord, Fault
from tabyard.hub.catalogue import Prepared
from tabyard.hub.lending import Lending
from tabyard.hub.ports import Blobs, LinkStore
from tabyard_protocol.ids import ArtifactId, InstanceId

OURS = InstanceId("inst_1_ours")


class Kept:
    """A store with two artifacts; the bytes of one of them are gone."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    async def artifact(self, artifact: ArtifactId) -> ArtifactRecord | None:
        name = self.names.get(artifact)
        if name is None:
            return None
        return ArtifactRecord(
            id=artifact,
            task_id=None,
            instance_id=None,
            name=name,
            mime_type="text/csv",
            size_bytes=3,
            sha256="",
            created_at_ms=0,
        )

    async def get(self, artifact: ArtifactId) -> bytes:
        if artifact == "art_gone":
            raise ArtifactNotFound
        return b"mug"


async def lend(instance: InstanceId, artifact: ArtifactId, name: str, data: bytes) -> str | None:
    return f"/lent/{artifact}/{name}/{len(data)}" if instance == OURS else None


@pytest.fixture
def lending() -> Lending:
    kept = Kept({"art_1": "prices.csv", "art_gone": "gone.csv"})
    return Lending(store=cast("LinkStore", kept), blobs=cast("Blobs", kept), lend=lend)


def upload(*files: str, action: str = "upload") -> Prepared:
    args: dict[str, Any] = {"action": action, "selector": "#f", "files": list(files)}
    return Prepared("browser_interact", args, 1_000, on_hub=False)


async def test_ids_become_paths_beside_paths(lending: Lending) -> None:
    lent = await lending.lent(upload("art_1", "/srv/mug.png"), OURS)
    assert isinstance(lent, Prepared)
    assert lent.args["files"] == ["/lent/art_1/prices.csv/3", "/srv/mug.png"]
    assert lent.args["selector"] == "#f"


async def test_a_browser_elsewhere_gets_the_bytes(lending: Lending) -> None:
    lent = await lending.lent(upload("art_1"), InstanceId("inst_2_theirs"))
    assert isinstance(lent, Prepared)
    assert lent.args["files"] == ["data:text/csv;name=prices.csv;base64,bXVn"]


async def test_what_is_too_large_for_a_call_is_to_be_fetched(
    lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tabyard.hub.lending.INLINE_BYTES", 2)
    lent = await lending.lent(upload("art_1"), InstanceId("inst_2_theirs"))
    assert isinstance(lent, Prepared)
    assert lent.args["files"] == ["art_1"]


@pytest.mark.parametrize("artifact", ["art_none", "art_gone"])
async def test_an_artifact_that_is_not_there_is_named(lending: Lending, artifact: str) -> None:
    fault = await lending.lent(upload("art_1", artifact), OURS)
    assert isinstance(fault, Fault)
    assert fault.code == "FILE_NOT_FOUND"
    assert artifact in fault.message


async def test_other_calls_stay_as_they_are(lending: Lending) -> None:
    click = upload("art_none", action="click")
    assert await lending.lent(click, OURS) is click
