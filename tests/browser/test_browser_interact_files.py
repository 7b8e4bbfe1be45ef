"""Files for pages that hide their file inputs: behind a button, or behind a place to drop them."""

from pathlib import Path

import pytest
from tests.browser.driver import Failed, Page
from tests.browser.origins import Site

PAGE = """
<input type=file id=input multiple hidden>
<button id=button onclick="input.click()">Choose</button>
<div id=late onclick="setTimeout(() => input.click(), 100)">Choose later</div>
<div id=zone style="height: 60px; width: 200px">Drop here</div><p id=nothing>Nothing</p>
<script>
  const seen = [];
  const note = async (how, files) => {
    for (const file of files) seen.push(`${how} ${file.name} ${await file.text()}`);
  };
  input.onchange = () => note("chosen", input.files);
  zone.ondragover = (event) => event.preventDefault();
  zone.ondrop = (event) => { event.preventDefault(); note("dropped", event.dataTransfer.files); };
</script>
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two files on the browser's machine."""
    for name in ("red", "blue"):
        (tmp_path / f"{name}.txt").write_text(f"{name} mug")
    return [str(tmp_path / "red.txt"), str(tmp_path / "blue.txt")]


def here_and_there(page: Page, site: Site, frame: str | None) -> dict[str, str]:
    """Opens the page, in a frame of another origin if that is named, and says how to get at it."""
    url = site.add(PAGE)
    if frame is None:
        page.goto(url)
        return {}
    page.goto(
        site.add(f"<p>Above</p><iframe name={frame} src={url.replace(site.here, site.other)}>")
    )
    return {"frame": frame}


@pytest.mark.parametrize("frame", [None, "inner"])
@pytest.mark.parametrize("target", ["#button", "#late", "#zone"])
@pytest.mark.proves("tools:files_go_where_a_person_would_put_them")
def test_files_of_the_machine_go_through_buttons_and_zones(
    page: Page, site: Site, files: list[str], target: str, frame: str | None
) -> None:
    where = here_and_there(page, site, frame)
    uploaded = page.do("interact", "upload", selector=target, files=files, **where)
    assert uploaded == {"uploaded": ["red.txt", "blue.txt"]}
    how = "dropped" if target == "#zone" else "chosen"
    seen = [f"{how} red.txt red mug", f"{how} blue.txt blue mug"]
    assert page.value("new Promise((done) => setTimeout(() => done(seen), 50))", **where) == seen


@pytest.mark.parametrize(("target", "how"), [("#button", "chosen"), ("#zone", "dropped")])
@pytest.mark.proves("tools:files_go_where_a_person_would_put_them")
def test_artifacts_go_through_buttons_and_zones(
    page: Page, site: Site, target: str, how: str
) -> None:
    page.goto(site.add(PAGE))
    artifact = page.do("content", "pdf")["artifactId"]
    page.do("interact", "upload", selector=target, files=[artifact])
    seen = page.value("new Promise((done) => setTimeout(() => done(seen[0].slice(0, 40)), 50))")
    assert seen.startswith(f"{how} 127.0.0.1.pdf %PDF")


def test_what_takes_no_files_is_said_to_take_none(page: Page, site: Site, files: list[str]) -> None:
    page.goto(site.add(PAGE))
    with pytest.raises(Failed) as failed:
        page.do("interact", "upload", selector="#nothing", files=files)
    assert failed.value.code == "INVALID_ARGUMENTS"
    assert "opens no file chooser" in failed.value.message


def test_a_folder_goes_only_into_an_input_for_folders(
    page: Page, site: Site, files: list[str]
) -> None:
    folder = str(Path(files[0]).parent)
    url = site.add("<input type=file id=one><input type=file id=all webkitdirectory>")
    page.do("tab", "new", url=url, activate=True)
    for target, path, said in (("#one", folder, "is a folder"), ("#all", files[0], "is a file")):
        with pytest.raises(Failed) as failed:
            page.do("interact", "upload", selector=target, files=[path])
        assert failed.value.code == "INVALID_ARGUMENTS"
        assert f"{path} {said}" in failed.value.message
    assert page.value("one.files.length + all.files.length") == 0
    uploaded = page.do("interact", "upload", selector="#all", files=[folder])
    assert sorted(uploaded["uploaded"]) == ["blue.txt", "red.txt"]
    read = "Promise.all([...all.files].map((file) => file.text())).then((texts) => texts.sort())"
    assert page.value(read) == ["blue mug", "red mug"]
