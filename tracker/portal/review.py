"""Publishing after review: which tickets that no agent has looked at may be seen all the same.

A ticket is vouched for when an agent has looked at an earlier one of the same requester. Who is
known by which ticket is kept with the state, so a change costs what that requester's tickets
cost, and the result does not depend on what was built before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from tracker.portal.render import Rendered, Renderer, Task, render_all
from tracker.portal.state import Known, State

Tickets = Mapping[str, tuple[str, str]]
"""Tickets to render: id to path and object id."""
Read = Callable[[Tickets], Iterable[tuple[str, str, str, bytes]]]
"""Reads tickets: yields id, path, object id and contents of each, in any order."""


class Review:
    """The reviews of one build. ``read`` reads tickets, ``known`` are those of the last build."""

    def __init__(
        self, state: State, renderer: Renderer, read: Read, known: Mapping[str, Known]
    ) -> None:
        self._state, self._renderer, self._read, self._known = state, renderer, read, known

    def render(self, changed: Tickets, gone: Iterable[str]) -> Iterator[Rendered]:
        """Render ``changed``, and other tickets whose being seen follows from that, each once."""
        state = self._state
        people = state.requesters([*changed, *gone])
        for ticket_id in gone:
            state.drop_review(ticket_id)
        hidden: dict[str, Rendered] = {}
        for one in self._pass(changed, vouched=False):
            people.add(one.requester)
            state.put_review(one)
            if one.looked or one.status:
                yield one
            else:
                hidden[one.id] = one
        now: dict[bool, dict[str, tuple[str, str]]] = {True: {}, False: {}}
        for person in people:
            for ticket_id, vouched in self._turned(person, hidden):
                place = hidden.pop(ticket_id, None) or self._known[ticket_id]
                now[vouched][ticket_id] = (place.path, place.oid)
        yield from hidden.values()
        for vouched, tickets in now.items():
            yield from self._pass(tickets, vouched=vouched)

    def _turned(self, person: str, hidden: Mapping[str, Rendered]) -> Iterator[tuple[str, bool]]:
        """Return a person's tickets that must be rendered (again), and whether vouched for."""
        if not person:  # a caller without an address is nobody known
            return
        first = self._state.first_looked(person)
        for ticket_id, number, before in self._state.unlooked(person):
            vouched = first is not None and first < number
            if vouched is not before:
                self._state.put_vouched(ticket_id, vouched=vouched)
                if vouched or ticket_id not in hidden:
                    yield ticket_id, vouched

    def _pass(self, tickets: Tickets, *, vouched: bool) -> Iterator[Rendered]:
        tasks = (Task(*one, vouched) for one in self._read(tickets))
        return render_all(self._renderer, tasks, len(tickets))
