"""A private desk with people who can sign in: real passwords, real links, in a browser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tests.core.pages.make import IVAN
from tests.desk.private import NOW, SECRET, PrivateDesk
from tracker.core.accounts.activation import activation_link, invite, new_record
from tracker.core.accounts.blocks import read_block
from tracker.core.accounts.keys import passphrase
from tracker.core.accounts.records import Record, Role, write_record
from tracker.core.accounts.registration import register
from tracker.portal.build import build_private

BELOW = "desk/"


@dataclass
class Member:
    """Somebody with an account, as the desk knows them now."""

    record: Record
    link: str
    passphrase: str

    @property
    def address(self) -> str:
        return self.record.addresses[0]


class Members:
    """Accounts of a private desk, and its site at ``www/desk/``, sealed anew by ``publish``."""

    def __init__(self, root: Path) -> None:
        self.desk = PrivateDesk(root / "desk")
        self.www = root / "www"
        self.count = 0

    @property
    def site(self) -> str:
        return self.desk.open().settings.desk.portal_url

    def join(self, address: str = IVAN.email, role: Role = "requester") -> Member:
        """Make an account with an invitation, as the first mail of somebody does."""
        self.count += 1
        ring = self.desk.ring
        record = new_record(ring, f"{self.count:032x}", [address], "", role, NOW)
        return self._written(invite(record, ring, self.site, NOW))

    def again(self, member: Member) -> Member:
        """Invite once more, as *restore access* does."""
        return self._written(invite(member.record, self.desk.ring, self.site, NOW))

    def take(self, member: Member, letter: str) -> Member:
        """Read a registration as the desk's job does."""
        block = read_block(letter)
        assert block is not None
        return self._written(register(member.record, block, self.desk.ring, self.site))

    def change(self, member: Member, **more: object) -> Member:
        """Write a record with other values."""
        return self._written(replace(member.record, **more))  # type: ignore[arg-type]

    def _written(self, record: Record) -> Member:
        self.desk.file(record.path, write_record(record))
        link = activation_link(record, self.desk.ring, self.site) if record.invitation else ""
        key = self.desk.ring.current.account_key(record.account, record.epoch)
        return Member(record, link.removeprefix(self.site), passphrase(key))

    def publish(self) -> None:
        """Commit, seal, build and put the site where it is served."""
        self.desk.commit()
        opened = self.desk.open()
        try:
            build_private(opened)
        finally:
            opened.index.close()
        self.www.mkdir(exist_ok=True)
        link = self.www / BELOW.rstrip("/")
        if not link.is_symlink():
            link.symlink_to(self.desk.site)


__all__ = ["BELOW", "NOW", "SECRET", "Member", "Members"]
