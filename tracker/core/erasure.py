"""Forgetting a person: what of a ticket is theirs, taken out; number, times and order stay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tracker.core.addresses import Address
from tracker.core.ticket import Entry, Ticket

_ABOUT_PEOPLE = ("joined", "left", "muted", "unmuted")


@dataclass(frozen=True, slots=True)
class Erased:
    """A ticket without the person, the paths of the attachments that go with them, and the
    identities of their mails, by which a mail is known that comes again.
    """

    ticket: Ticket
    files: tuple[str, ...]
    mails: tuple[str, ...]


def erase(ticket: Ticket, people: frozenset[str], mark: str) -> Erased:
    """Take the person with the addresses ``people`` (small letters) out of a ticket.

    In a request of their own every text goes, since answers repeat what was asked; in another
    one their entries go, and what others quoted. ``mark`` stands in the place of what went. An
    address of theirs goes from every text; a name that others wrote stays, nobody can know it.
    """
    return _Eraser(ticket, people, mark).run()


class _Eraser:
    """The erasing of one ticket."""

    def __init__(self, ticket: Ticket, people: frozenset[str], mark: str) -> None:
        self._ticket, self._people, self._mark = ticket, people, mark
        self._own = ticket.requester.key in people
        words = "|".join(re.escape(one) for one in sorted(people, key=len, reverse=True))
        self._address = re.compile(rf"(?<![\w.+-])(?:{words})(?![\w-]|\.\w)", re.IGNORECASE)

    def run(self) -> Erased:
        ticket, nobody = self._ticket, Address(self._mark, "")
        entries = [self._entry(one) for one in ticket.entries if not self._is_about(one)]
        taken = [one for one in ticket.entries if self._goes(one)]
        changed = replace(
            ticket,
            title=self._mark if self._own else self._clean(ticket.title),
            requester=nobody if self._own else ticket.requester,
            participants=tuple(one for one in ticket.participants if one.key not in self._people),
            muted=tuple(one for one in ticket.muted if one not in self._people),
            phone="" if self._own else ticket.phone,
            entries=tuple(entries),
            extra={} if self._own else {key: self._value(one) for key, one in ticket.extra.items()},
        )
        files = tuple(file.path for one in taken for file in one.attachments)
        mails = tuple(
            f"{one.message_id} {one.author.key} {one.digest}"
            for one in ticket.entries
            if one.message_id and one.author.key in self._people
        )
        return Erased(changed, files, mails)

    def _goes(self, entry: Entry) -> bool:
        return self._own or entry.author.key in self._people

    def _is_about(self, entry: Entry) -> bool:
        """Whether an event is only about the person; their title goes with them, too."""
        if entry.kind != "event":
            return False
        if self._own and entry.event == "renamed":
            return True
        who = Address.parse(entry.data.get("who", "")).key
        return entry.event in _ABOUT_PEOPLE and who in self._people

    def _entry(self, entry: Entry) -> Entry:
        mine, goes = entry.author.key in self._people, self._goes(entry)
        return replace(
            entry,
            author=Address(self._mark, "") if mine else entry.author,
            text=(self._mark if entry.text else "") if goes else self._clean(entry.text),
            quoted="" if goes or self._took_part else self._clean(entry.quoted),
            message_id="" if mine else entry.message_id,
            digest="" if mine and entry.message_id else entry.digest,
            data=self._data(entry, goes),
            told=self._without(entry.told),
            bounced=self._without(entry.bounced),
            delayed=self._without(entry.delayed),
            attachments=() if goes else entry.attachments,
            sum="",
        )

    @property
    def _took_part(self) -> bool:
        return any(one.author.key in self._people for one in self._ticket.entries)

    def _data(self, entry: Entry, goes: bool) -> dict[str, str]:
        kept = {key: self._clean(value) for key, value in entry.data.items()}
        if "title" in kept and self._own:
            kept["title"] = self._mark
        if entry.event == "requester" and Address.parse(entry.data.get("to", "")).key in (
            self._people
        ):
            kept["to"] = self._mark
        gone = ("refused_size", "refused_executable") if goes else ()
        return {key: value for key, value in kept.items() if key not in gone}

    def _without(self, records: Mapping[str, str]) -> dict[str, str]:
        return {
            key: self._clean(value)
            for key, value in records.items()
            if key.lower() not in self._people
        }

    def _value(self, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(value, str):
            return self._clean(value)
        return tuple(self._clean(one) for one in value)

    def _clean(self, text: str) -> str:
        return self._address.sub(lambda _: self._mark, text)
