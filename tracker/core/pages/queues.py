"""The agents' queues: what waits for whom, oldest first, of what the public sees anyway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tracker.core.pages.html import STATUS_NAMES, escape
from tracker.core.pages.lists import PAGE
from tracker.core.pages.site import Desk, ticket_url
from tracker.core.pages.view import PublicTicket

SCRIPT = "assets/tracker/queues.js"
"""Says how long ago a date is and what is overdue: a static page can't know when it is read."""

_OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands: who is to act since when, and whose it is.

    ``side`` is ``us`` or ``them``; ``since`` the day of the last word, YYYY-MM-DD; ``assignee``
    the handle of an agent of this desk, or empty; ``due`` when the ticket will be overdue, in UTC,
    or empty.
    """

    side: str = "us"
    since: str = ""
    assignee: str = ""
    due: str = ""

    @classmethod
    def of(cls, ticket: PublicTicket, due: datetime | None = None) -> Standing:
        """Take it from the public view of a ticket. Automatic mail changes nothing."""
        words = [one for one in ticket.entries if one.format and not one.automatic]
        last = words[-1] if words else None
        theirs = ticket.status == "waiting" or (last is not None and last.side == "agent")
        since = last.at if last else ticket.created
        side = "them" if theirs else "us"
        at = f"{due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if due else ""
        return cls(side, since.date().isoformat(), ticket.assignee or "", at)

    @classmethod
    def read(cls, kept: str) -> Standing:
        """Read what ``kept`` gave; an empty text is a ticket nobody could read."""
        return cls(*kept.split("\t")) if kept else cls()

    @property
    def kept(self) -> str:
        """The same as one text, for the state of the build."""
        return f"{self.side}\t{self.since}\t{self.assignee}\t{self.due}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open ticket in a queue. ``status`` is ``repair`` where its file can't be read."""

    id: str
    number: int
    status: str
    standing: Standing


class QueuesPage:
    """Writes the page of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._words, self._zone = desk.words, desk.zone
        self._has_targets = desk.has_targets
        self._agents = dict(desk.agents)

    def page(self, tickets: Sequence[Waiting], root: str, title_of: Callable[[str], str]) -> str:
        """Return the page's content for the open tickets; ``title_of`` gives the title of one.

        ``root`` is the relative way to the portal's root. A queue shows its oldest tickets.

        What will be overdue is there, but hidden: the script shows what is so by the clock.
        """
        queues = self._queues(sorted(tickets, key=lambda one: (one.standing.since, one.number)))
        tabs = "".join(
            f'<a href="#{name}"{_hidden(name)}>{escape(title)} <span>{len(held)}</span></a>'
            for name, title, held in queues
        )
        label = escape(self._words._("Queues"))
        late = escape(self._words._("overdue"))
        parts = [
            f"<section{_hidden(one[0])}>{self._queue(*one, root, title_of)}</section>"
            for one in queues
        ]
        return (
            f'<nav class="tk-tabs" aria-label="{label}" data-late="{late}">{tabs}</nav>'
            f"{''.join(parts)}"
            f'<script type="module" src="{root}{SCRIPT}"></script>'
        )

    def _queues(self, tickets: list[Waiting]) -> list[tuple[str, str, list[Waiting]]]:
        """Return (anchor, title, tickets) of every queue that is shown."""
        words = self._words
        whole = [one for one in tickets if one.status != "repair"]
        broken = [one for one in tickets if one.status == "repair"]
        found = [
            ("unassigned", words._("Unassigned"), [one for one in whole if not _whose(one)]),
            ("us", words._("Waiting for us"), [one for one in whole if one.standing.side == "us"]),
            (
                "requester",
                words._("Waiting for the requester"),
                [one for one in whole if one.standing.side == "them"],
            ),
        ]
        if self._has_targets:
            timed = [one for one in whole if one.standing.due]
            timed.sort(key=lambda one: (one.standing.due, one.number))
            found.append((_OVERDUE, words._("Overdue"), timed))
        if broken:
            found.insert(0, ("repair", words._("To be mended"), broken))
        for number, (handle, name) in enumerate(self._agents.items(), 1):
            found.append((f"agent-{number}", name, [one for one in whole if _whose(one) == handle]))
        return found

    def _queue(
        self,
        anchor: str,
        title: str,
        tickets: list[Waiting],
        root: str,
        title_of: Callable[[str], str],
    ) -> str:
        words = self._words
        heading = f'<h2 id="{anchor}">{escape(title)}</h2>'
        none = f">{escape(words._('Nothing waits here.'))}</p>"
        if not tickets:
            return f'{heading}<p class="tk-none"{none}'
        heads = [
            words._("Number"),
            words._("Subject"),
            words._("Status"),
            words._("Assignee"),
            words._("Waits since"),
        ]
        if self._has_targets:
            heads.append(words._("Due"))
        cells = "".join(f'<th scope="col">{escape(name)}' for name in heads)
        rows = "".join(self._row(one, root, title_of) for one in tickets[:PAGE])
        more = ""
        if len(tickets) > PAGE:
            text = words._("The oldest %(n)s are shown.", n=PAGE)
            more = f'<p class="tk-pager"><span>{escape(text)}</span></p>'
        if anchor == _OVERDUE:
            more += f'<p class="tk-none" hidden{none}'
        return (
            f'{heading}<div class="tk-scroll"><table class="tk-table"><thead><tr>{cells}</thead>'
            f"<tbody>{rows}</tbody></table></div>{more}"
        )

    def _row(self, one: Waiting, root: str, title_of: Callable[[str], str]) -> str:
        number = escape(one.id)
        status = escape(self._words._(STATUS_NAMES.get(one.status, "being repaired")))
        return (
            f'<tr class="tk-{one.status}"><td><a href="{root}{ticket_url(number)}">{number}</a>'
            f"<td>{escape(title_of(one.id))}<td><i>{status}</i>"
            f"<td>{escape(self._agents.get(_whose(one), '—'))}<td>{self._day(one.standing.since)}"
            f"{self._due(one.standing.due)}\n"
        )

    def _day(self, since: str) -> str:
        if not since:
            return ""
        day = date.fromisoformat(since).strftime(self._words._("%Y-%m-%d"))
        return f'<time datetime="{since}">{day}</time>'

    def _due(self, due: str) -> str:
        if not self._has_targets:
            return ""
        if not due:
            return "<td>"
        at = datetime.fromisoformat(due).astimezone(self._zone)
        told = at.strftime(f"{self._words._('%Y-%m-%d')} %H:%M")
        return f'<td><time class="tk-due" datetime="{due}">{told}</time>'


def _hidden(anchor: str) -> str:
    return " hidden" if anchor == _OVERDUE else ""


def _whose(one: Waiting) -> str:
    return one.standing.assignee
