"""Attachments on the portal: under which name a stored file is published, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from tracker.core.pages.html import escape
from tracker.core.texts import Texts
from tracker.core.ticket import Attachment, attachment_folder
from tracker.core.wording import size_words

PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
_PASSIVE = PICTURES.union(
    ("bmp", "heic", "tif", "tiff", "mp3", "mp4", "ogg", "wav", "webm", "pdf", "rtf", "txt", "csv"),
    ("log", "eml", "ics", "vcf", "key", "doc", "docx", "odt", "odp", "ods", "ppt", "pptx", "xls"),
    ("xlsx", "zip", "7z", "gz", "tar", "tgz", "rar"),
)
"""Types that no browser runs. Every other one, known or not, gets a neutral extension."""

_PLAIN = re.compile(r"[^/\\\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A published attachment: ``stored`` is its path in the repository, ``published`` the file
    name beside the card, ``name`` what the reader sees and saves it as.
    """

    name: str
    stored: str
    published: str
    size: int

    @property
    def is_picture(self) -> bool:
        """Whether the card shows it small."""
        return self.published.rpartition(".")[2].lower() in PICTURES

    @property
    def is_neutral(self) -> bool:
        """Whether it was given a neutral extension, and is only ever saved, never opened."""
        return self.published.endswith(".bin")


def publish_file(file: Attachment, ticket_id: str) -> PublicFile | None:
    """Return how ``file`` is published, or None where its path lies outside the ticket's folder."""
    path = PurePosixPath(file.path)
    prefix, _, number = ticket_id.rpartition("-")
    inside = str(path.parent) == attachment_folder(prefix, int(number))
    if not inside or path.name == ".." or not _PLAIN.fullmatch(path.name):
        return None
    name = path.name.lstrip(".") or "file"
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    published = name if extension in _PASSIVE else f"{name}.bin"
    return PublicFile(file.name or path.name, file.path, published, file.size)


def written_links(files: Iterable[PublicFile], card: str = "") -> dict[str, str]:
    """Map the links an agent may write to an attachment to where it is published, which is
    beside the card at ``card``.
    """
    found: dict[str, str] = {}
    for one in files:
        published = card + quote(one.published)
        name = one.stored.rpartition("/")[2]
        folder = one.stored.split("/")[-2]
        for written in (name, f"{folder}/{name}", f"./{folder}/{name}"):
            found[written] = found[quote(written)] = published
    return found


def file_list(files: tuple[PublicFile, ...], words: Texts) -> str:
    """Return the attachments of an entry: pictures small, everything linked, sizes told."""
    if not files:
        return ""
    return f'<ul class="tk-files">{"".join(_item(one, words) for one in files)}</ul>'


def _item(file: PublicFile, words: Texts) -> str:
    link = escape(quote(file.published))
    name = escape(file.name)
    save = f' download="{name}"' if file.is_neutral else ""
    picture = ""
    if file.is_picture:
        picture = f'<img src="{link}" alt="" loading="lazy">'
    size = escape(size_words(file.size, words))
    return f'<li><a href="{link}"{save}>{picture}{name}</a> <small>{size}</small>'
