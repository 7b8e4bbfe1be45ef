"""How large a picture is, read from its first bytes: PNG, JPEG, WebP."""

from dataclasses import dataclass
from typing import Final

__all__ = ["PixelSize", "pixel_size"]


@dataclass(frozen=True, slots=True)
class PixelSize:
    """Width and height of a picture in its own pixels."""

    width_px: int
    height_px: int


_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES: Final = 24
_WEBP_HEADER_BYTES: Final = 30
_MARKER: Final = 0xFF
_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG markers without a length: TEM, RSTn, SOI."""
_JPEG_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOFn: the segment that holds the size; the three others in that range are tables."""


def pixel_size(data: bytes) -> PixelSize | None:
    """The size of the picture in `data`; None when it's no PNG, JPEG or WebP, or is cut short."""
    if data.startswith(_PNG):
        return _size(data[16:20], data[20:24]) if len(data) >= _PNG_HEADER_BYTES else None
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    return None


def _size(width: bytes, height: bytes) -> PixelSize:
    return PixelSize(int.from_bytes(width, "big"), int.from_bytes(height, "big"))


def _jpeg(data: bytes) -> PixelSize | None:
    at = 2
    while at + 4 <= len(data) and data[at] == _MARKER:
        marker = data[at + 1]
        if marker == _MARKER:  # fill byte
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        elif marker in _JPEG_FRAME:
            whole = at + 9 <= len(data)
            return _size(data[at + 7 : at + 9], data[at + 5 : at + 7]) if whole else None
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp(data: bytes) -> PixelSize | None:
    kind = data[12:16]
    if len(data) < _WEBP_HEADER_BYTES:
        return None
    if kind == b"VP8X":
        width, height = data[24:27], data[27:30]
        return PixelSize(int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1)
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return PixelSize((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width_px = int.from_bytes(data[26:28], "little") & 0x3FFF
        return PixelSize(width_px, int.from_bytes(data[28:30], "little") & 0x3FFF)
    return None
