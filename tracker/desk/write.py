"""The one transaction of every writer: decide on the newest commit, commit, push, or again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.adapters.commits import Change, make_commit
from tracker.adapters.index import is_ticket_path
from tracker.adapters.lock import locked
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.desk.desk import Desk
from tracker.desk.view import View

if TYPE_CHECKING:
    from tracker.core.accounts.people import People

Decide = Callable[[View], Change | None]
"""Looks at the newest desk; returns what to write, or None for nothing."""

_ATTEMPTS = 100


class PushRefusedError(TrackerError):
    """The Git host refused a commit for a reason that trying again does not mend."""


@dataclass(frozen=True, slots=True)
class Written:
    """The newest commit after the transaction, and whether it is ours."""

    commit: str
    wrote: bool


def sealed_change(change: Change, people: People | None, known: Sequence[str]) -> Change:
    """Return a change with pseudonyms in its ticket files, and the records of new ones. ``known``
    are the addresses that stay.

    Raises TrackerError where the secret is needed for that and not set.
    """
    from tracker.core.accounts.disguise import needs_sealing, seal_file

    files = dict(change.files)
    for path, content in change.files.items():
        if content is None or not is_ticket_path(path):
            continue
        text = content.decode()
        if people is not None:
            files[path] = seal_file(text, people).encode()
        elif needs_sealing(text, known):
            raise TrackerError(
                "This desk seals mail addresses, and there is one to seal",
                "Set TRACKER_SECRET, then run this again.",
            )
    return Change(files | (dict(people.files) if people else {}), change.message)


def write(
    desk: Desk, decide: Decide, author: Address | None = None, *, fetched: bool = False
) -> Written:
    """Run one transaction.

    The remote's newest commit is fetched (unless ``fetched`` says that was just done) and
    ``decide`` looks at it; what it returns becomes one commit there. When somebody else
    was faster, everything is thrown away and decided again, with jitter: nobody's
    work is overwritten and nothing is merged. Writers of one machine queue. The work tree
    is not touched; see ``Repository.follow``.

    Raises PushRefusedError with the host's own words, GitError for everything else.
    """
    repository = desk.repository
    with locked(desk.own / "write.lock"):
        for attempt in range(_ATTEMPTS):
            if attempt or not fetched:
                repository.fetch()
            base = repository.newest()
            with desk.index.at(base, desk.progress):
                people = desk.people(base)
                change = decide(View(desk.git, desk.index, base, people))
            if change is None:
                return Written(base, wrote=False)
            if desk.settings.sealed:
                change = sealed_change(change, people, desk.known)
            made = make_commit(desk.git, base, change, author or desk.committer, desk.now())
            pushed = repository.publish(made)
            if pushed.outcome == "done":
                desk.index.advance(base, made, change)
                return Written(made, wrote=True)
            if pushed.outcome == "refused":
                raise PushRefusedError(
                    f"The Git host refuses the push: {pushed.reason}",
                    "Settle it with the host (rights, hooks, size), then run this again; "
                    "nothing is lost.",
                )
            desk.pause(attempt)
    raise TrackerError(
        f"Others pushed {_ATTEMPTS} times while this tried to", "Run it again; nothing is lost."
    )
