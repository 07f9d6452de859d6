"""Records: written and read exactly, and every fault named with its file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.core.accounts.vectors import ADDRESS, SITE, SMALL, record
from tracker.core.accounts.activation import activation_file, activation_link, invite, new_record
from tracker.core.accounts.book import by_id, for_address, locator_taken, need
from tracker.core.accounts.keys import Ring
from tracker.core.accounts.logins import derive, wrapping_key
from tracker.core.accounts.records import Record, read_record, write_record
from tracker.core.accounts.sealed import SealError
from tracker.core.errors import TrackerError

RING = Ring.of_secrets("correct horse battery staple")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_a_record_is_read_as_it_was_written() -> None:
    one = record()
    assert read_record(write_record(one), one.path) == one
    assert b"\n" in write_record(one) and ADDRESS.encode() in write_record(one)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("v", 2),
        ("account", "../../etc"),
        ("account", "ab" * 16),
        ("epoch", 0),
        ("epoch", True),
        ("epoch", "3"),
        ("key", "12345"),
        ("addresses", []),
        ("addresses", ["Ivan@example.org"]),
        ("addresses", ["a@example.org", "a@example.org"]),
        ("addresses", "a@example.org"),
        ("name", None),
        ("role", "owner"),
        ("created", "yesterday"),
        ("created", "2026-13-01T00:00:00Z"),
        ("invitation", -1),
        ("to", "nobody"),
        ("expires", "2026-11-30"),
        ("logins", {}),
        ("logins", [{"locator": "x", "wrap": "y", "kind": "chosen"}]),
        ("logins", [{"locator": "ab" * 16, "wrap": "y", "kind": "chosen", "password": "x"}]),
        ("nonces", [1]),
        ("revoked", "yes"),
        ("password", "hidden"),
    ],
)
def test_a_wrong_member_is_told_with_the_file(member: str, value: Any) -> None:
    one = record()
    data = json.loads(write_record(one)) | {member: value}
    with pytest.raises(TrackerError) as caught:
        read_record(json.dumps(data).encode(), one.path)
    assert one.path in caught.value.message and "git log" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b"\xff"])
def test_what_is_no_record_is_told(content: bytes) -> None:
    with pytest.raises(TrackerError, match=r"accounts/00/x\.json"):
        read_record(content, "accounts/00/x.json")


def test_a_missing_member_is_named() -> None:
    data = json.loads(write_record(record()))
    del data["nonces"]
    with pytest.raises(TrackerError, match="nonces"):
        read_record(json.dumps(data).encode(), record().path)


def test_addresses_are_compared_trimmed_and_small() -> None:
    one = new_record(RING, "ab" * 16, [" Ivan@Example.ORG", "ivan@example.org"], "", "agent", NOW)
    assert one.addresses == ("ivan@example.org",)
    assert derive("x", " Ivan@Example.ORG ", SITE, SMALL) == derive(
        "x", "ivan@example.org", SITE, SMALL
    )


def test_an_invitation_makes_the_passphrase_a_login_once() -> None:
    one = new_record(RING, "ab" * 16, ["a@example.org", "b@example.org"], "", "requester", NOW)
    with pytest.raises(TrackerError):
        activation_link(one, RING, SITE)
    first = invite(one, RING, SITE, NOW, cost=SMALL)
    again = invite(first, RING, SITE, NOW + timedelta(hours=1), cost=SMALL)
    assert [login.kind for login in first.logins] == ["passphrase"]
    assert again.logins == first.logins and again.invitation == 2 and again.epoch == 1
    assert activation_link(first, RING, SITE) != activation_link(again, RING, SITE)
    assert activation_file(first, RING, SITE)[0] != activation_file(again, RING, SITE)[0]
    other = invite(again, RING, SITE, NOW, to="B@example.org", cost=SMALL)
    assert other.to == "b@example.org" and len(other.logins) == 2
    for login in other.logins:
        assert len(wrapping_key(RING.current, other, login)) == 32


def test_an_invitation_ends() -> None:
    one = invite(record(), RING, SITE, NOW, cost=SMALL)
    assert one.invited_at(NOW + timedelta(days=6, hours=23))
    assert not one.invited_at(NOW + timedelta(days=7))
    assert not replace(one, revoked="2026-11-25T12:00:00Z").invited_at(NOW)


def test_nobody_else_and_nobody_revoked_is_invited() -> None:
    with pytest.raises(TrackerError):
        invite(record(), RING, SITE, NOW, to="other@example.org", cost=SMALL)
    with pytest.raises(TrackerError):
        invite(replace(record(), revoked="2026-11-25T12:00:00Z"), RING, SITE, NOW, cost=SMALL)


def test_a_login_copied_to_another_account_or_epoch_does_not_open() -> None:
    one = record()
    for changed in (replace(one, account="cd" * 16), replace(one, epoch=4)):
        with pytest.raises(SealError):
            wrapping_key(RING.current, changed, one.logins[0])


class Desk:
    """A desk of records."""

    def __init__(self, *records: Record) -> None:
        self._files = [(one.path, write_record(one)) for one in records]

    def accounts(self) -> Iterable[tuple[str, bytes]]:
        return self._files


def test_an_account_is_found_by_address_id_and_locator() -> None:
    one = record()
    other = new_record(RING, "00" + "cd" * 15, ["c@example.org"], "", "requester", NOW)
    desk = Desk(one, other)
    assert for_address(desk, f" {ADDRESS.upper()}") == one
    assert for_address(desk, "x@example.org") is None
    assert for_address(desk, "example.org") is None
    assert by_id(desk, other.account) == other
    assert need(desk, "00cd") == other and need(desk, ADDRESS) == one
    for written in ("00", "ff", "x@example.org", ""):
        with pytest.raises(TrackerError):
            need(desk, written)
    locator = one.logins[0].locator
    assert locator_taken(desk, locator, other.account)
    assert not locator_taken(desk, locator, one.account)


def test_what_this_decision_wrote_goes_before() -> None:
    one = record()
    moved = replace(one, addresses=("new@example.org",))
    files: dict[str, bytes | None] = {one.path: write_record(moved)}
    assert for_address(Desk(one), "new@example.org", files) == moved
    assert for_address(Desk(one), ADDRESS, files) is None
    assert for_address(Desk(one), ADDRESS, {one.path: None}) is None


def test_an_account_in_use_goes_before_a_revoked_one() -> None:
    one = record()
    gone = replace(one, account="cd" * 16, created="2020-01-01T00:00:00Z", revoked=one.created)
    assert for_address(Desk(gone, one), ADDRESS) == one
    assert for_address(Desk(gone), ADDRESS) == gone
