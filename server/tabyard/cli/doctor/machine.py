"""What the doctor looks at on this machine: folders, ports, Chromium, the extension."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tabyard import __version__
from tabyard.app.extension_files import ExtensionNotBuilt, extension_folder, extension_version
from tabyard.app.listeners import CannotListen, PortTaken, holder_of, listening
from tabyard.browsers.errors import NoBrowserFound
from tabyard.browsers.find import find_browser, is_branded
from tabyard.browsers.spec import LaunchSettings
from tabyard.cli.doctor.findings import Finding, fine, note, trouble
from tabyard.settings import Settings, is_loopback
from tabyard.storage.errors import StoreInUse
from tabyard.storage.sqlite.lock import holding

__all__ = [
    "look_at_browser",
    "look_at_extension",
    "look_at_folder",
    "look_at_lock",
    "look_at_ports",
    "look_at_self",
]

MIB: Final = 1024 * 1024
ROOM_BYTES: Final = 500 * MIB
"""A browser profile and an hour of screenshots."""
SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - it is looked at, nothing is put there
SHARED_MEMORY_BYTES: Final = 128 * MIB
"""With Docker's default of 64 MiB tabs crash on large pages."""
VERSION_WITHIN_S: Final = 20


def look_at_self(settings: Settings) -> Iterator[Finding]:
    """Versions, and whether other machines reach the hub."""
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield fine("tabyard", f"{__version__} on Python {python}")
    if not is_loopback(settings.host):
        yield note("address", f"other machines reach the hub at {settings.host}, with a key")


def look_at_folder(settings: Settings) -> Iterator[Finding]:
    """Whether the data folder can be written, and has room."""
    if settings.in_memory:
        yield note("data", "TABYARD_STORE=memory: tasks end with the hub")
    folder = settings.data_dir
    standing = next(path for path in (folder, *folder.parents) if path.exists())
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        yield trouble(
            "data", f"{folder} can't be written", f"chown it, or set TABYARD_DATA_DIR: {standing}"
        )
        return
    free_bytes = shutil.disk_usage(standing).free
    if free_bytes < ROOM_BYTES:
        yield trouble(
            "data",
            f"{folder} has only {free_bytes // MIB} MiB left",
            "free some space, or set TABYARD_DATA_DIR to a folder on another disk",
        )
    else:
        yield fine("data", str(folder))


def look_at_lock(settings: Settings, *, hub_answers: bool) -> Iterator[Finding]:
    """Whether another hub holds the database."""
    database = settings.database
    if settings.in_memory or not database.exists():
        return
    try:
        with holding(database):
            pass
    except StoreInUse as error:
        if hub_answers:
            yield fine("database", f"in use by the running hub (process {error.holder})")
        else:
            yield trouble(
                "database",
                f"{database} is in use by process {error.holder}, but no hub answers",
                f"kill {error.holder}        (or wait until it has ended)",
            )
    except OSError as error:
        yield trouble(
            "database", f"{database} can't be opened: {error.strerror}", f"chown it: {database}"
        )


def look_at_ports(settings: Settings) -> Iterator[Finding]:
    """Whether the hub could listen. To be asked only while none answers."""
    try:
        with listening(settings.host, http_port=settings.http_port, link_port=settings.link_port):
            yield fine("ports", f"{settings.http_port} and {settings.link_port} are free")
    except PortTaken as error:
        taken = error.held_by(holder_of(error.port))
        yield trouble("ports", str(taken), taken.remedy)
    except CannotListen as error:
        yield trouble("ports", str(error), error.remedy)


def look_at_extension(settings: Settings) -> Iterator[Finding]:
    """Whether the extension is there, and belongs to this version."""
    try:
        folder = extension_folder(settings.extension_dir)
    except ExtensionNotBuilt as error:
        yield trouble("extension", str(error), error.remedy)
        return
    version = extension_version(folder)
    if version != __version__:
        yield note("extension", f"{folder} is {version}, the hub {__version__}", "make extension")
    else:
        yield fine("extension", str(folder))


def look_at_browser(settings: Settings) -> Iterator[Finding]:
    """Whether there is a Chromium, whether it starts, and whether its tabs have memory."""
    launching = LaunchSettings(
        data_dir=settings.data_dir, extension_dir=Path(), hub_url="", executable=settings.chromium
    )
    try:
        executable = find_browser(launching)
    except NoBrowserFound as error:
        looked_at = ", ".join(error.looked_at)
        named = settings.chromium is not None
        remedy = "correct or unset TABYARD_CHROMIUM" if named else "apt-get install chromium"
        yield trouble("chromium", f"none found ({looked_at})", remedy)
        return
    yield _started(executable)
    if is_branded(executable):
        yield note(
            "chromium",
            "Google's Chrome no longer loads extensions from the command line",
            "apt-get install chromium, or name one with TABYARD_CHROMIUM",
        )
    if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).total < SHARED_MEMORY_BYTES:
        yield note(
            "memory", f"{SHARED_MEMORY} is small: tabs may crash", "docker run --shm-size=1g …"
        )


def _started(executable: Path) -> Finding:
    try:
        answer = subprocess.run(  # noqa: S603 - the program that the hub would launch
            [executable, "--version"],
            capture_output=True,
            text=True,
            timeout=VERSION_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return trouble("chromium", f"{executable} does not start: {error}", "install it anew")
    if answer.returncode != 0:
        last = (answer.stderr.strip() or "it said nothing").splitlines()[-1]
        return trouble("chromium", f"{executable} does not start: {last}", "install it anew")
    return fine("chromium", f"{answer.stdout.strip()}  ({executable})")
