"""Sizes of pictures, read from real headers."""

import struct
import zlib

import pytest

from tabyard.core.images import PixelSize, pixel_size


def png(width: int, height: int) -> bytes:
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def jpeg(width: int, height: int, *, sof: int = 0xC0) -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    tables = b"\xff\xc4" + struct.pack(">H", 4) + b"xx"
    frame = bytes([0xFF, sof]) + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8" + app0 + b"\xff\x01" + tables + b"\xff" + frame


def webp(kind: bytes, body: bytes) -> bytes:
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


SIZE = PixelSize(1280, 721)


@pytest.mark.parametrize(
    "data",
    [
        png(1280, 721),
        jpeg(1280, 721),
        jpeg(1280, 721, sof=0xC2),
        webp(b"VP8X", bytes(4) + (1279).to_bytes(3, "little") + (720).to_bytes(3, "little")),
        webp(b"VP8L", b"\x2f" + struct.pack("<I", 1279 | 720 << 14) + bytes(8)),
        webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 1280, 721)),
    ],
    ids=["png", "jpeg", "progressive jpeg", "webp extended", "webp lossless", "webp lossy"],
)
def test_the_size_is_read_from_the_header(data: bytes) -> None:
    assert pixel_size(data) == SIZE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        png(1, 1)[:20],
        jpeg(1, 1)[:30],
        b"\xff\xd8\xff",
        b"\xff\xd8garbage",
        webp(b"VP8X", b""),
        webp(b"ALPH", bytes(20)),
    ],
)
def test_what_is_cut_short_or_no_picture_has_no_size(data: bytes) -> None:
    assert pixel_size(data) is None
