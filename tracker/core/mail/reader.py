"""One mail's bytes to everything the intake decides on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from tracker.core.addresses import Address
from tracker.core.mail.attachments import Files
from tracker.core.mail.automatic import classify, is_spam, list_id, return_path, suppresses
from tracker.core.mail.body import Body
from tracker.core.mail.bounces import read_bounce
from tracker.core.mail.charsets import codec_name
from tracker.core.mail.identity import digests, mail_date, message_id, message_ids
from tracker.core.mail.model import Mail, Part
from tracker.core.mail.people import addresses
from tracker.core.mail.quoting import split_quoted
from tracker.core.mail.structure import Node, Reader
from tracker.core.mail.subjects import is_forward_subject, is_reply_subject
from tracker.core.mail.trust import BESIDE_VERDICTS
from tracker.core.mail.words import header_text

LOOP_HEADER = "X-Tracker-Desk"
"""The header every letter of a desk carries, naming the desk."""

_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
NOBODY = Address("", "")
_MAX_HEADERS = 50


def read_mail(
    raw: bytes, *, attachment_limit: int = 10 * 2**20, lists: frozenset[str] = frozenset()
) -> Mail:
    """Read a mail as it came from the mailbox. Never fails, whatever the bytes are.

    Attachments larger than ``attachment_limit`` bytes are refused. ``lists`` has the List-Ids
    and addresses of the desk's own groups: their list headers are ignored.
    """
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    reader = Reader(raw)
    root = reader.read()
    headers = root.headers
    hint = _charset_hint(root)
    problems = reader.problems
    subject = header_text(root.header("subject"), hint)
    sender = _sender(root, hint, problems)
    replied = message_ids(root.header("in-reply-to"))
    references = message_ids(root.header("references"))

    files = Files(attachment_limit, hint, problems)
    body = Body(files, problems)
    body.read(root)
    whole, written = body.finish()
    kind = classify(
        headers,
        subject,
        report=root.params.get("report-type", "").lower() * (root.type == "multipart/report"),
        sender=sender.email,
        lists=lists,
    )
    text, quoted = whole.strip("\n"), ""
    if kind != "bounce":
        text, quoted = split_quoted(
            whole,
            reply=bool(replied or references or is_reply_subject(subject)),
            forward=is_forward_subject(subject),
        )
    identity = _identity(headers, problems)
    digest, raw_hash = digests(raw, root.body)
    return Mail(
        message_id=identity,
        digest=digest,
        raw_hash=raw_hash,
        sender=sender,
        reply_to=_people(headers, "reply-to", hint),
        to=_people(headers, "to", hint),
        cc=_people(headers, "cc", hint),
        date=_date(root, problems),
        subject=subject,
        in_reply_to=replied,
        references=references,
        return_path=return_path(headers),
        text=text,
        format=written,
        quoted=quoted,
        attachments=_marked(files.parts, whole),
        automatic=kind,
        no_confirmation=bool(kind) or suppresses(headers),
        bounce=read_bounce(root, reader, whole) if kind == "bounce" else None,
        list_id=list_id(headers),
        loop=header_text(root.header(LOOP_HEADER.lower())),
        authentication_results=_verdicts(root),
        delivered_to=_delivered_to(headers),
        spam=is_spam(headers),
        charset_guessed=body.guessed,
        problems=tuple(problems),
    )


def _charset_hint(root: Node) -> str:
    """Return the charset the mail's first text declares: raw headers are often in it."""
    for leaf in root.leaves():
        declared = leaf.params.get("charset")
        if declared:
            return codec_name(declared)
    return ""


def _people(headers: dict[str, list[str]], name: str, hint: str) -> tuple[Address, ...]:
    """Return the addresses of all headers of that name; names without an address are left."""
    values = headers.get(name)
    if not values:
        return ()
    found = (address for value in values for address in addresses(value, hint))
    return tuple(dict.fromkeys(address for address in found if "@" in address.email))


def _verdicts(root: Node) -> tuple[tuple[str, ...], ...]:
    """Return the Authentication-Results in the groups that stand together."""
    values = root.headers.get("authentication-results", [])[:_MAX_HEADERS]
    groups: list[list[str]] = [[]]
    for name in root.order:
        if name == "authentication-results" and values:
            groups[-1].append(header_text(values.pop(0)))
        elif name not in BESIDE_VERDICTS and groups[-1]:
            groups.append([])
    return tuple(tuple(group) for group in groups if group)


def _delivered_to(headers: dict[str, list[str]]) -> tuple[Address, ...]:
    """Return where servers say that they delivered it; senders can write these headers too."""
    found = (one for name in _DELIVERED for one in _people(headers, name, "")[:_MAX_HEADERS])
    return tuple(dict.fromkeys(found))


def _sender(root: Node, hint: str, problems: dict[str, None]) -> Address:
    """Return who wrote the mail: the first From that has an address, else Sender."""
    values = root.headers.get("from", [])
    found = [address for value in values for address in addresses(value, hint)]
    if len(found) > 1:
        problems["several-from"] = None
    proper = next((address for address in found if "@" in address.email), None)
    if proper:
        return proper
    problems["no-from"] = None
    sender = next((one for one in addresses(root.header("sender"), hint) if "@" in one.email), None)
    return sender or (found[0] if found else NOBODY)


def _identity(headers: dict[str, list[str]], problems: dict[str, None]) -> str:
    values = headers.get("message-id", [])
    if len(values) > 1:
        problems["several-message-ids"] = None
    identity = message_id(values)
    if not identity:
        problems["no-message-id"] = None
    return identity


def _date(root: Node, problems: dict[str, None]) -> datetime | None:
    value = root.header("date")
    moment = mail_date(value)
    if moment is None:
        problems["bad-date" if value.strip() else "no-date"] = None
    return moment


def _marked(parts: list[Part], text: str) -> tuple[Part, ...]:
    """Return the attachments, those that the text shows marked as inline."""
    if "(attachment:" not in text:
        return tuple(parts)
    return tuple(
        replace(part, inline=True) if f"(attachment:{quote(part.name)})" in text else part
        for part in parts
    )
