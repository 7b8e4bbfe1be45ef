"""Processes by what identifies them for good: a pid is reused, a pid with its birth is not."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Final

__all__ = ["birth_of", "groups_with", "is_root", "kill_group", "members_of", "terminate"]

PROC: Final = Path("/proc")
STATE, GROUP, START = 0, 2, 19
"""Positions in /proc/PID/stat behind the program's name (proc(5): fields 3, 5 and 22)."""


def is_root() -> bool:
    """Whether this process runs as root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _stat(pid: int) -> list[str] | None:
    """The fields behind the program's name, which may itself contain blanks and parentheses."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def birth_of(pid: int) -> str | None:
    """When and in which boot `pid` was born; None when it has ended. Reads disk."""
    if not PROC.is_dir():
        return _birth_by_ps(pid)
    fields = _stat(pid)
    if fields is None or fields[STATE] in "ZX":
        return None
    boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}:{fields[START]}"


def _birth_by_ps(pid: int) -> str | None:
    """For systems without /proc."""
    command = ("ps", "-o", "lstart=", "-p", str(pid))
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return found.stdout.strip() or None


def members_of(group: int) -> tuple[int, ...]:
    """Processes of a process group that run, zombies left out. Reads the disk."""
    if not PROC.is_dir():
        return _members_by_ps(group)
    pids = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    stats = ((pid, _stat(pid)) for pid in pids)
    return tuple(
        pid
        for pid, fields in stats
        if fields is not None and int(fields[GROUP]) == group and fields[STATE] not in "ZX"
    )


def _members_by_ps(group: int) -> tuple[int, ...]:
    command = ("ps", "-o", "pid=", "-g", str(group))
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return tuple(int(word) for word in found.stdout.split())


def groups_with(prefix: str) -> frozenset[int]:
    """Groups of processes with an argument that starts so. Reads the disk; Linux only."""
    if not PROC.is_dir():
        return frozenset()
    found: set[int] = set()
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        meant = any(argument.startswith(prefix.encode()) for argument in arguments)
        fields = _stat(int(entry.name)) if meant else None
        if fields is not None:
            found.add(int(fields[GROUP]))
    return frozenset(found)


def terminate(pid: int) -> None:
    """Ask one process to end; a browser then puts its profile in order.

    By SIGINT: at a SIGTERM a headless Chromium 156 leaves within 100 ms and loses the cookies and
    the history of its last seconds; at a SIGINT it takes 300 ms and writes them.
    """
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:
        return


def kill_group(group: int) -> None:
    """End every process of a group at once."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # macOS answers EPERM for a group of zombies.
        return
