"""From a mail to an entry: its words, its attachments and where they are stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.core.addresses import Address
from tracker.core.filenames import free_name
from tracker.core.mail import Mail, Part, clean_subject, link_attachments
from tracker.core.texts import texts
from tracker.core.ticket import Attachment, Entry, Role, Visibility
from tracker.core.tokens import file_without_tokens, without_tokens

_TITLE_LENGTH = 200
_FIRST_WORDS = 60
IMPORTED = "imported"
"""Why nobody is told of an entry that came from elsewhere: ``silent`` of each of them."""
_LETTERS = ("eml", "msg", "mbox", "mht", "mhtml", "html", "htm", "txt")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of the mailbox. ``received`` is the server's INTERNALDATE in the desk's zone.

    ``mail`` is None where it could not be taken in, and ``fault`` then says why. ``silent``
    is the reason for telling nobody, or empty.
    """

    uidvalidity: int
    uid: int
    received: datetime
    size: int
    raw_hash: str
    mail: Mail | None
    fault: str = ""
    silent: str = ""


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """Attachments as the entry names them, their contents, and what was not stored."""

    attachments: tuple[Attachment, ...]
    contents: tuple[tuple[str, bytes], ...]
    names: dict[str, str]
    refused: dict[str, str]


def stored_files(parts: Iterable[Part], folder: str, taken: set[str]) -> StoredFiles:
    """Give every attachment its path in ``folder``, beside the names ``taken``."""
    used = {name.casefold() for name in taken}
    attachments, contents, names = [], [], {}
    refused: dict[str, list[str]] = {}
    for part in parts:
        if part.refused:
            name = without_tokens(part.name)
            refused.setdefault(f"refused_{part.refused}", []).append(name)
            continue
        shown = without_tokens(part.name)
        name = free_name(shown, used)
        used.add(name.casefold())
        path = f"{folder}/{name}"
        names[part.name] = path
        content = _content(part)
        attachments.append(Attachment(shown, path, len(content), part.type))
        contents.append((path, content))
    return StoredFiles(
        tuple(attachments),
        tuple(contents),
        names,
        {reason: ", ".join(found) for reason, found in refused.items()},
    )


def _content(part: Part) -> bytes:
    """Return what is stored of an attachment: a letter of ours in it opens no ticket any more."""
    ending = part.name.lower().rpartition(".")[2]
    if ending in _LETTERS or part.type.startswith(("message/", "text/")):
        return file_without_tokens(part.content)
    return part.content


def entry_from(
    arrival: Arrival,
    mail: Mail,
    files: StoredFiles,
    *,
    entry_id: str,
    author: Address,
    role: Role,
    text: str,
    data: Mapping[str, str],
    visibility: Visibility = "public",
    note: bool = False,
) -> Entry:
    """Return the entry that holds ``mail``. ``text`` is its text as far as that is to be kept,
    ``note`` makes it an internal note.
    """
    return Entry(
        id=entry_id,
        at=arrival.received,
        author=author,
        role=role,
        via="email",
        text=_words(text, mail, files),
        kind="note" if note else "message",
        format=mail.format,
        visibility=visibility,
        quoted=_words(mail.quoted, mail, files),
        message_id=mail.message_id,
        digest=digest_of(mail),
        automatic=mail.automatic,
        silent=arrival.silent or ("asked for no answer" if mail.no_confirmation else ""),
        data={**files.refused, **data},
        attachments=files.attachments,
    )


def digest_of(mail: Mail) -> str:
    """What tells a mail from others of the same Message-ID, or of none."""
    return mail.digest if mail.message_id else nameless_digest(mail)


def nameless_digest(mail: Mail) -> str:
    """What tells a mail without Message-ID from others."""
    return f"raw-{mail.raw_hash[:32]}"


def _words(text: str, mail: Mail, files: StoredFiles) -> str:
    """Return a text as it is stored: no token of ours in it, its pictures where they lie."""
    text = without_tokens(text)
    if mail.format == "text":
        return text
    # Relative to the ticket's file, so that a Git host shows them.
    places = {name: "/".join(path.split("/")[-2:]) for name, path in files.names.items()}
    return link_attachments(text, places)


def title_of(mail: Mail, language: str, prefix: str) -> str:
    """Return the title of a new ticket: the subject, else the first words, else a fallback.

    The number of another ticket is left out: a title goes into the subjects of our letters.
    """
    subject = clean_subject(mail.subject)
    if f"[{prefix}-" in subject:
        subject = clean_subject(re.sub(rf"\[{prefix}-[0-9]+\]\s*", "", subject))
    subject = without_tokens(subject)
    if not subject:
        text = without_tokens(mail.text)
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        subject = first[:_FIRST_WORDS] + ("…" if len(first) > _FIRST_WORDS else "")
    title = subject[: _TITLE_LENGTH - 1] + "…" if len(subject) > _TITLE_LENGTH else subject
    return title or texts(language)._("(no subject)")
