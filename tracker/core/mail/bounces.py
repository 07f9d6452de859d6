"""Delivery reports: who was not reached, why, and which letter it was (RFC 3464)."""

from __future__ import annotations

import re

from tracker.core.addresses import one_line
from tracker.core.mail.charsets import decode
from tracker.core.mail.identity import message_ids
from tracker.core.mail.model import Bounce, Failure
from tracker.core.mail.structure import Node, Reader
from tracker.core.mail.transfer import decode_transfer
from tracker.core.mail.words import decode_words

MAX_FAILURES = 100
_MAX_TEXT = 100_000
_MAX_DIAGNOSTIC = 500

_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]*)[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<!\d)([45])\d\d[ -]")
_ADDRESS = r"[^\s<>()\[\]:;,\"@]+@[^\s<>()\[\]:;,\"@]+"
_LISTED = re.compile(
    rf"^[ \t]*<?({_ADDRESS})>?[ \t]*:?[ \t]*$|^[ \t]*<({_ADDRESS})>:", re.MULTILINE
)
_COPY = re.compile(
    r"^-{2,}[ -]*(?:this is a copy of|below this line is a copy of|original message follows"
    r"|the header of the original|transcript of session|копия)",
    re.MULTILINE | re.IGNORECASE,
)
_ORIGINAL_ID = re.compile(
    r"^(?:X-Original-)?Message-I[Dd]:[ \t]*(?:\n[ \t]+)?(<[^<>\n]{3,500}>)", re.MULTILINE
)
# Full mailboxes, too large mails, spam filters and content rules pass; unknown users don't.
_PASSING = re.compile(r"5\.(?:2\.[23]|3\.[14]|4\.[0-9]|6\.|7\.)")
_GONE = re.compile(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient|address)|does not exist"
    r"|doesn't exist|mailbox (?:unavailable|not found)|invalid (?:recipient|mailbox)"
    r"|recipient (?:unknown|not found)"
    r"|unrouteable address|account (?:has been )?disabled|address rejected: undeliverable"
    r"|пользователь не найден|адрес не существует|почтовый ящик не найден"
    r"|ящик (?:удал[её]н|заблокирован)",
    re.IGNORECASE,
)


def read_bounce(root: Node, reader: Reader, text: str) -> Bounce:
    """Read a mail that was classified as a bounce; ``text`` is what it says to people.

    The machine-readable part comes first; then X-Failed-Recipients (Exim, Gmail); then the
    addresses that stand alone on lines of the text (qmail, mail.ru).
    """
    failures: list[Failure] = []
    original = ""
    for leaf in root.leaves():
        if leaf.type in ("message/delivery-status", "message/global-delivery-status"):
            failures += _recipients(_leaf_text(leaf))
        elif leaf.type in ("message/rfc822", "message/global", "text/rfc822-headers"):
            original = original or _returned_id(leaf, reader)
    told, copy = _split_copy(text)
    if not failures:
        failures = _from_header(root, told) or _from_text(told)
    original = original or _first_id(copy) or _own_reference(root)
    return Bounce(tuple(failures[:MAX_FAILURES]), original)


def _leaf_text(leaf: Node) -> str:
    raw, _ = decode_transfer(leaf.payload[:_MAX_TEXT], leaf.header("content-transfer-encoding"))
    return decode(raw)[0].replace("\r\n", "\n")


def _recipients(text: str) -> list[Failure]:
    """Read the per-recipient groups of a delivery-status part."""
    found = []
    for group in _BLANK.split(text):
        fields: dict[str, str] = {}
        for name, value in _FIELD.findall(group):
            fields.setdefault(name.lower(), one_line(decode_words(_latin(value))))
        address = fields.get("final-recipient") or fields.get("original-recipient")
        if not address or "action" not in fields:
            continue
        action = fields["action"].split(" ", 1)[0].lower()
        said = fields.get("diagnostic-code", "")
        kind, _, diagnostic = said.partition(";")
        diagnostic = (diagnostic if diagnostic else kind).strip()[:_MAX_DIAGNOSTIC]
        status = (_STATUS.search(fields.get("status", "")) or [""])[0]
        if status in ("", "5.0.0", "4.0.0"):
            # Exim and Exchange put the telling code into the words.
            status = (_STATUS.search(diagnostic) or [status])[0]
        hard = _is_hard(action, status, diagnostic)
        original = _address(fields.get("original-recipient", ""))
        found.append(Failure(_address(address), action, status, diagnostic, hard, original))
    return found


def _address(value: str) -> str:
    """Return the address of ``rfc822; a@b.org``."""
    return value.rpartition(";")[2].strip().strip("<>")


def _latin(value: str) -> str:
    return value.encode("utf-8", "replace").decode("latin-1")


def _is_hard(action: str, status: str, diagnostic: str) -> bool:
    """Whether sending again is useless: the address is wrong or gone."""
    if action != "failed":
        return False
    if status:
        if not status.startswith("5"):
            return False
        return not _PASSING.match(status) or bool(_GONE.search(diagnostic))
    code = _REPLY_CODE.search(diagnostic)
    return bool(_GONE.search(diagnostic)) or bool(code and code[1] == "5")


def _returned_id(leaf: Node, reader: Reader) -> str:
    """Return the Message-ID of the letter that was sent back, whole or as headers."""
    encoding = leaf.header("content-transfer-encoding").strip().lower()
    if encoding in ("base64", "quoted-printable"):
        return _first_id(_leaf_text(leaf))
    inner = reader.nested(leaf) if leaf.type != "text/rfc822-headers" else None
    if inner:
        for value in inner.headers.get("message-id", ()):
            ids = message_ids(value)
            if ids:
                return ids[0]
    return _first_id(_leaf_text(leaf))


def _first_id(text: str) -> str:
    found = _ORIGINAL_ID.search(text)
    return (message_ids(found[1]) or ("",))[0] if found else ""


def _own_reference(root: Node) -> str:
    """Gmail and Exchange name the returned letter in the report's own headers."""
    for name in ("x-original-message-id", "in-reply-to", "references"):
        ids = message_ids(root.header(name))
        if ids:
            return ids[-1]
    return ""


def _split_copy(text: str) -> tuple[str, str]:
    """Split a report's text into what it says and the copy of the letter below."""
    text = text[:_MAX_TEXT]
    found = _COPY.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, text)


def _from_header(root: Node, text: str) -> list[Failure]:
    """Read X-Failed-Recipients, with the reason from the text."""
    found = []
    for value in root.headers.get("x-failed-recipients", ()):
        for address in value.replace(";", ",").split(","):
            recipient = one_line(address).strip("<> ")
            if "@" in recipient:
                found.append(_failure(recipient, _reason(text, recipient)))
    return found[:MAX_FAILURES]


def _from_text(text: str) -> list[Failure]:
    """Read the addresses that stand alone on a line, each with the words below it."""
    found: list[Failure] = []
    for match in _LISTED.finditer(text):
        recipient = match[1] or match[2]
        if all(recipient != failure.recipient for failure in found):
            found.append(_failure(recipient, _reason(text[match.start() :], recipient)))
        if len(found) >= MAX_FAILURES:
            break
    return found


def _reason(text: str, recipient: str) -> str:
    """Return the words after an address up to the next blank line."""
    place = text.find(recipient)
    rest = text[place + len(recipient) :] if place >= 0 else text
    return one_line(_BLANK.split(rest[:2000].lstrip(">: \n"), maxsplit=1)[0])[:_MAX_DIAGNOSTIC]


def _failure(recipient: str, diagnostic: str) -> Failure:
    status = (_STATUS.search(diagnostic) or [""])[0]
    action = "delayed" if status.startswith("4") else "failed"
    return Failure(recipient, action, status, diagnostic, _is_hard(action, status, diagnostic))
