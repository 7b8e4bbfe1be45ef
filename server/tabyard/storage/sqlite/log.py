"""The write-ahead log's room on the disk, taken before it is needed."""

import logging
import os
from pathlib import Path
from typing import Final

__all__ = ["reserve"]

PIECE_BYTES: Final = 1024 * 1024

logger = logging.getLogger(__name__)


def reserve(database: Path, size_bytes: int) -> None:
    """Lengthen the log of `database` to `size_bytes`, before anything is written to it.

    To flush what lies in a file's old bytes is one write; as long as the file grows, its length
    has to be flushed too, which takes the file system as long again. SQLite writes over the log
    from its beginning after each checkpoint, and takes what follows its last commit for nothing:
    zeros have no checksum (file format, 4.2). They have to be written: room that is only promised
    is no room.
    """
    log = database.with_name(f"{database.name}-wal")
    try:
        file = os.open(log, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        at = os.fstat(file).st_size
        while at < size_bytes:
            at += os.pwrite(file, bytes(min(PIECE_BYTES, size_bytes - at)), at)
        os.fsync(file)
    except OSError as error:
        # A full disk, say: the log grows as far as it can, and says so to whom it concerns.
        logger.warning("log not reserved", extra={"reason": str(error)})
    finally:
        os.close(file)
