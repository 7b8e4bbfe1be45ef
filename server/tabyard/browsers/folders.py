"""A browser's folders: copy of the extension, profile, downloads, last words."""

import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tabyard.browsers.errors import ExtensionMissing
from tabyard.browsers.spec import LaunchSettings, LaunchSpec
from tabyard.core.errors import InvalidInput
from tabyard_protocol.ids import InstanceId

__all__ = ["Folders", "folders_of", "prepare", "read_within", "remove", "stderr_tail", "write_lent"]

READ_BYTES: Final = 65_536
TAIL_CHARS: Final = 2_000
ALL_SITES: Final = ("http://*/*", "https://*/*")
FILE_BYTES: Final = 256 * 1024 * 1024
"""A download is kept as an artifact up to this size; it goes through the hub's memory once."""
NOISE: Final = re.compile(r"dbus|unexpected operator")
"""A machine without a desktop makes Chromium and its wrapper say these, again and again."""
ALLOWED: Final = 1
"""What Chromium's content settings call it."""
SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where one browser's things are."""

    root: Path
    """Removed with the browser."""
    profile: Path
    downloads: Path
    """Stays when it has files in it: a task's downloads outlive the browser."""

    @property
    def extension(self) -> Path:
        return self.root / "extension"

    @property
    def stderr(self) -> Path:
        return self.root / "stderr.log"

    @property
    def pid_file(self) -> Path:
        return self.root / "process.json"


def _safe(name: str, field: str) -> str:
    if SAFE_NAME.fullmatch(name) is None:
        problem = "letters, digits, dots, dashes and underscores, 100 at most"
        raise InvalidInput(f"{field}: {problem}", {field: problem})
    return name


def folders_of(settings: LaunchSettings, instance: InstanceId, profile: str | None) -> Folders:
    """Where the things of `instance` are, whether they exist or not.

    Raises:
        InvalidInput: a name that is no file name.
    """
    root = settings.data_dir / "browsers" / _safe(instance, "instanceId")
    kept = settings.data_dir / "profiles"
    return Folders(
        root=root,
        profile=root / "profile" if profile is None else kept / _safe(profile, "profile"),
        downloads=settings.data_dir / "downloads" / instance,
    )


def prepare(settings: LaunchSettings, spec: LaunchSpec) -> Folders:
    """Make everything that the browser of `spec` needs on disk. Reads and writes the disk.

    Raises:
        ExtensionMissing: there is nothing to copy.
        InvalidInput: a name that is no file name.
    """
    folders = folders_of(settings, spec.instance, spec.profile)
    if not (settings.extension_dir / "manifest.json").is_file():
        raise ExtensionMissing(settings.extension_dir)
    for folder in (folders.root, folders.profile, folders.downloads):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copytree(settings.extension_dir, folders.extension, dirs_exist_ok=True)
    _open_all_sites(folders.extension / "manifest.json")
    _write_pairing(folders.extension / "pairing.json", settings.hub_url, spec)
    _seed_preferences(folders)
    return folders


def _open_all_sites(path: Path) -> None:
    """Let the extension reach every site, so that addresses that it opens get all their cookies.

    Chromium takes such a page for one that another site opens, and keeps `SameSite=Strict` cookies
    from it, unless the extension may reach the site.
    """
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    reachable = dict.fromkeys([*manifest.get("host_permissions", ()), *ALL_SITES])
    manifest["host_permissions"] = list(reachable)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def _write_pairing(path: Path, hub_url: str, spec: LaunchSpec) -> None:
    """The credential is in it: readable by its owner from its first byte on."""
    pairing = {
        "hub": hub_url,
        "instanceId": spec.instance,
        "credential": spec.credential,
        "label": spec.label,
        **({} if spec.url is None else {"startUrl": spec.url}),
    }
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(pairing, file)


def _seed_preferences(folders: Folders) -> None:
    """What Chromium reads at start and no command-line flag sets: its download folder, for one.

    Without developer mode an extension that reloads itself is switched off instead of coming back.
    """
    path = folders.profile / "Default" / "Preferences"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        preferences: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        preferences = {}
    download: dict[str, Any] = preferences.setdefault("download", {})
    download.update(default_directory=str(folders.downloads), prompt_for_download=False)
    preferences["credentials_enable_service"] = False
    # Nobody is there to be asked whether a page may save a second file.
    sites: dict[str, Any] = preferences.setdefault("profile", {})
    sites.setdefault("default_content_setting_values", {})["automatic_downloads"] = ALLOWED
    extensions: dict[str, Any] = preferences.setdefault("extensions", {})
    extensions.setdefault("ui", {})["developer_mode"] = True
    path.write_text(json.dumps(preferences), encoding="utf-8")


def remove(folders: Folders) -> None:
    """Remove what ends with the browser: credential, own profile, log; an empty download folder."""
    shutil.rmtree(folders.root, ignore_errors=True)
    with suppress(OSError):
        # Refuses where something has been downloaded.
        folders.downloads.rmdir()


def read_within(folder: Path, path: Path) -> bytes | None:
    """The bytes of a file below `folder`, links followed; None when it is elsewhere or too large.

    The path is a browser's word: it must not reach any other file of this machine.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()) or not real.is_file():
            return None
        with real.open("rb") as file:
            data = file.read(FILE_BYTES + 1)
    except (OSError, ValueError, RuntimeError):
        return None
    return data if len(data) <= FILE_BYTES else None


def write_lent(folders: Folders, folder: str, name: str, data: bytes) -> Path:
    """A file for the browser to read; its name is what a page will see, and no path."""
    here = folders.root / "lent" / _safe(folder, "files")
    here.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = here / (re.sub(r"[/\\\0]", "_", name).strip(". ") or "file")
    path.write_bytes(data)
    return path


def stderr_tail(folders: Folders) -> str:
    """The last that the browser said; empty when it said nothing that tells."""
    try:
        with folders.stderr.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - READ_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return "\n".join(line for line in lines if not NOISE.search(line))[-TAIL_CHARS:]
