"""What every page of a portal has in common: the desk, its language, its ways of being reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tracker.core.options import RequestType, Sla
from tracker.core.pages.html import escape
from tracker.core.settings import Settings
from tracker.core.texts import Texts, texts

OPEN, CLOSED, ANY = "requests/", "requests/closed/", "requests/any/"
"""The addresses of the three lists below the portal's root."""
NEW, CONTACTS, QUEUES = "new/", "contacts/", "queues/"
"""The addresses of the pages that the portal makes beside them."""
SEARCH = "search/"
"""The address of the search page."""
ACCESS = "access/"
"""The address of a private portal's page that links of letters lead to."""


_UNSAFE = re.compile(r"[\x00-,/:-@\[-^`{-\xa0]+")


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk as its portal shows it. ``url`` is the portal's address and ends in a slash.

    ``agents`` are pairs of handle and name, ``requests`` of a type's key and the type.
    ``is_public`` says that everybody may read tickets, ``review`` that new ones of unknown people
    wait for an agent, ``sla`` what the desk has set itself.
    """

    name: str
    prefix: str
    language: str
    zone: ZoneInfo
    url: str
    address: str
    phone: str
    hours: str
    edit_url: str = ""
    submit_url: str = ""
    agents: tuple[tuple[str, str], ...] = ()
    requests: tuple[tuple[str, RequestType], ...] = ()
    is_public: bool = True
    review: bool = False
    sla: Sla | None = None

    @classmethod
    def of(cls, settings: Settings) -> Desk:
        """Take from the settings what the portal shows."""
        desk = settings.desk
        return cls(
            desk.name,
            desk.prefix,
            desk.language,
            desk.timezone,
            desk.portal_url,
            settings.mailbox.address,
            desk.phone,
            desk.hours,
            desk.edit_url,
            desk.submit_url,
            tuple((handle, agent.name) for handle, agent in settings.agents.items()),
            tuple(settings.requests.items()),
            desk.visibility == "public",
            desk.publish == "after-review",
            settings.sla,
        )

    @property
    def has_targets(self) -> bool:
        """Whether anything can be overdue."""
        return self.sla is not None and bool(self.sla.first_answer or self.sla.close)

    @property
    def words(self) -> Texts:
        """The portal's sentences in the desk's language."""
        return texts(self.language, "portal")

    @property
    def kept(self) -> tuple[str, ...]:
        """The address and the number that are the desk's own and are never masked."""
        return (self.address, self.phone)


def ticket_url(ticket_id: str) -> str:
    """Return a card's address below the portal's root."""
    return f"tickets/{ticket_id}/"


def mail_link(address: str, subject: str, body: str = "") -> str:
    """Return an escaped ``mailto:`` link (RFC 6068).

    Letters beyond ASCII stay as they are, a third of the size; browsers encode them.
    """
    fields = [("subject", subject), ("body", body.replace("\n", "\r\n"))]
    query = "&".join(f"{name}={_encode(text)}" for name, text in fields if text)
    return escape(f"mailto:{quote(address, safe='@')}" + (f"?{query}" if query else ""))


def phone_link(phone: str) -> str:
    """Return an escaped ``tel:`` link (RFC 3966)."""
    digits = "".join(one for one in phone if one.isdigit())
    return escape(f"tel:{'+' if phone.strip().startswith('+') else ''}{digits}")


def _encode(text: str) -> str:
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), text)
