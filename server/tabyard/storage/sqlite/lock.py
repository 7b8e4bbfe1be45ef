"""One process per database: a lock file next to it, held as long as the store is open."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tabyard.storage.errors import StoreInUse

__all__ = ["holding"]


@contextmanager
def holding(database: Path) -> Generator[None]:
    """Hold `<database>.lock` for the length of the block; the system drops it if the process dies.

    The file itself stays: removing it would let two processes hold two files of one name.

    Raises:
        StoreInUse: another process holds it; the number in the file says which.
    """
    path = database.with_name(f"{database.name}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise StoreInUse(database, holder) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
