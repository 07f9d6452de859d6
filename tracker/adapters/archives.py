"""Archives of mail on disk: mbox files, Maildirs and folders of `.eml` files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tracker.core.errors import TrackerError
from tracker.core.mail.identity import mail_date
from tracker.core.moving.order import Head, read_head

HEAD = 2**16
"""Bytes of a mail that are read to put it in order."""
_BLOCK = 2**20
# A line `From ` of an mbox: sender, and a time as asctime writes it, perhaps with a zone.
_FROM = re.compile(
    rb"From \S*.{0,200}?([A-Z][a-z]{2}) +([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}:\d{2}(?::\d{2})?)"
    rb"(?: +[A-Z]{3,5})?(?: +([+-]\d{4}))? +(\d{4})(?: +([+-]\d{4}))?[ \t]*\r?\n"
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_BETWEEN = re.compile(rb"(\n)\r?\n\Z")
_UNIQUE = re.compile(r"(\d{9,11})\.")


@dataclass(frozen=True, slots=True)
class Stored:
    """A mail in an archive: where it lies, as what it is named in reports, and when it was
    stored, None where nothing tells it.
    """

    path: Path
    start: int
    size: int
    name: str
    stored: datetime | None
    head: Head
    mbox: bool = False

    def read(self) -> bytes:
        """Return the mail as it came over the wire: with CRLF, so that it is known again."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            raw = file.read(self.size)
        if self.mbox:
            # The blank line at its end stands between the mails and belongs to none.
            raw = _QUOTED.sub(rb"\1", _BETWEEN.sub(rb"\1", raw))
        return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def in_mbox(path: Path) -> Iterator[Stored]:
    """Yield the mails of an mbox file, in its order; of a folder those of all files in it.

    A mail begins at a line `From ` with a time, at the top or behind a blank line: a sentence
    that begins with the word is none. Raises TrackerError for a file that is no mbox.
    """
    for one in _files(path):
        with one.open("rb") as file:
            if one.stat().st_size and not _FROM.match(file.read(1024)):
                raise TrackerError(
                    f"{one} is no mbox file: its first line is not `From …` with a time",
                    "A folder of single mails is imported with `tracker import eml`.",
                )
        places = list(_starts(one))
        for n, (_, behind, stored) in enumerate(places):
            end = places[n + 1][0] if n + 1 < len(places) else one.stat().st_size
            name = f"{one.name}: mail {n + 1}"
            yield _stored(one, behind, end - behind, name, stored, mbox=True)


def _starts(path: Path) -> Iterator[tuple[int, int, datetime | None]]:
    """Yield where each mail's line `From ` is, where the mail begins, and that line's time."""
    place, blank = 0, True
    with path.open("rb") as file:
        while line := file.readline(_BLOCK):
            found = _FROM.fullmatch(line) if blank and line.startswith(b"From ") else None
            if found:
                yield place, place + len(line), _asctime(found)
            place += len(line)
            blank = line in (b"\n", b"\r\n")


def _asctime(found: re.Match[bytes]) -> datetime | None:
    _, month, day, clock, before, year, behind = (
        one.decode() if one else "" for one in found.groups()
    )
    return mail_date(f"{day} {month} {year} {clock} {behind or before or '+0000'}")


def in_maildir(path: Path) -> Iterator[Stored]:
    """Yield the mails of a Maildir and its subfolders. Raises TrackerError where it is none."""
    if not (path / "cur").is_dir():
        raise TrackerError(
            f"{path} is no Maildir: it has no folder `cur`",
            "Name the folder that holds `cur` and `new`.",
        )
    for folder in (path, *sorted(one for one in path.iterdir() if (one / "cur").is_dir())):
        for name in ("cur", "new"):
            if (folder / name).is_dir():
                yield from _single(folder / name, path)


def in_folder(path: Path) -> Iterator[Stored]:
    """Yield the mails of a folder of `.eml` files, those of folders in it too; or the one file."""
    if path.is_file():
        yield _stored(path, 0, path.stat().st_size, path.name, None)
        return
    for folder in (path, *sorted(one for one in path.rglob("*") if one.is_dir())):
        if not folder.is_symlink():
            yield from _single(folder, path, ".eml")


def _single(folder: Path, root: Path, ending: str = "") -> Iterator[Stored]:
    for one in sorted(folder.iterdir()):
        # What a link names may lie anywhere: an archive has no need of it.
        if one.is_file() and not one.is_symlink() and one.name.lower().endswith(ending):
            name = one.relative_to(root).as_posix()
            yield _stored(one, 0, one.stat().st_size, name, _of_name(one))


def _of_name(path: Path) -> datetime | None:
    """Return when a file was delivered: its name in a Maildir begins with the time."""
    found = _UNIQUE.match(path.name)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise TrackerError(f"{path} is not there", "Name a file or a folder that is.")
    if path.is_file():
        return [path]
    return sorted(one for one in path.iterdir() if one.is_file() and not one.is_symlink())


def _stored(
    path: Path, start: int, size: int, name: str, stored: datetime | None, *, mbox: bool = False
) -> Stored:
    with path.open("rb") as file:
        file.seek(start)
        head = read_head(file.read(min(size, HEAD)))
    return Stored(path, start, size, name, stored, head, mbox)
