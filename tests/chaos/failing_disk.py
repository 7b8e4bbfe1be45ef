"""A disk that fails when it is told to: the kernel asks a thread of ours about each write.

The hub's own calls for writing and flushing files are held up by a seccomp filter; a thread lets
them pass, or answers in the kernel's place. So the whole way is real: SQLite gets its error from
the system, in the middle of its commit.
"""

import ctypes
import errno
import fcntl
import os
import platform
import struct
from enum import StrEnum
from pathlib import Path
from threading import Thread
from typing import Final

__all__ = ["Fault", "install", "set_fault"]


class Fault(StrEnum):
    """How the disk fails."""

    NONE = ""
    FLUSH = "flush"
    """What is written does not become durable: fsync fails with EIO."""
    READ_ONLY = "read-only"
    """As after an error of the device: nothing can be written any more."""


CALLS: Final = {
    "x86_64": {"write": 18, "fsync": 74, "fdatasync": 75},
    "aarch64": {"write": 68, "fsync": 82, "fdatasync": 83},
}[platform.machine()]
SECCOMP: Final = {"x86_64": 317, "aarch64": 277}[platform.machine()]
NO_NEW_PRIVILEGES: Final = 38
SET_FILTER: Final = 1
NEW_LISTENER: Final = 8
NOTIFY, ALLOW = 0x7FC0_0000, 0x7FFF_0000
RECEIVE, SEND = 0xC050_2100, 0xC018_2101
CONTINUE: Final = 1
ANSWERS: Final = {
    Fault.NONE: dict[str, int](),
    Fault.FLUSH: {"fsync": errno.EIO, "fdatasync": errno.EIO},
    Fault.READ_ONLY: {"write": errno.EROFS},
}


def set_fault(folder: Path, fault: Fault) -> None:
    """From now on the disk of the hub with the data in `folder` fails so."""
    place = folder / "disk.fault"
    new = place.with_suffix(".new")
    new.write_text(fault.value)
    new.rename(place)


def install(folder: Path) -> None:
    """All threads that this one starts from now on have such a disk. It can't be taken back."""
    program = b"".join(
        struct.pack("HBBI", *step)
        for step in (
            (0x20, 0, 0, 0),  # load the number of the call
            *((0x15, len(CALLS) - at, 0, number) for at, number in enumerate(CALLS.values())),
            (0x06, 0, 0, ALLOW),
            (0x06, 0, 0, NOTIFY),
        )
    )
    code = ctypes.create_string_buffer(program)
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    system = ctypes.CDLL(None, use_errno=True)
    assert system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    listener = system.syscall(SECCOMP, SET_FILTER, NEW_LISTENER, described)
    assert listener >= 0, os.strerror(ctypes.get_errno())
    Thread(target=_answer_for_ever, args=[listener, folder], daemon=True).start()


def _answer_for_ever(listener: int, folder: Path) -> None:
    names = {number: name for name, number in CALLS.items()}
    while True:
        asked = bytearray(80)
        fcntl.ioctl(listener, RECEIVE, asked, True)  # noqa: FBT003 - as the library has it
        token, _, _, call = struct.unpack_from("QIIi", asked)
        error = ANSWERS[_fault(folder)].get(names[call])
        answer = struct.pack("QqiI", token, 0, -(error or 0), 0 if error else CONTINUE)
        fcntl.ioctl(listener, SEND, answer)


def _fault(folder: Path) -> Fault:
    try:
        return Fault((folder / "disk.fault").read_text())
    except FileNotFoundError:
        return Fault.NONE
