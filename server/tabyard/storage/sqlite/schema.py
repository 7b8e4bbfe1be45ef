"""Brings a database to the tables of this version, or refuses."""

from pathlib import Path
from typing import Final

from sqlalchemy import StaticPool, create_engine
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from tabyard.storage.errors import StoreNewer
from tabyard.storage.sqlite.connection import Connection
from tabyard.storage.tables import METADATA

__all__ = ["HEAD", "create", "upgrade"]

HEAD: Final = "0004"
"""The newest migration. Said here as well, so that a start that has nothing to do skips alembic."""

# Built from the constant above alone.
STAMP: Final = f"INSERT INTO alembic_version VALUES ('{HEAD}')"  # noqa: S608


def upgrade(connection: Connection, path: Path) -> None:
    """Make the database current: a new one is created, an older one migrated, a newer one refused.

    Raises:
        StoreNewer: a later version has written it.
    """
    if connection.say("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'") is None:
        create(connection)
        return
    found = revision(connection)
    if found != HEAD:
        migrate(connection, path, found)


def revision(connection: Connection) -> str | None:
    """The migration that the database has; None: not even the first."""
    row = connection.say("SELECT version_num FROM alembic_version")
    return None if row is None else row[0]


def create(connection: Connection) -> None:
    """All tables at once, as the migrations would have left them (a test compares the two)."""
    speech = dialect()
    connection.say("BEGIN IMMEDIATE")
    for table in METADATA.sorted_tables:
        connection.say(str(CreateTable(table).compile(dialect=speech)))
        for index in sorted(table.indexes, key=lambda it: str(it.name)):
            connection.say(str(CreateIndex(index).compile(dialect=speech)))
    connection.say(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.say(STAMP)
    connection.say("COMMIT")


def migrate(connection: Connection, path: Path, found: str | None) -> None:
    """Run the migrations after `found`; None: all of them."""
    # Alembic takes longer to load than the whole start, and is needed once per version.
    from alembic.command import upgrade as run_migrations  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    try:
        if found is not None:
            ScriptDirectory.from_config(config).get_revision(found)
    except CommandError:
        raise StoreNewer(path, str(found)) from None
    engine = create_engine("sqlite://", creator=lambda: connection.raw, poolclass=StaticPool)
    with engine.connect() as opened:
        config.attributes["connection"] = opened
        # The driver begins nothing by itself here, and half a migration must not stay.
        opened.exec_driver_sql("BEGIN IMMEDIATE")
        run_migrations(config, "head")
        opened.commit()
