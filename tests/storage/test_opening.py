"""What is on disk is there again, belongs to one process, and fits this version."""

import re
import sqlite3
import stat
from functools import partial
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from tests.storage.samples import (
    attach,
    claim,
    good,
    key,
    picture,
    story_of,
    submit,
    task,
)

from tabyard.core.errors import StoreUnavailable
from tabyard.storage import StoreInUse, StoreNewer, StoreOpenFailed, open_store
from tabyard.storage.sql import Row, Sql
from tabyard.storage.sqlite import schema
from tabyard.storage.sqlite.connection import Connection, open_memory
from tabyard.work.ports import TaskFilter
from tabyard_protocol.ids import ArtifactId, InstanceId, TaskId

TASK = TaskId("task_1")


async def test_a_reopened_file_has_everything(database: Path) -> None:
    async with open_store(database) as store:
        await attach(store)
        await store.submit(task("task_1", idempotency=key()))
        await submit(store, "task_2")
        await claim(store)
        await store.checkpoint(TASK, good(0), epoch=1)
        await store.add_artifact(picture("art_1", of="task_1"))
        known = await store.instances()
        running = await store.task(TASK)

    async with open_store(database) as store:
        assert await store.instances() == known
        assert await store.task(TASK) == running
        assert await store.running() == [running]
        assert (await store.tasks(TaskFilter())).total == 2
        assert await store.artifact(ArtifactId("art_1")) == picture("art_1", of="task_1")
        assert (await store.submit(task("task_3", idempotency=key()))).repeated
        assert await story_of(store, "task_1") == ["accepted", "claimed"]
        attached = await store.attach(InstanceId("inst_1"), memory=None, ticket_hash=None, at_ms=9)
        assert (attached.epoch, attached.queued) == (2, 1)
        assert (await store.submit(task("task_4"))).position == 3


async def test_memory_forgets() -> None:
    for _ in range(2):
        async with open_store(":memory:") as store:
            assert await store.instances() == []
            await attach(store)


async def test_a_second_hub_is_refused_until_the_first_has_ended(database: Path) -> None:
    async with open_store(database) as store:
        with pytest.raises(StoreInUse) as refusal:
            async with open_store(database):
                pass
        assert refusal.value.holder.isdigit()
        assert "Stop it, or give this hub a database of its own" in str(refusal.value)
        await attach(store)

    async with open_store(database) as store:
        assert len(await store.instances()) == 1


async def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    database = tmp_path / "new" / "folder" / "tabyard.sqlite"
    async with open_store(database) as store:
        await attach(store)
        modes = {
            path.name: stat.filemode(path.stat().st_mode) for path in database.parent.iterdir()
        }
        assert modes == {
            "tabyard.sqlite": "-rw-------",
            "tabyard.sqlite-shm": "-rw-------",
            "tabyard.sqlite-wal": "-rw-------",
            "tabyard.sqlite.lock": "-rw-------",
        }
        assert stat.filemode(database.parent.stat().st_mode) == "drwx------"


def setting(name: str, sql: Sql) -> Row | None:
    assert isinstance(sql, Connection)
    return sql.say(f"PRAGMA {name}")


async def test_each_commit_is_on_disk_before_it_is_answered(database: Path) -> None:
    async with open_store(database) as store:
        writer = store._writer  # pyright: ignore[reportPrivateUsage] - settings of its connection
        assert await writer.queue(partial(setting, "journal_mode")) == ("wal",)
        assert await writer.queue(partial(setting, "synchronous")) == (2,)


async def test_a_folder_that_cannot_be_is_said_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(StoreOpenFailed, match="Check that its folder exists, is writable"):
        async with open_store(tmp_path / "file" / "tabyard.sqlite"):
            pass


@pytest.fixture
def letter(database: Path) -> Path:
    database.write_text("this is a letter to my aunt, and no database at all" * 100)
    return database


async def test_a_file_that_is_no_database_is_refused(letter: Path) -> None:
    for _ in range(2):
        with pytest.raises(StoreOpenFailed, match="not a database"):
            async with open_store(letter):
                pass


async def test_a_database_of_a_newer_version_is_refused(database: Path) -> None:
    async with open_store(database):
        pass
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(StoreNewer, match="revision 9999, which this version does not know"):
        async with open_store(database):
            pass


async def test_a_database_of_another_program_is_left_alone(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (something_else TEXT)")
    connection.close()

    for _ in range(2):
        with pytest.raises(StoreOpenFailed, match="no such column: version_num"):
            async with open_store(database):
                pass


async def test_a_reader_that_fails_says_that_the_store_does(database: Path) -> None:
    async with open_store(database) as store:
        with sqlite3.connect(database) as connection:
            connection.execute("ALTER TABLE artifacts RENAME TO lost")
        connection.close()

        with pytest.raises(StoreUnavailable, match="reading failed: no such table: artifacts"):
            await store.artifact(ArtifactId("art_1"))
        assert await store.task(TASK) is None


def definitions(connection: Connection) -> dict[str, str]:
    """What SQLite says of each table and index, white space aside."""
    rows = connection.raw.execute("SELECT name, sql FROM sqlite_master")
    return {name: re.sub(r"\s+|(?<=\() | (?=\))", " ", sql or "") for name, sql in rows}


def squeezed(text: str) -> str:
    return re.sub(r"\s*([(),])\s*", r"\1", text)


def test_migrations_lead_to_the_tables_that_a_new_database_has() -> None:
    new, migrated = open_memory(), open_memory()
    schema.create(new)
    schema.migrate(migrated, Path("x"), None)

    expected = {name: squeezed(sql) for name, sql in definitions(new).items()}
    assert {name: squeezed(sql) for name, sql in definitions(migrated).items()} == expected
    assert schema.revision(migrated) == schema.revision(new) == schema.HEAD
    new.close()
    migrated.close()


def test_the_newest_migration_is_the_one_that_starts_look_for() -> None:
    config = Config()
    folder = Path(schema.__file__).parents[1] / "migrations"
    config.set_main_option("script_location", str(folder))

    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


async def test_an_older_database_is_migrated_when_it_is_opened(database: Path) -> None:
    """The oldest there is: alembic's own table, and no step done."""
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.close()

    async with open_store(database) as store:
        await attach(store)
        assert (await store.submit(task())).position == 1
