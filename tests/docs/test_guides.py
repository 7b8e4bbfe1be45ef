"""What the guides say to type works, and prints what they say."""

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(60)

PAGES = [
    "README.md",
    "docs/guides/getting-started.md",
    "docs/guides/first-task.md",
    "docs/guides/follow.md",
    "docs/guides/your-own-chrome.md",
    "docs/guides/write-an-instance.md",
]


@pytest.mark.parametrize("name", PAGES)
def test_every_snippet_of_the_page_works(root: Path, page: Any, name: str) -> None:
    page.run(root / name)


def test_every_guide_with_a_snippet_is_run(root: Path) -> None:
    guides = {f"docs/guides/{path.name}" for path in (root / "docs" / "guides").glob("*.md")}
    with_snippets = {name for name in guides if "```bash" in (root / name).read_text("utf-8")}
    assert with_snippets == {name for name in PAGES if name.startswith("docs/")}
