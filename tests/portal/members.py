"""A private desk with people who can sign in: real passwords, real links, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.core.pages.make import IVAN
from tests.desk.private import NOW, SECRET, PrivateDesk
from tracker.core.accounts.activation import activation_link, invite, new_record
from tracker.core.accounts.blocks import read_block
from tracker.core.accounts.keys import passphrase
from tracker.core.accounts.records import Record, Role, write_record
from tracker.core.accounts.registration import register
from tracker.portal.build import build_sealed, seal_private

BELOW = "desk/"
expect.set_options(timeout=20_000)  # Argon2id on a busy machine


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
            seal_private(opened)
        finally:
            opened.index.close()
        build_sealed(self.desk.root)
        self.www.mkdir(exist_ok=True)
        link = self.www / BELOW.rstrip("/")
        if not link.is_symlink():
            link.symlink_to(self.desk.site)


@contextmanager
def members_at(root: Path) -> Iterator[Members]:
    """Members of a desk whose secret is at hand for as long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_SECRET", SECRET)
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        yield Members(root)


def sign_in(page: Page, address: str, password: str, *, remember: bool = False) -> None:
    """Fill in the form and send it; the list need not come."""
    page.get_by_label("Адрес почты").fill(address)
    page.get_by_label("Пароль", exact=True).fill(password)
    if remember:
        page.get_by_label("Запомнить меня").check()
    page.get_by_role("button", name="Войти").click()


def choose(page: Page, password: str) -> None:
    """Type a password of one's own twice and take it."""
    page.get_by_label("Новый пароль").fill(password)
    page.get_by_label("Ещё раз").fill(password)
    page.get_by_role("button", name="Взять этот пароль").click()


def letter_of(page: Page) -> str:
    """Return the letter that the page asks to send."""
    expect(page.get_by_role("heading", name="Остался один шаг")).to_be_visible()
    page.get_by_text("Или скопировать письмо").click()
    return page.get_by_label("Письмо", exact=True).input_value()


def numbers(page: Page) -> list[str]:
    """Return the numbers of the requests that are listed."""
    expect(page.locator(".tk-filter")).to_be_visible()
    return page.locator(".tk-table tbody tr:visible td:first-child").all_inner_texts()


def shows(page: Page, wanted: list[str]) -> None:
    """Wait until just these requests are listed: a list is drawn a moment after a press."""
    expect(page.locator(".tk-filter")).to_be_visible()
    rows = page.locator(".tk-table tbody tr:visible td:first-child")
    if wanted:
        expect(rows).to_have_text(wanted)
    else:
        expect(rows).to_have_count(0)


def unexpected(faults: list[str], *allowed: str) -> list[str]:
    """Return the faults of a visit that none of ``allowed`` explains."""
    return [one for one in faults if not any(words in one for words in allowed)]


MISSING = "status of 404"
"""What Chromium writes to its console for a file that is not there."""
