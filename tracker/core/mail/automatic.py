"""Whether a person or a machine wrote a mail, by its headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tracker.core.mail.model import Automatic

_Headers = Mapping[str, Sequence[str]]

_LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post", "list-help", "list-subscribe")
_AUTO_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
)
_BOUNCE_SENDER = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon)@", re.IGNORECASE)
# Outlook writes no header that says so when a rule of its own answers.
_AUTO_SUBJECT = re.compile(
    r"(?:автоматический ответ|автоответ|automatic reply|auto-?reply|out of (?:the )?office"
    r"|нет на рабочем месте|вне офиса)\b",
    re.IGNORECASE,
)
_SUPPRESSED = re.compile(r"\b(?:all|autoreply|oof)\b", re.IGNORECASE)
_YES = re.compile(r"\s*yes\b", re.IGNORECASE)


def classify(
    headers: _Headers,
    subject: str,
    *,
    report: str = "",
    sender: str = "",
    lists: frozenset[str] = frozenset(),
) -> Automatic:
    """Return the kind of an automatic mail, '' for a person's.

    ``headers`` maps lower-case names to raw values, ``report`` is the report-type of a
    multipart/report (RFC 6522), ``sender`` the From address. ``lists`` names the List-Ids
    and addresses of the desk's own groups in lower case, whose list headers say nothing.
    Rules: RFC 3834, RFC 3464, RFC 2919, RFC 2369, [MS-OXCMAIL] for Exchange.
    """
    if report == "delivery-status" or "x-failed-recipients" in headers:
        return "bounce"
    null_sender = return_path(headers) == ""
    if null_sender and _BOUNCE_SENDER.match(sender):
        return "bounce"
    if _auto_reply(headers, subject, null_sender) or report == "disposition-notification":
        return "auto-reply"
    return "list" if _from_list(headers, lists) else ""


def _auto_reply(headers: _Headers, subject: str, null_sender: bool) -> bool:
    submitted = _first(headers, "auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if any(_first(headers, name).lower() not in ("", "no") for name in _AUTO_HEADERS):
        return True
    if _first(headers, "precedence").lower() in ("auto_reply", "auto-reply", "junk"):
        return True
    bulk = _first(headers, "precedence").lower() == "bulk"
    if bulk and not any(name in headers for name in _LIST_HEADERS):
        return True
    looped = (
        "x-ms-exchange-inbox-rules-loop" in headers
        or "x-ms-exchange-generated-message-source" in headers
    )
    if looped and suppresses(headers):
        return True
    return bool(_AUTO_SUBJECT.match(subject)) and (null_sender or suppresses(headers))


def _from_list(headers: _Headers, lists: frozenset[str]) -> bool:
    if own_list(headers, lists):
        return False
    if any(name in headers for name in _LIST_HEADERS):
        return True
    return _first(headers, "precedence").lower() in ("list", "bulk")


def own_list(headers: _Headers, lists: frozenset[str]) -> bool:
    """Whether the list headers are those of one of the desk's own groups.

    ``lists`` may hold a List-Id with or without its brackets, or the group's address.
    """
    if not lists:
        return False
    names = {name.lower().strip("<> ") for name in lists}
    identity = list_id(headers).lower()
    if identity and (identity in names or any(_same_list(identity, name) for name in names)):
        return True
    posted = " ".join(headers.get("list-post", ()))
    return any("@" in name and f"mailto:{name}" in posted.lower() for name in names)


def _same_list(identity: str, name: str) -> bool:
    """Google Groups writes ``support.example.org`` for ``support@example.org``."""
    return "@" in name and identity == name.replace("@", ".", 1)


def list_id(headers: _Headers) -> str:
    """Return the List-Id without its brackets and phrase (RFC 2919), '' if there is none."""
    value = _first(headers, "list-id")
    start = value.rfind("<")
    return value[start + 1 :].partition(">")[0].strip() if start >= 0 else value.strip()


def suppresses(headers: _Headers) -> bool:
    """Whether X-Auto-Response-Suppress asks for no automatic answer."""
    return bool(_SUPPRESSED.search(" ".join(headers.get("x-auto-response-suppress", ()))))


def return_path(headers: _Headers) -> str | None:
    """Return the envelope sender: None if unknown, '' if it is the null sender."""
    values = headers.get("return-path")
    if not values:
        return None
    return values[0].strip().strip("<>").strip()[:320]


def is_spam(headers: _Headers) -> bool:
    """Whether the provider marked a mail as spam: SpamAssassin's and rspamd's headers."""
    flags = (
        *headers.get("x-spam-flag", ()),
        *headers.get("x-spam-status", ()),
        *headers.get("x-spam", ()),
    )
    return any(_YES.match(value) for value in flags)


def _first(headers: _Headers, name: str) -> str:
    values = headers.get(name)
    return values[0].strip() if values else ""
