"""What every action of an agent has in common: who acts, on which ticket, in one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracker.adapters.commits import Change
from tracker.core import operations
from tracker.core.errors import TrackerError
from tracker.core.operations import Actor
from tracker.core.workspace import NoTicketError, Workspace
from tracker.desk.desk import Desk
from tracker.desk.queries import missing
from tracker.desk.view import View
from tracker.desk.write import write

Act = Callable[[Workspace, Actor], str]
"""Changes tickets, and returns what the commit says. Called again when somebody was faster."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did to a ticket.

    ``note`` is a sentence for the person: why nothing had to change (``changed`` is false then),
    or that the work tree stayed behind.
    """

    ticket: str
    note: str = ""
    changed: bool = True


def number_from(desk: Desk, written: str) -> int:
    """Read ``42`` or ``ACCREDO-42``. Raises TrackerError."""
    return operations.number_of(desk.settings, written)


def agent_of(desk: Desk, handle: str | None) -> str:
    """Return the handle of who acts: the one named, else the one Git knows by address."""
    if handle is not None:
        return operations.agent_of(desk.settings, handle)
    code, email, _ = desk.git.attempt("config", "--get", "user.email")
    found = desk.settings.agent_by_email(email.strip()) if code == 0 else None
    if found is None:
        raise TrackerError(
            f"Git's user.email ({email.strip() or 'not set'}) belongs to no agent",
            "Say who you are with --as; agents in tracker.toml: "
            f"{', '.join(desk.settings.agents) or 'none yet'}.",
        )
    return found


def carry_out(desk: Desk, handle: str, act: Act) -> str:
    """Do ``act`` on the newest desk as the agent ``handle``, in one commit or not at all.

    Returns an empty string, or why the work tree stayed behind.
    Raises what ``act`` raises: then nothing is written.
    """
    author = desk.settings.address_of(handle)

    def decide(view: View) -> Change | None:
        now = desk.now()
        work = Workspace(view, desk.settings, now, desk.new_id)
        try:
            message = act(work, Actor(author, "agent", "cli", now, handle))
        except NoTicketError as error:
            raise missing(desk, error.number) from None
        return Change(work.files, message, work.tickets) if work.files else None

    write(desk, decide, author)
    return desk.repository.follow()


def on_each(
    desk: Desk,
    numbers: Iterable[int],
    handle: str,
    verb: str,
    already: str,
    do: Callable[[Workspace, int, Actor], object],
) -> list[Done]:
    """Do the same to several tickets, in one commit or not at all.

    ``do`` returns something false where nothing had to change; ``already`` says so:
    *ACCREDO-42 ‹is closed already›*. ``verb`` is what the commit says: *‹Close› ACCREDO-42*.
    """
    wanted = list(dict.fromkeys(numbers))
    changed: list[int] = []

    def act(work: Workspace, who: Actor) -> str:
        changed[:] = [number for number in wanted if do(work, number, who)]
        names = [work.name(number) for number in changed[:_NAMED]]
        more = len(changed) - len(names)
        return f"{verb} {', '.join(names)}{f' and {more} more' if more else ''}"

    note = carry_out(desk, handle, act)
    prefix = desk.settings.desk.prefix
    return [
        Done(f"{prefix}-{number}", note)
        if number in changed
        else Done(f"{prefix}-{number}", f"{prefix}-{number} {already}", changed=False)
        for number in wanted
    ]
