"""Checks of settings: a value as TOML has it to what the tracker works with, or ValueError."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.core.endpoint import Endpoint, endpoint
from tracker.core.texts import Language
from tracker.core.working_time import Workday, read_dates, read_workdays

MAX_TITLE = 60
"""Characters of the title of a request type."""

PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,9}")
EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+@[^\s<>@,;:()\[\]\\\"]+", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?")


def email(value: Any) -> str:
    """Return a mail address."""
    try:
        right = EMAIL.fullmatch(value) and value.rpartition("@")[2].encode("idna")
    except UnicodeError:
        right = False
    if not right:
        raise ValueError("must be a mail address such as support@example.org")
    return str(value)


def emails(value: Any) -> tuple[str, ...]:
    """Return mail addresses."""
    return tuple(email(one) for one in value)


def line(value: Any) -> str:
    """Return a text of one line."""
    if _CONTROL.search(value):
        raise ValueError("must be one line without control characters")
    return str(value)


def title(value: Any) -> str:
    """Return the title of a request type."""
    if not value.strip() or len(value) > MAX_TITLE or "[" in value or "]" in value:
        raise ValueError(f"must have 1 to {MAX_TITLE} characters and no square brackets")
    return " ".join(line(value).split())


def prefix(value: Any) -> str:
    """Return what the numbers of tickets begin with."""
    if not PREFIX.fullmatch(value):
        raise ValueError("must be 2 to 10 capital letters and digits, a letter first: ACCREDO")
    return str(value)


def language(value: Any) -> Language:
    """Return the code of a language."""
    if not _LANGUAGE.fullmatch(value):
        raise ValueError("must be the code of a language such as en or pt-BR")
    return Language(value)


def zone(value: Any) -> ZoneInfo:
    """Return a time zone."""
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/Moscow") from None


def web(value: Any) -> str:
    """Return a web address that ends in a slash."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("must be a web address such as https://help.example.org/")
    return str(value) if str(value).endswith("/") else f"{value}/"


def form(value: Any) -> str:
    """Return the address of a service for forms. It stands in a Content-Security-Policy, too:
    nothing in it may end a directive.
    """
    parts = urlsplit(value)
    loopback = parts.hostname in ("localhost", "127.0.0.1")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ValueError("must be an address that begins with https://")
    if not _HOST.fullmatch(parts.netloc) or _CONTROL.search(value) or " " in value:
        raise ValueError("must be an address such as https://forms.example.org/f/desk")
    return str(value)


def imap(value: Any) -> Endpoint:
    """Return where mail is read."""
    return endpoint(value, "imap")


def smtp(value: Any) -> Endpoint:
    """Return where letters are sent."""
    return endpoint(value, "smtp")


def dates(value: Any) -> tuple[date, ...]:
    """Return days."""
    return read_dates(map(str, value))  # TOML has dates of its own, whose text is the same


def workdays(value: Any) -> tuple[Workday, ...]:
    """Return days that are worked though the week says otherwise."""
    return read_workdays(map(str, value))


def positive(value: Any) -> int:
    """Return a number from 1 on."""
    if value < 1:
        raise ValueError("must be 1 or more")
    return int(value)
