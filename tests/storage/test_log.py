"""The log has its room before it needs it, and what lies in that room means nothing."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from tests.storage.samples import attach, claim, good, submit

from tabyard.storage import open_store
from tabyard.storage.sqlite.connection import RESERVED_BYTES
from tabyard.storage.sqlite.log import PIECE_BYTES, reserve
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import TaskId


def log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


async def test_writes_do_not_lengthen_the_log(database: Path) -> None:
    async with open_store(database) as store:
        before = log_of(database).stat()
        await attach(store)
        for number in range(50):
            await submit(store, f"task_{number}")
        after = log_of(database).stat()
        assert before.st_size == after.st_size == RESERVED_BYTES
        assert after.st_blocks == before.st_blocks, "the room is there, and not only promised"
        assert log_of(database).read_bytes()[:4] in {b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"}


async def test_what_was_committed_into_the_room_is_read_after_a_kill(
    database: Path, tmp_path: Path
) -> None:
    """A copy that is taken while the hub writes is what a killed hub leaves behind."""
    left = database
    for killed in range(1, 4):
        async with open_store(left) as store:
            if killed == 1:
                await attach(store)
            await submit(store, f"task_{killed}")
            if killed == 1:
                await claim(store)
                await store.checkpoint(TaskId("task_1"), good(0), epoch=1)
            grave = tmp_path / f"killed_{killed}"
            grave.mkdir()
            for file in (left, log_of(left)):
                shutil.copy(file, grave / file.name)
            left = grave / left.name
    async with open_store(left) as store:
        assert (await store.tasks(TaskFilter())).total == 3
        record = await store.task(TaskId("task_1"))
        assert record is not None
        assert record.outcomes == (good(0),)


async def test_a_full_disk_reserves_nothing_and_keeps_nobody_from_working(
    database: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    usual = os.pwrite

    def full(file: int, data: bytes, offset: int) -> int:
        if len(data) < PIECE_BYTES:
            return usual(file, data, offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    async with open_store(database) as store:
        await attach(store)
        await submit(store, "task_1")
        assert 0 < log_of(database).stat().st_size < RESERVED_BYTES
    assert "log not reserved" in caplog.text


def test_a_database_without_a_log_is_left_alone(tmp_path: Path) -> None:
    reserve(tmp_path / "none.db", 1024)
    assert list(tmp_path.iterdir()) == []
