"""Attachments: published under names that no browser runs, and only from their own folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tracker.core.pages.files import PublicFile, file_list, publish_files
from tracker.core.pages.masking import Mask
from tracker.core.texts import texts
from tracker.core.ticket import Attachment


def published(name: str, folder: str = "tickets/000/ACCREDO-42") -> PublicFile | None:
    return next(of(Attachment(name, f"{folder}/{name}", 12_000, "x/y")), None)


def of(*files: Attachment) -> Iterator[PublicFile]:
    return publish_files(files, "ACCREDO-42", "k3v9x2", Mask(("support@example.org",)))


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


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("ivan@example.org.png", "•••@•••-k3v9x2-1.png"),
        ("От ivan@example.org и Анны.PDF", "От •••@••• и Анны-k3v9x2-1.pdf"),
        ("+7 912 345-67-89.jpg", "•••-k3v9x2-1.jpg"),
        ("тел_+7_912_345-67-89.jpg", "тел •••-k3v9x2-1.jpg"),
        ("scan_89123456789.pdf", "scan •••-k3v9x2-1.pdf"),
        ("89123456789-2.png", "••• 2-k3v9x2-1.png"),
        ("tel-8-912-345-67-89.jpg", "tel •••-k3v9x2-1.jpg"),
        ("ivan@example.org", "•••@•••-k3v9x2-1.bin"),
        ("ivan@example.org.html", "•••@•••-k3v9x2-1.bin"),
        ("support@example.org", "support@example.org.bin"),
        ("IMG_20261122_091403.jpg", "IMG_20261122_091403.jpg"),
    ],
)
def test_an_address_in_a_name_is_masked_in_the_published_one_too(name: str, public: str) -> None:
    file = published(name)
    assert file is not None
    assert file.published == public
    html = file_list((file,), texts("ru"))
    assert not [one for one in ("ivan", "345-67-89", "89123456789") if one in html]


def test_names_that_a_mask_makes_equal_stay_apart() -> None:
    stored = [f"tickets/000/ACCREDO-42/{one}@example.org.png" for one in ("ivan", "anna")]
    names = {one.published for one in of(*(Attachment("", one, 1, "x/y") for one in stored))}
    assert len(names) == 2
