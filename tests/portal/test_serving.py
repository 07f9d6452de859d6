"""What is built after a change: everything, or the tickets alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mkdocs.exceptions import Abort, PluginError

from tracker.portal.serving import Preview, stamps


def preview(docs: Path, done: list[str]) -> Preview:
    return Preview(lambda: done.append("whole"), lambda: done.append("tickets"), [docs])


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "help").mkdir()
    (tmp_path / "help/a.md").write_text("a")
    return tmp_path


def test_tickets_alone_where_nothing_else_changed(docs: Path) -> None:
    done: list[str] = []
    build = preview(docs, done)
    build()
    (docs / "help/a.md").write_text("longer")
    build()
    build()
    (docs / "b.md").write_text("new")
    build()
    (docs / "b.md").unlink()
    build()
    build()
    assert done == ["tickets", "whole", "tickets", "whole", "whole", "tickets"]


def test_a_touched_file_counts_as_changed(docs: Path) -> None:
    done: list[str] = []
    build = preview(docs, done)
    os.utime(docs / "help/a.md", ns=(1, 1))
    build()
    assert done == ["whole"]


def test_after_a_fault_everything_is_built(docs: Path) -> None:
    done: list[str] = []

    def fail() -> None:
        raise PluginError("ACCREDO-1.md: broken")

    build = Preview(lambda: done.append("whole"), fail, [docs])
    with pytest.raises(Abort, match="broken"):
        build()
    build()
    assert done == ["whole"]


def test_hidden_files_and_links_to_nowhere_are_no_pages(docs: Path) -> None:
    (docs / ".icons").mkdir()
    (docs / ".icons/one.svg").write_text("")
    (docs / "b.md").symlink_to(docs / "nowhere")
    assert list(stamps([docs])) == [str(docs / "help/a.md")]
    assert list(stamps([docs / "help/a.md", docs / "absent"])) == [str(docs / "help/a.md")]
