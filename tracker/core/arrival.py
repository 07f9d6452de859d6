"""From a mail to an entry: its words, its attachments and where they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.core.filenames import free_name
from tracker.core.mail import Mail, clean_subject, link_attachments
from tracker.core.texts import texts
from tracker.core.ticket import Attachment, Entry, Role
from tracker.core.tokens import without_tokens

_TITLE_LENGTH = 200
_FIRST_WORDS = 60


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


def stored_files(mail: Mail, folder: str, taken: set[str]) -> StoredFiles:
    """Give every attachment of ``mail`` its path in ``folder``, beside the names ``taken``."""
    used = {name.casefold() for name in taken}
    attachments, contents, names = [], [], {}
    refused: dict[str, list[str]] = {}
    for part in mail.attachments:
        if part.refused:
            refused.setdefault(f"refused_{part.refused}", []).append(part.name)
            continue
        name = free_name(part.name, used)
        used.add(name.casefold())
        path = f"{folder}/{name}"
        names[part.name] = path
        attachments.append(Attachment(part.name, path, len(part.content), part.type))
        contents.append((path, part.content))
    return StoredFiles(
        tuple(attachments),
        tuple(contents),
        names,
        {reason: ", ".join(found) for reason, found in refused.items()},
    )


def entry_from(
    arrival: Arrival,
    mail: Mail,
    entry_id: str,
    role: Role,
    files: StoredFiles,
    proof: str,
    *,
    held: bool,
) -> Entry:
    """Return the entry that holds ``mail``. ``proof`` is the DMARC verdict."""
    data = dict(files.refused)
    if proof != "none":
        data["dmarc"] = proof
    silent = arrival.silent or ("asked for no answer" if mail.no_confirmation else "")
    return Entry(
        id=entry_id,
        at=arrival.received,
        author=mail.sender,
        role=role,
        via="email",
        text=_words(mail.text, mail, files),
        format=mail.format,
        visibility="held" if held else "public",
        quoted=_words(mail.quoted, mail, files),
        message_id=mail.message_id,
        digest=mail.digest if mail.message_id else nameless_digest(mail),
        automatic=mail.automatic,
        silent=silent,
        data=data,
        attachments=files.attachments,
    )


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


def title_of(mail: Mail, language: str) -> str:
    """Return the title of a new ticket: the subject, else the first words, else a fallback."""
    subject = without_tokens(clean_subject(mail.subject))
    if not subject:
        text = without_tokens(mail.text)
        first = next((line.strip() for line in text.splitlines() if line.strip()), "")
        subject = first[:_FIRST_WORDS] + ("…" if len(first) > _FIRST_WORDS else "")
    title = subject[: _TITLE_LENGTH - 1] + "…" if len(subject) > _TITLE_LENGTH else subject
    return title or texts(language)._("(no subject)")
