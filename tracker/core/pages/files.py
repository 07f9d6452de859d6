"""Attachments on the portal: under which name a stored file is published, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from tracker.core.pages.html import escape, visible
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


def publish_files(
    files: Iterable[Attachment], ticket_id: str, entry_id: str, mask: Callable[[str], str]
) -> Iterator[PublicFile]:
    """Yield how the attachments of an entry are published, but those whose path lies outside the
    ticket's folder.

    Where ``mask`` hides something of a name, the entry and the place in it make the published one
    unique: a digest of the name would let anybody test whose address it holds.
    """
    for place, file in enumerate(files, 1):
        if is_inside(file, ticket_id):
            yield _published(file, f"{entry_id}-{place}", mask)


def is_inside(file: Attachment, ticket_id: str) -> bool:
    """Whether an attachment lies in the ticket's folder, under a name that is one."""
    path = PurePosixPath(file.path)
    prefix, _, number = ticket_id.rpartition("-")
    inside = str(path.parent) == attachment_folder(prefix, int(number))
    return inside and path.name != ".." and _PLAIN.fullmatch(path.name) is not None


def _published(file: Attachment, mark: str, mask: Callable[[str], str]) -> PublicFile:
    stored = PurePosixPath(file.path).name
    shown = _masked(visible(file.name or stored), mask)
    name = stored.lstrip(".") or "file"
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    masked = _masked(visible(name), mask)
    if masked != visible(name):
        # The mask of an address takes an extension for the end of its domain.
        stem = masked[: -len(extension) - 1] if masked.lower().endswith(f".{extension}") else masked
        name = f"{stem}-{mark}" + (f".{extension}" if extension in _PASSIVE else "")
    published = name if extension in _PASSIVE else f"{name}.bin"
    return PublicFile(shown, file.path, published, file.size)


def _masked(name: str, mask: Callable[[str], str]) -> str:
    """Return a file's name as ``mask`` leaves it. Underscores and hyphens may join its words, and
    the extension is no part of a number.
    """
    name = mask(name)
    stem, dot, extension = name.rpartition(".") if "." in name else (name, "", "")
    for joint in ("", "_", "-"):
        apart = stem.replace(joint, " ") if joint else stem
        masked = mask(apart)
        if masked != apart:
            stem = masked
    return f"{stem}{dot}{extension}"


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
