"""Results as MCP content."""

import orjson
import pytest

from tabyard.core.mcp import (
    Embedded,
    Kept,
    OnDisk,
    embedded,
    inline,
    linked_artifacts,
    on_disk,
    text_result,
    with_links,
    wrap,
)
from tabyard_protocol.model import JsonObject

PICTURE = {"type": "image", "data": "QUJD", "mimeType": "image/png"}
PDF = {"blob": "RA==", "mimeType": "application/pdf"}
LINK = {
    "type": "resource_link",
    "uri": "/artifacts/art_1",
    "name": "screenshot.png",
    "mimeType": "image/png",
}


@pytest.mark.parametrize(
    ("value", "structured"),
    [
        ({"title": "x"}, {"title": "x"}),
        ("hello", {"value": "hello"}),
        (None, {"value": None}),
        ([1, 2], {"value": [1, 2]}),
        ({"content": "text"}, {"content": "text"}),
        ({"content": [{"no": "type"}]}, {"content": [{"no": "type"}]}),
        ({"content": [1]}, {"content": [1]}),
    ],
)
def test_a_bare_value_becomes_content(value: object, structured: object) -> None:
    wrapped = wrap(value)
    assert wrapped["structuredContent"] == structured
    assert orjson.loads(wrapped["content"][0]["text"]) == value


def test_content_stays_as_it_is() -> None:
    content = text_result({"a": 1})
    assert wrap(content) is content


@pytest.mark.parametrize(
    ("items", "structured"),
    [
        ([PICTURE, {"type": "text", "text": '{"a":1}'}], {"a": 1}),
        ([{"type": "text", "text": "plain"}], {"value": "plain"}),
        ([{"type": "text", "text": 5}], {"value": 5}),
        ([{"type": "text", "text": "[1]"}], {"value": [1]}),
        ([PICTURE], {}),
        ([], {}),
    ],
)
def test_content_of_a_simple_peer_gains_its_typed_result(items: object, structured: object) -> None:
    assert wrap({"content": items})["structuredContent"] == structured


def test_pictures_and_files_inside_are_found() -> None:
    result: JsonObject = {
        "content": [
            {"type": "text", "text": "x"},
            PICTURE,
            {"type": "resource", "resource": {**PDF, "uri": "tabyard://x/../a%2Fb/page.pdf"}},
            {"type": "resource", "resource": {"text": "no bytes"}},
            {"type": "resource", "resource": "nonsense"},
            {"type": "audio", "data": "RQ=="},
            {"type": "image", "data": 5},
        ]
    }
    assert embedded(result) == [
        Embedded(1, "QUJD", "image/png"),
        Embedded(2, "RA==", "application/pdf", "page.pdf"),
        Embedded(5, "RQ==", "application/octet-stream"),
    ]


def test_files_on_the_browsers_disk_are_found() -> None:
    result: JsonObject = {
        "content": [
            {"type": "resource_link", "uri": "file:///tmp/a%20b.csv", "mimeType": "text/csv"},
            {"type": "resource_link", "uri": "file:///tmp/x", "name": "../../etc/passwd"},
            LINK,
            {"type": "resource_link"},
        ]
    }
    assert on_disk(result) == [
        OnDisk(0, "/tmp/a b.csv", "a b.csv", "text/csv"),
        OnDisk(1, "/tmp/x", "passwd", "application/octet-stream"),
    ]


def test_a_picture_that_was_downloaded_is_a_file() -> None:
    file = Kept(
        index=0,
        artifact="art_1",
        name="mug.png",
        mime_type="image/png",
        size_bytes=3,
        sha256="ab",
        file=True,
    )
    result: JsonObject = {"content": [{"type": "resource_link"}], "structuredContent": {}}
    assert with_links(result, [file])["structuredContent"] == {
        "artifactId": "art_1",
        "url": "/artifacts/art_1",
        "sizeBytes": 3,
        "sha256": "ab",
    }


def kept(
    index: int = 1,
    mime_type: str = "image/png",
    *,
    width_px: int | None = None,
    height_px: int | None = None,
) -> Kept:
    return Kept(
        index=index,
        artifact="art_1",
        name="screenshot.png",
        mime_type=mime_type,
        width_px=width_px,
        height_px=height_px,
    )


def test_a_stored_picture_is_linked_and_named_in_the_facts() -> None:
    result = {**text_result({"format": "png", "width": 0, "height": 7})}
    result["content"] = [*result["content"], PICTURE]
    linked = with_links(result, [kept(width_px=4, height_px=3)])
    facts = {
        "format": "png",
        "width": 4,
        "height": 7,
        "screenshotId": "art_1",
        "url": "/artifacts/art_1",
    }
    assert linked["structuredContent"] == facts
    assert linked["content"][1] == LINK
    assert orjson.loads(linked["content"][0]["text"]) == facts


def test_a_text_that_says_something_else_is_left_alone() -> None:
    result: JsonObject = {
        "content": [{"type": "text", "text": "Look:"}, PICTURE],
        "structuredContent": {},
    }
    assert with_links(result, [kept()])["content"][0]["text"] == "Look:"


def test_a_pdf_is_told_by_its_url() -> None:
    result: JsonObject = {"content": [{"type": "resource"}], "structuredContent": {"pageCount": 2}}
    linked = with_links(result, [kept(0, "application/pdf")])
    assert linked["structuredContent"] == {
        "pageCount": 2,
        "artifactId": "art_1",
        "url": "/artifacts/art_1",
        "pdf": "/artifacts/art_1",
    }


def test_another_file_is_told_by_its_id() -> None:
    result: JsonObject = {"content": [{"type": "resource"}], "structuredContent": {}}
    facts = with_links(result, [kept(0, "application/json")])["structuredContent"]
    assert facts == {"artifactId": "art_1", "url": "/artifacts/art_1"}


def test_without_bytes_nothing_changes() -> None:
    result = text_result({})
    assert with_links(result, []) is result


def test_links_to_pictures_are_found_and_turned_back() -> None:
    foreign = {"type": "resource_link", "uri": "https://a.test/x.png", "mimeType": "image/png"}
    file = {**LINK, "uri": "/artifacts/art_2", "mimeType": "application/pdf"}
    result: JsonObject = {"content": [LINK, foreign, file], "structuredContent": {}}
    assert linked_artifacts(result) == ["art_1"]
    assert inline(result, {"art_1": "QUJD"})["content"] == [PICTURE, foreign, file]
    assert inline(result, {})["content"] == [LINK, foreign, file]
