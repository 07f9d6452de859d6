"""Who may read tickets: what a desk that turns public shows from then on, and turning it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tracker.adapters.commits import Change
from tracker.adapters.git import Git
from tracker.core.accounts.records import FOLDER
from tracker.core.errors import TrackerError
from tracker.core.settings import FILE, read_settings
from tracker.desk.desk import Desk
from tracker.desk.queries import newest
from tracker.desk.view import View
from tracker.desk.write import write

_LINE = re.compile(r"^(\s*visibility\s*=\s*)([\"'])\w+\2", re.MULTILINE)
_BUCKET = 2
_TABLE = re.compile(r"^\[desk\][^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Visible:
    """What everybody would read: tickets, how many of them are open, by how many people,
    attachments; and the accounts that would be of no use any more.
    """

    tickets: int
    open: int
    people: int
    attachments: int
    accounts: int
    titles: list[str] = field(default_factory=list)


def what_shows(desk: Desk) -> Visible:
    """Return what turning public would make visible, with a few of the newest titles."""
    with newest(desk) as view:
        one = desk.index.query_one
        counted = one(
            "SELECT count(*), coalesce(sum(status != 'closed'), 0), count(DISTINCT requester_key) "
            "FROM tickets"
        )
        sql = "SELECT id, title FROM tickets ORDER BY number DESC LIMIT 5"
        titles = [f"{number} {title}" for number, title in desk.index.query(sql)]
        files = desk.git.list_files(view.commit, "tickets") if view.commit else ()
        attached = sum(file.path.count("/") == 3 for file in files)
        tickets, still, people = counted or (0, 0, 0)
        return Visible(tickets, still, people, attached, len(_records(view)), titles)


def _records(view: View) -> list[str]:
    return [path for path, _ in view.accounts()]


def turn(desk: Desk, visibility: str) -> bool:
    """Set ``visibility`` in the settings, in one commit; whether it was something else, or accounts
    were left.

    A desk that turns public loses its accounts: they open nothing there, and that they are gone
    is how a build knows that somebody was asked.
    """
    turned = False

    def decide(view: View) -> Change | None:
        nonlocal turned
        before = (view.read(FILE) or b"").decode()
        files: dict[str, bytes | None] = {}
        after = _with(before, visibility)
        if after != before:
            files[FILE] = after.encode()
        if visibility == "public":
            files |= dict.fromkeys(_records(view))
        turned = bool(files)
        return Change(files, f"Turn the desk {visibility}") if files else None

    write(desk, decide)
    desk.repository.follow()
    return turned


def _with(text: str, visibility: str) -> str:
    """Return the settings with another visibility. Raises TrackerError where that can't be done
    without risk to the rest of the file.
    """
    changed, count = _LINE.subn(rf"\g<1>\g<2>{visibility}\g<2>", text)
    if not count:
        line = f'visibility = "{visibility}"\n'
        changed, count = _TABLE.subn(lambda found: found[0] + line, text, count=1)
    if count != 1 or read_settings(changed).desk.visibility != visibility:
        raise TrackerError(
            f"{FILE} could not be changed", f'Write `visibility = "{visibility}"` below `[desk]`.'
        )
    return changed


def need_asked(git: Git, commit: str) -> None:
    """Stop where a public desk still has accounts: people wrote to a private one, and nobody said
    yet that everybody may read it.
    """
    there = git.list_names(commit, FOLDER) if commit else []
    if any(len(name) == _BUCKET for name in there):  # pseudonyms of a public repository may stay
        raise TrackerError(
            f"This desk was private: there are accounts ({FOLDER}/), and everybody would read "
            "every request",
            "Run `tracker visibility public`: it says what becomes visible, and asks.",
        )
