"""Who the people of another system are here: agents by address or name, the others as told."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.addresses import Address
from tracker.core.moving.items import Person
from tracker.core.option_checks import EMAIL
from tracker.core.settings import Settings

_NOREPLY = re.compile(r"(?:\d+\+)?([a-z0-9-]+)@users\.noreply\.[a-z0-9.-]+", re.IGNORECASE)
_LOGIN = ("user id", "id", "account id", "accountid", "username", "login", "key")
_NAME = ("full name", "display name", "displayname", "name", "user name")
"""What Atlassian's own list calls *User name* is how people are shown."""
_EMAIL = ("email address", "email", "e-mail", "emailaddress")


@dataclass(frozen=True, slots=True)
class Known:
    """A person of another system as this desk knows them. ``handle`` is an agent's, else None;
    ``answers`` says that their words are answers of the desk.
    """

    address: Address
    handle: str | None = None
    answers: bool = False


class Directory:
    """Finds people. ``users`` maps what another system calls them, in small letters, to who they
    are; ``staff`` has names, addresses or ``@domains`` of people who answered there and are no
    agents here.
    """

    def __init__(
        self,
        settings: Settings,
        users: Mapping[str, Address] | None = None,
        staff: Collection[str] = (),
    ) -> None:
        self._settings = settings
        self._users = users or {}
        self._staff = {one.strip().lower() for one in staff}
        self._logins = _logins(settings)

    def known(self, person: Person) -> Known:
        """Return who somebody is; a stranger is as the other system says."""
        words = [one.strip().lower() for one in (person.login, person.email, person.name)]
        told = next((self._users[one] for one in words if one and one in self._users), None)
        email = person.email if EMAIL.fullmatch(person.email) else ""
        address = told or Address(person.name or person.login, email)
        handle = self._handle(person, address)
        names = {*words, address.key, address.name.lower(), f"@{address.key.rpartition('@')[2]}"}
        answers = handle is not None or bool(self._staff & (names - {"", "@"}))
        return Known(address, handle, answers)

    def _handle(self, person: Person, address: Address) -> str | None:
        if address.key:
            found = self._settings.agent_by_email(address.key)
            if found or person.email:
                return found  # whose address is another's can't be an agent by name alone
        found = self._logins.get(person.login.lower())
        if found or not address.name:
            return found
        named = [
            handle
            for handle, one in self._settings.agents.items()
            if one.name.lower() == address.name.lower()
        ]
        return named[0] if len(named) == 1 else None


def _logins(settings: Settings) -> dict[str, str]:
    """Map user names to agents: their handles, and what a Git host's no-reply address says."""
    found = {handle.lower(): handle for handle in settings.agents}
    for handle, agent in settings.agents.items():
        for email in agent.emails:
            if login := _NOREPLY.fullmatch(email):
                found.setdefault(login[1].lower(), handle)
    return found


def told_users(written: Iterable[str]) -> dict[str, Address]:
    """Read ``jsmith=John Smith <john@example.org>``. Raises ValueError with a sentence."""
    found = {}
    for one in written:
        who, equals, person = one.partition("=")
        address = Address.parse(person)
        if not equals or not who.strip() or not address.shown:
            raise ValueError(f"`{one}` is not WHO=NAME <ADDRESS>")
        found[who.strip().lower()] = address
    return found


def listed_users(rows: Sequence[Sequence[str]]) -> dict[str, Address]:
    """Read a table of users, such as an administrator of Jira exports: a heading, then a row a
    user, with columns for user name or id, name and address. Raises ValueError with a sentence.
    """
    heading = [one.strip().lower() for one in rows[0]] if rows else []
    logins = [at for at, one in enumerate(heading) if one in _LOGIN]
    names = [at for at, one in enumerate(heading) if one in _NAME]
    emails = [at for at, one in enumerate(heading) if one in _EMAIL]
    if not emails or not (logins or names):
        raise ValueError("a list of users needs columns `username` (or `id`), `name` and `email`")
    found: dict[str, Address] = {}
    for row in rows[1:]:
        cells = [one.strip() for one in row] + [""] * (len(heading) - len(row))
        name = next((cells[at] for at in names if cells[at]), "")
        email = next((cells[at] for at in emails if cells[at]), "")
        address = Address(name, email if EMAIL.fullmatch(email) else "")
        for at in (*logins, *emails, *names):
            if cells[at] and address.shown:
                found.setdefault(cells[at].lower(), address)
    return found
