"""Bytes go in, come out the same, and are gone when they are deleted."""

from pathlib import Path

import pytest

from tabyard.core.errors import ArtifactNotFound, StoreUnavailable
from tabyard.storage import BlobsUnusable, ObjectBlobs, folder_blobs, memory_blobs, url_blobs
from tabyard_protocol.ids import ArtifactId

ART = ArtifactId("art_1f9c")


@pytest.fixture(params=["folder", "url", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectBlobs:
    match request.param:
        case "folder":
            return folder_blobs(tmp_path / "blobs")
        case "url":
            (tmp_path / "blobs").mkdir()
            return url_blobs((tmp_path / "blobs").as_uri())
        case _:
            return memory_blobs()


@pytest.mark.parametrize("size", [0, 3, 8_000_000])
async def test_bytes_come_out_as_they_went_in(blobs: ObjectBlobs, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    await blobs.put(ART, data)

    assert await blobs.get(ART) == data


async def test_nothing_is_there_before_and_after(blobs: ObjectBlobs) -> None:
    with pytest.raises(ArtifactNotFound):
        await blobs.get(ART)
    await blobs.put(ART, b"x")

    await blobs.delete([ART])

    with pytest.raises(ArtifactNotFound):
        await blobs.get(ART)


async def test_a_missing_one_does_not_keep_the_others(blobs: ObjectBlobs) -> None:
    kept, first, last = (ArtifactId(f"art_{name}") for name in ("kept", "first", "last"))
    for one in (kept, first, last):
        await blobs.put(one, b"x")

    await blobs.delete([first, ArtifactId("art_missing"), last])

    assert await blobs.get(kept) == b"x"
    for one in (first, last):
        with pytest.raises(ArtifactNotFound):
            await blobs.get(one)


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "ab", "art_%2e%2e", "art_é", "x" * 201])
async def test_a_name_that_is_no_id_leads_nowhere(blobs: ObjectBlobs, name: str) -> None:
    odd = ArtifactId(name)

    with pytest.raises(ArtifactNotFound):
        await blobs.get(odd)
    with pytest.raises(ArtifactNotFound):
        await blobs.put(odd, b"x")
    await blobs.delete([odd])


@pytest.mark.parametrize("url", ["nonsense", "ftp://host/folder", "s3://", "file:///missing/x"])
def test_a_url_of_no_store_is_refused_with_a_remedy(url: str) -> None:
    with pytest.raises(BlobsUnusable, match=r"can't be used: [^\n]+Give a URL such as s3://"):
        url_blobs(url)


def test_a_bucket_is_not_asked_before_the_first_picture() -> None:
    assert url_blobs("s3://bucket/prefix")


@pytest.fixture
def broken(tmp_path: Path) -> ObjectBlobs:
    """A folder that has become a file."""
    blobs = folder_blobs(tmp_path / "blobs")
    (tmp_path / "blobs").rmdir()
    (tmp_path / "blobs").write_text("in the way")
    return blobs


async def test_a_folder_that_is_gone_is_the_stores_failure(broken: ObjectBlobs) -> None:
    with pytest.raises(StoreUnavailable, match=r"Not a directory [^\n]*$"):
        await broken.put(ART, b"x")
    with pytest.raises(StoreUnavailable):
        await broken.get(ART)
    with pytest.raises(StoreUnavailable):
        await broken.delete([ART])
