"""Bytes of pictures and files: a local folder, any object store by URL, or memory."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from tabyard.core.errors import ArtifactNotFound, StoreUnavailable
from tabyard.storage.errors import BlobsUnusable
from tabyard_protocol.ids import ArtifactId

__all__ = ["ObjectBlobs", "folder_blobs", "memory_blobs", "url_blobs"]

SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{3,200}", re.ASCII)
"""What an id may look like: it becomes a path, and it may come from a reader's URL."""


class ObjectBlobs:
    """Implements `tabyard.hub.ports.Blobs` on an object store; no method blocks the loop.

    Bytes come after the artifact's row and go before it, so that no crash of the hub leaves bytes
    that nobody knows of. A local folder is not flushed to the disk for each picture: only a power
    cut may take the newest ones.

    Every method fails with `StoreUnavailable` when the object store does.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, artifact: ArtifactId, data: bytes) -> None:
        """Store it whole: nobody ever reads a part."""
        with refusals():
            await obstore.put_async(self._store, path_of(artifact), data)

    async def get(self, artifact: ArtifactId) -> bytes:
        """The bytes.

        Raises:
            ArtifactNotFound: there are none, or there can't be any of such a name.
        """
        try:
            with refusals():
                found = await obstore.get_async(self._store, path_of(artifact))
                return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise ArtifactNotFound from None

    async def delete(self, artifacts: Sequence[ArtifactId]) -> None:
        """Remove them; what is not there is fine."""
        paths = [path_of(artifact) for artifact in artifacts if SHAPE.fullmatch(artifact)]
        try:
            with refusals():
                await obstore.delete_async(self._store, paths)
        except FileNotFoundError:
            await self._delete_each(paths)

    async def _delete_each(self, paths: Sequence[str]) -> None:
        """Some stores stop at a path that is missing; then each goes alone."""
        for path in paths:
            with refusals(), suppress(FileNotFoundError):
                await obstore.delete_async(self._store, path)


@contextmanager
def refusals() -> Generator[None]:
    """What the object store says when it can't, in our words. A missing file passes unchanged."""
    try:
        yield
    except BaseError as error:
        # The first line says it; the rest is for those who wrote the library.
        raise StoreUnavailable(str(error).partition("\n")[0]) from error


def path_of(artifact: ArtifactId) -> str:
    """Its place: spread over folders by the last two characters, which are random."""
    if not SHAPE.fullmatch(artifact):
        raise ArtifactNotFound
    return f"{artifact[-2:]}/{artifact}"


def folder_blobs(folder: Path) -> ObjectBlobs:
    """Blobs in a local folder, which is made when it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ObjectBlobs(LocalStore(folder))


def url_blobs(url: str) -> ObjectBlobs:
    """Blobs in an object store: `s3://bucket/prefix`, `gs://…`, `az://…`, `file:///…`.

    Credentials come from the environment variables and files that the store's own tools use;
    whether they are valid shows with the first picture.

    Raises:
        BlobsUnusable: it is no URL of a store.
    """
    try:
        return ObjectBlobs(from_url(url))
    except (BaseError, ValueError) as error:
        raise BlobsUnusable(url, str(error).partition("\n")[0]) from error


def memory_blobs() -> ObjectBlobs:
    """Blobs that live as long as the process."""
    return ObjectBlobs(MemoryStore())
