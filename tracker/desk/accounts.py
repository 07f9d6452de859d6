"""What agents do to accounts: invite, reset, revoke, add an address, rewrite under a new secret."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.adapters.commits import Change
from tracker.core.accounts.activation import (
    activation_link,
    invite,
    new_record,
    ready_login,
)
from tracker.core.accounts.book import all_records, for_address, need
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.people import PEOPLE, address_of, make_person, read_person
from tracker.core.accounts.posts import owe
from tracker.core.accounts.records import Record, normal_address, stamp, write_record
from tracker.core.accounts.visible import agent_of
from tracker.core.errors import TrackerError
from tracker.core.option_checks import EMAIL
from tracker.desk.desk import Desk
from tracker.desk.queries import newest
from tracker.desk.view import View, read_folder
from tracker.desk.write import write


def accounts(desk: Desk) -> list[Record]:
    """Return every account, the oldest first."""
    with newest(desk) as view:
        return sorted(all_records(view), key=lambda one: (one.created, one.account))


def account(desk: Desk, written: str) -> Record:
    """Return the account named by an address or the beginning of its id. Raises TrackerError."""
    with newest(desk) as view:
        return need(view, written)


def as_json(record: Record) -> dict[str, Any]:
    """Return what ``--json`` prints of an account: nothing that opens it."""
    return {
        "account": record.account,
        "epoch": record.epoch,
        "key": record.key,
        "addresses": list(record.addresses),
        "name": record.name,
        "role": record.role,
        "created": record.created,
        "invitation": record.invitation,
        "to": record.to,
        "invited": record.invited,
        "expires": record.expires,
        "logins": [one.kind for one in record.logins],
        "letters": [
            {
                "kind": one.kind,
                "to": one.to,
                "asked": one.asked,
                "told": one.told,
                "bounced": one.bounced,
                "delayed": one.delayed,
            }
            for one in record.posts
        ],
        "revoked": record.revoked,
    }


def invited(desk: Desk, address: str, name: str, *, by_mail: bool = False) -> tuple[Record, str]:
    """Invite the person with an address, whose account is made where there is none yet.

    Returns the account and the link that opens it; none where the next run of the job is to send
    it ``by_mail``. Who is an agent in the settings gets an agent's account; where theirs was a
    requester's so far, what opened that opens nothing more.
    """
    ring, site = desk.ring(), desk.settings.desk.portal_url
    if not EMAIL.fullmatch(address.strip()):
        raise TrackerError(f"`{address}` is no mail address", "Write it as name@example.org.")
    is_agent = desk.settings.agent_by_email(address.strip()) is not None
    fresh = secrets.token_hex(16)

    def decide(view: View) -> Record:
        found = for_address(view, address)
        if found is not None:
            found = _raised(desk, found, ring)
        else:
            role = "agent" if is_agent else "requester"
            found = new_record(ring, fresh, [address], name, role, desk.now())  # type: ignore[arg-type]
        if by_mail:
            return _with_letter(desk, found, address)
        return invite(found, ring, site, desk.now(), to=address)

    record = _write(desk, decide, "Invite")
    return record, "" if by_mail else activation_link(record, ring, site)


def _raised(desk: Desk, record: Record, ring: Ring) -> Record:
    """Return an account of somebody who became an agent as an agent's, in a new epoch: a password
    that was good enough for one's own requests is none for everybody's.
    """
    if record.role == "agent" or not agent_of(record, desk.settings):
        return record
    return replace(record.with_epoch(ring.current.id), role="agent")


def _with_letter(desk: Desk, record: Record, address: str) -> Record:
    if record.revoked:
        raise TrackerError(
            f"The account of {record.addresses[0]} is revoked", "Open it with `account reset`."
        )
    return owe(record, "activation", address, desk.now(), desk.new_id)


def reset(desk: Desk, written: str, *, by_mail: bool = False) -> tuple[Record, str]:
    """Void every password and link of an account and invite anew; returns it and its link, none
    where it goes ``by_mail``.
    """
    ring, site = desk.ring(), desk.settings.desk.portal_url

    def decide(view: View) -> Record:
        found = _raised(desk, need(view, written), ring)
        risen = replace(found.with_epoch(ring.current.id), revoked="")
        if by_mail:
            return _with_letter(desk, risen, risen.addresses[0])
        return invite(risen, ring, site, desk.now())

    record = _write(desk, decide, "Reset")
    return record, "" if by_mail else activation_link(record, ring, site)


def revoke(desk: Desk, written: str) -> Record:
    """Void every password and link of an account, and let nothing open it until it is reset."""

    def decide(view: View) -> Record:
        found = need(view, written)
        return replace(found.with_epoch(found.key), revoked=stamp(desk.now()))

    return _write(desk, decide, "Revoke")


def alias(desk: Desk, written: str, address: str, *, merge: bool = False) -> Record:
    """Give an account one more address: requests from there are the same person's.

    Where the address has an account of its own, ``merge`` takes that one in: its addresses come
    along, its passwords and links are void. Raises TrackerError without it.
    """
    added = normal_address(address)
    if not EMAIL.fullmatch(added):
        raise TrackerError(f"`{address}` is no mail address", "Write it as name@example.org.")

    gone: list[Record] = []

    def decide(view: View) -> Record:
        found = need(view, written)
        other = for_address(view, added)
        gone[:] = [other] if other is not None and other.account != found.account else []
        for one in gone:
            if not merge:
                raise TrackerError(
                    f"{added} has an account of its own ({one.account[:8]})",
                    "Say --merge if it is the same person: that account goes, with its passwords "
                    "and links.",
                )
            if one.role != found.role or one.revoked or found.revoked:
                raise TrackerError(
                    f"The accounts {found.account[:8]} and {one.account[:8]} can't become one",
                    "One is an agent's, or is revoked.",
                )
        addresses = (*found.addresses, added, *(each for one in gone for each in one.addresses))
        return replace(found, addresses=tuple(dict.fromkeys(addresses)))

    return _write(desk, decide, "Add an address to", gone)


def unalias(desk: Desk, written: str, address: str) -> Record:
    """Take an address from an account. Every password and link is void after it unless nobody at
    that address can have had one: whoever reads mail there could have asked for a link.
    """
    removed = normal_address(address)
    ring, site = desk.ring(), desk.settings.desk.portal_url

    def decide(view: View) -> Record:
        found = need(view, written)
        left = tuple(one for one in found.addresses if one != removed)
        if len(left) == len(found.addresses):
            raise TrackerError(f"{removed} is no address of the account {found.account}")
        if not left:
            raise TrackerError(
                f"{removed} is the only address of the account {found.account}",
                "Revoke or erase the account instead.",
            )
        if _may_have_opened(found, removed, ring, site):
            found = found.with_epoch(found.key)
        posts = tuple(one for one in found.posts if not (one.is_due and one.to == removed))
        return replace(found, addresses=left, posts=posts)

    return _write(desk, decide, "Take an address from")


def _may_have_opened(record: Record, address: str, ring: Ring, site: str) -> bool:
    if record.to == address or any(one.kind == "chosen" for one in record.logins):
        return True
    if not record.logins:
        return False
    locator = ready_login(record, ring, address, site).locator
    return locator in (one.locator for one in record.logins)


@dataclass(slots=True)
class Rotated:
    """How many accounts and pseudonyms a rotation rewrote, and how many pseudonyms it gave up."""

    accounts: int = 0
    people: int = 0
    lost: int = 0


def rotate(desk: Desk, *, lost: bool = False) -> Rotated:
    """Rewrite the records of a former secret under the present one: new epochs, no password or
    link of former times. Nobody is invited: whoever writes next, or asks, is sent a link, and the
    desk's server need not send one to everybody who ever wrote.

    Raises TrackerError for a record of a secret that neither variable holds, unless it is
    ``lost``: a mistyped secret must not void every account. Pseudonyms of a lost secret are
    deleted, as those of people who were erased.
    """
    ring = desk.ring()
    done = Rotated()

    def decide(view: View) -> Change | None:
        nonlocal done
        done = Rotated()
        old = [one for one in all_records(view) if one.key != ring.current.id]
        for one in () if lost else old:
            ring.of(one.key, one.path)
        files: dict[str, bytes | None] = {
            one.path: write_record(_renewed(one, ring.current.id)) for one in old
        }
        done.accounts = len(files)
        files |= _renamed(desk, view, ring, done, lost)
        count = len(files)
        return Change(files, f"Rewrite {count} records under a new secret") if files else None

    write(desk, decide)
    desk.repository.follow()
    return done


def _renamed(
    desk: Desk, view: View, ring: Ring, done: Rotated, lost: bool
) -> dict[str, bytes | None]:
    """Return the pseudonyms of a former secret under the present one; the names stay."""
    files: dict[str, bytes | None] = {}
    if not desk.settings.sealed:
        return files
    for path, content in read_folder(desk.git, view.commit, PEOPLE):
        person = read_person(content, path)
        if person.key == ring.current.id:
            continue
        if lost and not ring.has(person.key):
            files[path] = None
            done.lost += 1
            continue
        renamed = make_person(person.pseudonym, address_of(person, ring), ring.current)
        files[path] = renamed.write()
        done.people += 1
    return files


def _renewed(record: Record, key: str) -> Record:
    """Return a record in a new epoch; letters with a link that are due go with a new one."""
    due = (replace(one, invitation=0) for one in record.posts if one.is_due and one.has_link)
    risen = record.with_epoch(key)
    return replace(risen, posts=(*risen.posts, *due))


def _write(
    desk: Desk, decide: Callable[[View], Record], verb: str, gone: Sequence[Record] = ()
) -> Record:
    """Write one record, and delete those that are ``gone`` when it is decided; the message names
    the account, never a person.
    """
    made: list[Record] = []

    def change(view: View) -> Change:
        made[:] = [decide(view)]
        record = made[0]
        files: dict[str, bytes | None] = {one.path: None for one in gone}
        files[record.path] = write_record(record)
        return Change(files, f"{verb} account {record.account[:8]}")

    write(desk, change)
    desk.repository.follow()
    return made[0]


def shown(records: Sequence[Record]) -> list[str]:
    """Return one line an account, for people."""
    return [
        "\t".join((one.account[:8], one.role, _state(one), one.name, " ".join(one.addresses)))
        for one in records
    ]


def _state(record: Record) -> str:
    if record.revoked:
        return "revoked"
    kinds = {one.kind for one in record.logins}
    return "password" if "chosen" in kinds else "passphrase" if kinds else "no login"
