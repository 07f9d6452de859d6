"""The desk's snippets: read from the newest commit, filled for a ticket, checked in the folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tracker.core.pages.site import ticket_url
from tracker.core.settings import Fault
from tracker.core.snippets import (
    FOLDER,
    BrokenSnippetError,
    Snippet,
    chosen,
    faults,
    fill,
    missing,
    name_of,
    read_snippet,
)
from tracker.core.texts import texts
from tracker.core.ticket import Ticket
from tracker.desk.desk import Desk
from tracker.desk.queries import find_ticket


def snippets(desk: Desk) -> list[Snippet]:
    """Return the snippets in the desk's language. Raises SnippetError for one that is broken."""
    return [_read(desk, file) for file in _files(desk).values()]


def snippet(desk: Desk, name: str) -> Snippet:
    """Return one snippet. Raises SnippetError."""
    files = _files(desk)
    if name not in files:
        raise missing(name, files)
    return _read(desk, files[name])


def filled(desk: Desk, name: str, number: int, handle: str) -> str:
    """Return the text of a snippet for a ticket, as the agent ``handle`` would send it.

    Raises SnippetError, and TrackerError where there is no such ticket.
    """
    found = snippet(desk, name)
    _, ticket = find_ticket(desk, number)
    return fill(found, _values(desk, ticket, handle))


def snippet_faults(root: Path) -> Iterator[Fault]:
    """Yield every fault of the snippets in the work tree."""
    for path in sorted((root / FOLDER).glob("*.md")):
        if name_of(path.name) is None:
            continue
        try:
            yield from faults(read_snippet(path.read_bytes(), f"{FOLDER}/{path.name}"))
        except BrokenSnippetError as error:
            yield error.fault


def _files(desk: Desk) -> dict[str, str]:
    commit = desk.repository.newest()
    names = desk.git.list_names(commit, FOLDER) if commit else []
    return chosen(names, desk.settings.desk.language)


def _read(desk: Desk, file: str) -> Snippet:
    path = f"{FOLDER}/{file}"
    return read_snippet(desk.git.read_file(desk.repository.newest(), path) or b"", path)


def _values(desk: Desk, ticket: Ticket, handle: str) -> dict[str, str]:
    own = desk.settings
    return {
        "number": ticket.id,
        "title": ticket.title,
        "name": ticket.requester.shown,
        "agent": own.agents[handle].name,
        "desk": own.desk.name,
        "portal": own.desk.portal_url,
        "card": f"{own.desk.portal_url}{ticket_url(ticket.id)}",
        "today": texts(own.desk.language).day(desk.now()),
    }
