"""Attachments: published under names that no browser runs, and only from their own folder."""

from __future__ import annotations

import pytest

from tracker.core.pages.files import PublicFile, file_list, publish_file
from tracker.core.texts import texts
from tracker.core.ticket import Attachment


def published(name: str, folder: str = "tickets/000/ACCREDO-42") -> PublicFile | None:
    return publish_file(Attachment(name, f"{folder}/{name}", 12_000, "x/y"), "ACCREDO-42")


@pytest.mark.parametrize(
    "name", ["a.html", "a.HTM", "a.svg", "a.xml", "a.xhtml", "a.js", "a.swf", "index.html", "noext"]
)
def test_active_and_unknown_types_get_a_neutral_extension(name: str) -> None:
    file = published(name)
    assert file is not None
    assert file.published == f"{name}.bin"
    html = file_list((file,), texts("en"))
    assert f'download="{name}"' in html
    assert "<img" not in html


@pytest.mark.parametrize("name", ["photo.png", "photo.JPG", "scan.webp"])
def test_pictures_are_shown_small(name: str) -> None:
    file = published(name)
    assert file is not None
    assert f'<img src="{name}" alt="" loading="lazy">' in file_list((file,), texts("en"))


def test_documents_open_as_they_are() -> None:
    file = published("акт 1.pdf")
    assert file is not None
    assert file.published == "акт 1.pdf"
    assert 'href="%D0%B0%D0%BA%D1%82%201.pdf"' in file_list((file,), texts("ru"))


@pytest.mark.parametrize(
    "folder",
    ["tickets/000/ACCREDO-43", "tickets/.desk/ACCREDO-42", "tickets/001/ACCREDO-42", "", "/etc"],
)
def test_a_path_outside_the_tickets_folder_is_not_published(folder: str) -> None:
    assert published("a.png", folder) is None


def test_a_name_is_escaped() -> None:
    file = published('"><script>.png')
    assert file is not None
    assert "<script>" not in file_list((file,), texts("en"))
