"""Which files of the machine a page may be given."""

import asyncio
import functools
from pathlib import Path

import pytest
from tests.yard import READ, command, open_yard

from tabyard.core.records import Fault
from tabyard.hub.catalogue import Prepared
from tabyard.hub.upload_rule import UploadRule
from tabyard_protocol.errors import ToolErrorCode
from tabyard_protocol.resources.task import TaskStatus


def upload(*files: object) -> Prepared:
    args = {"action": "upload", "selector": "#f", "files": list(files)}
    return Prepared("browser_interact", args, 1_000, on_hub=False)


async def allows(rule: UploadRule, call: Prepared) -> bool:
    """Whether the call is made as it is."""
    checked = await rule.checked(call)
    if isinstance(checked, Fault):
        assert checked.code == ToolErrorCode.INVALID_ARGUMENTS
        return False
    assert checked is call
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a file in it, beside a secret, and links to that."""
    folder = tmp_path / "uploads"
    (folder / "deep").mkdir(parents=True)
    (folder / "mug.png").write_text("mug")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "uploads2").mkdir()
    (tmp_path / "uploads2" / "x").write_text("x")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "deep" / "up").symlink_to(tmp_path)
    return folder


async def test_files_of_the_folder_and_artifacts_may_be_uploaded(folder: Path) -> None:
    rule = UploadRule(folder)
    for name in ("mug.png", "deep/../mug.png", "./mug.png", "not-there-yet"):
        assert await allows(rule, upload(f"{folder}/{name}"))
    assert await allows(rule, upload("art_1_abc", str(folder / "mug.png")))


async def test_no_file_outside_is_uploaded_whatever_it_is_called(folder: Path) -> None:
    rule = UploadRule(folder)
    for path in (
        str(folder.parent / "secret"),
        f"{folder}/../secret",
        f"{folder}/link",
        f"{folder}/deep/up/secret",
        f"{folder}2/x",
        "/etc/passwd",
        "mug.png",
        "uploads/mug.png",
        f"file://{folder}/mug.png",
        "C:\\Users\\me\\secret",
        "\\\\server\\share",
        "",
        7,
    ):
        assert not await allows(rule, upload(str(folder / "mug.png"), path)), path


async def test_without_a_folder_only_artifacts_are_uploaded(folder: Path) -> None:
    rule = UploadRule(None)
    assert await allows(rule, upload("art_1_abc"))
    assert not await allows(rule, upload(str(folder / "mug.png")))


async def test_a_folder_that_is_a_link_is_what_it_points_to(folder: Path) -> None:
    named = folder.parent / "named"
    named.symlink_to(folder)
    assert await allows(UploadRule(named), upload(str(folder / "mug.png")))
    assert await allows(UploadRule(folder), upload(str(named / "mug.png")))


async def test_other_calls_are_none_of_its_business(folder: Path) -> None:
    rule = UploadRule(folder)
    for tool, args in (
        ("browser_interact", {"action": "click", "selector": "#f"}),
        ("their_own_tool", {"action": "upload", "files": ["/etc/passwd"]}),
    ):
        assert await allows(rule, Prepared(tool, args, 1_000, on_hub=False))


async def test_a_browser_never_hears_of_an_upload_from_elsewhere(folder: Path) -> None:
    async with asyncio.timeout(5), open_yard(upload_dir=folder) as yard:
        browser = await yard.browser()
        events = yard.listen()
        upload_of = functools.partial(command, "browser_interact", action="upload", selector="#f")

        task = await yard.submit(upload_of(files=[str(folder / "link")]), READ)

        await events.complete(task)
        view = await yard.view(task)
        assert view.error is not None
        assert (view.status, view.error.code) == (TaskStatus.FAILED, "INVALID_ARGUMENTS")
        assert browser.started == []
        await yard.submit(upload_of(files=[str(folder / "mug.png")]))
        assert (await browser.next_call()).args["files"] == [str(folder / "mug.png")]
