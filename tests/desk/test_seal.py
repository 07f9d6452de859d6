"""Sealing: only what changed, the same bytes again, nothing without the secret."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.core.pages.make import answer, entry, ticket
from tests.desk.private import NOW, SECRET, PrivateDesk
from tracker.adapters import processes
from tracker.core.accounts.layout import COMPLETE, SEALED
from tracker.core.accounts.records import write_record
from tracker.core.addresses import Address
from tracker.core.errors import TrackerError
from tracker.core.ticket import Attachment
from tracker.desk import canary
from tracker.desk import seal as sealing

MARIA = Address("Мария", "maria@example.org")
FILE = Attachment("справка.pdf", "tickets/000/ACCREDO-1/справка.pdf", 3, "application/pdf")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateDesk:
    monkeypatch.setenv("TRACKER_SECRET", SECRET)
    return PrivateDesk(tmp_path / "desk")


def clean(desk: PrivateDesk) -> dict[str, bytes]:
    """The sealed files of a run without anything of a former one."""
    kept = desk.root / "kept"
    (desk.root / SEALED).rename(kept)
    desk.seal()
    found = desk.sealed()
    shutil.rmtree(desk.root / SEALED)
    kept.rename(desk.root / SEALED)
    return found


def test_each_account_gets_its_own_and_nothing_else(desk: PrivateDesk) -> None:
    desk.put(ticket(1, entry("от Ивана")), ticket(2, entry("от Марии"), requester=MARIA))
    ivan, maria = desk.account(), desk.account("maria@example.org")
    done = desk.seal()
    assert (done.accounts, done.files, done.written) == (2, 6, 6)
    assert [one["id"] for one in desk.bundle(ivan)["tickets"]] == ["ACCREDO-1"]
    assert [one["id"] for one in desk.bundle(maria)["tickets"]] == ["ACCREDO-2"]
    everything = b"".join(desk.sealed().values()) + "".join(desk.sealed()).encode()
    for word in ("Ивана", "Марии", "ivan@", "ACCREDO", ivan.account):
        assert word.encode() not in everything


def test_the_state_holds_no_word_of_a_ticket(desk: PrivateDesk) -> None:
    desk.put(ticket(1, entry("канарейка")))
    desk.account()
    desk.seal()
    for path in (desk.root / SEALED).rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        for word in ("канарейка", "ivan@example.org", "Иван", "Не открывается"):
            assert word.encode() not in data, path


def test_an_agent_sees_all_that_is_open(desk: PrivateDesk) -> None:
    desk.put(ticket(1), ticket(2, requester=MARIA), ticket(3, requester=MARIA, status="closed"))
    agent = desk.account("anna@example.org", role="agent")
    desk.seal(NOW + timedelta(days=91))
    found = desk.bundle(agent, "agent")
    assert [one["number"] for one in found["tickets"]] == [2, 1]
    assert found["role"] == "agent"


def test_a_series_of_changes_gives_the_bytes_of_a_clean_run(desk: PrivateDesk) -> None:
    desk.put(*(ticket(n, entry(f"слово {n}")) for n in range(1, 131)))
    desk.put(*(ticket(n, entry(f"слово {n}"), requester=MARIA) for n in range(131, 140)))
    ivan, maria = desk.account(), desk.account("maria@example.org")
    desk.account("anna@example.org", role="agent")
    desk.file(FILE.path, b"pdf")
    desk.seal()
    assert desk.sealed() == clean(desk)
    changes = [
        lambda: desk.put(ticket(5, entry("слово 5"), answer("ответ"))),
        lambda: desk.put(ticket(1, entry("с файлом", attachments=(FILE,)))),
        lambda: desk.put(ticket(139, entry("x", visibility="held"), requester=MARIA)),
        lambda: desk.put(ticket(140, entry("новое"), participants=(MARIA,))),
        lambda: desk.file(maria.path, write_record(maria.with_epoch(maria.key))),
        lambda: desk.file(ivan.path, write_record(replace(ivan, addresses=("x@example.org",)))),
        lambda: (desk.root / maria.path).unlink(),
        lambda: desk.put(ticket(1, entry("без файла"))),
        lambda: desk.file("tickets/000/ACCREDO-7.md", b"---\nbroken\n"),
    ]
    for change in changes:
        change()
        desk.seal()
        assert desk.sealed() == clean(desk)


def test_only_what_changed_is_sealed_anew(desk: PrivateDesk) -> None:
    desk.put(ticket(1), ticket(2, requester=MARIA))
    desk.account()
    maria = desk.account("maria@example.org")
    desk.seal()
    assert desk.seal().written == 0
    desk.put(ticket(2, entry("a"), answer("b"), requester=MARIA))
    assert desk.seal().written == 1
    desk.file(maria.path, write_record(replace(maria, revoked="2026-11-25T12:00:00Z")))
    done = desk.seal()
    assert (done.written, done.removed, done.accounts, done.files) == (0, 3, 1, 3)


def test_a_file_that_was_lost_is_made_again(desk: PrivateDesk) -> None:
    desk.put(ticket(1))
    desk.account()
    desk.seal()
    before = desk.sealed()
    (desk.root / SEALED / next(iter(before))).unlink()
    (desk.root / SEALED / "private" / "b" / "foreign").write_text("x")
    desk.seal()
    assert desk.sealed() == before


def test_an_invitation_leaves_the_site_when_it_expires(desk: PrivateDesk) -> None:
    desk.account()
    desk.seal()
    assert len(desk.sealed()) == 3
    assert desk.seal(NOW + timedelta(days=9)).removed == 1
    assert not [path for path in desk.sealed() if path.startswith("private/a/")]


def test_nothing_of_a_former_epoch_stays(desk: PrivateDesk) -> None:
    ivan = desk.account()
    desk.seal()
    before = set(desk.sealed())
    desk.file(ivan.path, write_record(ivan.with_epoch(ivan.key)))
    desk.seal()
    assert not before & set(desk.sealed())


def test_several_processes_write_the_same(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*(ticket(n, entry(f"слово {n}")) for n in range(1, 60)))
    desk.file(FILE.path, b"pdf")
    desk.put(ticket(1, entry("с файлом", attachments=(FILE,))))
    desk.account()
    desk.seal()
    monkeypatch.setattr(sealing, "_ALONE", 10)
    monkeypatch.setattr(sealing, "_BATCH", 10)
    monkeypatch.setattr(processes, "processors", lambda: 2)
    assert desk.sealed() == clean(desk)


def test_a_locator_of_two_accounts_stays_the_older_ones(desk: PrivateDesk) -> None:
    first = desk.account(created="2026-01-01T00:00:00Z")
    desk.seal()
    login = desk.sealed()[f"private/l/{first.logins[0].locator}"]
    other = desk.account("x@example.org")
    same = replace(other.logins[0], locator=first.logins[0].locator)
    desk.file(other.path, write_record(replace(other, logins=(same,))))
    desk.seal()
    assert desk.sealed()[f"private/l/{first.logins[0].locator}"] == login


# Failing closed


def test_without_the_secret_nothing_is_sealed(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.account()
    monkeypatch.delenv("TRACKER_SECRET")
    with pytest.raises(TrackerError, match="TRACKER_SECRET is not set"):
        desk.seal()
    assert not (desk.root / SEALED / COMPLETE).exists()


def test_another_secret_seals_nothing_and_takes_the_mark_away(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = desk.account()
    desk.seal()
    before = desk.sealed()
    monkeypatch.setenv("TRACKER_SECRET", "another secret of this desk")
    with pytest.raises(TrackerError, match=record.path):
        desk.seal()
    assert not (desk.root / SEALED / COMPLETE).exists()
    assert desk.sealed() == before
    monkeypatch.setenv("TRACKER_SECRET_OLD", SECRET)
    desk.seal()
    assert desk.sealed() == before


def test_a_broken_record_locks_out_its_own_account_only(desk: PrivateDesk) -> None:
    ivan, maria = desk.account(), desk.account("maria@example.org")
    desk.file(maria.path, b"{}")
    done = desk.seal()
    assert maria.path in done.skipped[0]
    assert desk.bundle(ivan)["v"] == 1 and len(desk.sealed()) == 3


def test_a_broken_ticket_is_told_and_in_no_bundle(desk: PrivateDesk) -> None:
    desk.file("tickets/000/ACCREDO-1.md", b"---\nbroken\n")
    ivan = desk.account()
    assert desk.seal().skipped == ["tickets/000/ACCREDO-1.md"]
    assert desk.bundle(ivan)["tickets"] == []


def test_a_public_desk_is_not_sealed(desk: PrivateDesk) -> None:
    text = (desk.root / "tracker.toml").read_text("utf-8")
    desk.settings(text.replace('"private"', '"public"'))
    with pytest.raises(TrackerError, match="public"):
        desk.seal()


def test_a_name_in_another_tickets_folder_publishes_nothing(desk: PrivateDesk) -> None:
    desk.file(FILE.path, b"somebody else's")
    desk.put(ticket(1, requester=MARIA), ticket(2, entry("x", attachments=(FILE,))))
    ivan = desk.account()
    desk.seal()
    assert desk.bundle(ivan)["tickets"][0]["files"] == []
    assert not [path for path in desk.sealed() if path.startswith("private/f/")]


def test_sealing_that_shows_a_word_stops(
    desk: PrivateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.account()
    monkeypatch.setattr(
        "tracker.desk.seal_work.bundle_file", lambda owner, name, text: text.encode()
    )
    with pytest.raises(TrackerError, match="Sealing is broken"):
        desk.seal()
    assert desk.sealed() == {} and not (desk.root / SEALED / COMPLETE).exists()


def test_every_run_has_canaries_of_its_own(desk: PrivateDesk) -> None:
    desk.seal()
    first = canary.read_canaries(desk.root / SEALED)
    desk.seal()
    second = canary.read_canaries(desk.root / SEALED)
    assert len(first) > 15 and not set(first) & set(second)
